/* The persistent shell. Commands and exit statuses travel on pipes of their own, so nothing in the
 * output can be taken for the end of a command. */
#include "hand.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { COMMAND_FD = 198, STATUS_FD = 199, PIDS_MAX = 4194304 /* the most that Linux can have */ };

/* The name of the variable is one that no command uses by accident. A trace (set -x) of the loop
 * itself goes nowhere. */
static const char loop[] =
    "while IFS= builtin read -r -d '' -u 198 __hand_command 2>/dev/null; do "
    "eval \"$__hand_command\" </dev/null 198<&- 199>&-; "
    "{ builtin printf '%d\\0' \"$?\" >&199; } 2>/dev/null; done";

static void shell_exec(int command, int status, int output, bool confined) {
  child_reset();
  struct rlimit none = {0, 0};
  if (confined) { /* a write fails, and kills nobody */
    signal(SIGXFSZ, SIG_IGN);
    if (setrlimit(RLIMIT_FSIZE, &none) < 0) _exit(126);
  }
  setsid();
  int null = open("/dev/null", O_RDONLY);
  if (dup2(null, 0) < 0 || dup2(output, 1) < 0 || dup2(output, 2) < 0) _exit(126);
  int c = fcntl(command, F_DUPFD, 300), s = fcntl(status, F_DUPFD, 300);
  if (dup2(c, COMMAND_FD) < 0 || dup2(s, STATUS_FD) < 0) _exit(126);
  for (int fd = 3; fd < 1024; fd++) {
    if (fd != COMMAND_FD && fd != STATUS_FD) close(fd);
  }
  if (chdir(workspace) < 0 && chdir("/") < 0) _exit(126);
  /* Out of memory, it is the model's processes that go, not the hand. */
  prctl(PR_SET_DUMPABLE, 1);
  int score = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (score >= 0 && !write_all(score, "500", 3)) close(score);
  char *argv[] = {"bash", "--noprofile", "--norc", "-c", (char *)loop, NULL};
  execv("/bin/bash", argv);
  execv("/usr/bin/bash", argv);
  static const char text[] = "no bash in this sandbox\n";
  if (write_all(2, text, sizeof text - 1)) _exit(127);
  _exit(127);
}

bool shell_start(struct shell *s, bool confined) {
  int c[2] = {-1, -1}, t[2] = {-1, -1}, o[2] = {-1, -1};
  if (pipe2(c, O_CLOEXEC) < 0 || pipe2(t, O_CLOEXEC) < 0 || pipe2(o, O_CLOEXEC) < 0) goto failed;
  pid_t pid = fork();
  if (pid < 0) goto failed;
  if (pid == 0) shell_exec(c[0], t[1], o[1], confined);
  close(c[0]);
  close(t[1]);
  close(o[1]);
  fcntl(c[1], F_SETFL, O_NONBLOCK);
  fcntl(t[0], F_SETFL, O_NONBLOCK);
  fcntl(o[0], F_SETFL, O_NONBLOCK);
  s->pid = pid;
  s->confined = confined;
  s->command = c[1];
  s->status = t[0];
  s->output = o[0];
  return true;
failed:
  for (int i = 0; i < 2; i++) {
    if (c[i] >= 0) close(c[i]);
    if (t[i] >= 0) close(t[i]);
    if (o[i] >= 0) close(o[i]);
  }
  return false;
}

void shell_send(struct shell *s, const char *command, size_t n) {
  s->pending.n = 0;
  s->state.n = 0;
  buf_add(&s->pending, command, n);
  buf_add(&s->pending, "", 1);
  shell_push(s);
}

void shell_push(struct shell *s) {
  while (s->pending.n > 0) {
    ssize_t n = write(s->command, s->pending.p, s->pending.n);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) { /* the shell is gone; its end is seen by wait */
      s->pending.n = 0;
      return;
    }
    buf_drop(&s->pending, (size_t)n);
  }
}

/* With `everything`, all that is in the pipe now: 1 MiB at most, so that a background job that
 * floods it cannot hold us. */
void shell_drain(struct shell *s, bool everything) {
  char chunk[65536];
  for (int i = 0; i < (everything ? 16 : 1); i++) {
    ssize_t n = read(s->output, chunk, sizeof chunk);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      if (n == 0) {
        close(s->output);
        s->output = -1;
      }
      return;
    }
    capture_feed(&s->capture, chunk, (size_t)n);
  }
}

bool shell_status(struct shell *s, int *status) {
  char chunk[64];
  ssize_t n = read(s->status, chunk, sizeof chunk);
  if (n == 0) { /* closed by the command, or the shell is ending: wait() will tell */
    close(s->status);
    s->status = -1;
  }
  if (n > 0 && s->state.n < 64) buf_add(&s->state, chunk, (size_t)n);
  if (s->state.n == 0 || !memchr(s->state.p, 0, s->state.n)) return false;
  *status = atoi(s->state.p) & 255;
  s->state.n = 0;
  return true;
}

/* parent, group and session of a process */
static bool process(pid_t pid, int *parent, int *group, int *session) {
  char path[40], text[512];
  snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  ssize_t n = read(fd, text, sizeof text - 1);
  close(fd);
  if (n <= 0) return false;
  text[n] = 0;
  char *at = strrchr(text, ')'); /* the name before it may hold anything */
  char state;
  return at && sscanf(at + 1, " %c %d %d %d", &state, parent, group, session) == 4;
}

static void mark(unsigned char *set, pid_t pid) {
  if (pid < PIDS_MAX) set[pid / 8] |= (unsigned char)(1 << pid % 8);
}

static bool marked(const unsigned char *set, pid_t pid) {
  return pid < PIDS_MAX && (set[pid / 8] & 1 << pid % 8);
}

/* The shell's process group, its session and all descendants. Stopped before the first one is killed:
 * what is stopped does not fork, and an orphan could not be told from a stranger. */
void shell_kill(struct shell *s) {
  if (s->pid <= 0) return;
  kill(-s->pid, SIGSTOP);
  static unsigned char doomed[PIDS_MAX / 8];
  memset(doomed, 0, sizeof doomed);
  mark(doomed, s->pid);
  for (int round = 0, found = 1; found && round < 50; round++) {
    found = 0;
    DIR *proc = opendir("/proc");
    if (!proc) break;
    struct dirent *entry;
    while ((entry = readdir(proc))) {
      pid_t pid = atoi(entry->d_name);
      int parent, group, session;
      if (pid <= 1 || marked(doomed, pid) || !process(pid, &parent, &group, &session)) continue;
      if (session == s->pid || group == s->pid || (parent > 1 && marked(doomed, parent))) {
        mark(doomed, pid);
        kill(pid, SIGSTOP);
        found = 1;
      }
    }
    closedir(proc);
  }
  for (pid_t pid = 2; pid < PIDS_MAX; pid++) {
    if (doomed[pid / 8] == 0) {
      pid |= 7;
    } else if (marked(doomed, pid)) {
      kill(pid, SIGKILL);
    }
  }
  kill(-s->pid, SIGKILL);
  while (waitpid(s->pid, NULL, 0) < 0 && errno == EINTR) {
  }
  shell_forget(s);
}

void shell_forget(struct shell *s) {
  if (s->command >= 0) close(s->command);
  if (s->status >= 0) close(s->status);
  if (s->output >= 0) close(s->output);
  s->command = s->status = s->output = -1;
  s->pid = 0;
  s->pending.n = s->state.n = 0;
}
