/* Puts seeded random programs and a random host around the relay of `hand serve`, built with the sanitizers:
 * relay DIRECTORY SEED CONNECTIONS. Each connection sends bytes that follow from its number in both directions, stops
 * reading, ends, or breaks off. Whoever sees an end that looks complete must have everything. */
#include "../../main/c/relay.c"

#include <arpa/inet.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/un.h>

enum { AT_ONCE = 60, BYTES = 300000, HOSTS = 400 };

static uint64_t state;

static uint32_t any(uint32_t below) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return (uint32_t)(state >> 32) % below;
}

static _Noreturn void wrong(const char *what, int number) {
  fprintf(stderr, "%s: connection %d, %s\n", what, number, strerror(errno));
  abort();
}

/* One end: of a program, or of the host. */
struct end {
  int fd, number;  /* -1: not known yet */
  bool program, idle, ended, complete; /* it has sent all; it has seen an end */
  uint32_t sends, sent, got, breaks;   /* at that many bytes it breaks off */
  unsigned char head[8];
  int head_n;
};

static struct end programs[AT_ONCE], hosts[HOSTS];
static int ports[WAYS];
static const char *path;
/* By number: what each side has sent, and whether it broke off. */
static uint32_t planned[2][1 << 16];
static bool broke[2][1 << 16], half[1 << 16], known[1 << 16];
static int begun, over, reset, questions, answered;

static unsigned char byte_at(int number, bool program, uint32_t at) {
  return (unsigned char)((uint32_t)number * 7919u + at * 31u + (at >> 8) + (program ? 5u : 0u));
}

static int any_listener(int type, int way) {
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t n = sizeof a;
  int fd = socket(AF_INET, type, 0);
  if (fd < 0 || bind(fd, (struct sockaddr *)&a, n) < 0 || (type == SOCK_STREAM && listen(fd, 512) < 0) ||
      getsockname(fd, (struct sockaddr *)&a, &n) < 0) {
    wrong("listen", 0);
  }
  ports[way] = a.sin_port;
  return fd;
}

static int host_listener(void) {
  struct sockaddr_un a = {.sun_family = AF_UNIX};
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  snprintf(a.sun_path, sizeof a.sun_path, "%s/e", path);
  if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof a) < 0 || listen(fd, 4) < 0) wrong("listen", 0);
  return fd;
}

static void plan(struct end *e) {
  e->sends = any(2) ? any(3000) : any(2) ? 0 : any(BYTES);
  e->breaks = any(e->program ? 6 : 3) ? UINT32_MAX : any(e->sends + 1);
  planned[!e->program][e->number] = e->sends;
}

static void begin(struct end *e) {
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int way = WAY_PROXY + (int)any(3);
  *e = (struct end){.fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), .number = begun++, .program = true};
  a.sin_port = (in_port_t)ports[way];
  if (e->fd < 0 || (connect(e->fd, (struct sockaddr *)&a, sizeof a) < 0 && errno != EINPROGRESS)) wrong("connect", 0);
  plan(e);
  if (e->breaks < 4) e->breaks = 4; /* the host knows it by its first bytes */
}

static void dial(void) {
  struct sockaddr_un a = {.sun_family = AF_UNIX};
  snprintf(a.sun_path, sizeof a.sun_path, "%s/e", path);
  for (int i = 0; i < HOSTS; i++) {
    struct end *e = &hosts[i];
    if (e->fd > 0) continue;
    *e = (struct end){.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0), .number = -1, .idle = true};
    if (connect(e->fd, (struct sockaddr *)&a, sizeof a) < 0) {
      close(e->fd);
      e->fd = 0;
    } else if (any(20) == 0) {
      close(e->fd);
      e->fd = 0;
    }
    return;
  }
}

static void stop(struct end *e, bool breaks) {
  if (breaks && e->number >= 0) broke[!e->program][e->number] = true;
  if (breaks && e->program) {
    struct linger now = {1, 0};
    setsockopt(e->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  }
  close(e->fd);
  e->fd = 0;
  if (e->program) over++;
}

static bool may_break(int number) { return broke[0][number] || broke[1][number] || !known[number]; }

static void write_some(struct end *e) {
  unsigned char bytes[5000];
  uint32_t most = e->sends + (e->program ? 4 : 0), n = 0;
  for (uint32_t i = e->sent; n < sizeof bytes && i < most && i < e->breaks; i++, n++) {
    bytes[n] = !e->program     ? byte_at(e->number, false, i)
               : i < 4         ? (unsigned char)(e->number >> (8 * i))
                               : byte_at(e->number, true, i - 4);
  }
  ssize_t w = n ? send(e->fd, bytes, any(3) ? n : any(n) + 1, MSG_NOSIGNAL) : 0;
  if (w < 0 && errno == EAGAIN) return;
  if (w < 0 && errno == ENOTCONN) return;
  if (w < 0) {
    if (!may_break(e->number)) wrong("send", e->number);
    stop(e, true);
    return;
  }
  e->sent += (uint32_t)w;
  if (e->sent >= e->breaks) {
    stop(e, true);
  } else if (e->sent == most && any(8) == 0) {
    if (e->program) half[e->number] = true;
    shutdown(e->fd, SHUT_WR);
    e->ended = true;
  }
}

/* A host that breaks off cannot be told from one that ends when the program has ended before; nor can the host tell
 * how a program has ended. */
static void finish(struct end *e) {
  int n = e->number;
  bool excused = e->program ? half[n] && broke[1][n] : broke[0][n];
  if (e->got != planned[e->program][n] && !excused) wrong("it looks complete and is not", n);
  e->complete = true;
}

/* False: nothing is to be read now. */
static bool read_some(struct end *e) {
  unsigned char bytes[9000];
  ssize_t n = recv(e->fd, bytes, any(3) ? sizeof bytes : any(sizeof bytes) + 1, 0);
  if (n < 0 && (errno == EAGAIN || errno == ENOTCONN)) return false;
  if (n < 0) {
    if (!may_break(e->number)) wrong("recv", e->number);
    reset++;
    stop(e, true);
    return false;
  }
  if (n == 0) finish(e);
  for (ssize_t i = 0; i < n; i++) {
    if (bytes[i] != byte_at(e->number, !e->program, e->got++)) wrong("another byte", e->number);
  }
  return e->fd > 0;
}

static void answer(struct end *e) {
  unsigned char m[4096], q[2048];
  ssize_t n = recv(e->fd, q, sizeof q, 0);
  if (n < 0 && errno == EAGAIN) return;
  if (n <= 0 || any(50) == 0) {
    close(e->fd);
    e->fd = 0;
    return;
  }
  size_t size = any(3) ? 12 + any(200) : any(sizeof m - 2);
  for (size_t i = 0; i < size + 2; i++) m[i] = (unsigned char)any(256);
  m[0] = (unsigned char)(size >> 8);
  m[1] = (unsigned char)size;
  if (n >= 4 && any(8)) memcpy(m + 2, q + 2, 2);
  send(e->fd, m, any(100) ? size + 2 : any((uint32_t)size + 2), MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* The header, and the number that the program sends first. */
static void learn(struct end *e) {
  static unsigned char all[HOSTS][14];
  unsigned char *h = all[e - hosts];
  int want = e->head_n < 4 ? 4 : h[1] == KIND_DNS ? 4 : h[1] == KIND_PORT ? 14 : 8;
  ssize_t n = recv(e->fd, h + e->head_n, (size_t)(want - e->head_n), 0);
  if (n < 0 && errno == EAGAIN) return;
  if (n <= 0) {
    close(e->fd);
    e->fd = 0;
    return;
  }
  e->idle = false;
  e->head_n += (int)n;
  if (e->head_n < 4 || (h[1] != KIND_DNS && e->head_n < (h[1] == KIND_PORT ? 14 : 8))) return;
  if (h[0] != RELAY_VERSION || h[1] < KIND_PROXY || h[1] > KIND_DNS || h[2] || h[3] != (h[1] == KIND_PORT ? 6 : 0)) {
    wrong("a header", h[1]);
  }
  if (h[1] == KIND_DNS) {
    e->number = -2;
    return;
  }
  const unsigned char *id = h + 4 + h[3];
  e->number = id[0] | id[1] << 8 | id[2] << 16 | id[3] << 24;
  if (e->number < 0 || e->number >= begun) wrong("a number", e->number);
  known[e->number] = true;
  plan(e);
}

static void move(struct end *e) {
  if (!e->program && e->number == -2) {
    answer(e);
  } else if (!e->program && e->number == -1) {
    learn(e);
  } else if (e->program && e->complete && !e->ended && broke[1][e->number]) {
    struct pollfd p = {e->fd, 0, 0}; /* it says nothing, and is to learn that nobody listens */
    if (poll(&p, 1, 0) > 0) stop(e, true);
  } else {
    if (!e->ended && any(2)) write_some(e);
    for (int i = 0; e->fd > 0 && !e->complete && any(3) && i < 5 && read_some(e); i++) {
    }
    if (e->fd > 0 && e->ended && e->complete) stop(e, false);
    if (e->fd > 0 && e->ended && !e->program && any(8) == 0) stop(e, true); /* it gives up what the program sends */
  }
}

/* A host that speaks before it is asked is not listened to. */
static void speak_out_of_turn(void) {
  struct sockaddr_un a = {.sun_family = AF_UNIX};
  char byte;
  snprintf(a.sun_path, sizeof a.sun_path, "%s/e", path);
  for (int i = 0; i < 20; i++) {
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (connect(fd, (struct sockaddr *)&a, sizeof a) < 0 || send(fd, "x", 1, MSG_NOSIGNAL) != 1) wrong("dial", i);
    if (recv(fd, &byte, 1, 0) > 0) wrong("a header for a host that is not one", i);
    close(fd);
  }
}

static void await_none(const volatile int *count) {
  for (int64_t until = now_ms() + 60000; *count > 0; sched_yield()) {
    if (now_ms() > until) wrong("something is left", *count);
  }
}

/* Without a host, connections wait for some time, and then know why they end. */
static void be_alone(void) {
  char text[1000] = {0};
  int fds[WAY_DNS + 1];
  for (int i = 0; i < HOSTS; i++) {
    if (hosts[i].fd > 0) close(hosts[i].fd);
    hosts[i].fd = 0;
  }
  await_none(&idles);
  patience = 100;
  for (int way = WAY_PROXY; way <= WAY_DNS; way++) {
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    a.sin_port = (in_port_t)ports[way];
    fds[way] = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(fds[way], (struct sockaddr *)&a, sizeof a) < 0 || send(fds[way], text, 500, 0) != 500) wrong("connect", way);
  }
  size_t n = 0;
  for (ssize_t got; (got = recv(fds[WAY_PROXY], text + n, sizeof text - 1 - n, 0)) != 0; n += (size_t)got) {
    if (got < 0) wrong("no reason for the end", 0);
  }
  if (!strstr(text, "HTTP/1.1 503 ") || !strstr(text, "please retry")) wrong(text, 0);
  for (int way = WAY_HTTP; way <= WAY_DNS; way++) {
    if (recv(fds[way], text, 1, 0) >= 0 || errno != ECONNRESET) wrong("it was not reset", way);
  }
  await_none(&used);
  await_none(&waiting);
}

static void ask(int udp) {
  unsigned char q[1500];
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  a.sin_port = (in_port_t)ports[WAY_DATAGRAMS];
  for (size_t i = 0; i < sizeof q; i++) q[i] = (unsigned char)any(256);
  if (sendto(udp, q, any(4) ? 12 + any(100) : any(sizeof q), MSG_DONTWAIT, (struct sockaddr *)&a, sizeof a) > 0) {
    questions++;
  }
  while (recv(udp, q, sizeof q, MSG_DONTWAIT) > 0) answered++;
}

static void round_of(int all, int udp) {
  int idle_hosts = 0;
  for (int i = 0; i < HOSTS; i++) idle_hosts += hosts[i].fd > 0 && hosts[i].idle;
  if (idle_hosts < (any(50) ? 4 : 30)) dial();
  for (int i = 0; i < AT_ONCE; i++) {
    if (programs[i].fd > 0) {
      move(&programs[i]);
    } else if (begun < all) {
      begin(&programs[i]);
    }
  }
  for (int i = 0; i < HOSTS; i++) {
    if (hosts[i].fd > 0) move(&hosts[i]);
  }
  if (any(4) == 0) ask(udp);
}

int main(int argc, char **argv) {
  int given[WAYS];
  if (argc < 4) return 2;
  path = argv[1];
  state = strtoull(argv[2], NULL, 10) * 0x9e3779b97f4a7c15u + 1;
  int all = atoi(argv[3]), udp = socket(AF_INET, SOCK_DGRAM, 0);
  given[WAY_HOST] = host_listener();
  for (int way = WAY_PROXY; way <= WAY_HTTPS; way++) given[way] = any_listener(SOCK_STREAM, way);
  given[WAY_DNS] = any_listener(SOCK_STREAM, WAY_DNS);
  given[WAY_DATAGRAMS] = any_listener(SOCK_DGRAM, WAY_DATAGRAMS);
  relay_start(given);
  speak_out_of_turn();
  for (int64_t until = now_ms() + 60000; over < all;) {
    round_of(all, udp);
    if (now_ms() > until) wrong("it does not end", over);
  }
  printf("%d connections, %d reset, %d questions, %d answered\n", over, reset, questions, answered);
  be_alone();
  fflush(stdout);
  _exit(over == all && reset > 0 && answered > 0 ? 0 : 1);
}
