/* The persistent shell: a bash that reads its script from a pipe, one call after the other. Output and
 * statuses come on FIFOs, which it opens anew for each call: what a command does to its descriptors lasts
 * no longer than the command. No other process can open its memory or its descriptors, since its program
 * cannot be read, nor read from the FIFOs, since their modes allow only to write. */
#include "serve.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SCRIPT_FD = 9, STATE_MAX = 16384, CLOSE_RANGE = 436 /* newer than some C libraries */ };

/* Before any command: the pipe's first descriptor goes (bash has its own), and the directory is left
 * that made bash call its script "bash". */
static const char first[] =
    "exec 9<&-; cd -- \"$1\" || cd " AT_WORKSPACE " || cd /; unset OLDPWD; shift\n";

struct shell shell = {.command = -1, .status = -1, .output = -1, .io = -1};
static bool hidden;   /* the shell runs the copy of bash that cannot be read */
static int own_score; /* of this process, for the one who ends others when there is no memory */
static char first_score[16];
static char noted_directory[4096];

static void close_above(int fd) {
  if (syscall(CLOSE_RANGE, (unsigned)fd, ~0u, 0) == 0) return;
  for (; fd < 4096; fd++) close(fd);
}

void shell_setup(int output, int status) {
  shell.output = output;
  shell.status = status;
  fcntl(output, F_SETFD, FD_CLOEXEC);
  fcntl(status, F_SETFD, FD_CLOEXEC);
  own_score = open("/proc/self/oom_score_adj", O_RDWR | O_CLOEXEC);
  ssize_t n = own_score < 0 ? 0 : read(own_score, first_score, sizeof first_score - 1);
  first_score[n > 0 ? n : 0] = 0;
}

void shell_hide(void) { hidden = access(AT_SHELL, X_OK) == 0 && capability_works(); }

bool shell_copy_is(pid_t pid) {
  char path[40], target[sizeof AT_SHELL];
  snprintf(path, sizeof path, "/proc/%d/exe", (int)pid);
  ssize_t n = readlink(path, target, sizeof target);
  return n == (ssize_t)strlen(AT_SHELL) && memcmp(target, AT_SHELL, (size_t)n) == 0;
}

static void canary_live(void) {
  for (int signal_number = 1; signal_number < NSIG; signal_number++) signal(signal_number, SIG_IGN);
  child_reset();
  signal(SIGXFSZ, SIG_IGN);
  signal(SIGPIPE, SIG_IGN);
  setsid();
  close_above(0);
  prctl(PR_SET_NAME, "canary");
  while (true) pause();
}

/* It is born with all signals blocked, so that none ends it before it ignores them. */
static bool canary_start(struct shell *s) {
  if (s->canary > 0) return true;
  sigset_t all, before;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, &before);
  pid_t pid = fork();
  if (pid == 0) canary_live();
  int error = errno;
  sigprocmask(SIG_SETMASK, &before, NULL);
  errno = error;
  if (pid > 0) s->canary = pid;
  return pid > 0;
}

/* Out of memory, it is the model's processes that go, not the hand. A child starts with the score of its
 * parent, and cannot change its own. */
static void score(const char *text) {
  if (own_score >= 0 && pwrite(own_score, text, strlen(text), 0) < 0) own_score = -1;
}

/* In the child, as long as the parent needs to open the file that tells what the child writes. */
static void let_parent_look(int meeting) {
  char byte;
  if (meeting < 0) return;
  prctl(PR_SET_DUMPABLE, 1);
  if (write_all(meeting, "+", 1) && read(meeting, &byte, 1) < 0) _exit(126);
}

static int open_io(pid_t pid, int meeting) {
  char path[40], byte;
  snprintf(path, sizeof path, "/proc/%d/io", (int)pid);
  while (read(meeting, &byte, 1) < 0 && errno == EINTR) {
  }
  return open(path, O_RDONLY | O_CLOEXEC);
}

static void bash_exec(char *const argv[]) {
  if (hidden) execv(AT_SHELL, argv);
  execv("/bin/bash", argv);
  execv("/usr/bin/bash", argv);
}

static void shell_exec(int script, int meeting, bool confined, const char *directory) {
  child_reset();
  struct rlimit none = {0, 0};
  if (confined) { /* a write fails, and kills nobody */
    signal(SIGXFSZ, SIG_IGN);
    if (setrlimit(RLIMIT_FSIZE, &none) < 0) _exit(126);
  }
  setsid();
  int null = open("/dev/null", O_RDWR), o = open(AT_OUTPUT, O_WRONLY | O_NONBLOCK);
  if (o < 0 || fcntl(o, F_SETFL, O_WRONLY) < 0) _exit(126);
  int s = fcntl(script, F_DUPFD, 10), m = meeting < 0 ? -1 : fcntl(meeting, F_DUPFD_CLOEXEC, 10);
  if (dup2(null, 0) < 0 || dup2(o, 1) < 0 || dup2(null, 2) < 0) _exit(126);
  if (dup2(s, SCRIPT_FD) < 0) _exit(126);
  let_parent_look(m);
  for (int fd = 3; fd < SCRIPT_FD; fd++) close(fd);
  close_above(SCRIPT_FD + 1);
  if (chdir(AT_HAND) < 0) _exit(126);
  /* The script is named by a link beside hand, so that messages begin with "bash:". */
  char *argv[] = {"bash", "--noprofile", "--norc", "bash", (char *)directory, NULL};
  bash_exec(argv);
  static const char text[] = "no bash in this sandbox\n";
  if (write_all(1, text, sizeof text - 1)) _exit(127);
  _exit(127);
}

static pid_t shell_fork(struct shell *s, int script, bool confined, bool alone) {
  int meeting[2] = {-1, -1};
  if (hidden && alone && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, meeting) < 0) return -1;
  const char *directory = s->directory[0] ? s->directory : AT_WORKSPACE;
  score("500");
  pid_t pid = fork();
  if (pid == 0) {
    if (meeting[0] >= 0) close(meeting[0]);
    shell_exec(script, meeting[1], confined, directory);
  }
  int error = errno;
  score(first_score);
  if (meeting[0] >= 0) {
    close(meeting[1]);
    if (pid > 0) s->io = open_io(pid, meeting[0]);
    close(meeting[0]);
  }
  errno = error;
  return pid;
}

bool shell_start(struct shell *s, bool confined, bool alone) {
  int c[2];
  if (!canary_start(s) || pipe2(c, O_CLOEXEC) < 0) return false;
  pid_t pid = shell_fork(s, c[0], confined, alone);
  close(c[0]);
  if (pid < 0) {
    close(c[1]);
    return false;
  }
  fcntl(c[1], F_SETFL, O_NONBLOCK);
  s->pid = pid;
  s->confined = confined;
  s->command = c[1];
  s->last = 0;
  s->extglob = false;
  s->directory[0] = 0;
  s->pending.n = 0;
  buf_text(&s->pending, first);
  return true;
}

/* A syntax error would end the shell, and an open quote would swallow what follows the command. So
 * another bash looks at it first, which runs nothing. It says what is wrong, or nothing. */
pid_t shell_check(const struct shell *s, const char *command, size_t n, int *said) {
  int p[2], text = sys_memfd("command");
  if (text < 0) return -1;
  bool ok = write_all(text, command, n) && lseek(text, 0, SEEK_SET) == 0;
  if (!ok || pipe2(p, O_CLOEXEC) < 0) {
    close(text);
    return -1;
  }
  pid_t pid = fork();
  if (pid == 0) {
    child_reset();
    setpgid(0, 0);
    int null = open("/dev/null", O_RDWR), t = fcntl(text, F_DUPFD, 10), o = fcntl(p[1], F_DUPFD, 10);
    if (dup2(t, 0) < 0 || dup2(null, 1) < 0 || dup2(o, 2) < 0) _exit(126);
    close_above(3);
    const char *option = s->extglob || script_changes_parser(command, n) ? "-O" : "+O";
    char *argv[] = {"bash", "--noprofile", "--norc", (char *)option, "extglob", "-n", "-s", NULL};
    bash_exec(argv);
    _exit(127);
  }
  close(text);
  close(p[1]);
  if (pid < 0) {
    close(p[0]);
    return -1;
  }
  setpgid(pid, pid);
  fcntl(p[0], F_SETFL, O_NONBLOCK);
  *said = p[0];
  return pid;
}

/* Whoever holds the script's pipe could read the next command, or write another. */
static void keep_others_out(const struct shell *s) { processes_keep_from(s->command, s->pid, calls_trusted); }

bool shell_send(struct shell *s, const char *command, size_t n, bool evaluated) {
  if (!canary_start(s)) return false;
  s->state.n = 0;
  s->idle_looks = 0;
  s->asked_again = false;
  keep_others_out(s);
  script_for(s, command, n, evaluated, &s->pending);
  shell_push(s);
  return true;
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
  for (int i = 0; s->output >= 0 && i < (everything ? 16 : 1); i++) {
    ssize_t n = read(s->output, chunk, sizeof chunk);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;
    capture_feed(&s->capture, chunk, (size_t)n);
  }
}

bool shell_status(struct shell *s, int *status) {
  char chunk[4096];
  ssize_t n = s->status < 0 ? -1 : read(s->status, chunk, sizeof chunk);
  if (n > 0) buf_add(&s->state, chunk, (size_t)n);
  if (script_status(s, &s->state, status)) {
    s->state.n = 0;
    return true;
  }
  if (s->state.n > STATE_MAX) buf_drop(&s->state, s->state.n - STATE_MAX / 2);
  return false;
}

/* The shell has read all that it was given, has written no status, and waits for more: three times, since
 * a status may be on its way. Then it is asked once more. */
bool shell_is_stuck(struct shell *s) {
  int unread = 1;
  bool idle = s->pid > 0 && s->pending.n == 0 && ioctl(s->command, FIONREAD, &unread) == 0 &&
              unread == 0 && process_state(s->pid) == 'S';
  s->idle_looks = idle ? s->idle_looks + 1 : 0;
  if (idle) keep_others_out(s);
  if (s->idle_looks < 3) return false;
  if (s->asked_again || !canary_start(s)) return true;
  s->asked_again = true;
  s->idle_looks = 0;
  script_ask_again(s, &s->pending);
  shell_push(s);
  return false;
}

/* Where the shell is; the next one begins there. */
static void keep_directory(struct shell *s) {
  char path[40];
  snprintf(path, sizeof path, "/proc/%d/cwd", (int)s->pid);
  ssize_t n = readlink(path, s->directory, sizeof s->directory - 1);
  s->directory[n > 0 ? n : 0] = 0;
  if (access(s->directory, X_OK) < 0) s->directory[0] = 0;
}

size_t shell_kill(struct shell *s, const pid_t *tools, size_t n, bool everything) {
  pid_t ours[CALLS_MAX + TRANSFERS_MAX + 1] = {s->canary};
  size_t count = 1;
  for (size_t i = 0; i < n && count <= CALLS_MAX + TRANSFERS_MAX; i++) ours[count++] = tools[i];
  if (!everything && s->pid > 0) keep_directory(s);
  size_t spared = processes_end(s->pid, ours, count, everything);
  if (s->pid > 0) {
    kill(s->pid, SIGKILL);
    while (waitpid(s->pid, NULL, 0) < 0 && errno == EINTR) {
    }
  }
  shell_forget(s);
  return spared;
}

void shell_forget(struct shell *s) {
  if (s->command >= 0) close(s->command);
  if (s->io >= 0) close(s->io);
  s->command = s->io = -1;
  s->pid = 0;
  s->token[0] = 0;
  s->pending.n = s->state.n = 0;
}

void shell_note_directory(void) {
  char link[40];
  snprintf(link, sizeof link, "/proc/%d/cwd", (int)shell.pid);
  ssize_t n = shell.pid == 0 ? 0 : readlink(link, noted_directory, sizeof noted_directory - 1);
  noted_directory[n > 0 ? n : 0] = 0;
}

bool shell_is_elsewhere(char *directory, size_t size) {
  snprintf(directory, size, "%s", noted_directory);
  return noted_directory[0] && strcmp(noted_directory, AT_WORKSPACE) != 0;
}
