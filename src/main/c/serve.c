/* `hand serve`: the first process inside. One loop over the listening socket, the one connection,
 * the shell's pipes and the file tools' answers. */
#include "relay.h"
#include "serve.h"
#include "transfer.h"

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

static int signals;
static struct buf assembly;
static uint32_t assembly_frame;
static int64_t last_attached, watchdog;
static int64_t memory_limit; /* bytes, where no control group has the limit; else 0 */
static int64_t memory_next;

static void detach(void) {
  conn_close();
  assembly.n = 0;
  last_attached = now_ms();
  journal_detach();
  transfers_detach();
}

/* Everything inside dies with the first process. */
static _Noreturn void end(void) {
  kill(-1, SIGKILL);
  _exit(0);
}

static bool take_frame(int op, uint32_t id, const char *p, size_t n) {
  if (assembly.n > 0 && (op == OP_PART || op == OP_CALL) && id != assembly_frame) return false;
  switch (op) {
    case OP_PING: conn_pong(id); return true;
    case OP_PART:
    case OP_CALL:
      if (assembly.n + n > CALL_MAX) return false;
      buf_add(&assembly, p, n);
      assembly_frame = id;
      if (op == OP_PART) return true;
      return call_begin(id, &assembly);
    case OP_CANCEL:
      call_cancel(id);
      transfer_cancel(id);
      return true;
    case OP_STOP: call_stop(p, n); return true;
    case OP_WATCH: call_watch(id); return true;
    case OP_SHUTDOWN: end();
    default: return transfer_take(op, id, p, n);
  }
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
      transfers_child_ended(pid);
    } else if (calls_own(pid)) {
      kill(pid, SIGCONT); /* a command has stopped it, and nothing else would wake it */
    }
  }
}

static int wait_ms(void) {
  int64_t until = calls_deadline(), transfers = transfers_deadline();
  if (transfers >= 0 && (until < 0 || transfers < until)) until = transfers;
  if (conn_fd() < 0 && (until < 0 || last_attached + watchdog < until)) {
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

static bool something_writes(void) { return calls_at_work() || transfers_write(); }

static void turn(void) {
  static struct pollfd p[FIXED + CALLS_MAX + 2 * TRANSFERS_MAX];
  static struct call *readers[CALLS_MAX];
  int children = 0;
  p[LISTEN] = (struct pollfd){conn_listener(), POLLIN, 0};
  p[CONNECTION] = (struct pollfd){conn_fd(), (short)(POLLIN | (conn_waits_to_send() ? POLLOUT : 0)), 0};
  p[SIGNALS] = (struct pollfd){signals, POLLIN, 0};
  p[OUTPUT] = (struct pollfd){shell.output, POLLIN, 0};
  p[STATUS] = (struct pollfd){shell.status, POLLIN, 0};
  p[COMMAND] = (struct pollfd){shell.pending.n ? shell.command : -1, POLLOUT, 0};
  for (struct call *c = calls; c && children < CALLS_MAX; c = c->next) {
    if (c->fd < 0) continue;
    readers[children] = c;
    p[FIXED + children++] = (struct pollfd){c->fd, POLLIN, 0};
  }
  struct pollfd *streams = p + FIXED + children;
  transfers_poll(streams);
  if (poll(p, (nfds_t)(FIXED + children + 2 * TRANSFERS_MAX), wait_ms()) < 0) {
    if (errno == EINTR) return;
    end(); /* it would fail again, and for ever */
  }
  if (p[OUTPUT].revents) shell_drain(&shell, false);
  if (p[COMMAND].revents) shell_push(&shell);
  for (int i = 0; i < children; i++) {
    if (p[FIXED + i].revents) calls_read(readers[i]);
  }
  transfers_turn(streams);
  calls_advance(p[STATUS].revents != 0);
  if (p[SIGNALS].revents) reap();
  if (p[CONNECTION].revents & (POLLIN | POLLHUP | POLLERR) && !conn_receive(take_frame)) detach();
  if (p[LISTEN].revents && !conn_accept()) end();
  calls_advance(false);
  transfers_advance();
  if (!conn_transmit()) detach();
  if (memory_limit > 0 && now_ms() >= memory_next) {
    memory_next = memory_check(memory_limit);
  }
  if (disk_turn(something_writes)) {
    calls_stop_all();
    if (!conn_transmit()) detach();
  }
  if (conn_fd() < 0 && now_ms() >= last_attached + watchdog) end();
}

static bool ways_read(const char *text, int ways[WAYS]) {
  for (int way = 0; way < WAYS; way++) {
    char *end;
    ways[way] = (int)strtol(text, &end, 10);
    if (end == text || (*end != ',' && way < WAYS - 1)) return false;
    text = end + 1;
  }
  return ways[WAY_PROXY] >= 0 || net_listen_proxy(ways);
}

int serve(int argc, char **argv) {
  if (argc < 4 || getpid() != 1) {
    fprintf(stderr, "hand: serve runs as the first process of a sandbox\n");
    return 2;
  }
  conn_listen(atoi(argv[2]));
  watchdog = atoll(argv[3]);
  int64_t disk = 0, entries = 0, least = 0, processes = 0;
  int output = -1, status = -1, ways[WAYS];
  const char *outer = NULL, *egress = NULL;
  for (int i = 4; i < argc; i++) {
    if (strcmp(argv[i], "--memory") == 0 && i + 1 < argc) memory_limit = atoll(argv[++i]);
    if (strcmp(argv[i], "--disk") == 0 && i + 1 < argc) disk = atoll(argv[++i]);
    if (strcmp(argv[i], "--entries") == 0 && i + 1 < argc) entries = atoll(argv[++i]);
    if (strcmp(argv[i], "--nproc") == 0 && i + 1 < argc) processes = atoll(argv[++i]);
    if (strcmp(argv[i], "--longest") == 0 && i + 1 < argc) longest_call = atoll(argv[++i]);
    if (strcmp(argv[i], "--output") == 0 && i + 1 < argc) output = atoi(argv[++i]);
    if (strcmp(argv[i], "--status") == 0 && i + 1 < argc) status = atoi(argv[++i]);
    if (strcmp(argv[i], "--outer") == 0 && i + 1 < argc) outer = argv[++i];
    if (strcmp(argv[i], "--egress") == 0 && i + 1 < argc) egress = argv[++i];
    if (strcmp(argv[i], "--floor") == 0 && i + 1 < argc) least = atoll(argv[++i]);
  }
  /* Whatever went wrong on the way: a sandbox in the host's network is none. */
  if ((outer && !net_is_apart(outer)) || (egress && !ways_read(egress, ways))) {
    fprintf(stderr, "hand: the sandbox is not in a network of its own\n");
    return 5;
  }
  disk_limit(disk, entries);
  floor_limit(least);
  capability_keep();
  shell_setup(output, status);
  prctl(PR_SET_DUMPABLE, 0);
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
  fork_setup(signals, processes);
  archives_setup();
  installs_setup();
  shell_hide();
  if (egress) relay_start(ways);
  last_attached = now_ms();
  while (true) turn();
}
