/* The simulated chip as the stand-in tools see it: one connection is one open chip. */

#ifndef STAND_IN_CHIP_H
#define STAND_IN_CHIP_H

#include <stdbool.h>

#define MAX_LINES 64

struct line {
	char name[64]; /* empty: unnamed */
	char consumer[64]; /* empty: free */
	bool output;
};

struct chip {
	int fd;
	char label[64];
	int num_lines;
	struct line lines[MAX_LINES];
};

struct edge {
	bool high;
	double mono; /* ms of CLOCK_MONOTONIC */
};

/* The only chip there is. */
#define CHIP_NAME "gpiochip0"

/* The environment variable that names the chip's socket. */
#define CHIP_ENV "HEARTHWARD_SIM_LINES"

/* All of these give 0, or -1 with errno set as the kernel would. */
int chip_open(struct chip *chip);
int chip_input(struct chip *chip, int offset, const char *consumer, const char *bias, bool edges, bool *high);
int chip_output(struct chip *chip, int offset, const char *consumer, bool high);

/* Waits for an edge and takes it up; -1 when the chip is gone. */
int chip_edge(struct chip *chip, int offset, struct edge *edge);

/* Waits for ever, or until the chip is gone. */
void chip_wait(struct chip *chip);

void die(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
void die_errno(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

#endif
