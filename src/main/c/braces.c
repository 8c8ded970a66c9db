/* Braces in a pattern: `{a,b}`, and the ranges `{1..5}`, `{01..10..3}` and `{a..e}`, as bash has them. */
#include "braces.h"

#include <stdlib.h>
#include <string.h>

#define NESTING_MAX 20
#define DIGITS_MAX 18

/* The end of the first group of braces, whose start is *open; NULL without one. */
static const char *group(const char *pattern, const char **open, int *nesting) {
  int depth = 0;
  for (const char *p = pattern; *p; p++) {
    if (*p == '\\' && p[1]) {
      p++;
    } else if (*p == '{') {
      if (depth++ == 0) *open = p;
      if (depth > *nesting) *nesting = depth;
    } else if (*p == '}' && depth > 0 && --depth == 0) {
      return p;
    }
  }
  return NULL;
}

struct range {
  long long from, to, step;
  int width; /* of numbers that are filled with zeros; else 0 */
  bool letters;
};

static bool number(const char *text, size_t n, long long *out, int *width) {
  size_t sign = n > 0 && (text[0] == '-' || text[0] == '+');
  if (n == sign || n - sign > DIGITS_MAX) return false;
  for (size_t i = sign; i < n; i++) {
    if (text[i] < '0' || text[i] > '9') return false;
  }
  if (n > sign + 1 && text[sign] == '0') *width = 1;
  *out = atoll(text);
  return true;
}

static bool is_letter(const char *text, size_t n) {
  return n == 1 && ((*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z'));
}

/* Whether what is between the braces is two ends and perhaps a step. */
static bool is_range(const char *text, size_t n, struct range *out) {
  const char *first = memmem(text, n, "..", 2), *end = text + n;
  if (!first) return false;
  const char *to = first + 2, *second = memmem(to, (size_t)(end - to), "..", 2);
  size_t from_n = (size_t)(first - text), to_n = (size_t)((second ? second : end) - to);
  int filled = 0, ignored = 0;
  *out = (struct range){.step = 1};
  if (second && !number(second + 2, (size_t)(end - second - 2), &out->step, &ignored)) return false;
  if (out->step < 0) out->step = -out->step;
  if (out->step == 0) out->step = 1;
  if (is_letter(text, from_n) && is_letter(to, to_n)) {
    out->letters = true;
    out->from = *text;
    out->to = *to;
    return true;
  }
  if (!number(text, from_n, &out->from, &filled) || !number(to, to_n, &out->to, &filled)) return false;
  if (filled) out->width = (int)(from_n > to_n ? from_n : to_n);
  return true;
}

static void item(const struct range *range, long long value, struct buf *out) {
  if (!range->letters) {
    buf_format(out, "%0*lld", range->width, value);
    return;
  }
  char c = (char)value;
  bool plain = is_letter(&c, 1);
  if (!plain) buf_text(out, "\\");
  buf_add(out, &c, 1);
}

static bool with(const char *pattern, const char *open, const char *close, const char *text, size_t n,
                 struct patterns *out, struct result *r) {
  struct buf one = {0};
  buf_add(&one, pattern, (size_t)(open - pattern));
  buf_add(&one, text, n);
  buf_add(&one, close + 1, strlen(close + 1) + 1);
  bool ok = braces_expand(one.p, out, r);
  buf_free(&one);
  return ok;
}

static bool with_range(const char *pattern, const char *open, const char *close, const struct range *range,
                       struct patterns *out, struct result *r) {
  bool up = range->from <= range->to, ok = true;
  long long value = range->from, left = (up ? range->to - value : value - range->to) / range->step;
  for (; ok && left >= 0; left--) {
    struct buf text = {0};
    item(range, value, &text);
    ok = with(pattern, open, close, text.p, text.n, out, r);
    buf_free(&text);
    if (left > 0) value += up ? range->step : -range->step;
  }
  return ok;
}

/* The parts between the commas of the group, one after the other. */
static bool with_parts(const char *pattern, const char *open, const char *close, struct patterns *out,
                       struct result *r) {
  const char *from = open + 1;
  int inner = 0;
  for (const char *p = open + 1; p <= close; p++) {
    if (*p == '\\' && p + 1 < close) {
      p++;
      continue;
    }
    inner += *p == '{' ? 1 : *p == '}' && p != close ? -1 : 0;
    if (p != close && (*p != ',' || inner > 0)) continue;
    if (!with(pattern, open, close, from, (size_t)(p - from), out, r)) return false;
    from = p + 1;
  }
  return true;
}

bool braces_expand(const char *pattern, struct patterns *out, struct result *r) {
  const char *open = NULL;
  int nesting = 0;
  const char *close = group(pattern, &open, &nesting);
  struct range range;
  if (nesting > NESTING_MAX) {
    fail(r, "glob: braces nested more than %d deep", NESTING_MAX);
    return false;
  }
  if (!close && out->n == BRACES_MAX) {
    fail(r, "glob: the braces stand for more than %d patterns; use several calls", BRACES_MAX);
    return false;
  }
  if (!close) {
    out->of[out->n++] = must(strdup(pattern));
    return true;
  }
  size_t n = (size_t)(close - open - 1);
  if (is_range(open + 1, n, &range)) return with_range(pattern, open, close, &range, out, r);
  if (memmem(open, n + 1, "..", 2) && !memchr(open, ',', n + 1) && !memchr(open + 1, '{', n)) {
    fail(r, "glob: %.*s is not a range of two numbers or two letters, such as {1..5} or {a..e}; for a "
         "name with braces write \\{",
         (int)(n + 2 > 80 ? 80 : n + 2), open);
    return false;
  }
  return with_parts(pattern, open, close, out, r);
}
