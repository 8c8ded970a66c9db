/* The tool grep: our own engine (regex.h), the same in every sandbox. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "regex.h"

#define SEARCH_MS 60000
#define COUNT_MS 5000    /* how long matches are counted that are not shown any more */
#define LINE_SHOWN 2000  /* bytes; of a longer line, what is around the match */
#define AROUND 400

struct search {
  struct regex *re;
  struct result *r;
  int64_t until;
  long budget; /* directory entries */
  long files, matching_files, lines, shown_files, shown_lines;
  long skipped, links, special, unread, deep;
  bool everything; /* within a directory that is skipped otherwise */
  bool late, uncounted, full;
  struct buf unread_first;
};

/* ---- what is shown ---- */

static void put_text(struct buf *out, const char *p, size_t n) {
  int used;
  for (size_t i = 0; i < n; i += (size_t)used) {
    if (utf8_valid(p + i, n - i, &used)) {
      buf_add(out, p + i, (size_t)used);
    } else {
      unsigned char c = (unsigned char)p[i];
      utf8_put(out, c < 0xa0 ? 0xfffd : c);
    }
  }
}

static bool middle_of_character(char c) { return ((unsigned char)c & 0xc0) == 0x80; }

static void put_line(struct buf *out, const struct piece *piece, size_t match) {
  size_t from = 0, to = piece->n;
  bool whole = piece->first && piece->last;
  if (!whole || piece->n > LINE_SHOWN) {
    from = match > AROUND ? match - AROUND : 0;
    to = match + AROUND < piece->n ? match + AROUND : piece->n;
    while (from < match && middle_of_character(piece->p[from])) from++;
    while (to < piece->n && to > match && middle_of_character(piece->p[to])) to--;
  }
  bool before = from > 0 || !piece->first, after = to < piece->n || !piece->last;
  if (before) buf_text(out, "…");
  put_text(out, piece->p + from, to - from);
  if (after) buf_text(out, "…");
  if (!before && !after) return;
  if (whole) {
    buf_format(out, " [part of a line of %zu bytes]", piece->n);
  } else {
    buf_format(out, " [part of a line of more than %u bytes]", PIECE_MAX);
  }
}

/* `first`: of its file. */
static void show(struct search *s, const struct buf *line, bool first) {
  s->lines++;
  s->matching_files += first;
  if (!s->full && s->r->text.n + line->n < OUTPUT_MAX) {
    buf_add(&s->r->text, line->p, line->n);
    buf_text(&s->r->text, "\n");
    s->shown_lines++;
    s->shown_files += first;
  } else if (!s->full) {
    s->full = true;
    if (s->until > now_ms() + COUNT_MS) s->until = now_ms() + COUNT_MS;
  }
}

/* ---- the search ---- */

static bool over(struct search *s) {
  if (now_ms() > s->until) {
    s->late |= !s->full;
    s->uncounted |= s->full;
  }
  return s->late || s->uncounted;
}

/* Where the match in the piece ends, or -1. A carriage return at the end is of the line's end, unless
 * the pattern names it. */
static ptrdiff_t match(struct regex *re, int *state, const struct piece *piece) {
  size_t n = piece->n;
  bool cr = piece->last && n > 0 && piece->p[n - 1] == '\r';
  ptrdiff_t at = automaton_feed(re, state, piece->p, n - cr);
  if (at < 0 && piece->last && automaton_end(re, state)) at = (ptrdiff_t)(n - cr);
  if (at >= 0 || !cr || !re->cr) return at;
  at = automaton_feed(re, state, "\r", 1);
  return at >= 0 || automaton_end(re, state) ? (ptrdiff_t)n : -1;
}

static void not_read(struct search *s, const char *path, int error) {
  char scratch[64];
  if (s->unread++ > 0) return;
  buf_format(&s->unread_first, "%s: %s", path, fs_text(error, scratch, sizeof scratch));
}

static void search_lines(struct search *s, struct lines *l, const char *path) {
  struct piece piece;
  struct buf line = {0};
  bool found = false, first = true;
  int state = 0;
  while (next_piece(l, &piece)) {
    if (piece.first) {
      if (l->number == 1 && piece.n >= 3 && memcmp(piece.p, "\xef\xbb\xbf", 3) == 0) { /* a mark */
        piece.p += 3;
        piece.n -= 3;
      }
      found = false;
      state = automaton_start(s->re);
    }
    if ((l->number % 256 == 0 || !piece.last) && over(s)) break;
    if (found) continue; /* the rest of a long line */
    ptrdiff_t at = match(s->re, &state, &piece);
    if (at < 0) continue;
    found = true;
    line.n = 0;
    bool binary = l->kind == BINARY || memchr(piece.p, 0, piece.n);
    if (binary) {
      buf_format(&line, "Binary file %s matches", path);
    } else {
      buf_format(&line, "%s:%ld:", path, l->number);
      put_line(&line, &piece, (size_t)at);
    }
    show(s, &line, first);
    first = false;
    if (binary) break;
  }
  buf_free(&line);
}

static void search_file(struct search *s, int fd, const char *path) {
  struct lines l = {.fd = fd};
  struct stat st;
  if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
    s->special++;
  } else {
    s->files++;
    l.sparse = (int64_t)st.st_blocks * 512 < st.st_size;
    search_lines(s, &l, path);
    if (l.broken) not_read(s, path, EIO);
  }
  lines_free(&l);
}

static void search_directory(struct search *s, int fd, struct buf *path, int depth);

static void search_entry(struct search *s, int dir, const struct entry *entry, struct buf *path,
                         int depth) {
  bool directory = entry->type == DT_DIR;
  int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
  if (directory && !s->everything && skipped_directory(entry->name)) {
    s->skipped++;
  } else if (directory && depth == WALK_DEPTH) {
    s->deep++;
  } else if (directory || entry->type == DT_REG) {
    int fd = openat(dir, entry->name, flags | (directory ? O_DIRECTORY : 0));
    if (fd < 0) {
      if (errno != ENOENT) not_read(s, path->p, errno);
    } else if (directory) {
      search_directory(s, fd, path, depth + 1);
    } else {
      search_file(s, fd, path->p);
    }
  } else if (entry->type == DT_LNK) {
    s->links++;
  } else {
    s->special++;
  }
}

static void search_directory(struct search *s, int fd, struct buf *path, int depth) {
  struct entries entries;
  if (!entries_read(dup(fd), &entries, &s->budget)) not_read(s, path->p, errno);
  size_t n = path->n;
  for (size_t i = 0; i < entries.n && !over(s); i++) {
    if (n > 1) buf_text(path, "/");
    buf_add(path, entries.of[i].name, strlen(entries.of[i].name) + 1);
    path->n--;
    search_entry(s, fd, &entries.of[i], path, depth);
    path->n = n;
    path->p[n] = 0;
  }
  entries_free(&entries);
  close(fd);
}

/* ---- the result ---- */

static void part(struct buf *out, long n, const char *one, const char *many) {
  if (n > 0) buf_format(out, "%s%ld %s", out->n ? ", " : "", n, n == 1 ? one : many);
}

static void nothing(struct search *s) {
  struct buf left = {0};
  buf_format(&s->r->text, "no matches (%ld %s searched)\n", s->files, s->files == 1 ? "file" : "files");
  part(&left, s->skipped, "directory named .git or node_modules", "directories named .git or node_modules");
  part(&left, s->links, "symbolic link", "symbolic links");
  part(&left, s->special, "special file", "special files");
  if (left.n) {
    buf_format(&s->r->text, "[not searched: %.*s; what path names is searched]\n", (int)left.n, left.p);
  }
  if (s->re->or_slash) buf_text(&s->r->text, "[\\| is a literal |; alternatives are written a|b]\n");
  buf_free(&left);
}

static void notes(struct search *s) {
  struct buf *out = &s->r->text;
  if (s->full) {
    buf_format(out, "[%ld of %s%ld matching lines, in %ld of %s%ld files; use a narrower pattern or path]\n",
               s->shown_lines, s->uncounted ? "more than " : "", s->lines, s->shown_files,
               s->uncounted ? "more than " : "", s->matching_files);
  }
  if (s->unread) {
    buf_format(out, "[%ld could not be read: %.*s%s]\n", s->unread, (int)s->unread_first.n,
               s->unread_first.p, s->unread > 1 ? ", …" : "");
  }
  if (s->deep) buf_format(out, "[nothing deeper than %d directories was searched]\n", WALK_DEPTH);
  if (s->late) buf_format(out, "[the search was stopped after %d s; use a narrower path]\n", SEARCH_MS / 1000);
  if (s->budget == 0) {
    buf_format(out, "[the search was stopped after %d files and directories; use a narrower path]\n", WALK_MAX);
  }
}

static void finish(struct search *s) {
  if (s->lines == 0) nothing(s);
  notes(s);
  s->r->text.n--; /* the last line break */
}

void tool_grep(const struct request *q, struct result *r) {
  const char *pattern = q->f[0].p, *given = q->f[1].p && q->f[1].n ? q->f[1].p : ".";
  struct search s = {.r = r, .until = now_ms() + SEARCH_MS, .budget = WALK_MAX};
  struct buf error = {0}, path = {0};
  struct place place;
  struct stat st;
  if (!find_place("grep", given, &place, r)) return;
  s.re = regex_compile(pattern, &error);
  if (!s.re) {
    fail(r, "grep: invalid regex: %.*s", (int)error.n, error.p);
    return;
  }
  int fd = open_place(&place, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
  if (fd < 0 && (errno == ENXIO || errno == ENODEV)) { /* a socket, a device without a driver */
    fail(r, "grep: %s is not a regular file or directory", place.path);
  } else if (fd < 0 || fstat(fd, &st) < 0) {
    fail_path(r, "grep", given, place.path, errno);
  } else if (S_ISDIR(st.st_mode)) {
    buf_add(&path, place.path, strlen(place.path) + 1);
    path.n--;
    s.everything = inside_skipped(place.path);
    search_directory(&s, fd, &path, 0);
    finish(&s);
  } else if (S_ISREG(st.st_mode)) {
    search_file(&s, fd, place.path);
    finish(&s);
  } else {
    fail(r, "grep: %s is not a regular file or directory", place.path);
  }
}
