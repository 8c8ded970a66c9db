/* The operation that lists what is below a root. The cookie of a listing is a sum over its entries, so that
 * a host that knows it gets only the news that nothing has changed. */
#include "transfer.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct listing {
  struct buf entries, path;
  uint64_t sum[2];
  long left;
  bool cut;
};

/* The sum does not depend on the order of the entries, which a directory may change at will. */
static void sum_up(struct listing *l, const unsigned char *p, size_t n) {
  uint64_t a = 0xcbf29ce484222325, b = 0x9e3779b97f4a7c15;
  for (size_t i = 0; i < n; i++) {
    a = (a ^ p[i]) * 0x100000001b3;
    b = (b + p[i]) * 0xff51afd7ed558ccd;
    b ^= b >> 29;
  }
  l->sum[0] += a;
  l->sum[1] += b;
}

static void add(struct listing *l, const struct stat *st, bool closed) {
  unsigned char bytes[STAMP_BYTES + 1];
  struct stat known = *st;
  if (S_ISDIR(st->st_mode)) { /* what is in it has its own entries */
    known.st_size = 0;
    known.st_nlink = 0;
    known.st_mtim = known.st_ctim = (struct timespec){0};
  }
  stamp_of(&known, bytes);
  bytes[STAMP_BYTES] = closed ? ENTRY_CLOSED : 0;
  uint32_t n = (uint32_t)(sizeof bytes + l->path.n);
  unsigned char head[5] = {RECORD_ENTRY, (unsigned char)(n >> 24), (unsigned char)(n >> 16),
                           (unsigned char)(n >> 8), (unsigned char)n};
  buf_add(&l->entries, head, sizeof head);
  size_t at = l->entries.n;
  buf_add(&l->entries, bytes, sizeof bytes);
  buf_add(&l->entries, l->path.p, l->path.n);
  sum_up(l, (const unsigned char *)l->entries.p + at, n);
}

static void look(struct listing *l, int fd, int depth) {
  DIR *dir = fdopendir(fd);
  if (!dir) {
    close(fd);
    return;
  }
  struct dirent *entry;
  size_t before = l->path.n;
  while ((entry = readdir(dir))) {
    const char *name = entry->d_name;
    struct stat st;
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) continue;
    if (is_temporary(name)) continue;
    if (fstatat(dirfd(dir), name, &st, AT_SYMLINK_NOFOLLOW) < 0) continue;
    if (l->left-- <= 0) {
      l->cut = true;
      break;
    }
    if (before) buf_text(&l->path, "/");
    buf_text(&l->path, name);
    int inside = -1;
    if (S_ISDIR(st.st_mode) && depth < WALK_DEPTH) {
      inside = openat(dirfd(dir), name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    }
    add(l, &st, S_ISDIR(st.st_mode) && inside < 0);
    if (inside >= 0) look(l, inside, depth + 1);
    l->path.n = before;
  }
  closedir(dir);
}

void transfer_tree(const struct request *q) {
  char root[512];
  if (!root_named(q->f[0].p, root, sizeof root)) end_with(MISSING, "no such root");
  int fd = open(root, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) end_with_errno(errno);
  struct listing l = {.left = WALK_MAX};
  look(&l, fd, 0);
  unsigned char head[COOKIE_BYTES + 1];
  u64_put(head, l.sum[0]);
  u64_put(head + 8, l.sum[1]);
  head[COOKIE_BYTES] = l.cut;
  if (q->f[1].n == COOKIE_BYTES && memcmp(q->f[1].p, head, COOKIE_BYTES) == 0) end_with(UNCHANGED, "");
  record(RECORD_LISTING, head, sizeof head);
  record_flush();
  if (!write_all(1, l.entries.p, l.entries.n)) _exit(1);
  end_with(FINE, "");
}
