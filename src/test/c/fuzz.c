/* Throws seeded random frames and calls at the parsers of `hand serve`, built with the sanitizers:
 * fuzz SEED ROUNDS. What would kill or end a process comes here instead (-Dkill, -D_exit, -Dfork). */
#include <setjmp.h>

#include "conn.c"
#include "serve.c"

static uint64_t state;
static jmp_buf shut_down;
static long frames, kept, refused, ends;

int fuzz_kill(pid_t pid, int sig) {
  (void)pid;
  (void)sig;
  return 0;
}

pid_t fuzz_fork(void) { abort(); }

_Noreturn void fuzz_exit(int status) {
  if (status != 0) abort();
  longjmp(shut_down, 1);
}

static uint32_t any(uint32_t below) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return (uint32_t)(state >> 32) % below;
}

static void put_field(struct buf *b, const char *text, size_t n) {
  put_u32(b, any(40) == 0 ? any(2) ? UINT32_MAX : any(UINT32_MAX) : (uint32_t)n);
  buf_add(b, text, n);
}

static void make_call(struct buf *b) {
  static const char *const ids[] = {"sevt_1", "sevt_2", "a-b_C9", "", "no/id", "sevt 3"};
  char id[CALL_ID_MAX + 20], text[300];
  snprintf(id, sizeof id, "%s%u", ids[any(any(3) ? 3 : 6)], any(any(2) ? 10 : 100000));
  if (any(50) == 0) memset(id, 'x', sizeof id - 1), id[sizeof id - 1] = 0;
  put_field(b, id, strlen(id));
  const char *tool = any(20) ? tool_at(any(6))->name : "a tool that is none";
  put_field(b, tool, strlen(tool));
  for (uint32_t i = 0, n = any(FIELDS_MAX + 2); i < n; i++) {
    size_t length = any(any(4) ? 8 : sizeof text);
    for (size_t j = 0; j < length; j++) text[j] = (char)any(256);
    put_field(b, text, length);
  }
  if (any(10) == 0) b->n -= any((uint32_t)b->n) + 1;
}

static void make_transfer(struct buf *b) {
  static const char *const fields[] = {"outputs", "memory/a", "a/b", "any", "absent", "644", "10", ""};
  for (uint32_t i = 0, n = any(FIELDS_MAX + 2); i < n; i++) {
    const char *text = fields[any(8)];
    put_field(b, text, strlen(text));
  }
  if (b->n && any(10) == 0) b->n -= any((uint32_t)b->n) + 1;
}

static void make_frame(struct buf *stream) {
  static const int ops[] = {OP_PING, OP_PART,     OP_CALL,   OP_CALL, OP_CALL,   OP_CANCEL, OP_STOP,   OP_TREE, OP_GET,
                            OP_PUT,  OP_REMOVE, OP_LIVES, OP_DATA, OP_CREDIT, OP_DATA,   OP_DATA_END, OP_GET_ALL};
  struct buf call = {0};
  unsigned char op = (unsigned char)(any(60) ? (uint32_t)ops[any(sizeof ops / sizeof *ops)] : any(256));
  if (any(1000) == 0) op = OP_SHUTDOWN;
  if (op == OP_CALL || op == OP_PART) make_call(&call);
  if ((op >= OP_TREE && op <= OP_REMOVE) || op == OP_GET_ALL) make_transfer(&call);
  if (op == OP_CREDIT && any(20)) put_u32(&call, any(any(2) ? 100 : 1u << 21));
  if (op == OP_DATA) {
    static char data[5000];
    buf_add(&call, data, any(sizeof data));
  }
  if (op == OP_STOP) buf_format(&call, "sevt_1%u", any(10));
  put_u32(stream, any(100) ? 5 + (uint32_t)call.n : any(3) ? any(20) : any(UINT32_MAX));
  buf_add(stream, &op, 1);
  put_u32(stream, any(any(2) ? 4 : 200));
  buf_add(stream, call.p, call.n);
  if (any(100) == 0) stream->p[any((uint32_t)stream->n)] ^= (char)(1 << any(8));
  buf_free(&call);
  frames++;
}

/* Every byte of what was taken can be read, and has its NUL. */
static void look(void) {
  int open = 0;
  for (struct call *c = calls; c; c = c->next) {
    if (c->state == DONE) continue;
    open++;
    if (strlen(c->id) == 0 || !c->tool || c->request.n > FIELDS_MAX) abort();
    for (int i = 0; i < c->request.n; i++) {
      const struct field *f = &c->request.f[i];
      if (f->p && f->p[f->n] != 0) abort();
      for (size_t j = 0; f->p && j < f->n; j++) kept += f->p[j] & 1;
    }
  }
  if (open > CALLS_MAX) abort();
  pid_t pids[TRANSFERS_MAX];
  if (transfers_pids(pids) || transfers_write() || transfers_deadline() >= 0) abort(); /* nothing was started */
}

static void cancel_all(void) {
  for (struct call *c = calls, *next; c; c = next) {
    next = c->next;
    if (c->state == DONE) continue;
    c->attached = true;
    call_cancel(c->frame);
    next = calls;
  }
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  volatile uint64_t seed = strtoull(argv[1], NULL, 10) * 2654435761u + 1;
  volatile long left = atol(argv[2]);
  state = seed;
  int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  for (; left > 0; left--) {
    if (connection < 0) connection = dup(null);
    if (setjmp(shut_down)) {
      ends++;
      detach();
      continue;
    }
    static struct buf stream;
    stream.n = 0;
    for (uint32_t n = any(30) + 1; n > 0; n--) make_frame(&stream);
    for (size_t at = 0; at < stream.n;) {
      size_t piece = any(any(2) ? 16 : 4096) + 1;
      if (piece > stream.n - at) piece = stream.n - at;
      buf_add(&in, stream.p + at, piece);
      at += piece;
      if (!take_frames(take_frame)) {
        refused++;
        detach();
        break;
      }
      look();
      out.n = 0;
    }
    struct buf call = {0};
    make_call(&call);
    struct buf exact = {.p = must(malloc(call.n ? call.n : 1)), .n = call.n, .cap = call.n};
    memcpy(exact.p, call.p, call.n); /* no byte to spare: the sanitizer sees the first beyond */
    buf_free(&call);
    call_begin(any(200), &exact);
    look();
    if (any(10) == 0) cancel_all();
    out.n = 0;
  }
  printf("%ld frames, %ld refused, %ld ends\n", frames, refused, ends);
  return kept > 0 && refused > 0 && ends > 0 ? 0 : 3;
}
