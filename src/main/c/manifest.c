/* What a tree was when it was packed: enough to see later which entries have changed. The change time of an
 * inode cannot be set from inside a sandbox. */
#include "pax.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Clocks of file systems may tick this seldom: an entry that changed so shortly before the look may have
 * changed again after it, with the same time. */
#define TICK_NS 20000000

static uint32_t hash(const char *path, size_t n) {
  uint32_t h = 2166136261u;
  for (size_t i = 0; i < n; i++) h = (h ^ (unsigned char)path[i]) * 16777619u;
  return h;
}

void manifest_start(struct manifest *m, const char *name) {
  struct timespec now;
  *m = (struct manifest){0};
  clock_gettime(CLOCK_REALTIME, &now);
  m->head.taken = now.tv_sec;
  m->head.taken_ns = now.tv_nsec;
  snprintf(m->head.name, sizeof m->head.name, "%s", name ? name : "");
  buf_add(&m->bytes, &m->head, sizeof m->head);
}

static struct mark mark_of(const struct stat *st) {
  return (struct mark){
      .inode = st->st_ino,
      .size = S_ISDIR(st->st_mode) ? 0 : (uint64_t)st->st_size,
      .modified = st->st_mtim.tv_sec,
      .modified_ns = st->st_mtim.tv_nsec,
      .changed = st->st_ctim.tv_sec,
      .changed_ns = st->st_ctim.tv_nsec,
      .mode = st->st_mode,
  };
}

void manifest_add(struct manifest *m, const struct stat *st, const char *path, size_t n) {
  struct mark mark = mark_of(st);
  mark.path_n = (uint32_t)n;
  buf_add(&m->bytes, &mark, sizeof mark);
  buf_add(&m->bytes, path, n);
}

bool manifest_write(const struct manifest *m, int fd) {
  size_t head = sizeof m->head; /* the last thing that is written */
  return ftruncate(fd, 0) == 0 && lseek(fd, (off_t)head, SEEK_SET) >= 0 &&
         write_all(fd, m->bytes.p + head, m->bytes.n - head) && lseek(fd, 0, SEEK_SET) == 0 &&
         write_all(fd, m->bytes.p, head);
}

struct mark manifest_mark(const struct manifest *m, size_t i, const char **path) {
  struct mark mark;
  memcpy(&mark, m->bytes.p + m->at[i], sizeof mark);
  *path = m->bytes.p + m->at[i] + sizeof mark;
  return mark;
}

static bool read_whole(struct buf *b, int fd) {
  char chunk[65536];
  ssize_t n;
  for (off_t at = 0; (n = pread(fd, chunk, sizeof chunk, at)) > 0; at += n) buf_add(b, chunk, (size_t)n);
  return n == 0;
}

static void index_paths(struct manifest *m) {
  m->slots_n = 64;
  while (m->slots_n < 2 * m->n) m->slots_n *= 2;
  m->slots = must(calloc(m->slots_n, sizeof *m->slots));
  m->seen = must(calloc(m->n + 1, sizeof *m->seen));
  for (size_t i = 0; i < m->n; i++) {
    const char *path;
    struct mark mark = manifest_mark(m, i, &path);
    size_t slot = hash(path, mark.path_n) & (m->slots_n - 1);
    while (m->slots[slot]) slot = (slot + 1) & (m->slots_n - 1);
    m->slots[slot] = (uint32_t)i + 1;
  }
}

bool manifest_load(struct manifest *m, int fd, const char *name) {
  *m = (struct manifest){0};
  size_t cap = 0, at = sizeof m->head;
  if (fd < 0 || !name || pread(fd, &m->head, sizeof m->head, 0) != sizeof m->head) return false;
  if (strncmp(m->head.name, name, sizeof m->head.name) != 0 || !read_whole(&m->bytes, fd)) return false;
  if (m->bytes.n < sizeof m->head) return false;
  while (at < m->bytes.n) {
    struct mark mark;
    if (m->bytes.n - at < sizeof mark || m->n == PAX_ENTRIES_MAX) return false;
    memcpy(&mark, m->bytes.p + at, sizeof mark);
    if (m->bytes.n - at - sizeof mark < mark.path_n) return false;
    if (m->n == cap) {
      cap = cap ? 2 * cap : 256;
      m->at = must(realloc(m->at, cap * sizeof *m->at));
    }
    m->at[m->n++] = at;
    at += sizeof mark + mark.path_n;
  }
  index_paths(m);
  return true;
}

size_t manifest_find(const struct manifest *m, const char *path, size_t n) {
  if (!m->slots) return NOT_FOUND;
  for (size_t slot = hash(path, n) & (m->slots_n - 1); m->slots[slot]; slot = (slot + 1) & (m->slots_n - 1)) {
    const char *known;
    struct mark mark = manifest_mark(m, m->slots[slot] - 1, &known);
    if (mark.path_n == n && memcmp(known, path, n) == 0) return m->slots[slot] - 1;
  }
  return NOT_FOUND;
}

bool manifest_same(const struct manifest *m, size_t i, const struct stat *st) {
  const char *path;
  struct mark then = manifest_mark(m, i, &path), now = mark_of(st);
  int64_t taken = m->head.taken;
  bool settled = taken > then.changed + 1 ||
                 (taken >= then.changed &&
                  (taken - then.changed) * 1000000000 + m->head.taken_ns - then.changed_ns > TICK_NS);
  now.path_n = then.path_n;
  return memcmp(&then, &now, sizeof now) == 0 && settled;
}

void manifest_free(struct manifest *m) {
  buf_free(&m->bytes);
  free(m->at);
  free(m->seen);
  free(m->slots);
  *m = (struct manifest){0};
}
