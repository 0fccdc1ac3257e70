/*
 * Stand-ins for libgpiod 1.6.3's gpiodetect, gpioinfo, gpiofind, gpioget, gpiomon and gpioset over the simulated chip:
 * the same options, refusals, exit codes and output, and the same buffering of standard output.
 */

#define _GNU_SOURCE
#include "chip.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct {
	bool active_low, line_buffered, silent;
	const char *bias, *format, *mode;
	unsigned long events;
} given = { .mode = "exit" };

static const struct option common[] = {
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'v' },
	{ 0 },
};
static const struct option get_options[] = {
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'v' },
	{ "active-low", no_argument, NULL, 'l' },
	{ "bias", required_argument, NULL, 'B' },
	{ 0 },
};
static const struct option mon_options[] = {
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'v' },
	{ "active-low", no_argument, NULL, 'l' },
	{ "bias", required_argument, NULL, 'B' },
	{ "num-events", required_argument, NULL, 'n' },
	{ "silent", no_argument, NULL, 's' },
	{ "line-buffered", no_argument, NULL, 'b' },
	{ "format", required_argument, NULL, 'F' },
	{ 0 },
};
static const struct option set_options[] = {
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'v' },
	{ "active-low", no_argument, NULL, 'l' },
	{ "bias", required_argument, NULL, 'B' },
	{ "mode", required_argument, NULL, 'm' },
	{ 0 },
};

static const char *parse_bias(const char *text)
{
	if (strcmp(text, "disable") == 0)
		return "disabled";
	if (strcmp(text, "pull-up") == 0 || strcmp(text, "pull-down") == 0)
		return text;
	if (strcmp(text, "as-is") != 0)
		die("invalid bias: %s", text);
	return NULL;
}

static void parse(int argc, char **argv, const char *letters, const struct option *options)
{
	int option;
	char *end;

	while ((option = getopt_long(argc, argv, letters, options, NULL)) >= 0) {
		switch (option) {
		case 'h':
			printf("Usage: %s [OPTIONS] ...\n", program_invocation_name);
			exit(EXIT_SUCCESS);
		case 'v':
			printf("%s (libgpiod) v1.6.3\n", program_invocation_short_name);
			exit(EXIT_SUCCESS);
		case 'l':
			given.active_low = true;
			break;
		case 'B':
			given.bias = parse_bias(optarg);
			break;
		case 'n':
			given.events = strtoul(optarg, &end, 10);
			if (*end)
				die("invalid number: %s", optarg);
			break;
		case 's':
			given.silent = true;
			break;
		case 'b':
			setlinebuf(stdout);
			break;
		case 'F':
			given.format = optarg;
			break;
		case 'm':
			given.mode = optarg;
			break;
		default:
			die("try %s --help", program_invocation_name);
		}
	}
}

static void open_named(struct chip *chip, const char *name, const char *complaint)
{
	if (chip_open(chip) < 0)
		die_errno("%s", complaint);
	if (strcmp(name, CHIP_NAME) != 0 && strcmp(name, "/dev/" CHIP_NAME) != 0 && strcmp(name, "0") != 0 &&
	    strcmp(name, chip->label) != 0) {
		errno = ENOENT;
		die_errno("%s", complaint);
	}
}

static int parse_offset(const struct chip *chip, const char *text, const char *complaint)
{
	char *end;
	unsigned long offset = strtoul(text, &end, 10);

	if (*end || offset > INT_MAX)
		die("invalid GPIO offset: %s", text);
	if (offset >= (unsigned long)chip->num_lines) {
		errno = EINVAL;
		die_errno("%s", complaint);
	}
	return offset;
}

static int detect(int argc, char **argv)
{
	struct chip chip;

	parse(argc, argv, "+hv", common);
	if (argc > optind)
		die("unrecognized argument: %s", argv[optind]);
	if (chip_open(&chip) < 0) {
		if (errno != ENOENT)
			die_errno("unable to access GPIO chips");
		return EXIT_SUCCESS;
	}
	printf("%s [%s] (%d lines)\n", CHIP_NAME, chip.label, chip.num_lines);
	return EXIT_SUCCESS;
}

static int info(int argc, char **argv)
{
	struct chip chip;
	int i;

	parse(argc, argv, "+hv", common);
	if (argc != optind + 1)
		die("this stand-in lists one chip at a time");
	open_named(&chip, argv[optind], "looking up chip");
	printf("%s - %d lines:\n", CHIP_NAME, chip.num_lines);
	for (i = 0; i < chip.num_lines; i++) {
		struct line *line = &chip.lines[i];
		char name[80] = "unnamed", consumer[80] = "unused";

		if (*line->name)
			snprintf(name, sizeof(name), "\"%s\"", line->name);
		if (*line->consumer)
			snprintf(consumer, sizeof(consumer), "\"%s\"", line->consumer);
		printf("\tline %3d: %12s %12s %8s %13s %s\n", i, name, consumer, line->output ? "output " : "input ",
		       "active-high ", *line->consumer ? "[used]" : "");
	}
	return EXIT_SUCCESS;
}

static int find(int argc, char **argv)
{
	struct chip chip;
	int i;

	parse(argc, argv, "+hv", common);
	if (argc != optind + 1)
		die("exactly one GPIO line name must be specified");
	if (chip_open(&chip) < 0)
		die_errno("error performing the line lookup");
	for (i = 0; i < chip.num_lines; i++) {
		if (strcmp(chip.lines[i].name, argv[optind]) != 0)
			continue;
		printf("%s %d\n", CHIP_NAME, i);
		return EXIT_SUCCESS;
	}
	return EXIT_FAILURE;
}

static int get(int argc, char **argv)
{
	const char *complaint = "error reading GPIO values";
	struct chip chip;
	bool high;

	parse(argc, argv, "+hvlB:", get_options);
	if (argc < optind + 1)
		die("gpiochip must be specified");
	if (argc < optind + 2)
		die("at least one GPIO line offset must be specified");
	open_named(&chip, argv[optind], complaint);
	if (chip_input(&chip, parse_offset(&chip, argv[optind + 1], complaint), "gpioget", given.bias, false, &high) < 0)
		die_errno("%s", complaint);
	printf("%d\n", high != given.active_low);
	return EXIT_SUCCESS;
}

static void print_edge(int offset, const struct edge *edge)
{
	bool rising = edge->high != given.active_low;
	long seconds = (long)(edge->mono / 1000), nanos = (long)(edge->mono - seconds * 1000.0) * 1000000L;
	const char *c;

	if (given.silent)
		return;
	if (!given.format) {
		printf("event: %s offset: %d timestamp: [%8ld.%09ld]\n", rising ? " RISING EDGE" : "FALLING EDGE", offset, seconds,
		       nanos);
		return;
	}
	for (c = given.format; *c; c++) {
		if (*c != '%' || !c[1]) {
			putchar(*c);
			continue;
		}
		switch (*++c) {
		case 'o':
			printf("%d", offset);
			break;
		case 'e':
			putchar(rising ? '1' : '0');
			break;
		case 's':
			printf("%ld", seconds);
			break;
		case 'n':
			printf("%ld", nanos);
			break;
		default:
			printf("%%%c", *c);
		}
	}
	putchar('\n');
}

static int mon(int argc, char **argv)
{
	const char *complaint = "error waiting for events";
	unsigned long done = 0;
	struct chip chip;
	struct edge edge;
	int offset;
	bool high;

	parse(argc, argv, "+hvlB:n:sbF:", mon_options);
	if (argc < optind + 1)
		die("gpiochip must be specified");
	if (argc < optind + 2)
		die("at least one GPIO line offset must be specified");
	open_named(&chip, argv[optind], complaint);
	offset = parse_offset(&chip, argv[optind + 1], complaint);
	if (chip_input(&chip, offset, "gpiomon", given.bias, true, &high) < 0)
		die_errno("%s", complaint);
	while (!given.events || done < given.events) {
		if (chip_edge(&chip, offset, &edge) < 0) {
			errno = ENODEV;
			die_errno("%s", complaint);
		}
		print_edge(offset, &edge);
		done++;
	}
	return EXIT_SUCCESS;
}

static int set(int argc, char **argv)
{
	const char *complaint = "error setting the GPIO line values";
	int offset, value;
	struct chip chip;

	parse(argc, argv, "+hvlB:m:", set_options);
	if (strcmp(given.mode, "exit") != 0 && strcmp(given.mode, "signal") != 0)
		die("invalid mode: %s", given.mode);
	if (argc < optind + 1)
		die("gpiochip must be specified");
	if (argc < optind + 2)
		die("at least one GPIO line offset to value mapping must be specified");
	if (sscanf(argv[optind + 1], "%d=%d", &offset, &value) != 2)
		die("invalid offset<->value mapping: %s", argv[optind + 1]);
	if (value != 0 && value != 1)
		die("value must be 0 or 1: %s", argv[optind + 1]);
	open_named(&chip, argv[optind], complaint);
	if (offset >= chip.num_lines)
		errno = EINVAL;
	if (offset >= chip.num_lines || chip_output(&chip, offset, "gpioset", value != given.active_low) < 0)
		die_errno("%s", complaint);
	if (strcmp(given.mode, "signal") == 0)
		for (;;) /* Like the original, it does not notice that the chip is gone. */
			pause();
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(int argc, char **argv);
	} tools[] = {
		{ "gpiodetect", detect }, { "gpioinfo", info }, { "gpiofind", find },
		{ "gpioget", get },	  { "gpiomon", mon },	{ "gpioset", set },
	};
	size_t i;

	for (i = 0; i < sizeof(tools) / sizeof(*tools); i++)
		if (strcmp(program_invocation_short_name, tools[i].name) == 0)
			return tools[i].run(argc, argv);
	die("no such tool");
}
