/* What bash reads for a call. It has no loop of ours that a command could leave, and around the command
 * there is no word that a function or `enable -n` could take away, no simple command that a
 * trap or a trace could show, and no descriptor or variable of ours that a command could close or set:
 * only keywords, redirections by path, and expansions. An alias of a keyword (`shopt -s expand_aliases;
 * alias if=for`) does reach it: that shell ends.
 *
 * The status is the text of an error message that bash itself writes, about a file that does not exist.
 * Its name holds the call's token, so that nothing else is taken for it. */
#include "hand.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

bool script_is_blank(const char *text, size_t n) {
  for (size_t i = 0; i < n; i++) {
    if (text[i] == '#') {
      while (i < n && text[i] != '\n') i++;
    } else if (text[i] == '\\' && (i + 1 == n || text[i + 1] == '\n')) {
      i++;
    } else if (text[i] != ' ' && text[i] != '\t' && text[i] != '\n') {
      return false;
    }
  }
  return true;
}

static bool mentions(const char *text, size_t n, const char *word) {
  return memmem(text, n, word, strlen(word)) != NULL;
}

/* A command is parsed whole before it runs, unless it changes how the rest of it is to be parsed. */
bool script_changes_parser(const char *text, size_t n) {
  return mentions(text, n, "extglob") || mentions(text, n, "expand_aliases");
}

static void quote(struct buf *out, const char *text, size_t n) {
  buf_text(out, "\\eval '");
  for (size_t i = 0; i < n; i++) {
    if (text[i] == '\'') {
      buf_text(out, "'\\''");
    } else {
      buf_add(out, text + i, 1);
    }
  }
  buf_text(out, "'");
}

/* The line number and $? that the command finds. A status above 1 needs a process of its own. */
static void begin(struct buf *out, int last) {
  buf_format(out, "{ for _ in; do ''; done; } </dev/null\"${0:0:$((LINENO=%d,0))}\"\n",
             last == 0 ? -1 : -2);
  if (last == 1) {
    buf_text(out, "! for _ in; do ''; done\n");
  } else if (last > 1) {
    buf_format(out, "(POSIXLY_CORRECT=; \\exit %d) >/dev/null 2>&1 && ''\n", last);
  }
}

/* The shell tells its status, with a token of its own. */
static void finish(struct shell *s, struct buf *out) {
  uint64_t secret[2];
  if (getrandom(secret, sizeof secret, 0) != (ssize_t)sizeof secret) abort();
  snprintf(s->token, sizeof s->token, "/%016llx%016llx+", (unsigned long long)secret[0],
           (unsigned long long)secret[1]);
  buf_format(out, "if for _ in; do ''; done <\"%s$?+$BASHOPTS:\"; then ''; fi 2>" AT_STATUS "\n", s->token);
}

void script_ask_again(struct shell *s, struct buf *out) { finish(s, out); }

void script_for(struct shell *s, const char *text, size_t n, bool evaluated, struct buf *out) {
  begin(out, s->last);
  buf_text(out, evaluated ? "{ " : "{\n");
  if (evaluated) {
    quote(out, text, n);
  } else {
    buf_add(out, text, n);
  }
  buf_text(out, "\n\n} </dev/null >" AT_OUTPUT " 2>&1\n");
  finish(s, out);
}

/* True when `said` holds the status of the call. */
bool script_status(struct shell *s, const struct buf *said, int *status) {
  size_t n = strlen(s->token);
  const char *at = n ? memmem(said->p, said->n, s->token, n) : NULL;
  const char *end = at ? memchr(at, '\n', said->n - (size_t)(at - said->p)) : NULL;
  if (!end) return false;
  *status = atoi(at + n) & 255;
  s->last = *status;
  s->extglob = memmem(at, (size_t)(end - at), ":extglob:", 9) != NULL;
  s->token[0] = 0;
  return true;
}
