/* The life of a call: waiting, running in the shell or in a child, done and kept in the journal. */
#include "serve.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define DEFAULT_TIMEOUT_MS 120000
#define FILE_TOOL_TIMEOUT_MS 90000
#define RESULT_MAX (2u << 20)
#define LOOK_MS 250
#define ALL_OTHERS "All other processes of the sandbox were killed by signal 9 (Killed); "
#define DYING_MS 200 /* for processes that were killed together to be gone */

const char *const tool_names[TOOLS] = {"bash", "read", "write", "edit", "glob", "grep"};
static void (*const tools[TOOLS])(const struct request *, struct result *) = {
    NULL, tool_read, tool_write, tool_edit, tool_glob, tool_grep};

struct call *calls;
static struct buf notice; /* what the model must know before the next output */
struct shell shell = {.command = -1, .status = -1, .output = -1};
static int64_t next_look; /* at a shell that may be stuck */
static pid_t first_keeper; /* the one that lived when the command began */
static bool keeper_killed; /* by signal 9, while the command ran */

static void drop(struct call *call) {
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

static bool is_spent(const char *id) {
  for (size_t i = 0; i < SPENT_MAX && spent[i][0]; i++) {
    if (strcmp(spent[i], id) == 0) return true;
  }
  return false;
}

static void spend(struct call *call) {
  strcpy(spent[spent_next], call->id);
  spent_next = (spent_next + 1) % SPENT_MAX;
  drop(call);
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

static void done(struct call *call) {
  call->state = DONE;
  buf_free(&call->bytes);
  answer(call);
  trim_journal();
}

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

bool call_begin(uint32_t frame, struct buf *bytes) {
  static const int needed[TOOLS] = {1, 1, 2, 3, 1, 1};
  struct call *call = must(calloc(1, sizeof *call));
  call->bytes = *bytes;
  *bytes = (struct buf){0};
  call->frame = frame;
  call->attached = true;
  call->fd = -1;
  char tool[16] = "";
  bool ok = parse(call, tool, sizeof tool);
  int t = 0;
  while (ok && t < TOOLS && strcmp(tool, tool_names[t]) != 0) t++;
  ok = ok && t < TOOLS && call->request.n >= needed[t];
  for (int i = 0; ok && t != BASH && i < needed[t]; i++) ok = call->request.f[i].p != NULL;
  if (t == EDIT && ok) ok = call->request.f[1].n > 0;
  size_t open = 0;
  struct call **end = &calls;
  for (; ok && *end; end = &(*end)->next) {
    struct call *other = *end;
    if (strcmp(other->id, call->id) == 0) { /* asked again: the same call, the same answer */
      other->frame = frame;
      other->attached = true;
      if (other->state == DONE) answer(other);
      buf_free(&call->bytes);
      free(call);
      return true;
    }
    open += other->state != DONE;
  }
  if (!ok || open >= CALLS_MAX) {
    buf_free(&call->bytes);
    free(call);
    return false;
  }
  call->tool = (enum tool)t;
  *end = call;
  if (is_spent(call->id)) {
    fail(&call->result, "%s: this call has run, but its result was given up to make room. It may have "
         "taken effect; check before trying again.", tool);
    call->state = DONE;
    buf_free(&call->bytes);
    answer(call);
    drop(call);
  }
  return true;
}

static void interrupted(struct call *call) {
  fail(&call->result, "Tool execution was interrupted before completion. Please retry.");
  done(call);
}

static void stop_child(struct call *call) {
  kill(-call->pid, SIGKILL);
  kill(call->pid, SIGKILL);
  call->pid = 0;
  if (call->fd >= 0) close(call->fd);
  call->fd = -1;
}

/* What no command has started, and none may take along: the groups of the file tools. */
static size_t stop_shell(bool everything) {
  pid_t tools[CALLS_MAX];
  size_t n = 0;
  for (struct call *c = calls; c && n < CALLS_MAX; c = c->next) {
    if (c->pid > 0) tools[n++] = c->pid;
  }
  return shell_kill(&shell, tools, n, everything);
}

/* What is gone with the shell, and what is not. */
static void gone(struct buf *out, const char *what, size_t spared) {
  buf_format(out, "[%s. The next command starts a new shell in %s; variables, functions and jobs are gone.%s]",
             what, shell.directory[0] ? shell.directory : workspace,
             spared ? " Background processes of earlier commands go on." : "");
}

/* The keeper ignores all signals but one. */
static void keeper_ended(int status) {
  shell.keeper = 0; /* the next command has another one */
  keeper_killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

static void look_at_keeper(void) {
  int status;
  if (shell.keeper > 0 && waitpid(shell.keeper, &status, WNOHANG) == shell.keeper) keeper_ended(status);
}

/* The keeper was killed, and all others with it. The kernel takes a moment for that. */
static bool all_are_gone_but(pid_t survivor) {
  for (int64_t until = now_ms() + DYING_MS;; usleep(2000)) {
    pid_t ours[] = {survivor, shell.keeper};
    look_at_keeper();
    if (keeper_killed && !processes_alive(ours, survivor > 0 ? 2 : 0)) return true;
    if (now_ms() >= until) return false;
  }
}

static bool all_killed(int status) {
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL && all_are_gone_but(0);
}

/* By `kill -9 -1` in the shell itself: the kernel spares who asks for it. */
static bool others_killed(void) {
  look_at_keeper();
  return keeper_killed && processes_remembered(first_keeper) && all_are_gone_but(shell.pid);
}

static void ended(struct buf *out, int status) {
  char what[96];
  if (all_killed(status)) {
    snprintf(what, sizeof what, "All processes of the sandbox were killed by signal 9 (Killed), the shell among them");
  } else if (WIFSIGNALED(status)) {
    int number = WTERMSIG(status);
    snprintf(what, sizeof what, "The shell was killed by signal %d (%s)", number, strsignal(number));
  } else {
    snprintf(what, sizeof what, "The shell ended with status %d", WEXITSTATUS(status));
  }
  gone(out, what, 0);
}

static void stop(struct call *call) {
  bool checking = call->fd >= 0;
  if (call->state == RUNNING && call->pid > 0) stop_child(call);
  if (call->state == RUNNING && call->tool == BASH && !checking) {
    size_t spared = stop_shell(false);
    capture_reset(&shell.capture);
    notice.n = 0;
    gone(&notice, "The command before this one was interrupted, and its shell stopped", spared);
    buf_text(&notice, "\n");
  }
  interrupted(call);
}

void call_cancel(uint32_t frame) {
  for (struct call *c = calls; c; c = c->next) {
    if (!c->attached || c->frame != frame || c->state == DONE) continue;
    stop(c);
    return;
  }
}

void call_stop(const char *id, size_t n) {
  for (struct call *c = calls; c; c = c->next) {
    if (c->state == DONE || strlen(c->id) != n || memcmp(c->id, id, n) != 0) continue;
    stop(c);
    return;
  }
}

void calls_detach(void) {
  for (struct call *c = calls; c; c = c->next) c->attached = false;
}

/* ---- bash ---- */

static void restart_shell(void) {
  stop_shell(true);
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
static void end_bash_badly(struct call *call, const char *text, const struct buf *after) {
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
  done(call);
}

/* The result of a call whose shell is stopped before the command's end. */
static void give_up(struct call *call, const char *text) {
  struct buf after = {0};
  if (call->fd >= 0) {
    stop_child(call);
  } else {
    shell_drain(&shell, true);
    size_t spared = stop_shell(false);
    shell_drain(&shell, true);
    gone(&after, "The shell was stopped", spared);
  }
  end_bash_badly(call, text, after.n ? &after : NULL);
  buf_free(&after);
}

static bool ready(struct call *call) {
  if (shell.pid == 0 && !shell_start(&shell, disk_full(0))) {
    fail_fs(&call->result, "bash", errno);
    done(call);
    return false;
  }
  return true;
}

static void send_command(struct call *call, bool evaluated) {
  const struct field *command = &call->request.f[0];
  call->result.text.n = 0;
  if (!ready(call)) return;
  processes_remember(shell.pid);
  first_keeper = shell.keeper;
  keeper_killed = false;
  next_look = now_ms() + LOOK_MS;
  if (!shell_send(&shell, command->p, command->n, evaluated)) {
    fail_fs(&call->result, "bash", errno);
    done(call);
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
static void checked(struct call *call) {
  const struct field *command = &call->request.f[0];
  struct buf *said = &call->result.text;
  if (only_warnings(said)) {
    send_command(call, said->n > 0 || script_changes_parser(command->p, command->n));
    return;
  }
  capture_feed(&shell.capture, said->p, said->n);
  shell.last = 2;
  end_bash(call, 2);
  done(call);
}

static void check(struct call *call) {
  const struct field *command = &call->request.f[0];
  call->deadline = now_ms() + call->timeout;
  if (!ready(call)) return;
  shell_drain(&shell, true);
  capture_start(&shell.capture, call->id);
  if (memchr(command->p, 0, command->n)) {
    fail(&call->result, "bash: command must not contain null characters");
    done(call);
  } else if (script_is_blank(command->p, command->n)) {
    shell.last = 0;
    end_bash(call, 0);
    done(call);
  } else if (script_is_plain(command->p, command->n)) {
    send_command(call, script_changes_parser(command->p, command->n));
  } else {
    call->pid = shell_check(&shell, command->p, command->n, &call->fd);
    if (call->pid > 0) return;
    call->pid = 0;
    send_command(call, true); /* no process can be made: bash can still run what needs none */
  }
}

static void start_bash(struct call *call) {
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
  done(call);
}

static struct call *running_bash(void) {
  for (struct call *c = calls; c; c = c->next) {
    if (c->tool == BASH && c->state == RUNNING) return c;
  }
  return NULL;
}

static void end_without_status(struct call *call) {
  char text[200];
  snprintf(text, sizeof text, "bash: the status of the command was lost: %s",
           others_killed() ? ALL_OTHERS "the shell goes on"
           : keeper_killed ? "the process that passes it on was killed"
                           : "a process inside has read what was for the shell, or for hand");
  end_bash_badly(call, text, NULL);
}

static void advance_bash(struct call *call) {
  int status;
  bool sent = call->fd < 0;
  if (sent && shell_status(&shell, &status)) {
    if (shell.asked_again) {
      shell_drain(&shell, true);
      end_without_status(call);
      return;
    }
    end_bash(call, status);
    if (others_killed()) {
      if (call->result.text.n > 0) buf_text(&call->result.text, "\n");
      buf_text(&call->result.text, "[" ALL_OTHERS "the shell goes on.]");
    }
    done(call);
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

/* ---- the file tools ---- */

static void start_child(struct call *call) {
  int p[2];
  bool writes = call->tool == WRITE || call->tool == EDIT;
  if (writes && !disk_write_starts(call->tool == WRITE ? call->request.f[1].n : 0)) {
    struct buf text = {0};
    disk_text(&text);
    buf_add(&text, "", 1);
    fail(&call->result, "%s: no space left on device: %s. Remove files with bash to go on.",
         tool_names[call->tool], text.p);
    buf_free(&text);
    done(call);
    return;
  }
  if (pipe2(p, O_CLOEXEC) < 0) {
    fail_fs(&call->result, tool_names[call->tool], errno);
    done(call);
    return;
  }
  pid_t pid = fork();
  if (pid == 0) {
    child_reset();
    setpgid(0, 0);
    struct result r = {0};
    tools[call->tool](&call->request, &r);
    char flag = r.error;
    bool ok = write_all(p[1], &flag, 1) && write_all(p[1], r.text.p, r.text.n);
    _exit(ok ? 0 : 1);
  }
  int error = errno;
  close(p[1]);
  if (pid < 0) {
    close(p[0]);
    fail_fs(&call->result, tool_names[call->tool], error);
    done(call);
    return;
  }
  setpgid(pid, pid);
  fcntl(p[0], F_SETFL, O_NONBLOCK);
  call->state = RUNNING;
  call->pid = pid;
  call->fd = p[0];
  call->deadline = now_ms() + FILE_TOOL_TIMEOUT_MS;
}

void calls_read(struct call *call) {
  char chunk[65536];
  ssize_t n;
  while ((n = read(call->fd, chunk, sizeof chunk)) > 0) {
    buf_add(&call->result.text, chunk, (size_t)n);
    if (call->result.text.n > RESULT_MAX) break;
  }
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  pid_t pid = call->pid;
  stop_child(call);
  if (call->tool == BASH) {
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) { /* it is no process of an earlier command */
    }
    checked(call);
    return;
  }
  if (call->result.text.n == 0) {
    fail(&call->result, "%s: the tool ended without a result", tool_names[call->tool]);
  } else {
    call->result.error = call->result.text.p[0] != 0;
    buf_drop(&call->result.text, 1);
  }
  done(call);
}

/* ---- all ---- */

static void shell_ended(int status) {
  int exit_status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  struct call *call = running_bash();
  shell_drain(&shell, true);
  if (call && call->fd >= 0) call = NULL; /* it has not begun */
  if (call) shell_status(&shell, &exit_status);
  shell_forget(&shell);
  if (call) {
    end_bash(call, exit_status);
    if (call->result.text.n > 0) buf_text(&call->result.text, "\n");
    ended(&call->result.text, status);
    done(call);
  } else {
    notice.n = 0;
    ended(&notice, status);
    buf_text(&notice, "\n");
  }
}

void calls_child_ended(pid_t pid, int status) {
  if (pid == shell.keeper) {
    keeper_ended(status);
    if (!running_bash() && shell.pid > 0 && notice.n == 0 && others_killed()) {
      buf_text(&notice, "[" ALL_OTHERS "the shell goes on.]\n");
    }
  }
  if (pid == shell.pid) shell_ended(status);
  /* of a file tool: the end of its pipe tells */
}

bool calls_trusted(pid_t pid) { return pid != shell.pid && calls_own(pid); }

bool calls_own(pid_t pid) {
  if (pid == shell.pid || pid == shell.keeper) return true;
  for (struct call *c = calls; c; c = c->next) {
    if (c->pid == pid) return true;
  }
  return false;
}

void calls_advance(bool told) {
  struct call *bash = running_bash();
  int stray;
  if (bash) {
    advance_bash(bash);
  } else if (told && shell.status >= 0) {
    shell_status(&shell, &stray); /* written by a process that has no call's token */
  }
  for (struct call *c = calls, *next; c; c = next) {
    next = c->next;
    if (c->state == RUNNING && c->tool != BASH && now_ms() >= c->deadline) {
      stop_child(c);
      fail(&c->result, "%s: timed out", tool_names[c->tool]);
      done(c);
      next = calls; /* the journal may have been trimmed */
    } else if (c->state == WAITING && c->tool != BASH) {
      start_child(c);
      next = calls;
    } else if (c->state == WAITING && !running_bash()) {
      start_bash(c);
      next = calls;
    }
  }
}

/* Beside the shell itself, which does nothing without a call. */
static bool background(void) {
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

bool calls_at_work(void) { return running_bash() || background(); }

/* Whoever left the shell's session and lost his parent writes as well as others: all go. */
void calls_stop_all(void) {
  struct buf text = {0};
  disk_text(&text);
  buf_add(&text, "", 1);
  static const char advice[] =
      "Remove files to go on; until there is room, commands cannot write to files.";
  shell_drain(&shell, true);
  bool shell_lived = shell.pid != 0;
  kill(-1, SIGKILL);
  shell.keeper = 0;
  stop_shell(true);
  bool told = false;
  for (struct call *c = calls, *next; c; c = next) {
    next = c->next;
    if (c->state != RUNNING) continue;
    told |= c->tool == BASH;
    if (c->pid > 0) stop_child(c);
    struct buf line = {0};
    buf_format(&line, "%s: %s; the %s was stopped. %s", tool_names[c->tool], text.p,
               c->tool == BASH ? "command" : "tool", advice);
    buf_add(&line, "", 1);
    if (c->tool == BASH) {
      end_bash_badly(c, line.p, NULL);
    } else {
      fail(&c->result, "%s", line.p);
      done(c);
    }
    buf_free(&line);
    next = calls; /* the journal may have been trimmed */
  }
  if (!told && shell_lived) {
    notice.n = 0;
    buf_format(&notice, "[%s; the bash session with all background processes was stopped. %s]\n",
               text.p, advice);
  }
  buf_free(&text);
}

int64_t calls_deadline(void) {
  int64_t first = -1;
  for (struct call *c = calls; c; c = c->next) {
    if (c->state != RUNNING) continue;
    int64_t until = c->deadline;
    if (c->tool == BASH && c->fd < 0 && next_look < until) until = next_look;
    if (first < 0 || until < first) first = until;
  }
  return first;
}
