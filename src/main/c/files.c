/* The tools read and write. Each runs in a child process of its own. */
#include "files.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINE_SHOWN 20000 /* bytes of one line */
#define NAMES_SHOWN 100
#define COUNT_MAX (64 << 20) /* bytes of a file whose lines are counted */

static void is_directory(struct result *r, const char *path, int fd) {
  struct entries entries;
  long budget = WALK_MAX;
  if (!entries_read(fd, &entries, &budget)) {
    fail(r, "read: %s is a directory that cannot be read", path);
    return;
  }
  fail(r, "read: %s is a directory; it holds %zu %s", path, entries.n, entries.n == 1 ? "entry" : "entries");
  buf_text(&r->text, entries.n ? ":" : "");
  for (size_t i = 0; i < entries.n && i < NAMES_SHOWN; i++) {
    buf_format(&r->text, "\n%s%s", entries.of[i].name, entries.of[i].type == DT_DIR ? "/" : "");
  }
  if (entries.n > NAMES_SHOWN) buf_format(&r->text, "\n[%d of %zu]", NAMES_SHOWN, entries.n);
  entries_free(&entries);
}

struct range_of_lines {
  long long first, last; /* last: 0 for the end */
};

/* What is shown of the line that is being read. */
struct view {
  size_t start, n, left_out;
  long long not_utf8;
};

static void show_piece(struct view *v, const struct piece *piece, struct buf *out) {
  if (piece->first) {
    v->start = out->n;
    v->n = v->left_out = 0;
  }
  size_t room = LINE_SHOWN - v->n, take = piece->n;
  if (take > room) take = v->left_out ? 0 : whole_characters(piece->p, room);
  int used;
  for (size_t i = 0; i < take; i += (size_t)used) {
    v->not_utf8 += !utf8_valid(piece->p + i, piece->n - i, &used);
  }
  buf_add(out, piece->p, take);
  v->n += take;
  v->left_out += piece->n - take;
  if (piece->last && v->left_out) buf_format(out, "[… %zu more bytes of this line]", v->left_out);
}

static void new_line(struct buf *out) {
  if (out->n && out->p[out->n - 1] != '\n') buf_text(out, "\n");
}

/* Without a mark: how UTF-16 begins. */
static void drop_mark(struct lines *l, struct piece *piece) {
  bool utf16 = l->kind == TEXT_UTF16_LITTLE || l->kind == TEXT_UTF16_BIG;
  if (!utf16 || l->number != 1 || !piece->first || piece->n < 3 || memcmp(piece->p, "\xef\xbb\xbf", 3)) return;
  piece->p += 3;
  piece->n -= 3;
}

static void read_lines(struct lines *l, const char *path, struct range_of_lines range, struct result *r) {
  struct piece piece;
  struct view view = {0};
  struct buf *out = &r->text;
  while (next_piece(l, &piece)) {
    if (range.last > 0 && l->number > range.last) break;
    drop_mark(l, &piece);
    if (l->number < range.first) continue;
    show_piece(&view, &piece, out);
    if (piece.ends && l->number != range.last) buf_text(out, "\n");
    if (out->n <= FILE_MAX) continue;
    out->n = view.start;
    buf_format(out, "[cut at %u bytes; continue with view_range [%ld, %lld]]", FILE_MAX, l->number,
               range.last > 0 ? range.last : -1);
    return;
  }
  if (l->broken) {
    fail(r, "read: %s: i/o error", path);
  } else if (l->number == 0) {
    buf_format(out, "[%s is empty]", path);
  } else if (l->number < range.first) {
    buf_format(out, "[%s has %ld %s; line %lld is beyond its end]", path, l->number,
               l->number == 1 ? "line" : "lines", range.first);
  }
  if (view.not_utf8) {
    new_line(out);
    buf_format(out, "[%s is not all UTF-8: %lld bytes are shown as \xef\xbf\xbd; edit keeps them]", path,
               view.not_utf8);
  }
}

static void too_big(int fd, const char *path, const struct stat *st, struct result *r) {
  fail(r, "read: %s is %lld bytes, exceeds %u-byte limit. Use view_range to read part of it", path,
       (long long)st->st_size, FILE_MAX);
  struct lines l = {.fd = fd};
  struct piece piece;
  if (st->st_size <= COUNT_MAX) {
    while (next_piece(&l, &piece)) {
    }
    buf_format(&r->text, ": it has %ld %s", l.number, l.number == 1 ? "line" : "lines");
  }
  buf_text(&r->text, ".");
}

void tool_read(const struct request *q, struct result *r) {
  const char *given = q->f[0].p;
  struct place place;
  struct stat st;
  if (!find_place("read", given, &place, r)) return;
  int fd = open_file("read", given, &place, &st, r);
  if (fd < 0) return;
  if (S_ISDIR(st.st_mode)) {
    is_directory(r, place.path, fd);
    return;
  }
  char head[HEAD_BYTES];
  ssize_t n = pread(fd, head, sizeof head, 0);
  struct range_of_lines range = {1, 0};
  if (q->f[1].p) {
    long long first = atoll(q->f[1].p), last = atoll(q->f[2].p);
    range = (struct range_of_lines){first < 1 ? 1 : first, last < 0 ? 0 : last};
  }
  if (n > 0 && text_kind(head, (size_t)n) == BINARY) {
    fail(r, "read: %s is a binary file (%s, %lld bytes). Look at it with bash, for example with file, strings or xxd.",
         place.path, binary_name(head, (size_t)n), (long long)st.st_size);
  } else if (!q->f[1].p && st.st_size > (off_t)FILE_MAX) {
    too_big(fd, place.path, &st, r);
  } else {
    struct lines l = {.fd = fd};
    char directory[4096];
    if (given[0] != '/' && shell_is_elsewhere(directory, sizeof directory)) {
      buf_format(&r->text, "[%s; bash is in %s]\n", place.path, directory);
    }
    read_lines(&l, place.path, range, r);
  }
}

void tool_write(const struct request *q, struct result *r) {
  const char *given = q->f[0].p;
  struct place place;
  if (!find_place("write", given, &place, r)) return;
  long names = store("write", given, &place, q->f[1].p, q->f[1].n, r);
  if (names == 0) return;
  buf_format(&r->text, "wrote %zu bytes to %s", q->f[1].n, place.path);
  if (names > 1) buf_format(&r->text, "; the file has %ld names, and all show it", names);
}
