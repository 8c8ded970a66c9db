/* `hand serve`: the first process inside. One loop over the listening socket, the one connection,
 * the shell's pipes and the file tools' answers. */
#include "serve.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define OUT_MAX (32u << 20) /* bytes that wait for a peer that does not read */

static int listener, connection = -1, signals;
static struct buf in, out, assembly;
static uint32_t assembly_frame;
static int64_t last_attached, watchdog;
int64_t longest_call = 600000;
static int64_t memory_limit; /* bytes, where no control group has the limit; else 0 */
static int64_t memory_next;
static rlim_t processes; /* of this sandbox, where no control group has the limit; else 0 */

static void put_u32(struct buf *b, uint32_t n) {
  unsigned char bytes[] = {(unsigned char)(n >> 24), (unsigned char)(n >> 16),
                           (unsigned char)(n >> 8), (unsigned char)n};
  buf_add(b, bytes, 4);
}

static void send_frame(int op, uint32_t id, const void *head, size_t head_n, const void *p,
                       size_t n) {
  put_u32(&out, (uint32_t)(5 + head_n + n));
  unsigned char byte = (unsigned char)op;
  buf_add(&out, &byte, 1);
  put_u32(&out, id);
  buf_add(&out, head, head_n);
  buf_add(&out, p, n);
}

static void detach(void) {
  if (connection >= 0) close(connection);
  connection = -1;
  in.n = out.n = assembly.n = 0;
  last_attached = now_ms();
  calls_detach();
}

void answer(struct call *call) {
  if (connection < 0 || !call->attached) return;
  call->attached = false;
  call->fetched = true;
  const char *p = call->result.text.p;
  size_t n = call->result.text.n, piece = FRAME_MAX - 64;
  for (; n > piece; p += piece, n -= piece) send_frame(OP_PART, call->frame, NULL, 0, p, piece);
  unsigned char flag = call->result.error;
  send_frame(OP_RESULT, call->frame, &flag, 1, p, n);
}

/* Everything inside dies with the first process. */
static _Noreturn void end(void) {
  kill(-1, SIGKILL);
  _exit(0);
}

static bool take_frame(int op, uint32_t id, const char *p, size_t n) {
  if (assembly.n > 0 && (op == OP_PART || op == OP_CALL) && id != assembly_frame) return false;
  switch (op) {
    case OP_PING: send_frame(OP_PONG, id, NULL, 0, NULL, 0); return true;
    case OP_PART:
    case OP_CALL:
      if (assembly.n + n > CALL_MAX) return false;
      buf_add(&assembly, p, n);
      assembly_frame = id;
      if (op == OP_PART) return true;
      return call_begin(id, &assembly);
    case OP_CANCEL: call_cancel(id); return true;
    case OP_STOP: call_stop(p, n); return true;
    case OP_SHUTDOWN: end();
    default: return false;
  }
}

static bool take_frames(void) {
  size_t at = 0;
  bool ok = true;
  while (ok && in.n - at >= 9) {
    const unsigned char *h = (const unsigned char *)in.p + at;
    uint32_t length = (uint32_t)h[0] << 24 | (uint32_t)h[1] << 16 | (uint32_t)h[2] << 8 | h[3];
    uint32_t id = (uint32_t)h[5] << 24 | (uint32_t)h[6] << 16 | (uint32_t)h[7] << 8 | h[8];
    if (length < 5 || length > FRAME_MAX) return false;
    if (in.n - at - 4 < length) break;
    ok = take_frame(h[4], id, in.p + at + 9, length - 5);
    at += 4 + length;
  }
  buf_drop(&in, at);
  return ok;
}

static void receive(void) {
  static char chunk[262144];
  ssize_t n = read(connection, chunk, sizeof chunk);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (n <= 0) {
    detach();
    return;
  }
  buf_add(&in, chunk, (size_t)n);
  if (!take_frames()) detach();
}

static void transmit(void) {
  while (connection >= 0 && out.n > 0) {
    ssize_t n = send(connection, out.p, out.n, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) {
      if (out.n > OUT_MAX) detach();
      return;
    }
    if (n <= 0) {
      detach();
      return;
    }
    buf_drop(&out, (size_t)n);
  }
}

/* A second host is let in only when the first has gone: two would steal each other's answers. */
static void attach(void) {
  int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (fd < 0 && (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED)) return;
  if (fd < 0) end();
  connection = fd;
  unsigned char version[4] = {0, 0, 0, PROTOCOL_VERSION};
  send_frame(OP_HELLO, 0, version, 4, NULL, 0);
}

static void reap(void) {
  struct signalfd_siginfo ignored[8];
  while (read(signals, ignored, sizeof ignored) > 0) {
  }
  int status;
  pid_t pid;
  while ((pid = waitpid(-1, &status, WNOHANG | WUNTRACED)) > 0) {
    if (!WIFSTOPPED(status)) {
      calls_child_ended(pid, status);
    } else if (calls_own(pid)) {
      kill(pid, SIGCONT); /* a command has stopped it, and nothing else would wake it */
    }
  }
}

void child_reset(void) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  signal(SIGXFSZ, SIG_DFL);
  signal(SIGPIPE, SIG_DFL);
  setpriority(PRIO_PROCESS, 0, 0);
  struct rlimit most = {processes, processes};
  if (processes) setrlimit(RLIMIT_NPROC, &most);
  if (connection >= 0) close(connection);
  close(listener);
  close(signals);
}

static int wait_ms(void) {
  int64_t until = calls_deadline();
  if (connection < 0 && (until < 0 || last_attached + watchdog < until)) {
    until = last_attached + watchdog;
  }
  if (memory_limit > 0 && (until < 0 || memory_next < until)) until = memory_next;
  int64_t disk = disk_deadline();
  if (disk >= 0 && (until < 0 || disk < until)) until = disk;
  if (until < 0) return -1;
  int64_t left = until - now_ms();
  return left < 0 ? 0 : left > 60000 ? 60000 : (int)left;
}

enum { LISTEN, CONNECTION, SIGNALS, OUTPUT, STATUS, COMMAND, FIXED };

static void turn(void) {
  static struct pollfd p[FIXED + CALLS_MAX];
  static struct call *readers[CALLS_MAX];
  int children = 0;
  p[LISTEN] = (struct pollfd){connection < 0 ? listener : -1, POLLIN, 0};
  p[CONNECTION] = (struct pollfd){connection, (short)(POLLIN | (out.n ? POLLOUT : 0)), 0};
  p[SIGNALS] = (struct pollfd){signals, POLLIN, 0};
  p[OUTPUT] = (struct pollfd){shell.output, POLLIN, 0};
  p[STATUS] = (struct pollfd){shell.status, POLLIN, 0};
  p[COMMAND] = (struct pollfd){shell.pending.n ? shell.command : -1, POLLOUT, 0};
  for (struct call *c = calls; c && children < CALLS_MAX; c = c->next) {
    if (c->fd < 0) continue;
    readers[children] = c;
    p[FIXED + children++] = (struct pollfd){c->fd, POLLIN, 0};
  }
  if (poll(p, (nfds_t)(FIXED + children), wait_ms()) < 0) {
    if (errno == EINTR) return;
    end(); /* it would fail again, and for ever */
  }
  if (p[OUTPUT].revents) shell_drain(&shell, false);
  if (p[COMMAND].revents) shell_push(&shell);
  for (int i = 0; i < children; i++) {
    if (p[FIXED + i].revents) calls_read(readers[i]);
  }
  calls_advance(p[STATUS].revents != 0);
  if (p[SIGNALS].revents) reap();
  if (p[CONNECTION].revents & (POLLIN | POLLHUP | POLLERR)) receive();
  if (p[LISTEN].revents) attach();
  calls_advance(false);
  transmit();
  if (memory_limit > 0 && now_ms() >= memory_next) {
    memory_next = memory_check(memory_limit);
  }
  if (disk_turn(calls_at_work)) {
    calls_stop_all();
    transmit();
  }
  if (connection < 0 && now_ms() >= last_attached + watchdog) end();
}

int serve(int argc, char **argv) {
  if (argc < 4 || getpid() != 1) {
    fprintf(stderr, "hand: serve runs as the first process of a sandbox\n");
    return 2;
  }
  listener = atoi(argv[2]);
  watchdog = atoll(argv[3]);
  int64_t disk = 0, entries = 0, least = 0;
  for (int i = 4; i < argc; i++) {
    if (strcmp(argv[i], "--memory") == 0 && i + 1 < argc) memory_limit = atoll(argv[++i]);
    if (strcmp(argv[i], "--disk") == 0 && i + 1 < argc) disk = atoll(argv[++i]);
    if (strcmp(argv[i], "--entries") == 0 && i + 1 < argc) entries = atoll(argv[++i]);
    if (strcmp(argv[i], "--nproc") == 0 && i + 1 < argc) processes = (rlim_t)atoll(argv[++i]);
    if (strcmp(argv[i], "--longest") == 0 && i + 1 < argc) longest_call = atoll(argv[++i]);
    if (strcmp(argv[i], "--floor") == 0 && i + 1 < argc) least = atoll(argv[++i]);
  }
  disk_limit(disk, entries);
  floor_limit(least);
  prctl(PR_SET_DUMPABLE, 0);
  fcntl(listener, F_SETFD, FD_CLOEXEC);
  fcntl(listener, F_SETFL, O_NONBLOCK);
  umask(022);
  int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  for (int fd = 0; fd < 3; fd++) dup2(null, fd);
  signal(SIGXFSZ, SIG_IGN);
  signal(SIGPIPE, SIG_IGN);
  sigset_t child;
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  sigprocmask(SIG_BLOCK, &child, NULL);
  signals = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
  if (signals < 0 || null < 0) return 1;
  last_attached = now_ms();
  while (true) turn();
}
