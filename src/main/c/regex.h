/* Regular expressions: a pattern becomes a small program (regex.c), which is run as an automaton that is
 * built while it is used (automaton.c). The time is linear in the text, whatever the pattern. */
#ifndef REGEX_H
#define REGEX_H

#include "hand.h"

#define CODE_POINT_MAX 0x10ffffu

/* ---- sets of characters ------------------------------------------------------------------ */
struct range {
  uint32_t first, last;
};
struct set {
  struct range *ranges; /* in order, apart from each other, once set_tidy has run */
  int n, cap;
};
void set_add(struct set *set, uint32_t first, uint32_t last);
void set_add_all(struct set *set, const struct set *other);
void set_add_words(struct set *set);  /* \w */
void set_add_spaces(struct set *set); /* \s */
void set_tidy(struct set *set);
void set_fold(struct set *set); /* both cases of every letter; tidy before and after */
void set_negate(struct set *set);

/* ---- UTF-8 --------------------------------------------------------------------------------- */
/* One character of `n` bytes, n > 0. A byte that is not UTF-8 is read as Latin-1. */
uint32_t utf8_char(const char *p, size_t n, int *used);
bool utf8_valid(const char *p, size_t n, int *used); /* the character there */
void utf8_put(struct buf *out, uint32_t c);

/* ---- programs ------------------------------------------------------------------------------ */
enum { CHARS, SPLIT, ASSERT, MATCH };
enum { LINE_START, LINE_END, WORD_EDGE, NO_WORD_EDGE, WORD_START, WORD_END };

struct inst {
  int op;
  int x; /* the set, one way, the assertion */
  int y; /* the next instruction */
};

struct state { /* of the automaton: where the program stands between two characters */
  int *at;
  int n;
  int before; /* what the character before was */
  int next;   /* in its chain of the hash table */
};

struct regex {
  struct inst *insts;
  int insts_n, insts_cap, start;
  struct set *sets;
  int sets_n, sets_cap;
  bool edges;    /* there are assertions on words */
  bool cr;       /* the pattern names a carriage return */
  bool or_slash; /* the pattern has \|, which is no alternation here */

  /* Characters that no set tells apart are one symbol; the last symbol is the end of the line. */
  uint32_t *bounds;
  int bounds_n, symbols;
  int ascii[128];
  bool *in;   /* set after set: which symbols are in it */
  bool *word; /* symbol: of a word */

  struct state *states;
  int states_n, states_max;
  int *steps; /* state after state: by symbol, 0 for unknown */
  int *table;
  int *list, *stack, *mark, mark_now;
};

/* NULL when the pattern is wrong; `error` says why. */
struct regex *regex_compile(const char *pattern, struct buf *error);

void automaton_make(struct regex *re); /* by regex_compile */
int automaton_start(struct regex *re);
/* Goes on from *state over text that does not end within a character. Returns where the first match
 * ends, or -1 while there is none. */
ptrdiff_t automaton_feed(struct regex *re, int *state, const char *text, size_t n);
bool automaton_end(struct regex *re, int *state); /* a match ends where the line ends */

#endif
