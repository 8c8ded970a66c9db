/* The life of a call: taken from the host, started when its turn comes, stopped or waited for. */
#include "serve.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static uint32_t u32(const char *p) {
  const unsigned char *b = (const unsigned char *)p;
  return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

/* call id, tool, then the arguments; each a length and its bytes, all ones for an absent one. The
 * bytes are moved to the front by one each, to make room for a NUL at every end. */
static bool parse(struct call *call, char *scratch_tool, size_t size) {
  char *p = call->bytes.p;
  size_t at = 0, n = call->bytes.n;
  int field = -2;
  while (at < n) {
    if (n - at < 4 || field >= FIELDS_MAX) return false;
    uint32_t length = u32(p + at);
    at += 4;
    bool absent = length == UINT32_MAX;
    if (absent) length = 0;
    if (length > n - at) return false;
    char *start = p + at - 4;
    memmove(start, p + at, length);
    start[length] = 0;
    if (field == -2) {
      if (length == 0 || length > CALL_ID_MAX) return false;
      for (uint32_t i = 0; i < length; i++) {
        char c = start[i];
        bool fine = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                    c == '_' || c == '-';
        if (!fine) return false;
      }
      memcpy(call->id, start, length + 1);
    } else if (field == -1) {
      if (length >= size) return false;
      memcpy(scratch_tool, start, length + 1);
    } else {
      call->request.f[field] = (struct field){absent ? NULL : start, length};
      call->request.n = field + 1;
    }
    field++;
    at += length;
  }
  return field >= 0;
}

/* As the tool needs them. */
static bool has_arguments(const struct call *call) {
  const struct tool *tool = call->tool;
  const struct request *q = &call->request;
  bool ok = q->n >= tool->needed;
  for (int i = 0; ok && tool->run && i < tool->needed; i++) ok = q->f[i].p != NULL;
  return ok && (!tool->filled || q->f[tool->filled].n > 0);
}

static void refuse(struct call *call) {
  buf_free(&call->bytes);
  free(call);
}

/* Asked again: the same call, the same answer. */
static void join(struct call *known, struct call *call) {
  known->frame = call->frame;
  known->attached = true;
  if (known->state == DONE) journal_answer(known);
  refuse(call);
}

/* A skill is found by a relative path, too. The server fills the directory after the sandbox has started. */
static void link_skills(void) {
  static bool linked;
  DIR *skills = linked ? NULL : opendir(AT_SKILLS);
  if (!skills) return;
  for (struct dirent *one; !linked && (one = readdir(skills));) linked = one->d_name[0] != '.';
  closedir(skills);
  if (linked && symlink(AT_SKILLS, AT_WORKSPACE "/skills") < 0) return; /* the name is taken */
}

bool call_begin(uint32_t frame, struct buf *bytes) {
  struct call *call = must(calloc(1, sizeof *call));
  call->bytes = *bytes;
  *bytes = (struct buf){0};
  call->frame = frame;
  call->attached = true;
  call->fd = -1;
  char name[16] = "";
  size_t open = 0;
  struct call **end = &calls;
  bool ok = parse(call, name, sizeof name) && (call->tool = tool_named(name)) && has_arguments(call);
  for (; ok && *end; end = &(*end)->next) {
    if (strcmp((*end)->id, call->id) == 0) {
      join(*end, call);
      return true;
    }
    open += (*end)->state != DONE;
  }
  if (!ok || open >= CALLS_MAX) {
    refuse(call);
    return false;
  }
  *end = call;
  link_skills();
  if (journal_is_spent(call->id)) {
    fail(&call->result, "%s: this call has run, but its result was given up to make room. It may have "
         "taken effect; check before trying again.", name);
    call->state = DONE;
    buf_free(&call->bytes);
    journal_answer(call);
    journal_drop(call);
  }
  return true;
}

static void stop(struct call *call) {
  bool in_shell = call->state == RUNNING && !call->tool->run;
  if (in_shell) bash_interrupted(call);
  if (call->state == RUNNING && call->pid > 0) child_stop(call);
  fail(&call->result, "Tool execution was interrupted before completion. Please retry.");
  journal_done(call);
}

void call_cancel(uint32_t frame) {
  for (struct call *c = calls; c; c = c->next) {
    if (!c->attached || c->frame != frame || c->state == DONE) continue;
    stop(c);
    return;
  }
}

/* Of a call that is over already there is nothing to see. */
void call_watch(uint32_t frame) {
  for (struct call *c = calls; c; c = c->next) {
    if (c->attached && c->frame == frame) c->watched = true;
  }
}

void call_stop(const char *id, size_t n) {
  for (struct call *c = calls; c; c = c->next) {
    if (c->state == DONE || strlen(c->id) != n || memcmp(c->id, id, n) != 0) continue;
    stop(c);
    return;
  }
}

void calls_read(struct call *call) {
  pid_t pid = call->pid;
  if (!child_read(call)) return;
  if (call->tool->run) {
    child_finish(call);
    return;
  }
  while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) { /* it is no process of an earlier command */
  }
  bash_checked(call);
}

void calls_child_ended(pid_t pid, int status) {
  if (pid == shell.canary) bash_canary_ended(status);
  if (pid == shell.pid) bash_shell_ended(status);
  /* of a file tool: the end of its pipe tells */
}

void calls_advance(bool told) {
  struct call *bash = running_command();
  int stray;
  if (bash) {
    bash_advance(bash);
    bash = running_command();
    if (bash) bash_show(bash);
  } else if (told && shell.status >= 0) {
    shell_status(&shell, &stray); /* written by a process that has no call's token */
  }
  for (struct call *c = calls, *next; c; c = next) {
    next = c->next;
    if (c->state == RUNNING && c->tool->run && now_ms() >= c->deadline) {
      child_stop(c);
      fail(&c->result, "%s: timed out", c->tool->name);
      journal_done(c);
      next = calls; /* the journal may have been trimmed */
    } else if (c->state == WAITING && c->tool->run) {
      child_start(c);
      next = calls;
    } else if (c->state == WAITING && !running_command()) {
      bash_start(c);
      next = calls;
    }
  }
}

bool calls_at_work(void) { return running_command() || calls_background(); }

/* True when it was the call of a command. */
static bool stop_for_room(struct call *call, const char *why, const char *advice, bool shell_lived) {
  bool command = !call->tool->run;
  struct buf line = {0}, after = {0};
  if (call->pid > 0) child_stop(call);
  buf_format(&line, "%s: %s; the %s was stopped. %s", call->tool->name, why, command ? "command" : "tool",
             advice);
  buf_add(&line, "", 1);
  if (command) {
    if (shell_lived) end_gone(&after, "The shell and all background processes were stopped", 0);
    bash_end_badly(call, line.p, after.n ? &after : NULL);
  } else {
    fail(&call->result, "%s", line.p);
    journal_done(call);
  }
  buf_free(&line);
  buf_free(&after);
  return command;
}

/* Whoever left the shell's session and lost his parent writes as well as others: all go. */
void calls_stop_all(void) {
  static const char advice[] =
      "Remove files to go on; until there is room, commands cannot write to files.";
  struct buf text = {0}, line = {0};
  disk_text(&text);
  buf_add(&text, "", 1);
  shell_drain(&shell, true);
  bool shell_lived = shell.pid != 0, told = false;
  kill(-1, SIGKILL);
  shell.canary = 0;
  bash_stop_shell(true);
  for (struct call *c = calls, *next; c; c = next) {
    next = c->next;
    if (c->state != RUNNING) continue;
    told |= stop_for_room(c, text.p, advice, shell_lived);
    next = calls; /* the journal may have been trimmed */
  }
  if (!told && shell_lived) {
    buf_format(&line, "%s; the shell and all background processes were stopped; variables and functions are gone. %s", text.p, advice);
    buf_add(&line, "", 1);
    bash_notice(line.p);
  }
  buf_free(&text);
  buf_free(&line);
}

int64_t calls_deadline(void) {
  int64_t first = -1;
  for (struct call *c = calls; c; c = c->next) {
    if (c->state != RUNNING) continue;
    int64_t until = c->tool->run ? c->deadline : bash_deadline(c);
    if (first < 0 || until < first) first = until;
  }
  return first;
}
