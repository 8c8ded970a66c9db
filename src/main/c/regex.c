/* From a pattern to a tree, and from the tree to a program. Captures and greed make no difference to
 * whether a line matches: they are read and forgotten. */
#include "regex.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define PATTERN_MAX 8192
#define NESTING_MAX 200
#define REPEAT_MAX 1000
#define INSTS_MAX 20000
#define SETS_MAX 2000
#define UNBOUNDED (-1)

enum kind { EMPTY, SET, CAT, ALT, REPEAT, EDGE };

struct node {
  enum kind kind;
  int a, b; /* of a REPEAT: the node, its least and its most; of a SET or EDGE: which */
  int most;
};

struct parser {
  const char *text, *at, *end;
  struct node *nodes;
  int n, cap, nesting;
  bool fold, spaced; /* (?i), (?x) */
  struct regex *re;
  struct buf *error;
};

static int parse_choice(struct parser *p);

static bool failed(const struct parser *p) { return p->error->n > 0; }

/* The first error stays. What follows it reads the pattern as if it had ended. */
static int wrong(struct parser *p, const char *what) {
  if (!failed(p)) buf_format(p->error, "%s, at byte %td of the pattern", what, p->at - p->text);
  p->end = p->at;
  return -1;
}

static int node(struct parser *p, enum kind kind, int a, int b, int most) {
  if (p->n == p->cap) {
    p->cap = p->cap ? p->cap * 2 : 64;
    p->nodes = must(realloc(p->nodes, (size_t)p->cap * sizeof *p->nodes));
  }
  p->nodes[p->n] = (struct node){kind, a, b, most};
  return p->n++;
}

static bool same(const struct set *a, const struct set *b) {
  return a->n == b->n && memcmp(a->ranges, b->ranges, (size_t)a->n * sizeof *a->ranges) == 0;
}

/* Takes what the set holds. */
static int set_node(struct parser *p, struct set *set) {
  struct regex *re = p->re;
  int i = 0;
  set_tidy(set);
  while (i < re->sets_n && !same(&re->sets[i], set)) i++;
  if (i < re->sets_n) {
    free(set->ranges);
    return node(p, SET, i, 0, 0);
  }
  if (i == SETS_MAX) return wrong(p, "too many different characters");
  if (i == re->sets_cap) {
    re->sets_cap = i ? i * 2 : 16;
    re->sets = must(realloc(re->sets, (size_t)re->sets_cap * sizeof *re->sets));
  }
  re->sets[re->sets_n++] = *set;
  return node(p, SET, i, 0, 0);
}

static int char_node(struct parser *p, uint32_t c) {
  struct set set = {0};
  if (c == '\n') return wrong(p, "a line break, and grep searches line by line");
  p->re->cr |= c == '\r';
  set_add(&set, c, c);
  if (p->fold) set_fold(&set);
  return set_node(p, &set);
}

static bool next_is(struct parser *p, const char *text) {
  size_t n = strlen(text);
  if ((size_t)(p->end - p->at) < n || memcmp(p->at, text, n) != 0) return false;
  p->at += n;
  return true;
}

static uint32_t next_char(struct parser *p) {
  int used;
  uint32_t c = utf8_char(p->at, (size_t)(p->end - p->at), &used);
  p->at += used;
  return c;
}

/* `digits` of them, or as many as stand between braces. */
static uint32_t hexadecimal(struct parser *p, int digits) {
  bool braces = next_is(p, "{");
  uint32_t c = 0;
  int n = 0;
  for (; p->at < p->end && n < (braces ? 8 : digits) && strchr("0123456789abcdefABCDEF", *p->at); n++) {
    c = c << 4 | (uint32_t)(*p->at <= '9' ? *p->at - '0' : (*p->at | 32) - 'a' + 10);
    p->at++;
  }
  if (n == 0 || (!braces && n < digits) || (braces && !next_is(p, "}")) || c > CODE_POINT_MAX) {
    wrong(p, "not a character in hexadecimal");
    return 0;
  }
  return c;
}

/* \d, \w, \s and their opposites. */
static bool class_escape(char c, struct set *set) {
  struct set one = {0};
  switch (c | 32) {
    case 'd': set_add(&one, '0', '9'); break;
    case 'w': set_add_words(&one); break;
    case 's': set_add_spaces(&one); break;
    default: return false;
  }
  set_tidy(&one);
  if (!(c & 32)) set_negate(&one);
  set_add_all(set, &one);
  free(one.ranges);
  return true;
}

static const char letters[] = "tnrfvae0";
static const char meant[] = "\t\n\r\f\v\a\033";

/* The character that an escape stands for, after its backslash. */
static uint32_t char_escape(struct parser *p) {
  unsigned char c = (unsigned char)*p->at;
  const char *letter = memchr(letters, c, sizeof letters - 1);
  if (letter) {
    p->at++;
    return (unsigned char)meant[letter - letters];
  }
  if (c == 'x' || c == 'u' || c == 'U') {
    p->at++;
    return hexadecimal(p, c == 'x' ? 2 : c == 'u' ? 4 : 8);
  }
  bool letter_or_digit = (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
  if (!letter_or_digit) return next_char(p);
  if (c >= '1' && c <= '9') {
    wrong(p, "back-references are not supported");
  } else if ((c | 32) == 'p') {
    wrong(p, "Unicode classes (\\p) are not supported");
  } else {
    wrong(p, "an unknown escape");
  }
  return 0;
}

static int edge(struct parser *p, int which) {
  p->re->edges |= which != LINE_START && which != LINE_END;
  return node(p, EDGE, which, 0, 0);
}

static int escape(struct parser *p) {
  if (p->at == p->end) return wrong(p, "a backslash at the end");
  if (next_is(p, "b{start}") || next_is(p, "<")) return edge(p, WORD_START);
  if (next_is(p, "b{end}") || next_is(p, ">")) return edge(p, WORD_END);
  if (next_is(p, "b")) return edge(p, WORD_EDGE);
  if (next_is(p, "B")) return edge(p, NO_WORD_EDGE);
  if (next_is(p, "A")) return edge(p, LINE_START);
  if (next_is(p, "z") || next_is(p, "Z")) return edge(p, LINE_END);
  p->re->or_slash |= *p->at == '|';
  struct set set = {0};
  if (class_escape(*p->at, &set)) {
    p->at++;
    return set_node(p, &set);
  }
  uint32_t c = char_escape(p);
  return failed(p) ? -1 : char_node(p, c);
}

static bool posix_class(struct parser *p, struct set *set) {
  static const struct {
    const char *name, *ranges; /* pairs of first and last */
  } classes[] = {{"alpha", "AZaz"},   {"digit", "09"},         {"alnum", "09AZaz"}, {"upper", "AZ"},
                 {"lower", "az"},     {"space", "\t\r  "},     {"blank", "\t\t  "}, {"punct", "!/:@[`{~"},
                 {"xdigit", "09AFaf"}, {"word", "09AZaz__"},   {"print", " ~"},     {"graph", "!~"},
                 {"cntrl", "\1\037\177\177"}};
  const char *start = p->at;
  bool negated = next_is(p, "[:^");
  if (!negated && !next_is(p, "[:")) return false;
  for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
    size_t n = strlen(classes[i].name);
    if ((size_t)(p->end - p->at) < n + 2 || memcmp(p->at, classes[i].name, n) || memcmp(p->at + n, ":]", 2))
      continue;
    struct set one = {0};
    for (const char *r = classes[i].ranges; *r; r += 2) set_add(&one, (uint32_t)r[0], (uint32_t)r[1]);
    set_tidy(&one);
    if (negated) set_negate(&one);
    set_add_all(set, &one);
    free(one.ranges);
    p->at += n + 2;
    return true;
  }
  p->at = start;
  return false;
}

static uint32_t class_char(struct parser *p) {
  if (!next_is(p, "\\")) return next_char(p);
  if (p->at == p->end) {
    wrong(p, "a class that is not closed");
    return 0;
  }
  if (next_is(p, "b")) return '\b';
  return char_escape(p);
}

static void class_item(struct parser *p, struct set *set) {
  if (posix_class(p, set)) return;
  if (p->end - p->at > 1 && *p->at == '\\' && class_escape(p->at[1], set)) {
    p->at += 2;
    return;
  }
  uint32_t first = class_char(p), last = first;
  if (p->end - p->at > 1 && *p->at == '-' && p->at[1] != ']') {
    const char *dash = p->at++;
    struct set ignored = {0};
    if (p->end - p->at > 1 && *p->at == '\\' && class_escape(p->at[1], &ignored)) {
      free(ignored.ranges);
      p->at = dash; /* as in [+-\d]: a dash */
    } else {
      last = class_char(p);
    }
  }
  if (last < first) wrong(p, "a range that ends before it begins");
  p->re->cr |= first == '\r' && last == '\r';
  if (!failed(p)) set_add(set, first, last);
}

/* After its opening bracket. */
static int class(struct parser *p) {
  struct set set = {0};
  bool negated = next_is(p, "^");
  for (bool first = true; p->at < p->end && (first || *p->at != ']'); first = false) class_item(p, &set);
  if (!failed(p) && !next_is(p, "]")) wrong(p, "a class that is not closed");
  if (failed(p)) {
    free(set.ranges);
    return -1;
  }
  set_tidy(&set);
  if (p->fold) set_fold(&set);
  if (negated) set_negate(&set);
  return set_node(p, &set);
}

/* After "(?": flags, and whether a group follows them. */
static bool flags(struct parser *p) {
  bool on = true;
  for (; p->at < p->end && *p->at != ')' && *p->at != ':'; p->at++) {
    if (*p->at == '-') {
      on = false;
    } else if (*p->at == 'i') {
      p->fold = on;
    } else if (*p->at == 'x') {
      p->spaced = on;
    } else if (!strchr("smuUR", *p->at)) {
      wrong(p, "an unknown flag or group");
      return false;
    }
  }
  if (p->at == p->end) {
    wrong(p, "a group that is not closed");
    return false;
  }
  return *p->at++ == ':';
}

static bool group_name(struct parser *p) {
  if (!next_is(p, "P<") && !next_is(p, "<")) return false;
  while (p->at < p->end && *p->at != '>') p->at++;
  if (!next_is(p, ">")) wrong(p, "a group's name that is not closed");
  return true;
}

static bool looks_around(const struct parser *p) {
  size_t n = (size_t)(p->end - p->at);
  return n > 0 && (strchr("=!", *p->at) || (n > 1 && *p->at == '<' && strchr("=!", p->at[1])));
}

/* After its opening parenthesis. -1 for what is no item: (?i) and comments. */
static int group(struct parser *p) {
  bool fold = p->fold, spaced = p->spaced;
  if (next_is(p, "?#")) {
    while (p->at < p->end && *p->at != ')') p->at++;
    if (!next_is(p, ")")) wrong(p, "a comment that is not closed");
    return -1;
  }
  if (next_is(p, "?")) {
    if (looks_around(p)) return wrong(p, "look-around is not supported");
    if (!group_name(p) && !flags(p)) return -1;
  }
  if (failed(p)) return -1;
  if (++p->nesting > NESTING_MAX) return wrong(p, "groups nested too deep");
  int inner = parse_choice(p);
  p->nesting--;
  if (!failed(p) && !next_is(p, ")")) wrong(p, "a group that is not closed");
  p->fold = fold;
  p->spaced = spaced;
  return inner;
}

/* {n}, {n,}, {,m}, {n,m}: else a brace is a brace. */
static bool braces(struct parser *p, int *least, int *most) {
  const char *at = p->at;
  long n[2] = {-1, -1};
  if (at == p->end || *at++ != '{') return false;
  for (int i = 0; i < 2; i++) {
    for (; at < p->end && *at >= '0' && *at <= '9' && n[i] < 100000; at++) {
      n[i] = (n[i] < 0 ? 0 : n[i] * 10) + (*at - '0');
    }
    if (i == 0 && at < p->end && *at == ',') {
      at++;
    } else if (i == 0) {
      n[1] = n[0];
      break;
    }
  }
  if (at == p->end || *at++ != '}' || (n[0] < 0 && n[1] < 0)) return false;
  p->at = at;
  *least = n[0] < 0 ? 0 : (int)n[0];
  *most = n[1] < 0 ? UNBOUNDED : (int)n[1];
  if (*least > REPEAT_MAX || *most > REPEAT_MAX) wrong(p, "more than 1000 repetitions");
  if (*most >= 0 && *most < *least) wrong(p, "a repetition whose most is below its least");
  return true;
}

static bool quantifier(struct parser *p, int *least, int *most) {
  *least = 0;
  *most = UNBOUNDED;
  if (next_is(p, "+")) {
    *least = 1;
  } else if (next_is(p, "?")) {
    *most = 1;
  } else if (!next_is(p, "*") && !braces(p, least, most)) {
    return false;
  }
  next_is(p, "?"); /* lazy */
  return true;
}

static void skip_blanks(struct parser *p) {
  while (p->spaced && p->at < p->end && strchr(" \t\r\n#", *p->at)) {
    bool comment = *p->at++ == '#';
    while (comment && p->at < p->end && *p->at != '\n') p->at++;
  }
}

static int item(struct parser *p) {
  int least, most;
  if (quantifier(p, &least, &most)) return wrong(p, "nothing to repeat");
  if (next_is(p, "(")) return group(p);
  if (next_is(p, "[")) return class(p);
  if (next_is(p, "\\")) return escape(p);
  if (next_is(p, "^")) return edge(p, LINE_START);
  if (next_is(p, "$")) return edge(p, LINE_END);
  if (!next_is(p, ".")) return char_node(p, next_char(p));
  struct set any = {0};
  set_add(&any, 0, CODE_POINT_MAX);
  return set_node(p, &any);
}

static int parse_sequence(struct parser *p) {
  struct buf items = {0};
  for (skip_blanks(p); p->at < p->end && *p->at != '|' && *p->at != ')'; skip_blanks(p)) {
    int one = item(p), least, most;
    if (one < 0) continue;
    for (skip_blanks(p); quantifier(p, &least, &most); skip_blanks(p)) {
      one = node(p, REPEAT, one, least, most);
    }
    buf_add(&items, &one, sizeof one);
  }
  int all = items.n ? -1 : node(p, EMPTY, 0, 0, 0);
  for (size_t i = items.n / sizeof(int); i-- > 0;) {
    int one;
    memcpy(&one, items.p + i * sizeof one, sizeof one);
    all = all < 0 ? one : node(p, CAT, one, all, 0);
  }
  buf_free(&items);
  return all;
}

static int parse_choice(struct parser *p) {
  int all = parse_sequence(p);
  while (next_is(p, "|")) {
    int other = parse_sequence(p);
    all = node(p, ALT, all, other, 0);
  }
  return all;
}

/* ---- the program ---- */

static int emit(struct parser *p, int at, int next);

static int inst(struct parser *p, int op, int x, int y) {
  struct regex *re = p->re;
  if (re->insts_n == INSTS_MAX) {
    if (!failed(p)) buf_text(p->error, "its repetitions make it too large");
    return 0;
  }
  if (re->insts_n == re->insts_cap) {
    re->insts_cap = re->insts_cap ? re->insts_cap * 2 : 64;
    re->insts = must(realloc(re->insts, (size_t)re->insts_cap * sizeof *re->insts));
  }
  re->insts[re->insts_n] = (struct inst){op, x, y};
  return re->insts_n++;
}

static int emit_repeat(struct parser *p, const struct node *n, int next) {
  int start = next;
  if (n->most == UNBOUNDED) {
    start = inst(p, SPLIT, next, next);
    int body = emit(p, n->a, start);
    p->re->insts[start].x = body;
  }
  for (int i = n->b; i < n->most && !failed(p); i++) start = inst(p, SPLIT, emit(p, n->a, start), next);
  for (int i = 0; i < n->b && !failed(p); i++) start = emit(p, n->a, start);
  return start;
}

/* The program of a node that goes on at `next`; where it starts. */
static int emit(struct parser *p, int at, int next) {
  const struct node *n = &p->nodes[at];
  if (failed(p)) return 0;
  switch (n->kind) {
    case SET: return inst(p, CHARS, n->a, next);
    case EDGE: return inst(p, ASSERT, n->a, next);
    case CAT: return emit(p, n->a, emit(p, n->b, next));
    case ALT: {
      int a = emit(p, n->a, next), b = emit(p, n->b, next);
      return inst(p, SPLIT, a, b);
    }
    case REPEAT: return emit_repeat(p, n, next);
    default: return next;
  }
}

struct regex *regex_compile(const char *pattern, struct buf *error) {
  struct regex *re = must(calloc(1, sizeof *re));
  size_t n = strlen(pattern);
  struct parser p = {pattern, pattern, pattern + n, .re = re, .error = error};
  if (n > PATTERN_MAX) {
    buf_format(error, "longer than %d bytes", PATTERN_MAX);
    return NULL;
  }
  int all = parse_choice(&p);
  if (!failed(&p) && p.at < p.end) wrong(&p, "a parenthesis that nothing opens");
  if (!failed(&p)) re->start = emit(&p, all, inst(&p, MATCH, 0, 0));
  free(p.nodes);
  if (failed(&p)) return NULL;
  automaton_make(re);
  return re;
}
