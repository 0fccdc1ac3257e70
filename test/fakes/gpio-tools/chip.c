/* Client of the simulated chip. Reads only what src/contract/sim-lines.ts says the chip writes: flat JSON, one object a line. */

#define _GNU_SOURCE
#include "chip.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static char buffer[16384];
static size_t filled;

void die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fprintf(stderr, "%s: ", program_invocation_name);
	vfprintf(stderr, format, args);
	fprintf(stderr, "\n");
	va_end(args);
	exit(EXIT_FAILURE);
}

void die_errno(const char *format, ...)
{
	int error = errno;
	va_list args;

	va_start(args, format);
	fprintf(stderr, "%s: ", program_invocation_name);
	vfprintf(stderr, format, args);
	fprintf(stderr, ": %s\n", strerror(error));
	va_end(args);
	exit(EXIT_FAILURE);
}

/* The value after "key": in a flat object; NULL without it. */
static const char *value_of(const char *json, const char *key)
{
	char quoted[80];
	const char *at;

	snprintf(quoted, sizeof(quoted), "\"%s\":", key);
	at = strstr(json, quoted);
	return at ? at + strlen(quoted) : NULL;
}

/* Copies a string value; null gives the empty string. */
static void string_of(const char *json, const char *key, char *into, size_t size)
{
	const char *from = value_of(json, key);
	size_t length;

	into[0] = '\0';
	if (!from || *from != '"')
		return;
	length = strcspn(from + 1, "\"");
	if (length >= size)
		length = size - 1;
	memcpy(into, from + 1, length);
	into[length] = '\0';
}

static bool is(const char *json, const char *key, const char *expected)
{
	const char *value = value_of(json, key);

	return value && strncmp(value, expected, strlen(expected)) == 0;
}

/* The next line from the chip, valid until the next call. */
static const char *next_message(struct chip *chip)
{
	static char message[sizeof(buffer)];
	ssize_t got;
	char *end;

	while (!(end = memchr(buffer, '\n', filled))) {
		if (filled == sizeof(buffer))
			return NULL;
		got = read(chip->fd, buffer + filled, sizeof(buffer) - filled);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return NULL;
		filled += got;
	}
	*end = '\0';
	strcpy(message, buffer);
	filled -= end + 1 - buffer;
	memmove(buffer, end + 1, filled);
	return message;
}

static int say(struct chip *chip, const char *text)
{
	return write(chip->fd, text, strlen(text)) == (ssize_t)strlen(text) ? 0 : -1;
}

int chip_open(struct chip *chip)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const char *path = getenv(CHIP_ENV);
	const char *message, *at;
	char denied[256];

	memset(chip, 0, sizeof(*chip));
	if (!path) {
		errno = ENOENT;
		return -1;
	}
	/* A file of this name beside the socket makes the device one that belongs to somebody else. */
	snprintf(denied, sizeof(denied), "%s.denied", path);
	if (access(denied, F_OK) == 0) {
		errno = EACCES;
		return -1;
	}
	chip->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
	if (connect(chip->fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		errno = ENOENT;
		return -1;
	}
	if (say(chip, "{\"op\":\"info\",\"id\":0}\n") < 0 || !(message = next_message(chip))) {
		errno = ENODEV;
		return -1;
	}
	string_of(message, "label", chip->label, sizeof(chip->label));
	for (at = strstr(message, "\"lines\":"); at && (at = strchr(at, '{')); at++) {
		struct line *line = &chip->lines[chip->num_lines];

		if (chip->num_lines == MAX_LINES)
			break;
		string_of(at, "name", line->name, sizeof(line->name));
		string_of(at, "consumer", line->consumer, sizeof(line->consumer));
		line->output = is(at, "output", "true");
		chip->num_lines++;
	}
	return 0;
}

static int await_held(struct chip *chip, bool *high)
{
	const char *message = next_message(chip);

	if (!message) {
		errno = ENODEV;
		return -1;
	}
	if (is(message, "kind", "\"refused\"")) {
		errno = is(message, "why", "\"busy\"") ? EBUSY : EINVAL;
		return -1;
	}
	*high = is(message, "level", "true");
	return 0;
}

int chip_input(struct chip *chip, int offset, const char *consumer, const char *bias, bool edges, bool *high)
{
	char request[256], biased[48] = "";

	if (bias)
		snprintf(biased, sizeof(biased), ",\"bias\":\"%s\"", bias);
	snprintf(request, sizeof(request), "{\"op\":\"input\",\"id\":1,\"offset\":%d,\"consumer\":\"%s\",\"edges\":%s%s}\n",
		 offset, consumer, edges ? "true" : "false", biased);
	if (say(chip, request) < 0)
		return -1;
	return await_held(chip, high);
}

int chip_output(struct chip *chip, int offset, const char *consumer, bool high)
{
	char request[256];

	snprintf(request, sizeof(request), "{\"op\":\"output\",\"id\":1,\"offset\":%d,\"consumer\":\"%s\",\"level\":%s}\n",
		 offset, consumer, high ? "true" : "false");
	if (say(chip, request) < 0)
		return -1;
	return await_held(chip, &high);
}

int chip_edge(struct chip *chip, int offset, struct edge *edge)
{
	const char *message = next_message(chip);
	char took[96];

	if (!message)
		return -1;
	edge->high = is(message, "level", "true");
	edge->mono = atof(value_of(message, "mono"));
	snprintf(took, sizeof(took), "{\"op\":\"took\",\"offset\":%d,\"edges\":1}\n", offset);
	return say(chip, took);
}

void chip_wait(struct chip *chip)
{
	while (next_message(chip))
		;
}
