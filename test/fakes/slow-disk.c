/* A card that stalls, drags or fails: preloaded into a process (LD_PRELOAD), it stands between it and its syncs and writes.
 *
 * SLOW_DISK_SUFFIXES  colon-separated ends of file names that are concerned, e.g. "journal.db-wal:journal.db"
 * SLOW_DISK_CONTROL   the control file; without it all calls pass. Its one line, read at each call:
 *                       hold sync|write|all       wait for as long as the file says so
 *                       delay sync|write|all MS   wait so long, then go on
 *                       fail sync|write|all ERRNO fail with that number
 * While a call is held, CONTROL.held exists.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

enum { SYNC, WRITE };

static int concerned(int fd) {
  const char *suffixes = getenv("SLOW_DISK_SUFFIXES");
  char link[64], path[4096], list[1024];
  ssize_t length;
  if (!suffixes) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  length = readlink(link, path, sizeof path - 1);
  if (length <= 0) return 0;
  path[length] = 0;
  snprintf(list, sizeof list, "%s", suffixes);
  char *rest = list;
  for (char *suffix; (suffix = strsep(&rest, ":"));) {
    size_t n = strlen(suffix);
    if (n > 0 && (size_t)length >= n && strcmp(path + length - n, suffix) == 0) return 1;
  }
  return 0;
}

/* The control file's line; 0 when there is none. */
static int order(char *what, char *which, long *number) {
  const char *control = getenv("SLOW_DISK_CONTROL");
  char line[128];
  int fd = control ? open(control, O_RDONLY | O_CLOEXEC) : -1;
  if (fd < 0) return 0;
  ssize_t length = read(fd, line, sizeof line - 1);
  close(fd);
  if (length <= 0) return 0;
  line[length] = 0;
  *number = 0;
  return sscanf(line, "%15s %15s %ld", what, which, number) >= 2;
}

static void rest(long ms) {
  struct timespec pause = {ms / 1000, (ms % 1000) * 1000000L};
  nanosleep(&pause, NULL);
}

static void mark(int held) {
  char name[4096];
  snprintf(name, sizeof name, "%s.held", getenv("SLOW_DISK_CONTROL"));
  if (held) {
    int fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    if (fd >= 0) close(fd);
  } else
    unlink(name);
}

/* 0: go on; -1: fail with errno. */
static int toll(int fd, int kind) {
  char what[16], which[16];
  long number;
  int held = 0;
  if (!getenv("SLOW_DISK_CONTROL") || !concerned(fd)) return 0;
  while (order(what, which, &number)) {
    if (strcmp(which, "all") != 0 && strcmp(which, kind == SYNC ? "sync" : "write") != 0) break;
    if (strcmp(what, "delay") == 0) {
      rest(number);
      break;
    }
    if (strcmp(what, "fail") == 0) {
      if (held) mark(0);
      errno = (int)number;
      return -1;
    }
    if (strcmp(what, "hold") != 0) break;
    if (!held) mark(1);
    held = 1;
    rest(2);
  }
  if (held) mark(0);
  return 0;
}

#define REAL(type, name, ...)                                       \
  static type (*real)(__VA_ARGS__);                                 \
  if (!real) real = (type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name)

int fsync(int fd) {
  REAL(int, fsync, int);
  return toll(fd, SYNC) ? -1 : real(fd);
}

int fdatasync(int fd) {
  REAL(int, fdatasync, int);
  return toll(fd, SYNC) ? -1 : real(fd);
}

ssize_t write(int fd, const void *bytes, size_t count) {
  REAL(ssize_t, write, int, const void *, size_t);
  return toll(fd, WRITE) ? -1 : real(fd, bytes, count);
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at) {
  REAL(ssize_t, pwrite, int, const void *, size_t, off_t);
  return toll(fd, WRITE) ? -1 : real(fd, bytes, count, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t at) {
  REAL(ssize_t, pwrite64, int, const void *, size_t, off64_t);
  return toll(fd, WRITE) ? -1 : real(fd, bytes, count, at);
}
