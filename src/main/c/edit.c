/* The tool edit. Bytes first; where the texts have no carriage return, a line break stands for the
 * line ends that the file has. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ends.h"
#include "files.h"

struct span {
  size_t from, to;
};

struct spans {
  struct span *of;
  size_t n, cap;
};

struct edit {
  struct buf text; /* of the file, as UTF-8 unless it is no text */
  const char *old, *new;
  size_t old_n, new_n;
  bool all;
  bool cr_alone; /* the lines of the file end in carriage returns alone */
  bool verbatim; /* one of the texts names carriage returns */
  size_t *origin; /* of each line of `new`, a line of `old` */
  size_t old_lines;
  const char **ends; /* of the lines of `old`, where it was found last */
  const char *carried; /* what the line that the next place begins with ends with, when it is another */
  const char *last_end; /* the last line end of the file */
  size_t ahead; /* where the first line end after that is */
};

static void add(struct spans *spans, size_t from, size_t to) {
  if (spans->n == spans->cap) {
    spans->cap = spans->cap ? spans->cap * 2 : 16;
    spans->of = must(realloc(spans->of, spans->cap * sizeof *spans->of));
  }
  spans->of[spans->n++] = (struct span){from, to};
}

static const char *find(const char *text, size_t n, size_t from, const char *what, size_t what_n) {
  return from < n ? memmem(text + from, n - from, what, what_n) : NULL;
}

static void find_bytes(const struct edit *e, struct spans *out) {
  size_t from = 0;
  for (const char *hit; (hit = find(e->text.p, e->text.n, from, e->old, e->old_n)); from += e->old_n) {
    from = (size_t)(hit - e->text.p);
    bool half = !e->verbatim && *hit == '\n' && from > 0 && hit[-1] == '\r'; /* of a line end */
    add(out, from - half, from + e->old_n);
  }
}

/* How long the line end at `i` is; 0 where there is none. */
static size_t line_end(const struct edit *e, size_t i) {
  const char *p = e->text.p;
  if (p[i] == '\n') return 1;
  if (p[i] != '\r') return 0;
  return i + 1 < e->text.n && p[i + 1] == '\n' ? 2 : e->cr_alone;
}

/* The text with a line break for every line end, and where each of its bytes came from. */
static size_t *simplify(const struct edit *e, struct buf *simple) {
  size_t *origin = must(malloc((e->text.n + 2) * sizeof *origin)), i = 0;
  while (i < e->text.n) {
    size_t end = line_end(e, i);
    origin[simple->n] = i;
    buf_add(simple, end ? "\n" : e->text.p + i, 1);
    i += end ? end : 1;
  }
  origin[simple->n] = origin[simple->n + 1] = e->text.n;
  return origin;
}

/* As find_bytes, but with any line ends; a last line without one counts as if it had it. */
static void find_lines(const struct edit *e, struct spans *out, bool *beyond) {
  struct buf simple = {0};
  size_t *origin = simplify(e, &simple);
  size_t from = 0, n = simple.n;
  for (const char *hit; (hit = find(simple.p, n, from, e->old, e->old_n)); from += e->old_n) {
    from = (size_t)(hit - simple.p);
    add(out, origin[from], origin[from + e->old_n]);
  }
  bool open = n > 0 && simple.p[n - 1] != '\n';
  if (out->n == 0 && open && e->old_n > 1 && e->old_n <= n + 1 && e->old[e->old_n - 1] == '\n' &&
      memcmp(simple.p + n + 1 - e->old_n, e->old, e->old_n - 1) == 0) {
    add(out, origin[n + 1 - e->old_n], e->text.n);
    *beyond = true;
  }
  buf_free(&simple);
  free(origin);
}

static const char *end_at(const struct edit *e, size_t i) {
  return line_end(e, i) == 2 ? "\r\n" : e->text.p[i] == '\r' ? "\r" : "\n";
}

static void prepare(struct edit *e) {
  e->old_lines = line_breaks(e->old, e->old_n) + 1;
  e->origin = line_origins(e->old, e->old_n, e->new, e->new_n);
  e->ends = must(malloc(e->old_lines * sizeof *e->ends));
  e->last_end = "\n";
  size_t i = e->text.n;
  while (i > 0 && !line_end(e, i - 1)) i--;
  if (i > 0) e->last_end = end_at(e, i > 1 && line_end(e, i - 2) == 2 ? i - 2 : i - 1);
}

/* The last line of the span ends behind it, or, when the file's last line has no end, as the one before. */
static void find_ends(struct edit *e, struct span span) {
  size_t k = 0, n;
  for (size_t i = span.from; i < span.to && k < e->old_lines; i += n ? n : 1) {
    n = line_end(e, i);
    if (n) e->ends[k++] = end_at(e, i);
  }
  if (e->ahead < span.to) e->ahead = span.to;
  while (e->ahead < e->text.n && !line_end(e, e->ahead)) e->ahead++;
  const char *rest = e->ahead < e->text.n ? end_at(e, e->ahead) : e->last_end;
  while (k < e->old_lines) e->ends[k++] = rest;
  if (e->carried) e->ends[0] = e->carried;
  e->carried = NULL;
}

/* Each line ends as the one that it stands for. Returns where the file goes on: behind the end of the
 * last line when that is another one, because lines are gone. */
static size_t put_new(struct edit *e, struct span span, size_t until, bool beyond, struct buf *out) {
  size_t n = e->new_n - (beyond && e->new_n > 0 && e->new[e->new_n - 1] == '\n'), line = 0;
  if (e->verbatim) {
    buf_add(out, e->new, n);
    return span.to;
  }
  find_ends(e, span);
  for (size_t i = 0; i < n; i++) {
    if (e->new[i] == '\n') {
      buf_text(out, e->ends[e->origin[line++]]);
    } else {
      buf_add(out, e->new + i, 1);
    }
  }
  bool other = e->origin[line] + 1 < e->old_lines && !beyond && span.to < e->text.n;
  size_t end = other ? line_end(e, span.to) : 0;
  if (end > 0 && span.to == until) e->carried = e->ends[e->origin[line]];
  if (end == 0 || span.to + end > until) return span.to;
  buf_text(out, e->ends[e->origin[line]]);
  return span.to + end;
}

static void not_found(const struct edit *e, const char *path, struct result *r) {
  fail(r, "edit: old_string not found in %s", path);
  if (memchr(e->old, '\r', e->old_n) && (e->text.n == 0 || !memchr(e->text.p, '\r', e->text.n))) {
    buf_text(&r->text, ". It has carriage returns, the file has none.");
  } else if (memmem(e->old, e->old_n, "\xef\xbf\xbd", 3)) {
    buf_text(&r->text, ". It has \xef\xbf\xbd, which read shows for bytes that are not UTF-8; choose a text without it.");
  }
}

/* How many replacements there are in *out; 0 with the error in `r`. */
static size_t apply(struct edit *e, const char *path, struct buf *out, struct result *r) {
  struct spans spans = {0};
  bool beyond = false;
  if (e->old_n == e->new_n && memcmp(e->old, e->new, e->old_n) == 0) {
    fail(r, "edit: old_string and new_string are the same: nothing would change in %s", path);
    return 0;
  }
  find_bytes(e, &spans);
  if (!e->verbatim && (e->all || spans.n != 1)) {
    spans.n = 0;
    find_lines(e, &spans, &beyond);
  }
  if (spans.n == 0) not_found(e, path, r);
  if (spans.n > 1 && !e->all) {
    fail(r, "edit: old_string appears %zu times in %s (must be unique). Add lines around it, or set replace_all.",
         spans.n, path);
  }
  size_t from = 0;
  if (!r->error) prepare(e);
  for (size_t i = 0; i < spans.n && !r->error; i++) {
    buf_add(out, e->text.p + from, spans.of[i].from - from);
    size_t until = i + 1 < spans.n ? spans.of[i + 1].from : e->text.n;
    from = put_new(e, spans.of[i], until, beyond, out);
    if (out->n > WRITE_MAX) fail(r, "edit: the result exceeds %u-byte limit", WRITE_MAX);
  }
  if (r->error) return 0;
  buf_add(out, e->text.p + from, e->text.n - from);
  if (out->n == e->text.n && (out->n == 0 || memcmp(out->p, e->text.p, out->n) == 0)) {
    fail(r, "edit: nothing would change in %s", path);
  }
  return r->error ? 0 : spans.n;
}

static bool slurp(int fd, struct buf *out) {
  char chunk[65536];
  ssize_t n;
  while (out->n <= FILE_MAX && (n = read(fd, chunk, sizeof chunk)) != 0) {
    if (n < 0 && errno != EINTR) return false;
    if (n > 0) buf_add(out, chunk, (size_t)n);
  }
  return true;
}

static bool load(int fd, const struct place *place, const struct stat *st, struct buf *raw, struct result *r) {
  bool fits = st->st_size <= (off_t)FILE_MAX;
  if (S_ISDIR(st->st_mode)) {
    fail(r, "edit: %s is not a regular file, but a directory", place->path);
  } else if (fits && !slurp(fd, raw)) {
    fail_path(r, "edit", "/", place->path, errno);
  } else if (!fits || raw->n > FILE_MAX) {
    fail(r, "edit: %s is %lld bytes, exceeds %u-byte limit. Use bash to change it.", place->path,
         (long long)(fits ? (off_t)raw->n : st->st_size), FILE_MAX);
  }
  return !r->error;
}

static bool is_utf16(enum text_kind kind) { return kind == TEXT_UTF16_LITTLE || kind == TEXT_UTF16_BIG; }

/* False when not all of it comes back as it was. */
static bool from_utf16(const struct buf *raw, bool big, struct buf *text) {
  struct buf back = {0};
  utf16_decode(raw->p, raw->n, big, text);
  utf16_encode(text->p, text->n, big, &back);
  bool same = back.n == raw->n && memcmp(back.p, raw->p, raw->n) == 0;
  buf_free(&back);
  return same;
}

void tool_edit(const struct request *q, struct result *r) {
  const char *given = q->f[0].p;
  struct edit e = {.old = q->f[1].p, .new = q->f[2].p, .old_n = q->f[1].n, .new_n = q->f[2].n};
  struct place place;
  struct stat st;
  struct buf raw = {0}, out = {0}, encoded = {0};
  e.all = q->f[3].p && q->f[3].p[0] == '1';
  e.verbatim = memchr(e.old, '\r', e.old_n) || memchr(e.new, '\r', e.new_n);
  if (!find_place("edit", given, &place, r)) return;
  int fd = open_file("edit", given, &place, &st, r);
  if (fd < 0 || !load(fd, &place, &st, &raw, r)) return;
  close(fd);
  enum text_kind kind = text_kind(raw.p ? raw.p : "", raw.n);
  bool wide = is_utf16(kind) && from_utf16(&raw, kind == TEXT_UTF16_BIG, &e.text);
  if (!wide) e.text = raw;
  e.cr_alone = e.text.n > 0 && !memchr(e.text.p, '\n', e.text.n);
  size_t count = apply(&e, place.path, &out, r);
  if (count == 0) return;
  if (wide) utf16_encode(out.p, out.n, kind == TEXT_UTF16_BIG, &encoded);
  const struct buf *content = wide ? &encoded : &out;
  long names = store("edit", given, &place, content->p ? content->p : "", content->n, r);
  if (names == 0) return;
  buf_format(&r->text, "edited %s (%zu replacement(s))", place.path, count);
  if (names > 1) buf_format(&r->text, "; the file has %ld names, and all show it", names);
}
