/* The life of an operation on files: asked for by the host, started in a child, fed with what the host sends,
 * and its records passed on. Unlike a call it leaves no result behind: without its host it ends. */
#include "transfer.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "serve.h"

#define TRANSFER_MS 600000
#define WINDOW (1u << 20)     /* bytes on the way in each direction that nobody has taken yet */
#define CREDIT_STEP (1u << 18)
#define CONN_BUSY (1u << 20)  /* bytes that wait to be sent; then the records wait, too */

struct operation {
  int op;
  bool still; /* processes of commands stand still meanwhile */
  bool writes; /* of unknown size */
  int needed; /* fields */
  void (*run)(const struct request *); /* in a child; NULL: there is nothing to do */
  int bytes;  /* the field that says how many bytes it writes; 0: none */
};

static const struct operation operations[] = {
    {.op = OP_LIVES},
    {.op = OP_TREE, .needed = 2, .run = transfer_tree},
    {.op = OP_GET, .needed = 4, .run = transfer_get},
    {.op = OP_GET_ALL, .needed = 3, .run = transfer_get_all},
    {.op = OP_PUT, .needed = 5, .run = transfer_put, .bytes = 3},
    {.op = OP_REMOVE, .needed = 3, .run = transfer_remove},
    {.op = OP_PACK, .needed = 4, .run = transfer_pack, .still = true},
    {.op = OP_UNPACK, .needed = 1, .run = transfer_unpack, .writes = true},
};

struct transfer {
  const struct operation *operation; /* NULL: free */
  bool started, complete;            /* complete: the host has sent everything */
  uint32_t id;
  struct buf bytes; /* that the fields of the request point into */
  struct request request;
  pid_t pid;
  int from, to;
  uint32_t credit;   /* bytes that the host takes yet */
  uint32_t window;   /* bytes that the host may send yet */
  uint32_t consumed; /* bytes of the host that it was not given credit for yet */
  struct buf pending;
  int64_t deadline;
};

static struct transfer transfers[TRANSFERS_MAX];
static pid_t ending[4 * TRANSFERS_MAX]; /* children of operations that are over, until they are reaped */

static const struct operation *operation_of(int op) {
  for (size_t i = 0; i < sizeof operations / sizeof *operations; i++) {
    if (operations[i].op == op) return &operations[i];
  }
  return NULL;
}

static struct transfer *transfer_of(uint32_t id) {
  for (int i = 0; i < TRANSFERS_MAX; i++) {
    if (transfers[i].operation && transfers[i].id == id) return &transfers[i];
  }
  return NULL;
}

/* Each field is a length and its bytes. They are moved to the front by one each, for a NUL at every end. */
static bool parse(struct buf *bytes, struct request *q) {
  char *p = bytes->p;
  for (size_t at = 0, n = bytes->n; at < n;) {
    if (n - at < 4 || q->n == FIELDS_MAX) return false;
    const unsigned char *b = (const unsigned char *)p + at;
    uint32_t length = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
    if (length > n - at - 4) return false;
    memmove(p + at, p + at + 4, length);
    p[at + length] = 0;
    q->f[q->n++] = (struct field){p + at, length};
    at += 4 + length;
  }
  return true;
}

static bool replace_ending(pid_t from, pid_t to) {
  for (size_t i = 0; i < sizeof ending / sizeof *ending; i++) {
    if (ending[i] != from) continue;
    ending[i] = to;
    return true;
  }
  return false;
}

static void set_free(struct transfer *t) {
  if (t->pid > 0) {
    kill(-t->pid, SIGKILL);
    kill(t->pid, SIGKILL);
    replace_ending(0, t->pid); /* without room it is taken for a process of a command */
  }
  if (t->started && t->operation->still) processes_thaw();
  if (t->from >= 0) close(t->from);
  if (t->to >= 0) close(t->to);
  buf_free(&t->bytes);
  buf_free(&t->pending);
  *t = (struct transfer){0};
}

static void finish(struct transfer *t) {
  uint32_t id = t->id;
  set_free(t);
  unsigned char at_work = calls_at_work();
  conn_send(OP_DONE, id, &at_work, 1);
}

static bool begin(const struct operation *operation, uint32_t id, const char *p, size_t n) {
  struct transfer *t = NULL;
  if (transfer_of(id)) return false;
  for (int i = 0; i < TRANSFERS_MAX && !t; i++) {
    if (!transfers[i].operation) t = &transfers[i];
  }
  if (!t) return false;
  *t = (struct transfer){.operation = operation, .id = id, .from = -1, .to = -1, .credit = WINDOW, .window = WINDOW};
  buf_add(&t->bytes, p, n);
  if (parse(&t->bytes, &t->request) && t->request.n >= operation->needed) return true;
  set_free(t);
  return false;
}

/* The end of a transfer crosses what the host still sends for it. */
bool transfer_take(int op, uint32_t id, const char *p, size_t n) {
  const struct operation *operation = operation_of(op);
  if (operation) return begin(operation, id, p, n);
  if (op != OP_DATA && op != OP_DATA_END && op != OP_CREDIT) return false;
  struct transfer *t = transfer_of(id);
  if (!t) return true;
  if (op == OP_DATA_END) {
    t->complete = true;
  } else if (op == OP_CREDIT) {
    const unsigned char *b = (const unsigned char *)p;
    uint32_t more = n == 4 ? (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3] : WINDOW + 1;
    if (more > WINDOW || t->credit + more > WINDOW) return false;
    t->credit += more;
  } else {
    if (n > t->window || t->complete) return false;
    t->window -= (uint32_t)n;
    if (!t->started || t->to >= 0) buf_add(&t->pending, p, n);
  }
  return true;
}

void transfer_cancel(uint32_t id) {
  struct transfer *t = transfer_of(id);
  if (t) finish(t);
}

void transfers_detach(void) {
  for (int i = 0; i < TRANSFERS_MAX; i++) {
    if (transfers[i].operation) set_free(&transfers[i]);
  }
}

bool transfers_own(pid_t pid) {
  for (int i = 0; i < TRANSFERS_MAX; i++) {
    if (transfers[i].operation && transfers[i].pid == pid) return true;
  }
  return replace_ending(pid, pid);
}

void transfers_child_ended(pid_t pid) {
  replace_ending(pid, 0);
  for (int i = 0; i < TRANSFERS_MAX; i++) {
    if (transfers[i].operation && transfers[i].pid == pid) transfers[i].pid = 0; /* the end of its pipe tells */
  }
}

size_t transfers_pids(pid_t *pids) {
  size_t n = 0;
  for (int i = 0; i < TRANSFERS_MAX; i++) {
    if (transfers[i].operation && transfers[i].pid > 0) pids[n++] = transfers[i].pid;
  }
  return n;
}

bool transfers_write(void) {
  for (int i = 0; i < TRANSFERS_MAX; i++) {
    if (transfers[i].operation && transfers[i].started &&
        (transfers[i].operation->bytes || transfers[i].operation->writes)) {
      return true;
    }
  }
  return false;
}

/* What a child would say that could not be started. */
static void refuse(struct transfer *t, enum outcome outcome, const char *text) {
  struct buf said = {0};
  size_t n = 1 + strlen(text);
  unsigned char head[6] = {RECORD_END, 0, 0, (unsigned char)(n >> 8), (unsigned char)n, (unsigned char)outcome};
  buf_add(&said, head, sizeof head);
  buf_text(&said, text);
  conn_send(OP_DATA, t->id, said.p, said.n);
  buf_free(&said);
  finish(t);
}

_Noreturn static void run(const struct transfer *t, int in, int out) {
  child_reset();
  signal(SIGXFSZ, SIG_IGN);
  signal(SIGPIPE, SIG_IGN);
  setpgid(0, 0);
  bool ok = dup2(in, 0) >= 0 && dup2(out, 1) >= 0;
  for (int i = 0; i < TRANSFERS_MAX; i++) { /* an open end would keep the stream from ending */
    if (!transfers[i].operation || !transfers[i].started) continue;
    if (transfers[i].from > 1) close(transfers[i].from);
    if (transfers[i].to > 1) close(transfers[i].to);
  }
  if (ok) t->operation->run(&t->request);
  _exit(1); /* without a record that ends it */
}

static bool has_room(const struct transfer *t) {
  int field = t->operation->bytes;
  if (!field) return !t->operation->writes || disk_write_starts(1);
  return disk_write_starts((size_t)strtoull(t->request.f[field].p, NULL, 10));
}

static void start(struct transfer *t) {
  int in[2], out[2];
  if (!t->operation->run) {
    finish(t);
    return;
  }
  if (!has_room(t)) {
    refuse(t, NO_ROOM, "no space left on device");
    return;
  }
  if (pipe2(in, O_CLOEXEC) < 0) {
    refuse(t, FAILED, "no pipe");
    return;
  }
  if (pipe2(out, O_CLOEXEC) < 0) {
    close(in[0]);
    close(in[1]);
    refuse(t, FAILED, "no pipe");
    return;
  }
  if (t->operation->still && calls_background()) processes_freeze();
  pid_t pid = fork();
  if (pid == 0) {
    close(in[1]);
    close(out[0]);
    run(t, in[0], out[1]);
  }
  close(in[0]);
  close(out[1]);
  t->started = true;
  t->from = out[0];
  t->to = in[1];
  fcntl(t->from, F_SETFL, O_NONBLOCK);
  fcntl(t->to, F_SETFL, O_NONBLOCK);
  if (pid < 0) {
    refuse(t, FAILED, "no process");
    return;
  }
  setpgid(pid, pid);
  t->pid = pid;
  t->deadline = now_ms() + TRANSFER_MS;
}

void transfers_advance(void) {
  for (int i = 0; i < TRANSFERS_MAX; i++) {
    struct transfer *t = &transfers[i];
    if (t->operation && !t->started) start(t);
    if (t->operation && t->started && now_ms() >= t->deadline) finish(t);
  }
}

int64_t transfers_deadline(void) {
  int64_t first = -1;
  for (int i = 0; i < TRANSFERS_MAX; i++) {
    const struct transfer *t = &transfers[i];
    if (t->operation && t->started && (first < 0 || t->deadline < first)) first = t->deadline;
  }
  return first;
}

/* Two places for each: the records, and what the host sends. A pipe that may not be used now is not polled, for
 * its other end may be closed, which poll(2) would report all the time. */
void transfers_poll(struct pollfd *p) {
  for (int i = 0; i < TRANSFERS_MAX; i++) {
    const struct transfer *t = &transfers[i];
    bool reads = t->operation && t->started && t->credit > 0 && conn_unsent() < CONN_BUSY;
    bool writes = t->operation && t->started && (t->pending.n || t->complete);
    p[2 * i] = (struct pollfd){reads ? t->from : -1, POLLIN, 0};
    p[2 * i + 1] = (struct pollfd){writes ? t->to : -1, POLLOUT, 0};
  }
}

static void take_records(struct transfer *t) {
  static char chunk[65536];
  ssize_t n = read(t->from, chunk, t->credit < sizeof chunk ? t->credit : sizeof chunk);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (n <= 0) {
    finish(t);
    return;
  }
  conn_send(OP_DATA, t->id, chunk, (size_t)n);
  t->credit -= (uint32_t)n;
}

static void give_credit(struct transfer *t, size_t n) {
  t->consumed += (uint32_t)n;
  if (t->consumed < CREDIT_STEP) return;
  unsigned char more[4] = {(unsigned char)(t->consumed >> 24), (unsigned char)(t->consumed >> 16),
                           (unsigned char)(t->consumed >> 8), (unsigned char)t->consumed};
  t->window += t->consumed;
  t->consumed = 0;
  conn_send(OP_CREDIT, t->id, more, 4);
}

static void pass_on(struct transfer *t) {
  ssize_t n = t->pending.n ? write(t->to, t->pending.p, t->pending.n) : 0;
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (n > 0) {
    buf_drop(&t->pending, (size_t)n);
    give_credit(t, (size_t)n);
  }
  if (n < 0 || (t->complete && t->pending.n == 0)) { /* it takes no more, or has everything */
    close(t->to);
    t->to = -1;
    buf_free(&t->pending);
  }
}

void transfers_turn(const struct pollfd *p) {
  for (int i = 0; i < TRANSFERS_MAX; i++) {
    struct transfer *t = &transfers[i];
    if (t->operation && t->to >= 0 && p[2 * i + 1].fd == t->to && p[2 * i + 1].revents) pass_on(t);
    if (t->operation && t->from >= 0 && p[2 * i].fd == t->from && p[2 * i].revents) take_records(t);
  }
}
