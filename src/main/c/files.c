/* The tools read, write and edit. Each runs in a child process of its own. */
#include "hand.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Opens a regular file for reading; a FIFO or a device neither blocks nor passes. */
static int open_regular(const char *tool, const char *given, const struct place *place,
                        struct stat *st, struct result *r) {
  int fd = open_place(place, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
  if (fd < 0 && (errno == ENXIO || errno == ENODEV)) { /* a socket, a device without a driver */
    fail(r, "%s: %s is not a regular file", tool, given);
    return -1;
  }
  if (fd < 0 || fstat(fd, st) < 0) {
    fail_fs(r, tool, errno);
    if (fd >= 0) close(fd);
    return -1;
  }
  if (!S_ISREG(st->st_mode)) {
    fail(r, "%s: %s is not a regular file", tool, given);
    close(fd);
    return -1;
  }
  return fd;
}

/* Reads to the end, or one byte more than `max`. */
static bool slurp(int fd, size_t max, struct buf *out) {
  char chunk[65536];
  while (out->n <= max) {
    ssize_t n = read(fd, chunk, sizeof chunk);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    if (n == 0) return true;
    buf_add(out, chunk, (size_t)n);
  }
  return true;
}

static void too_big(struct result *r, const char *tool, const char *given, unsigned long long n,
                    const char *advice) {
  fail(r, "%s: %s is %llu bytes, exceeds %u-byte limit.%s", tool, given, n, FILE_MAX, advice);
}

/* Lines `first` to `last` (0: the end) of a file of any size, FILE_MAX bytes of them at most. */
static void read_range(int fd, const char *given, long long first, long long last,
                       struct result *r) {
  char chunk[65536];
  long long line = 1;
  size_t line_start = 0; /* where the current line starts in the text */
  ssize_t n;
  while ((n = read(fd, chunk, sizeof chunk)) != 0) {
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      fail_fs(r, "read", errno);
      return;
    }
    for (ssize_t i = 0; i < n;) {
      char *end = memchr(chunk + i, '\n', (size_t)(n - i));
      ssize_t stop = end ? end - chunk + 1 : n;
      if (line >= first) {
        size_t take = (size_t)(stop - i);
        if (end && last > 0 && line == last) take--;
        if (r->text.n + take > FILE_MAX) {
          if (line_start == 0) {
            fail(r, "read: line %lld of %s exceeds %u-byte limit", line, given, FILE_MAX);
            return;
          }
          r->text.n = line_start;
          buf_format(&r->text, "[cut at %u bytes; continue with view_range [%lld, ", FILE_MAX, line);
          buf_format(&r->text, "%lld]]", last > 0 ? last : -1);
          return;
        }
        buf_add(&r->text, chunk + i, take);
      }
      if (end) {
        if (last > 0 && line == last) return;
        line++;
        line_start = r->text.n;
      }
      i = stop;
    }
  }
}

void tool_read(const struct request *q, struct result *r) {
  const char *given = q->f[0].p;
  struct place place;
  struct stat st;
  if (!find_place("read", given, &place, r)) return;
  int fd = open_regular("read", given, &place, &st, r);
  if (fd < 0) return;
  if (q->f[1].p) {
    long long first = atoll(q->f[1].p), last = atoll(q->f[2].p);
    read_range(fd, given, first < 1 ? 1 : first, last < 0 ? 0 : last, r);
    return;
  }
  const char *advice = " Use view_range to read part of it.";
  if (st.st_size > (off_t)FILE_MAX) {
    too_big(r, "read", given, (unsigned long long)st.st_size, advice);
  } else if (!slurp(fd, FILE_MAX, &r->text)) {
    fail_fs(r, "read", errno);
  } else if (r->text.n > FILE_MAX) {
    too_big(r, "read", given, (unsigned long long)r->text.n, advice);
  }
}

/* Puts `content` in the place of what was there, all or nothing. */
static bool replace(const char *tool, const struct place *place, const char *content, size_t n,
                    struct result *r) {
  const char *leaf = NULL;
  int dir = open_parent(place, true, &leaf);
  if (dir < 0) {
    fail_fs(r, tool, errno);
    return false;
  }
  struct stat st;
  bool exists = fstatat(dir, leaf, &st, AT_SYMLINK_NOFOLLOW) == 0;
  if (exists && !S_ISREG(st.st_mode)) {
    int error = S_ISDIR(st.st_mode) ? EISDIR : S_ISLNK(st.st_mode) ? ELOOP : EINVAL;
    fail_fs(r, tool, error);
    close(dir);
    return false;
  }
  char temp[64];
  int fd = -1;
  for (int i = 0; fd < 0 && i < 100; i++) {
    snprintf(temp, sizeof temp, ".hand-%d-%d.tmp", (int)getpid(), i);
    fd = openat(dir, temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0 && errno != EEXIST) break;
  }
  if (fd < 0) {
    fail_fs(r, tool, errno);
    close(dir);
    return false;
  }
  bool ok = write_all(fd, content, n) && fchmod(fd, exists ? st.st_mode & 07777 : 0600) == 0;
  int error = errno;
  if (close(fd) < 0 && ok) {
    ok = false;
    error = errno;
  }
  if (ok && renameat(dir, temp, dir, leaf) < 0) {
    ok = false;
    error = errno;
  }
  if (!ok) {
    unlinkat(dir, temp, 0);
    fail_fs(r, tool, error);
  }
  close(dir);
  return ok;
}

static bool writable(const char *tool, const char *given, const struct place *place,
                     struct result *r) {
  if (!place->read_only) return true;
  fail(r, "%s: %s is inside read-only directory %s", tool, given, place->root);
  return false;
}

void tool_write(const struct request *q, struct result *r) {
  const char *given = q->f[0].p;
  struct place place;
  if (!find_place("write", given, &place, r) || !writable("write", given, &place, r)) return;
  if (replace("write", &place, q->f[1].p, q->f[1].n, r)) {
    buf_format(&r->text, "wrote %zu bytes to %s", q->f[1].n, given);
  }
}

void tool_edit(const struct request *q, struct result *r) {
  const char *given = q->f[0].p, *old = q->f[1].p, *new = q->f[2].p;
  size_t old_n = q->f[1].n, new_n = q->f[2].n;
  bool all = q->f[3].p && q->f[3].p[0] == '1';
  struct place place;
  struct stat st;
  if (!find_place("edit", given, &place, r) || !writable("edit", given, &place, r)) return;
  int fd = open_regular("edit", given, &place, &st, r);
  if (fd < 0) return;
  struct buf text = {0}, out = {0};
  if (st.st_size > (off_t)FILE_MAX || !slurp(fd, FILE_MAX, &text) || text.n > FILE_MAX) {
    unsigned long long n = st.st_size > (off_t)FILE_MAX ? (unsigned long long)st.st_size : text.n;
    if (n > FILE_MAX) {
      too_big(r, "edit", given, n, " Use bash to change it.");
    } else {
      fail_fs(r, "edit", errno);
    }
    return;
  }
  close(fd);
  size_t count = 0, from = 0;
  while (from <= text.n) {
    char *hit = text.n ? memmem(text.p + from, text.n - from, old, old_n) : NULL;
    size_t stop = hit ? (size_t)(hit - text.p) : text.n;
    if (out.n + (stop - from) + new_n > WRITE_MAX) {
      fail(r, "edit: the result exceeds %u-byte limit", WRITE_MAX);
      return;
    }
    buf_add(&out, text.p + from, stop - from);
    if (!hit) break;
    buf_add(&out, new, new_n);
    count++;
    from = stop + old_n;
  }
  if (count == 0) {
    fail(r, "edit: old_string not found in %s", given);
  } else if (count > 1 && !all) {
    fail(r, "edit: old_string appears %zu times in %s (must be unique)", count, given);
  } else if (replace("edit", &place, out.p ? out.p : "", out.n, r)) {
    buf_format(&r->text, "edited %s (%zu replacement(s))", given, count);
  }
}
