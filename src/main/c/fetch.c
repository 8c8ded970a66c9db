/* The operations that read files. What is swapped in, a FIFO or a device neither blocks nor passes. */
#include "transfer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct wanted {
  struct place place;
  struct field stamp; /* the expected one, or nothing */
  uint64_t most;      /* bytes */
};

static char said[64]; /* about the outcome */

static enum outcome outcome(enum outcome outcome, const char *text) {
  snprintf(said, sizeof said, "%s", text);
  return outcome;
}

static enum outcome check(const struct stat *st, const unsigned char stamp[STAMP_BYTES], const struct wanted *wanted) {
  if (!S_ISREG(st->st_mode)) return outcome(UNFIT, "not a regular file");
  const struct field *expected = &wanted->stamp;
  if (expected->n && (expected->n != STAMP_BYTES || memcmp(expected->p, stamp, STAMP_BYTES) != 0)) {
    return outcome(DIFFERENT, "the file has changed");
  }
  if ((uint64_t)st->st_size <= wanted->most) return FINE;
  snprintf(said, sizeof said, "%lld", (long long)st->st_size);
  return TOO_LARGE;
}

static bool is_still(int fd, const unsigned char stamp[STAMP_BYTES]) {
  struct stat st;
  unsigned char now[STAMP_BYTES];
  if (fstat(fd, &st) < 0) return false;
  stamp_of(&st, now);
  return memcmp(now, stamp, STAMP_BYTES) == 0;
}

static enum outcome content(int fd, off_t size, const unsigned char stamp[STAMP_BYTES]) {
  static char chunk[65536 - 5];
  for (off_t left = size; left > 0;) {
    ssize_t n = read(fd, chunk, left < (off_t)sizeof chunk ? (size_t)left : sizeof chunk);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return outcome_of(errno, said, sizeof said);
    if (n == 0) return outcome(DIFFERENT, "the file became shorter while it was read");
    record(RECORD_DATA, chunk, (size_t)n);
    left -= n;
  }
  return is_still(fd, stamp) ? FINE : outcome(DIFFERENT, "the file changed while it was read");
}

static enum outcome get(const struct wanted *wanted) {
  struct stat st;
  unsigned char stamp[STAMP_BYTES];
  said[0] = 0;
  int fd = open_place(&wanted->place, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY, 0);
  if (fd < 0 || fstat(fd, &st) < 0) {
    int error = errno;
    if (fd >= 0) close(fd);
    return outcome_of(error, said, sizeof said);
  }
  stamp_of(&st, stamp);
  enum outcome how = check(&st, stamp, wanted);
  if (how == FINE) {
    record(RECORD_STAMP, stamp, sizeof stamp);
    how = content(fd, st.st_size, stamp);
  }
  close(fd);
  return how;
}

void transfer_get(const struct request *q) {
  struct wanted wanted = {.stamp = q->f[2], .most = strtoull(q->f[3].p, NULL, 10)};
  place_below(q, &wanted.place);
  end_with(get(&wanted), said);
}

/* The next file of the list, of which `*at` bytes were read. */
static enum outcome next(const struct field *list, size_t *at, const char *root, struct wanted *wanted) {
  char path[sizeof wanted->place.path];
  const unsigned char *b = (const unsigned char *)list->p + *at;
  size_t left = list->n - *at;
  size_t n = left < 4 ? left : (size_t)b[0] << 24 | (size_t)b[1] << 16 | (size_t)b[2] << 8 | b[3];
  if (left < 4 + STAMP_BYTES || n > left - 4 - STAMP_BYTES) end_with(FAILED, "not a list of files");
  wanted->stamp = (struct field){list->p + *at + 4 + n, STAMP_BYTES};
  *at += 4 + n + STAMP_BYTES;
  if (n >= sizeof path) return outcome(FAILED, "not a path");
  memcpy(path, b + 4, n);
  path[n] = 0;
  return strlen(path) == n && place_at(root, path, &wanted->place) ? get(wanted) : outcome(FAILED, "not a path");
}

void transfer_get_all(const struct request *q) {
  char root[512];
  struct wanted wanted = {.most = strtoull(q->f[1].p, NULL, 10)};
  if (!root_named(q->f[0].p, root, sizeof root)) end_with(MISSING, "no such root");
  for (size_t at = 0; at < q->f[2].n;) {
    char end[1 + sizeof said];
    end[0] = (char)next(&q->f[2], &at, root, &wanted);
    size_t n = strlen(said);
    memcpy(end + 1, said, n);
    record(RECORD_FILE, end, 1 + n);
  }
  end_with(FINE, "");
}
