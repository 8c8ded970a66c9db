/* The calls that this hand knows of, by their ids: those that wait or run, and the results of others. */
#include "serve.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

struct call *calls;

void journal_drop(struct call *call) {
  for (struct call **at = &calls; *at; at = &(*at)->next) {
    if (*at == call) {
      *at = call->next;
      break;
    }
  }
  buf_free(&call->bytes);
  buf_free(&call->result.text);
  free(call);
}

static char spent[SPENT_MAX][CALL_ID_MAX + 1]; /* a ring */
static size_t spent_next;

bool journal_is_spent(const char *id) {
  for (size_t i = 0; i < SPENT_MAX && spent[i][0]; i++) {
    if (strcmp(spent[i], id) == 0) return true;
  }
  return false;
}

static void spend(struct call *call) {
  strcpy(spent[spent_next], call->id);
  spent_next = (spent_next + 1) % SPENT_MAX;
  journal_drop(call);
}

/* Never the newest call: its result is about to be used. */
static void trim(size_t *count, size_t *bytes, size_t most, size_t most_bytes, bool unfetched) {
  for (struct call *c = calls, *next; c && (*count > most || *bytes > most_bytes); c = next) {
    next = c->next;
    if (c->state == DONE && next && (unfetched || c->fetched)) {
      --*count;
      *bytes -= c->result.text.n;
      spend(c);
    }
  }
}

static void trim_journal(void) {
  size_t count = 0, bytes = 0;
  for (struct call *c = calls; c; c = c->next) {
    if (c->state == DONE) {
      count++;
      bytes += c->result.text.n;
    }
  }
  trim(&count, &bytes, JOURNAL_MAX, JOURNAL_BYTES, false);
  trim(&count, &bytes, 2 * JOURNAL_MAX, UNFETCHED_BYTES, true);
}

void journal_done(struct call *call) {
  call->state = DONE;
  buf_free(&call->bytes);
  journal_answer(call);
  trim_journal();
}

void journal_answer(struct call *call) {
  if (!call->attached || !conn_answer(call->frame, &call->result)) return;
  call->attached = false;
  call->fetched = true;
}

void journal_detach(void) {
  for (struct call *c = calls; c; c = c->next) c->attached = false;
}

struct call *running_command(void) {
  for (struct call *c = calls; c; c = c->next) {
    if (!c->tool->run && c->state == RUNNING) return c;
  }
  return NULL;
}

bool calls_trusted(pid_t pid) { return pid != shell.pid && calls_own(pid); }

bool calls_own(pid_t pid) {
  if (pid == shell.pid || pid == shell.canary) return true;
  for (struct call *c = calls; c; c = c->next) {
    if (c->pid == pid) return true;
  }
  return transfers_own(pid);
}

/* Beside the shell itself, which does nothing without a call. */
bool calls_background(void) {
  DIR *proc = opendir("/proc");
  if (!proc) return true;
  bool found = false;
  struct dirent *entry;
  while (!found && (entry = readdir(proc))) {
    pid_t pid = atoi(entry->d_name);
    found = pid > 1 && !calls_own(pid);
  }
  closedir(proc);
  return found;
}
