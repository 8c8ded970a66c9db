/* Characters and sets of them. */
#include <stdlib.h>
#include <string.h>

#include "regex.h"

/* Beyond ASCII everything is of a word but these: punctuation, spaces, symbols, private characters. */
static const struct range not_of_words[] = {
    {0x80, 0xa9},     {0xab, 0xb4},     {0xb6, 0xb9},     {0xbb, 0xbf},     {0xd7, 0xd7},
    {0xf7, 0xf7},     {0x1680, 0x1680}, {0x2000, 0x2070}, {0x2072, 0x207e}, {0x2080, 0x208f},
    {0x20a0, 0x20cf}, {0x2190, 0x2bff}, {0x2e00, 0x2e7f}, {0x3000, 0x3004}, {0x3008, 0x3020},
    {0x3030, 0x3030}, {0xd800, 0xf8ff}, {0xfe10, 0xfe1f}, {0xfe30, 0xfe6f}, {0xfeff, 0xff0f},
    {0xff1a, 0xff20}, {0xff3b, 0xff40}, {0xff5b, 0xff65}, {0xffe0, 0xffff}, {0x1f000, 0x1faff},
    {0xe0000, CODE_POINT_MAX}};

static const struct range spaces[] = {{'\t', '\r'},     {' ', ' '},       {0x85, 0x85},
                                      {0xa0, 0xa0},     {0x1680, 0x1680}, {0x2000, 0x200a},
                                      {0x2028, 0x2029}, {0x202f, 0x202f}, {0x205f, 0x205f},
                                      {0x3000, 0x3000}};

void set_add(struct set *set, uint32_t first, uint32_t last) {
  if (set->n == set->cap) {
    set->cap = set->cap ? set->cap * 2 : 4;
    set->ranges = must(realloc(set->ranges, (size_t)set->cap * sizeof *set->ranges));
  }
  set->ranges[set->n++] = (struct range){first, last};
}

void set_add_all(struct set *set, const struct set *other) {
  for (int i = 0; i < other->n; i++) set_add(set, other->ranges[i].first, other->ranges[i].last);
}

void set_add_words(struct set *set) {
  set_add(set, '0', '9');
  set_add(set, 'A', 'Z');
  set_add(set, '_', '_');
  set_add(set, 'a', 'z');
  uint32_t from = 0x80;
  for (size_t i = 0; i < sizeof not_of_words / sizeof *not_of_words; i++) {
    if (not_of_words[i].first > from) set_add(set, from, not_of_words[i].first - 1);
    from = not_of_words[i].last + 1;
  }
}

void set_add_spaces(struct set *set) {
  for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++) {
    set_add(set, spaces[i].first, spaces[i].last);
  }
}

static int by_first(const void *a, const void *b) {
  const struct range *x = a, *y = b;
  return x->first < y->first ? -1 : x->first > y->first;
}

void set_tidy(struct set *set) {
  if (set->n == 0) return;
  qsort(set->ranges, (size_t)set->n, sizeof *set->ranges, by_first);
  int n = 0;
  for (int i = 1; i < set->n; i++) {
    struct range *last = &set->ranges[n], *next = &set->ranges[i];
    if (next->first <= last->last + 1) {
      if (next->last > last->last) last->last = next->last;
    } else {
      set->ranges[++n] = *next;
    }
  }
  set->n = n + 1;
}

/* The other case of a letter of Latin, Greek or Cyrillic; the letter itself when there is none. */
static uint32_t other_case(uint32_t c) {
  if ((c >= 'A' && c <= 'Z') || (c >= 0xc0 && c <= 0xde && c != 0xd7)) return c + 32;
  if ((c >= 'a' && c <= 'z') || (c >= 0xe0 && c <= 0xfe && c != 0xf7)) return c - 32;
  if ((c >= 0x100 && c <= 0x12f) || (c >= 0x132 && c <= 0x137) || (c >= 0x14a && c <= 0x177)) return c ^ 1;
  if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17e)) return c & 1 ? c + 1 : c - 1;
  if (c == 0x178) return 0xff;
  if (c == 0xff) return 0x178;
  if (c >= 0x391 && c <= 0x3a9 && c != 0x3a2) return c + 32;
  if (c >= 0x3b1 && c <= 0x3c9 && c != 0x3c2) return c - 32;
  if (c >= 0x410 && c <= 0x42f) return c + 32;
  if (c >= 0x430 && c <= 0x44f) return c - 32;
  if (c >= 0x400 && c <= 0x40f) return c + 80;
  if (c >= 0x450 && c <= 0x45f) return c - 80;
  return c;
}

void set_fold(struct set *set) {
  int n = set->n;
  for (int i = 0; i < n; i++) {
    struct range range = set->ranges[i];
    for (uint32_t c = range.first; c <= range.last && c < 0x460; c++) {
      uint32_t other = other_case(c);
      if (other != c) set_add(set, other, other);
    }
  }
  set_tidy(set);
}

void set_negate(struct set *set) {
  struct set negated = {0};
  uint32_t from = 0;
  for (int i = 0; i < set->n; i++) {
    if (set->ranges[i].first > from) set_add(&negated, from, set->ranges[i].first - 1);
    from = set->ranges[i].last + 1;
  }
  if (from <= CODE_POINT_MAX) set_add(&negated, from, CODE_POINT_MAX);
  free(set->ranges);
  *set = negated;
}

static uint32_t decode(const unsigned char *p, size_t n, int *used) {
  static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  int length = p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : p[0] < 0xf5 ? 4 : 0;
  *used = 1;
  if (length == 0 || (size_t)length > n) return UINT32_MAX;
  uint32_t c = p[0] & (0xffu >> (length + 1));
  for (int i = 1; i < length; i++) {
    if ((p[i] & 0xc0) != 0x80) return UINT32_MAX;
    c = c << 6 | (p[i] & 0x3f);
  }
  if (c < least[length] || c > CODE_POINT_MAX || (c >= 0xd800 && c < 0xe000)) return UINT32_MAX;
  *used = length;
  return c;
}

uint32_t utf8_char(const char *p, size_t n, int *used) {
  unsigned char first = (unsigned char)*p;
  *used = 1;
  if (first < 0x80) return first;
  uint32_t c = decode((const unsigned char *)p, n, used);
  return c == UINT32_MAX ? first : c;
}

bool utf8_valid(const char *p, size_t n, int *used) {
  *used = 1;
  return (unsigned char)*p < 0x80 || decode((const unsigned char *)p, n, used) != UINT32_MAX;
}

void utf8_put(struct buf *out, uint32_t c) {
  char bytes[4];
  size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
  for (size_t i = n - 1; i > 0; i--, c >>= 6) bytes[i] = (char)(0x80 | (c & 0x3f));
  bytes[0] = (char)(n == 1 ? c : (0xf00u >> n) | c);
  buf_add(out, bytes, n);
}
