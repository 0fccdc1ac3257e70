/*
 * Stand-ins for libgpiod 2.2.1's gpiodetect, gpioinfo, gpioget, gpiomon and gpioset over the simulated chip:
 * the same options, refusals, exit codes and output. 2.x has no gpiofind.
 */

#define _GNU_SOURCE
#include "chip.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct {
	bool active_low, banner, by_name, numeric, quiet;
	const char *bias, *chip, *consumer, *format;
} given;

static const struct option detect_options[] = {
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'v' },
	{ 0 },
};
static const struct option info_options[] = {
	{ "by-name", no_argument, NULL, 'Y' },
	{ "chip", required_argument, NULL, 'c' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'v' },
	{ 0 },
};
static const struct option get_options[] = {
	{ "active-low", no_argument, NULL, 'l' },
	{ "bias", required_argument, NULL, 'b' },
	{ "by-name", no_argument, NULL, 'Y' },
	{ "chip", required_argument, NULL, 'c' },
	{ "consumer", required_argument, NULL, 'C' },
	{ "help", no_argument, NULL, 'h' },
	{ "numeric", no_argument, NULL, 'N' },
	{ "version", no_argument, NULL, 'v' },
	{ 0 },
};
static const struct option mon_options[] = {
	{ "active-low", no_argument, NULL, 'l' },
	{ "banner", no_argument, NULL, '-' },
	{ "bias", required_argument, NULL, 'b' },
	{ "by-name", no_argument, NULL, 'Y' },
	{ "chip", required_argument, NULL, 'c' },
	{ "consumer", required_argument, NULL, 'C' },
	{ "event-clock", required_argument, NULL, 'E' },
	{ "format", required_argument, NULL, 'F' },
	{ "help", no_argument, NULL, 'h' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "version", no_argument, NULL, 'v' },
	{ 0 },
};
static const struct option set_options[] = {
	{ "active-low", no_argument, NULL, 'l' },
	{ "banner", no_argument, NULL, '-' },
	{ "bias", required_argument, NULL, 'b' },
	{ "by-name", no_argument, NULL, 'Y' },
	{ "chip", required_argument, NULL, 'c' },
	{ "consumer", required_argument, NULL, 'C' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'v' },
	{ 0 },
};

static void parse(int argc, char **argv, const char *letters, const struct option *options)
{
	int option;

	given.consumer = program_invocation_short_name;
	while ((option = getopt_long(argc, argv, letters, options, NULL)) >= 0) {
		switch (option) {
		case 'h':
			printf("Usage: %s [OPTIONS] ...\n", program_invocation_name);
			exit(EXIT_SUCCESS);
		case 'v':
			printf("%s (libgpiod) v2.2.1\n", program_invocation_short_name);
			exit(EXIT_SUCCESS);
		case '-':
			given.banner = true;
			break;
		case 'b':
			if (strcmp(optarg, "pull-up") != 0 && strcmp(optarg, "pull-down") != 0 && strcmp(optarg, "disabled") != 0)
				die("invalid bias: %s", optarg);
			given.bias = optarg;
			break;
		case 'c':
			given.chip = optarg;
			break;
		case 'C':
			given.consumer = optarg;
			break;
		case 'E':
			if (strcmp(optarg, "monotonic") != 0)
				die("invalid event clock: %s", optarg);
			break;
		case 'F':
			given.format = optarg;
			break;
		case 'l':
			given.active_low = true;
			break;
		case 'N':
			given.numeric = true;
			break;
		case 'q':
			given.quiet = true;
			break;
		case 'Y':
			given.by_name = true;
			break;
		default:
			die("try %s --help", program_invocation_name);
		}
	}
}

/* Chips go by number, name or path here: a label is none of them. */
static bool is_chip(const char *id)
{
	return strcmp(id, "0") == 0 || strcmp(id, CHIP_NAME) == 0 || strcmp(id, "/dev/" CHIP_NAME) == 0;
}

static void open_given(struct chip *chip)
{
	bool there = chip_open(chip) == 0;

	if (given.chip && (!is_chip(given.chip) || (!there && errno == ENOENT)))
		die("cannot find GPIO chip character device '%s'", given.chip);
	if (!there && errno != ENOENT)
		die_errno("unable to open chip '/dev/" CHIP_NAME "'");
}

static int resolve(const struct chip *chip, const char *id)
{
	char *end;
	long offset = strtol(id, &end, 10);
	bool numeric = given.chip && !given.by_name && *id && !*end;
	int i;

	if (numeric && offset >= 0 && offset < chip->num_lines)
		return offset;
	for (i = 0; i < chip->num_lines; i++)
		if (strcmp(chip->lines[i].name, id) == 0)
			return i;
	if (numeric)
		die("offset %s is out of range on chip '%s'", id, given.chip);
	die("cannot find line '%s'", id);
}

static int detect(int argc, char **argv)
{
	struct chip chip;

	parse(argc, argv, "+hv", detect_options);
	if (argc > optind && !is_chip(argv[optind]))
		die("cannot find GPIO chip character device '%s'", argv[optind]);
	if (chip_open(&chip) < 0) {
		if (errno != ENOENT)
			die_errno("unable to open chip '/dev/" CHIP_NAME "'");
		return EXIT_SUCCESS;
	}
	printf("%s [%s] (%d lines)\n", CHIP_NAME, chip.label, chip.num_lines);
	return EXIT_SUCCESS;
}

static int info(int argc, char **argv)
{
	struct chip chip;
	int i;

	parse(argc, argv, "+c:hv", info_options);
	if (argc > optind)
		die("this stand-in lists whole chips");
	open_given(&chip);
	printf("%s - %d lines:\n", CHIP_NAME, chip.num_lines);
	for (i = 0; i < chip.num_lines; i++) {
		struct line *line = &chip.lines[i];
		char name[80] = "unnamed";

		if (*line->name)
			snprintf(name, sizeof(name), "\"%s\"", line->name);
		printf("\tline %3d:\t%-16s\t%s", i, name, line->output ? "output" : "input");
		if (*line->consumer)
			printf(" consumer=\"%s\"", line->consumer);
		printf("\n");
	}
	return EXIT_SUCCESS;
}

static int get(int argc, char **argv)
{
	struct chip chip;
	bool high;

	parse(argc, argv, "+b:c:C:hlv", get_options);
	if (argc < optind + 1)
		die("at least one GPIO line must be specified");
	open_given(&chip);
	if (chip_input(&chip, resolve(&chip, argv[optind]), given.consumer, given.bias, false, &high) < 0)
		die_errno("unable to request lines");
	if (given.numeric)
		printf("%d\n", high != given.active_low);
	else
		printf("\"%s\"=%s\n", argv[optind], high != given.active_low ? "active" : "inactive");
	return EXIT_SUCCESS;
}

static void print_edge(const char *id, int offset, const struct edge *edge)
{
	bool rising = edge->high != given.active_low;
	long seconds = (long)(edge->mono / 1000), nanos = (long)(edge->mono - seconds * 1000.0) * 1000000L;
	const char *c;

	if (given.quiet)
		return;
	if (!given.format) {
		printf("%ld.%09ld\t%s\t\"%s\"\n", seconds, nanos, rising ? "rising" : "falling", id);
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
		case 'c':
			printf(CHIP_NAME);
			break;
		case 'e':
			putchar(rising ? '1' : '2');
			break;
		case 'E':
			printf(rising ? "rising" : "falling");
			break;
		case 'S':
			printf("%ld.%09ld", seconds, nanos);
			break;
		default:
			printf("%%%c", *c);
		}
	}
	putchar('\n');
}

static int mon(int argc, char **argv)
{
	struct chip chip;
	struct edge edge;
	int offset;
	bool high;

	parse(argc, argv, "+b:c:C:E:F:hlqv", mon_options);
	if (argc < optind + 1)
		die("at least one GPIO line must be specified");
	open_given(&chip);
	/* `gpiomon gpiochip0 17`, as 1.x wants it, ends here: both words are taken for names of lines. */
	offset = resolve(&chip, argv[optind]);
	if (argc > optind + 1)
		die("this stand-in monitors one line");
	if (chip_input(&chip, offset, given.consumer, given.bias, true, &high) < 0)
		die_errno("unable to request lines on chip /dev/" CHIP_NAME);
	if (given.banner)
		printf("Monitoring line '%s'...\n", argv[optind]);
	for (;;) {
		fflush(stdout);
		if (chip_edge(&chip, offset, &edge) < 0) {
			errno = ENODEV;
			die_errno("error reading line events");
		}
		print_edge(argv[optind], offset, &edge);
	}
}

static int set(int argc, char **argv)
{
	struct chip chip;
	char *value;
	int offset;

	parse(argc, argv, "+b:c:C:hlv", set_options);
	if (argc < optind + 1)
		die("at least one GPIO line value must be specified");
	value = strchr(argv[optind], '=');
	if (!value)
		die("invalid line value: '%s'", argv[optind]);
	*value++ = '\0';
	if (strcmp(value, "0") != 0 && strcmp(value, "1") != 0)
		die("invalid line value: '%s'", value);
	open_given(&chip);
	offset = resolve(&chip, argv[optind]);
	if (chip_output(&chip, offset, given.consumer, (*value == '1') != given.active_low) < 0)
		die_errno("unable to request lines on chip '/dev/" CHIP_NAME "'");
	if (given.banner)
		printf("Setting line '%s'...\n", argv[optind]);
	fflush(stdout);
	chip_wait(&chip);
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(int argc, char **argv);
	} tools[] = {
		{ "gpiodetect", detect }, { "gpioinfo", info }, { "gpioget", get }, { "gpiomon", mon }, { "gpioset", set },
	};
	size_t i;

	for (i = 0; i < sizeof(tools) / sizeof(*tools); i++)
		if (strcmp(program_invocation_short_name, tools[i].name) == 0)
			return tools[i].run(argc, argv);
	die("no such tool");
}
