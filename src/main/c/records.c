/* The records that an operation on files answers with, and what it says about files. */
#include "transfer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int transfer_in = 0; /* the operations run in a child that has these */
static const int out = 1;
static struct buf gathered;

void u64_put(unsigned char *at, uint64_t n) {
  for (int i = 0; i < 8; i++) at[i] = (unsigned char)(n >> (56 - 8 * i));
}

void record_flush(void) {
  if (!write_all(out, gathered.p, gathered.n)) _exit(1); /* nobody reads it */
  gathered.n = 0;
}

void record(int kind, const void *p, size_t n) {
  unsigned char head[5] = {(unsigned char)kind, (unsigned char)(n >> 24), (unsigned char)(n >> 16),
                           (unsigned char)(n >> 8), (unsigned char)n};
  buf_add(&gathered, head, sizeof head);
  buf_add(&gathered, p, n);
  if (gathered.n >= 65536) record_flush();
}

void end_with(enum outcome outcome, const char *text) {
  struct buf end = {0};
  unsigned char byte = (unsigned char)outcome;
  buf_add(&end, &byte, 1);
  buf_text(&end, text);
  record(RECORD_END, end.p, end.n);
  record_flush();
  _exit(0);
}

enum outcome outcome_of(int error, char *text, size_t size) {
  char scratch[64];
  enum outcome outcome = FAILED;
  switch (error) {
    case ENOENT:
    case ENOTDIR: outcome = MISSING; break;
    case EACCES:
    case EPERM:
    case EROFS: outcome = DENIED; break;
    case ELOOP:
    case EXDEV:
    case EISDIR:
    case ENXIO: outcome = UNFIT; break;
    case ENOSPC:
    case EDQUOT:
    case EFBIG: outcome = NO_ROOM; break;
  }
  snprintf(text, size, "%s", fs_text(error, scratch, sizeof scratch));
  return outcome;
}

void end_with_errno(int error) {
  char text[64];
  end_with(outcome_of(error, text, sizeof text), text);
}

static uint64_t nanoseconds(const struct timespec *t) {
  return (uint64_t)t->tv_sec * 1000000000u + (uint64_t)t->tv_nsec;
}

void stamp_of(const struct stat *st, unsigned char stamp[STAMP_BYTES]) {
  u64_put(stamp, (uint64_t)st->st_size);
  u64_put(stamp + 8, (uint64_t)st->st_ino);
  u64_put(stamp + 16, nanoseconds(&st->st_mtim));
  u64_put(stamp + 24, nanoseconds(&st->st_ctim));
  u64_put(stamp + 32, (uint64_t)st->st_mode << 32 | (uint32_t)st->st_nlink);
}

static bool is_slug(const char *name) {
  size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");
  return n > 0 && n <= NAME_MAX_BYTES && name[n] == 0;
}

static const char *digits(const char *at) { return at + strspn(at, "0123456789"); }

bool is_temporary(const char *name) {
  if (strncmp(name, TEMPORARY, strlen(TEMPORARY)) != 0) return false;
  const char *at = name + strlen(TEMPORARY), *end = digits(at);
  if (end == at || *end != '-') return false;
  return strcmp(end + 1, "gone") == 0 || (end[1] && *digits(end + 1) == 0);
}

bool root_named(const char *name, char *path, size_t size) {
  for (size_t i = 0; i < DIRECTORIES; i++) {
    const struct directory *d = &directories[i];
    if (!d->option) continue;
    bool named = d->disk ? strcmp(name, d->disk) == 0 : i == UPLOADS && strcmp(name, "uploads") == 0;
    if (named) return snprintf(path, size, "%s", d->path) < (int)size;
  }
  size_t n = strlen(MEMORY_ROOT);
  if (strncmp(name, MEMORY_ROOT, n) != 0 || !is_slug(name + n)) return false;
  return snprintf(path, size, "%s/%s", AT_MEMORY, name + n) < (int)size;
}

/* Without empty, `.` and `..` parts. */
static bool is_plain(const char *path) {
  for (const char *at = path;; at++) {
    size_t n = strcspn(at, "/");
    if (n == 0 || n > NAME_MAX_BYTES || (n == 1 && at[0] == '.') || (n == 2 && at[0] == '.' && at[1] == '.')) {
      return false;
    }
    at += n;
    if (!*at) return true;
  }
}

bool place_at(const char *root, const char *path, struct place *place) {
  if (!is_plain(path)) return false;
  place->root = root;
  place->read_only = false;
  int n = snprintf(place->path, sizeof place->path, "%s/%s", root, path);
  return n >= 0 && (size_t)n < sizeof place->path;
}

void place_below(const struct request *q, struct place *place) {
  static char root[512];
  const struct field *path = &q->f[1];
  if (!root_named(q->f[0].p, root, sizeof root)) end_with(MISSING, "no such root");
  if (strlen(path->p) != path->n || !place_at(root, path->p, place)) end_with(FAILED, "not a path");
}
