/* Bytes between two sockets. A side is read only when the other one has taken all that was read before, so what is
 * on its way is bounded, and whoever sends too fast has to wait. */
#include "relay.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define PIECE (64u << 10)
#define SPARE_MAX 16 /* pieces that are kept for the next flow */
#define ROUNDS 4     /* then it is another stream's turn */

/* Not from the heap, which belongs to the first thread. */
static char *spare[SPARE_MAX];
static int spares;

static char *piece_take(void) {
  if (spares > 0) return spare[--spares];
  void *p = mmap(NULL, PIECE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return p == MAP_FAILED ? NULL : p;
}

static void piece_give(struct flow *f) {
  if (!f->p) return;
  if (spares < SPARE_MAX) {
    spare[spares++] = f->p;
  } else {
    munmap(f->p, PIECE);
  }
  f->p = NULL;
}

static bool hung_up(int fd) {
  struct pollfd p = {fd, 0, 0};
  return poll(&p, 1, 0) != 0;
}

/* A host that closes a stream whose other direction goes on has died, or has given it up. */
static bool ends_well(const struct pipe *p, int side) {
  return side == INSIDE || p->flow[INSIDE].closed || !hung_up(p->fd[OUTSIDE]);
}

/* False: broken. */
static bool receive(struct pipe *p, int side, bool *more) {
  struct flow *f = &p->flow[side];
  if (!f->p && !(f->p = piece_take())) return false;
  ssize_t n;
  do n = recv(p->fd[side], f->p, PIECE, MSG_DONTWAIT);
  while (n < 0 && errno == EINTR);
  *more = n > 0;
  f->from = 0;
  f->to = n > 0 ? (size_t)n : 0;
  if (n < 0) return errno == EAGAIN && !p->gone[side];
  if (n == 0) f->ended = true;
  return n > 0 || ends_well(p, side);
}

static bool transmit(struct pipe *p, int side, bool *more) {
  struct flow *f = &p->flow[side];
  ssize_t n;
  do n = send(p->fd[!side], f->p + f->from, f->to - f->from, MSG_DONTWAIT | MSG_NOSIGNAL);
  while (n < 0 && errno == EINTR);
  *more = n > 0;
  if (n < 0) return errno == EAGAIN;
  f->from += (size_t)n;
  return true;
}

static bool flow_move(struct pipe *p, int side) {
  struct flow *f = &p->flow[side];
  bool ok = true, more = true;
  for (int round = 0; ok && more && !f->closed;) {
    if (f->p && f->from < f->to) {
      ok = transmit(p, side, &more);
    } else if (f->ended) {
      shutdown(p->fd[!side], SHUT_WR);
      f->closed = true;
    } else if (round++ < ROUNDS || p->gone[side]) {
      ok = receive(p, side, &more);
      more = more || f->ended;
    } else {
      more = false;
    }
  }
  if (f->from == f->to) piece_give(f);
  return ok;
}

enum moved pipe_move(struct pipe *p) {
  if (!flow_move(p, INSIDE) || !flow_move(p, OUTSIDE)) return BROKEN;
  if (p->flow[INSIDE].closed && p->flow[OUTSIDE].closed) return OVER;
  for (int side = 0; side < 2; side++) {
    if (p->gone[side] && p->flow[side].closed) return BROKEN; /* nothing can be sent to it */
  }
  return MOVED;
}

bool pipe_reads(const struct pipe *p, int side) { return !p->flow[side].ended && !p->flow[side].p; }

bool pipe_writes(const struct pipe *p, int side) { return p->flow[!side].p != NULL; }

/* A child that is about to become another program may hold the sockets, so closing them is not enough. */
void pipe_end(struct pipe *p, bool reset) {
  struct sockaddr nowhere = {.sa_family = AF_UNSPEC};
  if (reset) connect(p->fd[INSIDE], &nowhere, sizeof nowhere); /* resets it */
  for (int side = 0; side < 2; side++) {
    if (p->fd[side] >= 0) {
      shutdown(p->fd[side], SHUT_RDWR);
      close(p->fd[side]);
    }
    p->fd[side] = -1;
    piece_give(&p->flow[side]);
  }
}
