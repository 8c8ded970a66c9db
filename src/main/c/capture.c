/* What a command printed: the end of it in memory, all of it in a file once it is long. Colours and
 * cursor movements are taken out on the way. */
#include "hand.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define OLD_MAX 10000 /* files that we look at */

enum { PLAIN, ESCAPE, CSI, STRING, STRING_ESCAPE, CHARSET };

void capture_reset(struct capture *c) {
  if (c->spilling && c->spill >= 0) close(c->spill);
  c->spilling = c->removed = false;
  c->tail.n = 0;
  c->total = c->spilled = c->shown = 0;
  c->spill_error = 0;
  c->ansi = PLAIN;
  c->name[0] = 0;
}

/* A call starts. What background jobs printed since the last one counts as its output. */
void capture_start(struct capture *c, const char *call_id) {
  if (c->tail.n > OUTPUT_MAX) buf_drop(&c->tail, c->tail.n - OUTPUT_MAX);
  c->total = c->tail.n;
  c->shown = 0;
  snprintf(c->name, sizeof c->name, "%s.txt", call_id);
}

static void spill(struct capture *c, const char *p, size_t n) {
  if (c->spill_error || c->spilled + n > SPILL_MAX) {
    n = c->spill_error ? 0 : (size_t)(SPILL_MAX - c->spilled);
  }
  if (n == 0) return;
  if (!write_all(c->spill, p, n)) {
    c->spill_error = errno ? errno : EIO;
    return;
  }
  c->spilled += n;
}

struct old {
  int64_t changed, bytes;
  char name[CALL_ID_MAX + 8];
};

static int by_age(const void *a, const void *b) {
  const struct old *x = a, *y = b;
  return (x->changed > y->changed) - (x->changed < y->changed);
}

/* Removes the oldest files until there is room for one more. True when one went. */
static bool spill_room(int at) {
  int fd = openat(at, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *dir = fd < 0 ? NULL : fdopendir(fd);
  if (!dir) return false;
  struct old *files = NULL;
  size_t n = 0;
  int64_t sum = 0;
  struct dirent *entry;
  struct stat st;
  while (n < OLD_MAX && (entry = readdir(dir))) {
    size_t length = strlen(entry->d_name);
    if (length >= sizeof files->name || fstatat(at, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
        !S_ISREG(st.st_mode)) {
      continue;
    }
    if (n % 64 == 0) files = must(realloc(files, (n + 64) * sizeof *files));
    files[n].changed = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
    files[n].bytes = st.st_size;
    memcpy(files[n].name, entry->d_name, length + 1);
    sum += st.st_size;
    n++;
  }
  closedir(dir);
  bool removed = false;
  if (n > 0) qsort(files, n, sizeof *files, by_age);
  for (size_t i = 0; i < n && sum > (int64_t)(SPILLS_MAX - SPILL_MAX); i++) {
    if (unlinkat(at, files[i].name, 0) == 0) removed = true;
    sum -= files[i].bytes;
  }
  free(files);
  return removed;
}

static void spill_open(struct capture *c) {
  c->spilling = true;
  if (disk_full(0)) {
    c->spill = -1;
    c->spill_error = ENOSPC;
    return;
  }
  int dir = open(AT_TOOL_OUTPUTS, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (dir >= 0) {
    unlinkat(dir, c->name, 0);
    c->removed = spill_room(dir);
    c->spill = openat(dir, c->name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  }
  if (dir < 0 || c->spill < 0) {
    c->spill = -1;
    c->spill_error = errno;
  }
  if (dir >= 0) close(dir);
  spill(c, c->tail.p, c->tail.n);
}

static void keep(struct capture *c, const char *p, size_t n) {
  if (c->name[0]) {
    if (!c->spilling && c->total + n > OUTPUT_MAX) spill_open(c);
    if (c->spilling) spill(c, p, n);
  }
  c->total += n;
  buf_add(&c->tail, p, n);
  if (c->tail.n > 3 * OUTPUT_MAX) buf_drop(&c->tail, c->tail.n - OUTPUT_MAX);
}

/* An escape sequence that does not end is given up at the end of its line. */
void capture_feed(struct capture *c, const char *p, size_t n) {
  size_t start = 0;
  for (size_t i = 0; i < n; i++) {
    unsigned char ch = (unsigned char)p[i];
    int before = c->ansi;
    switch (c->ansi) {
      case PLAIN:
        if (ch == 0x1b) c->ansi = ESCAPE;
        break;
      case ESCAPE:
        c->ansi = ch == '[' ? CSI
                  : ch == ']' || ch == 'P' || ch == '_' || ch == '^' || ch == 'X' ? STRING
                  : ch == '(' || ch == ')' || ch == '#' || ch == '%' ? CHARSET
                                                                      : PLAIN;
        break;
      case CSI:
        if (ch >= 0x40 || ch < 0x20) c->ansi = PLAIN;
        break;
      case STRING:
        if (ch == 0x07 || ch == '\n') c->ansi = PLAIN;
        if (ch == 0x1b) c->ansi = STRING_ESCAPE;
        break;
      default: c->ansi = PLAIN;
    }
    if (before == PLAIN && c->ansi != PLAIN) keep(c, p + start, i - start);
    if (before != PLAIN) start = i + 1;
    if (before != PLAIN && ch == '\n') { /* a line end is never part of a sequence */
      c->ansi = PLAIN;
      start = i;
    }
  }
  if (c->ansi == PLAIN && start < n) keep(c, p + start, n - start);
}

/* The bytes at the end that begin a character whose rest has not come yet. */
static size_t unfinished(const char *p, size_t n) {
  for (size_t back = 1; back <= 3 && back <= n; back++) {
    unsigned char c = (unsigned char)p[n - back];
    if ((c & 0xc0) == 0x80) continue;
    size_t whole = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc0 ? 2 : 1;
    return whole > back ? back : 0;
  }
  return 0;
}

const char *capture_fresh(struct capture *c, size_t *n, uint64_t *left_out) {
  uint64_t fresh = c->total - c->shown;
  *n = fresh < LIVE_MAX ? (size_t)fresh : LIVE_MAX;
  if (*n > c->tail.n) *n = c->tail.n;
  const char *p = c->tail.p + (c->tail.n - *n);
  for (int i = 0; i < 3 && fresh > *n && *n > 0 && ((unsigned char)*p & 0xc0) == 0x80; i++) {
    p++;
    --*n;
  }
  *left_out = fresh - *n;
  size_t later = unfinished(p, *n);
  *n -= later;
  if (*n == 0) return NULL;
  c->shown = c->total - later;
  return p;
}

/* Appends the text for the model, and starts anew. */
void capture_finish(struct capture *c, struct buf *out) {
  bool cut = c->total > OUTPUT_MAX;
  if (c->tail.n > OUTPUT_MAX) {
    buf_drop(&c->tail, c->tail.n - OUTPUT_MAX);
    size_t half = 0; /* of a character that the cut went through */
    while (half < 3 && half < c->tail.n && ((unsigned char)c->tail.p[half] & 0xc0) == 0x80) half++;
    buf_drop(&c->tail, half);
  }
  size_t n = c->tail.n;
  while (n > 0 && (c->tail.p[n - 1] == '\n' || c->tail.p[n - 1] == '\r')) n--;
  if (cut) buf_text(out, "[output truncated]\n");
  buf_add(out, c->tail.p, n);
  if (cut) {
    char scratch[64];
    unsigned long long total = c->total, kept = c->spilled;
    if (c->spill_error) {
      buf_format(out, "\n[full output: %llu bytes, not kept: %s]", total,
                 fs_text(c->spill_error, scratch, sizeof scratch));
    } else if (kept < total) {
      buf_format(out, "\n[full output: %llu bytes, the first %llu in %s/%s]", total, kept,
                 AT_TOOL_OUTPUTS, c->name);
    } else {
      buf_format(out, "\n[full output: %llu bytes in %s/%s]", total, AT_TOOL_OUTPUTS, c->name);
    }
    if (c->removed) {
      buf_format(out, "\n[the oldest full outputs were removed: %llu MiB of them are kept]",
                 SPILLS_MAX >> 20);
    }
  }
  capture_reset(c);
}
