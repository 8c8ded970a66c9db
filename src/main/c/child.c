/* Calls that run in a child of their own: the file tools, and the look at a command of bash. */
#include "serve.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#define FILE_TOOL_TIMEOUT_MS 90000
#define RESULT_MAX (2u << 20)

void child_stop(struct call *call) {
  kill(-call->pid, SIGKILL);
  kill(call->pid, SIGKILL);
  call->pid = 0;
  if (call->fd >= 0) close(call->fd);
  call->fd = -1;
}

/* False with the result in the call: there is no room for what it is about to write. */
static bool may_write(struct call *call) {
  const struct tool *tool = call->tool;
  size_t more = tool->content ? call->request.f[tool->content].n : 0;
  if (!tool->writes || disk_write_starts(more)) return true;
  struct buf text = {0};
  disk_text(&text);
  buf_add(&text, "", 1);
  fail(&call->result, "%s: no space left on device: %s. Remove files with bash to go on.", tool->name,
       text.p);
  buf_free(&text);
  return false;
}

void child_start(struct call *call) {
  int p[2];
  if (!may_write(call)) {
    journal_done(call);
    return;
  }
  if (pipe2(p, O_CLOEXEC) < 0) {
    fail_fs(&call->result, call->tool->name, errno);
    journal_done(call);
    return;
  }
  pid_t pid = fork();
  if (pid == 0) {
    shell_note_directory();
    child_reset();
    setpgid(0, 0);
    struct result r = {0};
    call->tool->run(&call->request, &r);
    char flag = r.error;
    bool ok = write_all(p[1], &flag, 1) && write_all(p[1], r.text.p, r.text.n);
    _exit(ok ? 0 : 1);
  }
  int error = errno;
  close(p[1]);
  if (pid < 0) {
    close(p[0]);
    fail_fs(&call->result, call->tool->name, error);
    journal_done(call);
    return;
  }
  setpgid(pid, pid);
  fcntl(p[0], F_SETFL, O_NONBLOCK);
  call->state = RUNNING;
  call->pid = pid;
  call->fd = p[0];
  call->deadline = now_ms() + FILE_TOOL_TIMEOUT_MS;
}

bool child_read(struct call *call) {
  char chunk[65536];
  ssize_t n;
  while ((n = read(call->fd, chunk, sizeof chunk)) > 0) {
    buf_add(&call->result.text, chunk, (size_t)n);
    if (call->result.text.n > RESULT_MAX) break;
  }
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return false;
  child_stop(call);
  return true;
}

void child_finish(struct call *call) {
  if (call->result.text.n == 0) {
    fail(&call->result, "%s: the tool ended without a result", call->tool->name);
  } else {
    call->result.error = call->result.text.p[0] != 0;
    buf_drop(&call->result.text, 1);
  }
  journal_done(call);
}
