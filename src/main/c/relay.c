/* The thread that copies what goes out of the sandbox and what comes back. It is a part of the first process, which
 * nobody inside can stop or kill; the other parts share only the descriptors with it, and no memory is taken from
 * the heap, so that the first thread may fork at any time. */
#include "relay.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define STREAMS_MAX 320 /* the server serves 256, others wait there or are refused; more wait in the kernel */
#define IDLE_MAX 8      /* streams that the host has dialled and nobody uses */
#define ACCEPTS_MAX 32  /* in one turn */
#define SPARE_FILES 160 /* that the other parts may open */
#define PAUSE_MS 100    /* after a connection that could not be accepted */
#define EVENTS 64

enum { KIND_PROXY = 1, KIND_PORT = 2, KIND_DNS = 3 };

struct stream {
  bool used;
  int way;
  struct pipe pipe; /* OUTSIDE is -1: it waits for the host */
  uint32_t armed[2];
  int64_t until; /* the end of waiting */
};

/* What an event is about: a way, an idle stream, the stream of datagrams, or a side of a stream. */
enum { ABOUT_IDLE = WAYS, ABOUT_DATAGRAMS = ABOUT_IDLE + IDLE_MAX, ABOUT_STREAMS };

static int ways[WAYS], epoll = -1;
static uint32_t ways_armed[WAYS], datagrams_armed;
static int idle[IDLE_MAX];
static struct stream streams[STREAMS_MAX];
static int used, most, waiting, idles;
static int64_t pause_until;
static int64_t patience = 20000; /* ms that a connection waits for the host */
static bool asked; /* datagrams are there to be read */

static void watch(int fd, int about, uint32_t events) {
  struct epoll_event e = {.events = events, .data.u32 = (uint32_t)about};
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e) < 0) epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &e);
}

void relay_unwatch(int fd) { epoll_ctl(epoll, EPOLL_CTL_DEL, fd, NULL); }

static void rearm(int fd, int about, uint32_t *armed, uint32_t events) {
  if (*armed == events) return;
  watch(fd, about, events);
  *armed = events;
}

static void idle_drop(int i) {
  relay_unwatch(idle[i]);
  shutdown(idle[i], SHUT_RDWR);
  close(idle[i]);
  idle[i] = -1;
  idles--;
}

/* A stream of the host on which the header is written, or -1. It is watched as an idle one still. */
static int stream_take(const unsigned char *header, size_t n) {
  for (int i = 0; i < IDLE_MAX; i++) {
    if (idle[i] < 0) continue;
    if (send(idle[i], header, n, MSG_DONTWAIT | MSG_NOSIGNAL) != (ssize_t)n) {
      idle_drop(i);
      continue;
    }
    int fd = idle[i];
    idle[i] = -1;
    idles--;
    return fd;
  }
  return -1;
}

static size_t header_of(const struct stream *s, unsigned char header[10]) {
  static const unsigned char kinds[WAYS] = {
      [WAY_PROXY] = KIND_PROXY, [WAY_HTTP] = KIND_PORT, [WAY_HTTPS] = KIND_PORT, [WAY_DNS] = KIND_DNS};
  struct sockaddr_in local = {0};
  socklen_t length = sizeof local;
  memcpy(header, (unsigned char[]){RELAY_VERSION, kinds[s->way], 0, 0}, 4);
  if (kinds[s->way] != KIND_PORT) return 4;
  getsockname(s->pipe.fd[INSIDE], (struct sockaddr *)&local, &length);
  header[3] = 6;
  memcpy(header + 4, &local.sin_addr, 4);
  memcpy(header + 8, &local.sin_port, 2);
  return 10;
}

static int about(const struct stream *s, int side) { return ABOUT_STREAMS + 2 * (int)(s - streams) + side; }

static void stream_end(struct stream *s, bool reset) {
  for (int side = 0; side < 2; side++) {
    if (s->pipe.fd[side] >= 0 && !s->pipe.gone[side]) relay_unwatch(s->pipe.fd[side]);
  }
  if (s->pipe.fd[OUTSIDE] < 0) waiting--;
  pipe_end(&s->pipe, reset);
  s->used = false;
  used--;
}

static void stream_move(struct stream *s) {
  enum moved moved = pipe_move(&s->pipe);
  if (moved != MOVED) {
    stream_end(s, moved == BROKEN);
    return;
  }
  for (int side = 0; side < 2; side++) {
    if (s->pipe.gone[side]) continue;
    uint32_t events = (pipe_reads(&s->pipe, side) ? EPOLLIN : 0) | (pipe_writes(&s->pipe, side) ? EPOLLOUT : 0);
    rearm(s->pipe.fd[side], about(s, side), &s->armed[side], events);
  }
}

/* It would be reported again and again, though nothing may be done about it yet. */
static void stream_gone(struct stream *s, int side) {
  relay_unwatch(s->pipe.fd[side]);
  s->pipe.gone[side] = true;
}

static void stream_event(int which, uint32_t events) {
  struct stream *s = &streams[which / 2];
  int side = which % 2;
  if (!s->used || s->pipe.fd[OUTSIDE] < 0 || s->pipe.gone[side]) return;
  if (events & (EPOLLHUP | EPOLLERR)) stream_gone(s, side);
  stream_move(s);
}

static struct stream *oldest(void) {
  struct stream *first = NULL;
  for (int i = 0; i < STREAMS_MAX; i++) {
    struct stream *s = &streams[i];
    if (s->used && s->pipe.fd[OUTSIDE] < 0 && (!first || s->until < first->until)) first = s;
  }
  return first;
}

static void connect_waiting(void) {
  while (waiting > 0 && idles > 0) {
    struct stream *s = oldest();
    unsigned char header[10];
    int fd = stream_take(header, header_of(s, header));
    if (fd < 0) return;
    s->pipe.fd[OUTSIDE] = fd;
    waiting--;
    for (int side = 0; side < 2; side++) {
      s->armed[side] = EPOLLIN;
      watch(s->pipe.fd[side], about(s, side), EPOLLIN);
    }
    stream_move(s);
  }
}

/* What came is read first: a socket that is closed with something unread is reset, and the answer lost. */
static void say_unavailable(int fd) {
  static const char text[] = "drover: the way to the network is starting again; please retry\n";
  char answer[256], scrap[4096];
  for (int i = 0; i < 64 && recv(fd, scrap, sizeof scrap, MSG_DONTWAIT) > 0; i++) {
  }
  int n = snprintf(answer, sizeof answer,
                   "HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain\r\nContent-Length: %zu\r\n"
                   "Retry-After: 1\r\nConnection: close\r\n\r\n%s",
                   sizeof text - 1, text);
  send(fd, answer, (size_t)n, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void give_up_waiting(int64_t now) {
  for (struct stream *s; waiting > 0 && (s = oldest())->until <= now;) {
    bool proxy = s->way == WAY_PROXY;
    if (proxy) say_unavailable(s->pipe.fd[INSIDE]);
    stream_end(s, !proxy);
  }
}

/* The next connection; -1: none. Without a descriptor for it, the kernel would report it for ever. */
static int next_connection(int way) {
  while (true) {
    int fd = accept4(ways[way], NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd >= 0) return fd;
    if (errno == EINTR || errno == ECONNABORTED) continue;
    if (errno != EAGAIN) pause_until = now_ms() + PAUSE_MS;
    return -1;
  }
}

static void accept_inside(int way) {
  for (int i = 0, at = 0; i < ACCEPTS_MAX && used < most; i++) {
    int fd = next_connection(way);
    if (fd < 0) return;
    while (streams[at].used) at++;
    streams[at] = (struct stream){
        .used = true, .way = way, .pipe = {.fd = {fd, -1}}, .until = now_ms() + patience};
    used++;
    waiting++;
  }
}

static void accept_host(void) {
  for (int i = 0; i < IDLE_MAX; i++) {
    if (idle[i] >= 0) continue;
    int fd = next_connection(WAY_HOST);
    if (fd < 0) return;
    idle[i] = fd;
    idles++;
    watch(fd, ABOUT_IDLE + i, EPOLLIN | EPOLLRDHUP);
  }
}

/* Questions come before connections: there are few streams of them, and connections begin with them. */
static void datagrams_turn(uint32_t events) {
  static const unsigned char header[] = {RELAY_VERSION, KIND_DNS, 0, 0};
  int fd = datagrams_stream();
  if (fd >= 0 && events & ~(uint32_t)EPOLLOUT) datagrams_answered();
  if (asked && datagrams_stream() < 0) {
    datagrams_use(stream_take(header, sizeof header));
    datagrams_armed = 0;
  }
  if (datagrams_stream() < 0) return;
  if (asked) datagrams_read();
  asked = false;
  if (datagrams_send()) {
    rearm(datagrams_stream(), ABOUT_DATAGRAMS, &datagrams_armed, EPOLLIN | (datagrams_wait() ? EPOLLOUT : 0));
  }
}

static void arm_ways(int64_t now) {
  bool paused = now < pause_until, full = used >= most;
  for (int way = WAY_PROXY; way <= WAY_DNS; way++) {
    if (ways[way] >= 0) rearm(ways[way], way, &ways_armed[way], paused || full ? 0 : EPOLLIN);
  }
  rearm(ways[WAY_HOST], WAY_HOST, &ways_armed[WAY_HOST], paused || idles == IDLE_MAX ? 0 : EPOLLIN);
  if (ways[WAY_DATAGRAMS] >= 0) {
    bool read = !asked && datagrams_have_room();
    rearm(ways[WAY_DATAGRAMS], WAY_DATAGRAMS, &ways_armed[WAY_DATAGRAMS], read ? EPOLLIN : 0);
  }
}

static int wait_for(int64_t now) {
  int64_t until = waiting > 0 ? oldest()->until : -1;
  if (pause_until > now && (until < 0 || pause_until < until)) until = pause_until;
  return until < 0 ? -1 : until <= now ? 0 : (int)(until - now);
}

/* Connections are accepted at the end: until then no number of a stream is used again. */
static void turn(void) {
  struct epoll_event events[EVENTS];
  bool ready[WAYS] = {0};
  uint32_t about_datagrams = 0;
  int64_t now = now_ms();
  arm_ways(now);
  int n = epoll_wait(epoll, events, EVENTS, wait_for(now));
  for (int i = 0; i < n; i++) {
    int what = (int)events[i].data.u32;
    if (what < WAYS) {
      ready[what] = true;
    } else if (what >= ABOUT_STREAMS) {
      stream_event(what - ABOUT_STREAMS, events[i].events);
    } else if (what == ABOUT_DATAGRAMS) {
      about_datagrams = events[i].events;
    } else if (idle[what - ABOUT_IDLE] >= 0) {
      idle_drop(what - ABOUT_IDLE); /* it was closed, or speaks out of turn */
    }
  }
  if (ready[WAY_HOST]) accept_host();
  asked = asked || ready[WAY_DATAGRAMS];
  if (asked || about_datagrams) datagrams_turn(about_datagrams);
  for (int way = WAY_PROXY; way <= WAY_DNS; way++) {
    if (ready[way]) accept_inside(way);
  }
  connect_waiting();
  give_up_waiting(now_ms());
}

static _Noreturn void *run(void *none) {
  (void)none;
  capability_none();
  setpriority(PRIO_PROCESS, 0, 0); /* of this thread */
  while (true) turn();
}

void relay_start(const int given[WAYS]) {
  struct rlimit files = {0, 0};
  pthread_t thread;
  getrlimit(RLIMIT_NOFILE, &files);
  long pairs = ((long)files.rlim_cur - SPARE_FILES) / 2;
  most = pairs < 8 ? 8 : pairs > STREAMS_MAX ? STREAMS_MAX : (int)pairs;
  memset(idle, -1, sizeof idle);
  epoll = epoll_create1(EPOLL_CLOEXEC);
  for (int way = 0; way < WAYS; way++) {
    ways[way] = given[way];
    if (ways[way] < 0) continue;
    fcntl(ways[way], F_SETFD, FD_CLOEXEC);
    fcntl(ways[way], F_SETFL, O_NONBLOCK);
    watch(ways[way], way, 0);
  }
  datagrams_start(ways[WAY_DATAGRAMS]);
  if (epoll < 0 || pthread_create(&thread, NULL, run, NULL) != 0) _exit(70);
}

void relay_forked(void) {
  if (epoll < 0) return;
  close(epoll);
  for (int way = 0; way < WAYS; way++) {
    if (ways[way] >= 0) close(ways[way]);
  }
}
