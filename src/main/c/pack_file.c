/* The content of a file in an archive. Holes stay holes. */
#include "pax_write.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#define HOLE_LEAST (64 << 10) /* smaller ones are data */

void pax_attributes(int fd, struct buf *records) {
  char *names = must(malloc(PAX_XATTRS_MAX)), *value = must(malloc(PAX_XATTRS_MAX));
  ssize_t n = flistxattr(fd, names, PAX_XATTRS_MAX);
  size_t all = 0;
  for (ssize_t at = 0; at < n; at += (ssize_t)strlen(names + at) + 1) {
    const char *name = names + at;
    if (strncmp(name, "user.", 5) != 0 || strchr(name, '=')) continue;
    ssize_t size = fgetxattr(fd, name, value, PAX_XATTRS_MAX);
    if (size < 0 || (all += (size_t)size) > PAX_XATTRS_MAX) continue;
    char key[300];
    snprintf(key, sizeof key, PAX_XATTR "%s", name);
    pax_record(records, key, value, (size_t)size);
  }
  free(names);
  free(value);
}

struct range {
  off_t from, to;
};

/* Where a file has data. One range of all, when it has no hole that is worth it. */
static size_t data_of(int fd, off_t size, struct range *ranges) {
  size_t n = 0;
  off_t at = 0;
  while (at < size && n < PAX_RANGES_MAX - 1) {
    off_t from = lseek(fd, at, SEEK_DATA);
    if (from < 0 && errno != ENXIO) break; /* not known here: the rest is data */
    if (from < 0 || from >= size) return n;
    off_t to = lseek(fd, from, SEEK_HOLE);
    if (to < 0 || to > size) to = size;
    if (to <= from) break;
    if (n > 0 && from - ranges[n - 1].to < HOLE_LEAST) ranges[n - 1].to = to;
    else ranges[n++] = (struct range){from < HOLE_LEAST ? 0 : from, to};
    at = to;
  }
  if (at < size) {
    if (n > 0 && ranges[n - 1].to == at) ranges[n - 1].to = size;
    else ranges[n++] = (struct range){at, size};
  }
  return n;
}

/* The announced number of bytes, whatever happens to the file meanwhile. */
static void content(struct pax_out *out, int fd, struct range range, uint64_t *changing) {
  static char chunk[1 << 16];
  bool whole = true;
  while (range.from < range.to && !out->error) {
    off_t left = range.to - range.from;
    size_t want = left < (off_t)sizeof chunk ? (size_t)left : sizeof chunk;
    ssize_t n = whole ? pread(fd, chunk, want, range.from) : 0;
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      whole = false;
      memset(chunk, 0, want);
      n = (ssize_t)want;
    }
    pax_bytes(out, chunk, (size_t)n);
    range.from += n;
  }
  *changing += !whole;
}

static void sparse(struct pax_out *out, int fd, struct pax_entry *e, const struct range *ranges, size_t n,
                   uint64_t *changing) {
  struct buf map = {0};
  uint64_t data = 0;
  off_t size = (off_t)e->size;
  bool ends = n > 0 && ranges[n - 1].to == size;
  buf_format(&map, "%zu\n", n + !ends);
  for (size_t i = 0; i < n; i++) {
    buf_format(&map, "%lld\n%lld\n", (long long)ranges[i].from, (long long)(ranges[i].to - ranges[i].from));
    data += (uint64_t)(ranges[i].to - ranges[i].from);
  }
  if (!ends) buf_format(&map, "%lld\n0\n", (long long)size);
  while (map.n % PAX_BLOCK) buf_add(&map, "", 1);
  pax_record(&e->records, "GNU.sparse.major", "1", 1);
  pax_record(&e->records, "GNU.sparse.minor", "0", 1);
  pax_record(&e->records, "GNU.sparse.name", e->path, strlen(e->path));
  pax_record_number(&e->records, "GNU.sparse.realsize", e->size);
  e->path = "GNUSparseFile";
  e->size = map.n + data;
  pax_head(out, e);
  pax_bytes(out, map.p, map.n);
  for (size_t i = 0; i < n; i++) content(out, fd, ranges[i], changing);
  pax_pad(out, e->size);
  buf_free(&map);
}

void pax_file(struct pax_out *out, int fd, const struct stat *st, struct pax_entry *e, uint64_t *changing) {
  static struct range ranges[PAX_RANGES_MAX];
  e->size = (uint64_t)st->st_size;
  pax_attributes(fd, &e->records);
  bool holes = st->st_blocks * 512 < st->st_size;
  size_t n = holes ? data_of(fd, st->st_size, ranges) : 1;
  if (holes && !(n == 1 && ranges[0].from == 0 && ranges[0].to == st->st_size)) {
    sparse(out, fd, e, ranges, n, changing);
    return;
  }
  pax_head(out, e);
  content(out, fd, (struct range){0, st->st_size}, changing);
  pax_pad(out, e->size);
}
