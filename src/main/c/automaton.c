/* A program over characters, run as an automaton: a state is the set of instructions that the program may
 * stand at, and is built when it is first needed. */
#include <stdlib.h>
#include <string.h>

#include "regex.h"

#define CACHE_BYTES (8u << 20)
#define TABLE 8192 /* of states by their hash; a power of two */

enum { BEFORE_LINE, AFTER_WORD, AFTER_OTHER };
enum { UNKNOWN, ACCEPT, FIRST_STATE };

static int symbol(const struct regex *re, uint32_t c) {
  int low = 0, high = re->bounds_n; /* how many bounds are not above it */
  while (low < high) {
    int middle = (low + high) / 2;
    if (re->bounds[middle] <= c) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

static int by_value(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return x < y ? -1 : x > y;
}

static int ascending(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }

static void bounds_of(struct regex *re, const struct set *set) {
  for (int i = 0; i < set->n; i++) {
    re->bounds[re->bounds_n++] = set->ranges[i].first;
    re->bounds[re->bounds_n++] = set->ranges[i].last + 1;
  }
}

static void mark_set(struct regex *re, const struct set *set, bool *in) {
  for (int i = 0; i < set->n; i++) {
    int last = symbol(re, set->ranges[i].last);
    for (int s = symbol(re, set->ranges[i].first); s <= last; s++) in[s] = true;
  }
}

static void make_symbols(struct regex *re) {
  struct set words = {0};
  if (re->edges) set_add_words(&words);
  set_tidy(&words);
  size_t most = 2 * (size_t)words.n;
  for (int i = 0; i < re->sets_n; i++) most += 2 * (size_t)re->sets[i].n;
  re->bounds = must(malloc((most + 1) * sizeof *re->bounds));
  for (int i = 0; i < re->sets_n; i++) bounds_of(re, &re->sets[i]);
  bounds_of(re, &words);
  qsort(re->bounds, (size_t)re->bounds_n, sizeof *re->bounds, by_value);
  int n = 0;
  for (int i = 0; i < re->bounds_n; i++) {
    if (n == 0 || re->bounds[n - 1] != re->bounds[i]) re->bounds[n++] = re->bounds[i];
  }
  re->bounds_n = n;
  re->symbols = n + 1;
  re->in = must(calloc((size_t)re->sets_n + 1, (size_t)re->symbols));
  for (int i = 0; i < re->sets_n; i++) {
    mark_set(re, &re->sets[i], re->in + (size_t)i * (size_t)re->symbols);
  }
  re->word = must(calloc((size_t)re->symbols + 1, 1));
  mark_set(re, &words, re->word);
  free(words.ranges);
  for (uint32_t c = 0; c < 128; c++) re->ascii[c] = symbol(re, c);
}

void automaton_make(struct regex *re) {
  make_symbols(re);
  size_t row = ((size_t)re->symbols + 1) * sizeof *re->steps;
  size_t fit = CACHE_BYTES / (row + (size_t)re->insts_n * sizeof(int));
  re->states_max = fit < 16 ? 16 : fit > 4096 ? 4096 : (int)fit;
  re->states = must(calloc((size_t)re->states_max, sizeof *re->states));
  re->steps = must(calloc((size_t)re->states_max, row));
  re->table = must(malloc(TABLE * sizeof *re->table));
  size_t n = (size_t)re->insts_n * sizeof(int);
  re->list = must(malloc(n));
  re->stack = must(malloc(2 * n + sizeof(int)));
  re->mark = must(calloc(1, n));
  memset(re->table, -1, TABLE * sizeof *re->table);
}

static void forget(struct regex *re) {
  for (int i = 0; i < re->states_n; i++) free(re->states[i].at);
  memset(re->steps, 0, (size_t)re->states_n * ((size_t)re->symbols + 1) * sizeof *re->steps);
  memset(re->table, -1, TABLE * sizeof *re->table);
  re->states_n = 0;
}

/* The state with the `n` instructions in re->list. */
static int state_of(struct regex *re, int n, int before) {
  if (!re->edges && before == AFTER_WORD) before = AFTER_OTHER;
  qsort(re->list, (size_t)n, sizeof *re->list, ascending);
  uint32_t hash = (uint32_t)before;
  for (int i = 0; i < n; i++) hash = (hash ^ (uint32_t)re->list[i]) * 16777619u;
  hash = (hash ^ hash >> 15) % TABLE;
  size_t bytes = (size_t)n * sizeof *re->list;
  for (int s = re->table[hash]; s >= 0; s = re->states[s].next) {
    struct state *state = &re->states[s];
    if (state->n == n && state->before == before && memcmp(state->at, re->list, bytes) == 0) return s;
  }
  if (re->states_n == re->states_max) forget(re);
  struct state *state = &re->states[re->states_n];
  *state = (struct state){must(malloc(bytes)), n, before, re->table[hash]};
  memcpy(state->at, re->list, bytes);
  re->table[hash] = re->states_n;
  return re->states_n++;
}

static bool holds(int assertion, int before, bool end, bool word) {
  bool after_word = before == AFTER_WORD;
  switch (assertion) {
    case LINE_START: return before == BEFORE_LINE;
    case LINE_END: return end;
    case WORD_EDGE: return after_word != word;
    case NO_WORD_EDGE: return after_word == word;
    case WORD_START: return !after_word && word;
    default: return after_word && !word;
  }
}

static void push(struct regex *re, int *n, int inst) {
  if (re->mark[inst] == re->mark_now) return;
  re->mark[inst] = re->mark_now;
  re->stack[(*n)++] = inst;
}

static void new_marks(struct regex *re) {
  if (++re->mark_now > 0) return;
  memset(re->mark, 0, (size_t)re->insts_n * sizeof *re->mark);
  re->mark_now = 1;
}

/* Where `s` leads to by a symbol: to ACCEPT when a match ends before it. */
static int step(struct regex *re, int s, int by) {
  const struct state *state = &re->states[s];
  bool end = by == re->symbols, word = re->word[by];
  int todo = 0, reached = 0, n = 0;
  new_marks(re);
  for (int i = 0; i < state->n; i++) push(re, &todo, state->at[i]);
  while (todo > 0) {
    const struct inst *inst = &re->insts[re->stack[--todo]];
    if (inst->op == MATCH) return ACCEPT;
    if (inst->op == SPLIT) push(re, &todo, inst->x);
    if (inst->op == ASSERT && !holds(inst->x, state->before, end, word)) continue;
    if (inst->op != CHARS) {
      push(re, &todo, inst->y);
    } else if (!end && re->in[(size_t)inst->x * (size_t)re->symbols + (size_t)by]) {
      re->list[reached++] = inst->y;
    }
  }
  if (end) return FIRST_STATE; /* nothing follows */
  new_marks(re);
  re->mark[re->start] = re->mark_now; /* a match may begin anywhere */
  for (int i = 0; i < reached; i++) {
    if (re->mark[re->list[i]] == re->mark_now) continue;
    re->mark[re->list[i]] = re->mark_now;
    re->list[n++] = re->list[i];
  }
  re->list[n++] = re->start;
  return FIRST_STATE + state_of(re, n, word ? AFTER_WORD : AFTER_OTHER);
}

static int next(struct regex *re, int s, int by) {
  size_t width = (size_t)re->symbols + 1;
  int *known = &re->steps[(size_t)s * width + (size_t)by];
  if (*known != UNKNOWN) return *known;
  int states = re->states_n, to = step(re, s, by);
  if (re->states_n >= states) *known = to; /* else everything was forgotten */
  return to;
}

int automaton_start(struct regex *re) {
  re->list[0] = re->start;
  return state_of(re, 1, BEFORE_LINE);
}

ptrdiff_t automaton_feed(struct regex *re, int *state, const char *text, size_t n) {
  size_t width = (size_t)re->symbols + 1;
  int s = *state;
  for (size_t i = 0; i < n;) {
    int used = 1;
    unsigned char c = (unsigned char)text[i];
    int by = c < 0x80 ? re->ascii[c] : symbol(re, utf8_char(text + i, n - i, &used));
    int to = re->steps[(size_t)s * width + (size_t)by];
    if (to < FIRST_STATE) {
      to = next(re, s, by);
      if (to == ACCEPT) return (ptrdiff_t)i;
    }
    s = to - FIRST_STATE;
    i += (size_t)used;
  }
  *state = s;
  return -1;
}

bool automaton_end(struct regex *re, int *state) { return next(re, *state, re->symbols) == ACCEPT; }
