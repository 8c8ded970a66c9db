/* The calls of bash: one command after the other, in the persistent shell. */
#include "serve.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define DEFAULT_TIMEOUT_MS 120000
#define LOOK_MS 250
#define LIVE_UNSENT (64u << 10) /* bytes that wait to be sent */
#define ALL_OTHERS "All other processes of the sandbox were killed by signal 9 (Killed); "

int64_t longest_call = 600000;
static struct buf notice;  /* what the model must know before the next output */
static int64_t next_look;  /* at a shell that may be stuck */
static int64_t next_show; /* of the output of a command that is watched */

/* Whether a command has begun that somebody watches, and has printed something since the last piece. */
static bool shows(const struct call *call) {
  return call->watched && call->attached && call->fd < 0 && shell.capture.total > shell.capture.shown;
}

/* What no command has started, and none may take along: the groups of the file tools and of the transfers. */
size_t bash_stop_shell(bool everything) {
  pid_t tools[CALLS_MAX + TRANSFERS_MAX];
  size_t n = transfers_pids(tools);
  for (struct call *c = calls; c && n < CALLS_MAX + TRANSFERS_MAX; c = c->next) {
    if (c->pid > 0) tools[n++] = c->pid;
  }
  return shell_kill(&shell, tools, n, everything);
}

static void restart_shell(void) {
  bash_stop_shell(true);
  shell.directory[0] = 0;
  capture_reset(&shell.capture);
}

static void end_bash(struct call *call, int status) {
  shell_drain(&shell, true);
  call->result.text.n = 0;
  buf_add(&call->result.text, notice.p, notice.n);
  notice.n = 0;
  size_t before = call->result.text.n;
  capture_finish(&shell.capture, &call->result.text);
  call->result.error = status != 0;
  if (status != 0 && call->result.text.n == before) {
    buf_format(&call->result.text, "exit %d", status);
  }
}

/* The text comes first, then what the command had printed, then what else there is to know. */
void bash_end_badly(struct call *call, const char *text, const struct buf *after) {
  struct buf output = {0};
  capture_finish(&shell.capture, &output);
  fail(&call->result, "%s", text);
  if (output.n) {
    buf_text(&call->result.text, "\n");
    buf_add(&call->result.text, output.p, output.n);
  }
  if (after) {
    buf_text(&call->result.text, "\n");
    buf_add(&call->result.text, after->p, after->n);
  }
  buf_free(&output);
  journal_done(call);
}

/* The result of a call whose shell is stopped before the command's end. */
static void give_up(struct call *call, const char *text) {
  struct buf after = {0};
  if (call->fd >= 0) {
    child_stop(call);
  } else {
    shell_drain(&shell, true);
    size_t spared = bash_stop_shell(false);
    shell_drain(&shell, true);
    end_gone(&after, "The shell was stopped", spared);
  }
  bash_end_badly(call, text, after.n ? &after : NULL);
  buf_free(&after);
}

static bool ready(struct call *call) {
  if (shell.pid == 0 && !shell_start(&shell, disk_full(0), !calls_background())) {
    fail_fs(&call->result, "bash", errno);
    journal_done(call);
    return false;
  }
  return true;
}

static void send_command(struct call *call, bool evaluated) {
  const struct field *command = &call->request.f[0];
  call->result.text.n = 0;
  if (!ready(call)) return;
  end_watch();
  next_look = now_ms() + LOOK_MS;
  if (!shell_send(&shell, command->p, command->n, evaluated)) {
    fail_fs(&call->result, "bash", errno);
    journal_done(call);
  }
}

/* Of a here-document without its end bash only warns, and takes it as it is. */
static bool only_warnings(const struct buf *said) {
  for (size_t at = 0; at < said->n;) {
    const char *line = said->p + at, *end = memchr(line, '\n', said->n - at);
    size_t n = end ? (size_t)(end - line) : said->n - at;
    if (!memmem(line, n, ": warning: here-document", 24)) return false;
    at += n + 1;
  }
  return true;
}

/* Nothing of a command with a syntax error runs. */
void bash_checked(struct call *call) {
  const struct field *command = &call->request.f[0];
  struct buf *said = &call->result.text;
  if (only_warnings(said)) {
    send_command(call, said->n > 0 || script_changes_parser(command->p, command->n));
    return;
  }
  capture_feed(&shell.capture, said->p, said->n);
  shell.last = 2;
  end_bash(call, 2);
  journal_done(call);
}

static void check(struct call *call) {
  const struct field *command = &call->request.f[0];
  call->deadline = now_ms() + call->timeout;
  if (!ready(call)) return;
  shell_drain(&shell, true);
  capture_start(&shell.capture, call->id);
  if (memchr(command->p, 0, command->n)) {
    fail(&call->result, "bash: command must not contain null characters");
    journal_done(call);
  } else if (script_is_blank(command->p, command->n)) {
    shell.last = 0;
    end_bash(call, 0);
    journal_done(call);
  } else if (script_is_plain(command->p, command->n)) {
    send_command(call, script_changes_parser(command->p, command->n));
  } else {
    call->pid = shell_check(&shell, command->p, command->n, &call->fd);
    if (call->pid > 0) return;
    call->pid = 0;
    send_command(call, true); /* no process can be made: bash can still run what needs none */
  }
}

void bash_start(struct call *call) {
  struct request *q = &call->request;
  bool restart = q->n > 1 && q->f[1].p && q->f[1].p[0] == '1';
  long long asked = q->n > 2 && q->f[2].p ? atoll(q->f[2].p) : 0;
  call->timeout = asked <= 0 ? DEFAULT_TIMEOUT_MS : asked;
  if (call->timeout > longest_call) call->timeout = longest_call;
  call->state = RUNNING;
  disk_command_starts();
  if (restart) restart_shell();
  if (shell.confined && shell.pid && !disk_full(0)) {
    restart_shell();
    buf_text(&notice, "[bash session restarted: the workspace has room again]\n");
  }
  if (q->f[0].p) {
    check(call);
    return;
  }
  if (restart) {
    buf_text(&call->result.text, "bash session restarted");
  } else {
    fail(&call->result, "bash: command is required");
  }
  journal_done(call);
}

static void end_without_status(struct call *call) {
  bash_end_badly(call, "bash: the status of the command was lost: a process inside has read what was for the shell",
                 NULL);
}

void bash_advance(struct call *call) {
  int status;
  bool sent = call->fd < 0;
  if (sent && shell_status(&shell, &status)) {
    if (shell.asked_again) {
      shell_drain(&shell, true);
      end_without_status(call);
      return;
    }
    end_bash(call, status);
    if (end_others_killed()) {
      if (call->result.text.n > 0) buf_text(&call->result.text, "\n");
      buf_text(&call->result.text, "[" ALL_OTHERS "the shell goes on.]");
    }
    journal_done(call);
  } else if (now_ms() >= call->deadline) {
    char text[80];
    snprintf(text, sizeof text, "bash: bash command timed out after %lldms",
             (long long)call->timeout);
    give_up(call, text);
  } else if (sent && now_ms() >= next_look) {
    next_look = now_ms() + LOOK_MS;
    if (!shell_is_stuck(&shell)) return;
    give_up(call, "bash: the shell runs no commands any more: set -n, set -r, a limit that is too low, or "
                  "its script was read by the command");
  }
}

void bash_shell_ended(int status) {
  int exit_status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  struct call *call = running_command();
  shell_drain(&shell, true);
  if (call && call->fd >= 0) call = NULL; /* it has not begun */
  if (call) shell_status(&shell, &exit_status);
  shell_forget(&shell);
  if (call) {
    end_bash(call, exit_status);
    if (call->result.text.n > 0) buf_text(&call->result.text, "\n");
    end_describe(&call->result.text, status);
    journal_done(call);
  } else {
    notice.n = 0;
    end_describe(&notice, status);
    buf_text(&notice, "\n");
  }
}

void bash_interrupted(struct call *call) {
  if (call->fd >= 0) return; /* the command has not begun */
  size_t spared = bash_stop_shell(false);
  capture_reset(&shell.capture);
  notice.n = 0;
  end_gone(&notice, "The command before this one was interrupted, and its shell stopped", spared);
  buf_text(&notice, "\n");
}

void bash_notice(const char *text) {
  notice.n = 0;
  buf_format(&notice, "[%s]\n", text);
}

void bash_canary_ended(int status) {
  end_canary(status);
  if (!running_command() && shell.pid > 0 && notice.n == 0 && end_others_killed()) {
    bash_notice(ALL_OTHERS "the shell goes on.");
  }
}

/* A host that does not read is not given more to read. */
void bash_show(struct call *call) {
  size_t n;
  uint64_t left_out;
  if (!shows(call) || now_ms() < next_show) return;
  next_show = now_ms() + LIVE_MS;
  const char *p = conn_unsent() < LIVE_UNSENT ? capture_fresh(&shell.capture, &n, &left_out) : NULL;
  if (p) conn_output(call->frame, left_out, p, n);
}

int64_t bash_deadline(const struct call *call) {
  int64_t until = call->fd < 0 && next_look < call->deadline ? next_look : call->deadline;
  return shows(call) && next_show < until ? next_show : until;
}
