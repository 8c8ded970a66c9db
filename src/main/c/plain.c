/* Commands that cannot have a syntax error: words of harmless characters, closed quotes, names of
 * variables, output to files, and simple commands joined by ; && || and |. Most commands are such, and a
 * process that looks at them first would take longer than they do. */
#include "hand.h"

#include <string.h>

struct reader {
  const char *p, *end;
  bool words; /* of the present command */
  bool owes;  /* an operator that a command has to follow */
};

static bool one_of(char c, const char *set) { return c != 0 && strchr(set, c) != NULL; }

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

static bool is_harmless(char c) { return is_letter(c) || (c >= '0' && c <= '9') || one_of(c, "./,:@%+=^~*?-"); }

static char peek(const struct reader *r, ptrdiff_t ahead) { return r->end - r->p > ahead ? r->p[ahead] : 0; }

static bool is_reserved(const char *word, size_t n) {
  static const char *const words[] = {"if",   "then", "else",   "elif", "fi",    "case", "esac",     "for",  "select",
                                      "while", "until", "do",   "done", "in",    "time", "function", "coproc"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    if (strlen(words[i]) == n && memcmp(words[i], word, n) == 0) return true;
  }
  return false;
}

static bool skip_quoted(struct reader *r) {
  char quote = *r->p++;
  for (; r->p < r->end && *r->p != quote; r->p++) {
    if (*r->p < ' ' || *r->p > '~') return false;
    if (quote == '"' && one_of(*r->p, "`\\")) return false;
    if (quote == '"' && *r->p == '$' && !is_letter(peek(r, 1))) return false;
  }
  return r->p++ < r->end;
}

static bool skip_word(struct reader *r) {
  const char *start = r->p;
  while (r->p < r->end) {
    if (*r->p == '\'' || *r->p == '"') {
      if (!skip_quoted(r)) return false;
    } else if (is_harmless(*r->p) || (*r->p == '$' && is_letter(peek(r, 1)))) {
      r->p++;
    } else {
      break;
    }
  }
  return r->p > start && !is_reserved(start, (size_t)(r->p - start));
}

static bool skip_operator(struct reader *r) {
  char c = *r->p++;
  if (!r->words || (c == '&' && peek(r, 0) != '&')) return false;
  if (c != ';' && peek(r, 0) == c) r->p++;
  r->words = false;
  r->owes = c != ';';
  return true;
}

/* To a descriptor, or to a file whose name follows. */
static bool skip_output(struct reader *r) {
  r->p++;
  if (peek(r, 0) == '&') {
    r->p++;
    return one_of(peek(r, 0), "12");
  }
  if (peek(r, 0) == '>') r->p++;
  while (peek(r, 0) == ' ') r->p++;
  return is_harmless(peek(r, 0));
}

bool script_is_plain(const char *text, size_t n) {
  struct reader r = {text, text + n, false, false};
  while (r.p < r.end) {
    if (*r.p == ' ') {
      r.p++;
    } else if (one_of(*r.p, ";|&")) {
      if (!skip_operator(&r)) return false;
    } else if (*r.p == '>') {
      if (!r.words || !skip_output(&r)) return false;
    } else {
      if (!skip_word(&r)) return false;
      r.words = true;
      r.owes = false;
    }
  }
  return !r.owes;
}
