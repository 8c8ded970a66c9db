/* How a shell ended, for the model: what was killed, what is gone with it and what goes on. */
#include "serve.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define DYING_MS 1000 /* for processes that were killed together to be gone, on a busy machine too */

static pid_t first_canary; /* the one that lived when the command began */
static bool canary_killed; /* by signal 9, while the command ran */

void end_watch(void) {
  processes_remember(shell.pid);
  first_canary = shell.canary;
  canary_killed = false;
}

/* What is gone with the shell, and what is not. */
void end_gone(struct buf *out, const char *what, size_t spared) {
  buf_format(out, "[%s. The next command starts a new shell in %s; variables, functions and jobs are gone.%s]",
             what, shell.directory[0] ? shell.directory : AT_WORKSPACE,
             spared ? " Background processes of earlier commands go on." : "");
}

/* The canary ignores all signals but one. */
void end_canary(int status) {
  shell.canary = 0; /* the next command has another one */
  canary_killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

/* Signal 9 was sent to it, and it has not had a processor since. */
static bool canary_is_dying(void) {
  char path[40], text[2048];
  snprintf(path, sizeof path, "/proc/%d/status", (int)shell.canary);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  ssize_t n = read(fd, text, sizeof text - 1);
  close(fd);
  if (n <= 0) return false;
  text[n] = 0;
  const char *pending = strstr(text, "\nShdPnd:");
  return pending && (strtoull(pending + strlen("\nShdPnd:"), NULL, 16) >> (SIGKILL - 1) & 1);
}

/* One that is dying is waited for: else its end would be taken for the next command's doing. */
static void look_at_canary(void) {
  int status;
  for (int64_t until = now_ms() + DYING_MS; shell.canary > 0; usleep(1000)) {
    if (waitpid(shell.canary, &status, WNOHANG) == shell.canary) end_canary(status);
    else if (now_ms() >= until || !canary_is_dying()) return;
  }
}

/* The canary was killed, and all others with it. The kernel takes a moment for that. */
static bool all_are_gone_but(pid_t survivor) {
  for (int64_t until = now_ms() + DYING_MS;; usleep(2000)) {
    pid_t ours[] = {survivor, shell.canary};
    look_at_canary();
    if (canary_killed && !processes_alive(ours, survivor > 0 ? 2 : 0)) return true;
    if (now_ms() >= until) return false;
  }
}

static bool all_killed(int status) {
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL && all_are_gone_but(0);
}

/* By `kill -9 -1` in the shell itself: the kernel spares who asks for it. */
bool end_others_killed(void) {
  look_at_canary();
  return canary_killed && processes_remembered(first_canary) && all_are_gone_but(shell.pid);
}

void end_describe(struct buf *out, int status) {
  char what[96];
  if (all_killed(status)) {
    snprintf(what, sizeof what, "All processes of the sandbox were killed by signal 9 (Killed), the shell among them");
  } else if (WIFSIGNALED(status)) {
    int number = WTERMSIG(status);
    snprintf(what, sizeof what, "The shell was killed by signal %d (%s)", number, strsignal(number));
  } else {
    snprintf(what, sizeof what, "The shell ended with status %d", WEXITSTATUS(status));
  }
  end_gone(out, what, 0);
}
