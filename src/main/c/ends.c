/* Which line of a replaced text each line of the new one stands for: lines that stay are found by their
 * text, and those between them are taken in their order. */
#include "ends.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CELLS_MAX (1u << 22) /* of the comparison; above it lines are taken in their order */

struct line {
  const char *p;
  size_t n;
};

struct text {
  struct line *line; /* the last one has no end */
  size_t n;
};

static struct text cut(const char *p, size_t n) {
  struct text t = {must(malloc((line_breaks(p, n) + 1) * sizeof *t.line)), 0};
  for (;;) {
    const char *end = n ? memchr(p, '\n', n) : NULL;
    size_t length = end ? (size_t)(end - p) : n;
    t.line[t.n++] = (struct line){p, length};
    if (!end) return t;
    p = end + 1;
    n -= length + 1;
  }
}

static bool same(struct line a, struct line b) { return a.n == b.n && memcmp(a.p, b.p, a.n) == 0; }

size_t line_breaks(const char *p, size_t n) {
  size_t count = 0;
  for (size_t i = 0; i < n; i++) count += p[i] == '\n';
  return count;
}

/* Lines `new` up to `new_to` have come in the place of lines `old` up to `old_to`. The last ones belong
 * together, since the same follows them; what was only added ends as the line before it, or after it. */
static void in_order(size_t *origin, size_t old, size_t old_to, size_t new, size_t new_to) {
  for (size_t first = new, last = old_to; new < new_to; new++) {
    if (old == old_to) {
      origin[new] = new ? origin[new - 1] : last;
    } else if (new + 1 == new_to) {
      origin[new] = last - 1;
    } else {
      origin[new] = old + (new - first) < last ? old + (new - first) : last - 1;
    }
  }
}

/* The longest common subsequence, backwards: best[i][j] of what follows line i and line j. */
static uint16_t *compare(const struct line *old, size_t n, const struct line *new, size_t m) {
  uint16_t *best = must(calloc((n + 1) * (m + 1), sizeof *best));
  for (size_t i = n; i-- > 0;) {
    for (size_t j = m; j-- > 0;) {
      uint16_t *at = best + i * (m + 1) + j, below = at[m + 1], right = at[1];
      *at = same(old[i], new[j]) ? (uint16_t)(at[m + 2] + 1) : below > right ? below : right;
    }
  }
  return best;
}

static void between(size_t *origin, const struct text *a, const struct text *b, size_t from, size_t a_to,
                    size_t b_to) {
  size_t n = a_to - from, m = b_to - from, i = 0, j = 0, i_done = 0, j_done = 0;
  bool small = n && m && (n + 1) * (m + 1) <= CELLS_MAX;
  uint16_t *best = small ? compare(a->line + from, n, b->line + from, m) : NULL;
  while (best && i < n && j < m) {
    const uint16_t *at = best + i * (m + 1) + j;
    if (same(a->line[from + i], b->line[from + j])) {
      in_order(origin, from + i_done, from + i, from + j_done, from + j);
      origin[from + j] = from + i;
      i_done = ++i;
      j_done = ++j;
    } else if (at[m + 1] >= at[1]) {
      i++;
    } else {
      j++;
    }
  }
  in_order(origin, from + i_done, a_to, from + j_done, b_to);
  free(best);
}

size_t *line_origins(const char *old, size_t old_n, const char *new, size_t new_n) {
  struct text a = cut(old, old_n), b = cut(new, new_n);
  size_t *origin = must(malloc(b.n * sizeof *origin)), from = 0, a_to = a.n, b_to = b.n;
  /* The text goes on behind the last line, which is the first to be paired. */
  if (same(a.line[a_to - 1], b.line[b_to - 1])) origin[--b_to] = --a_to;
  while (from < a_to && from < b_to && same(a.line[from], b.line[from])) {
    origin[from] = from;
    from++;
  }
  while (from < a_to && from < b_to && same(a.line[a_to - 1], b.line[b_to - 1])) origin[--b_to] = --a_to;
  between(origin, &a, &b, from, a_to, b_to);
  free(a.line);
  free(b.line);
  return origin;
}
