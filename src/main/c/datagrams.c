/* DNS as most programs speak it, by datagrams. All questions go over one stream to the host, as DNS has them over
 * TCP: each after its length. Each gets an id of its own there, by which its answer finds who asked. */
#include "relay.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define QUESTION_LEAST 12 /* bytes: a header */
#define QUESTION_MAX 1024
#define ANSWER_MAX 4096
#define ASKED_MAX 1024 /* questions without an answer; the oldest are forgotten */
#define READS 64       /* then it is the turn of others */

struct asked {
  struct sockaddr_in by;
  uint16_t id, own;
  bool open;
};

static int inside = -1, stream = -1;
static struct asked asked[ASKED_MAX];
static uint16_t last;
static unsigned char out[64 << 10], in[66 << 10];
static size_t out_n, in_n;

void datagrams_start(int socket) { inside = socket; }

bool datagrams_have_room(void) { return sizeof out - out_n >= 2 + QUESTION_MAX; }

int datagrams_stream(void) { return stream; }

void datagrams_use(int fd) { stream = fd; }

static void finish(void) {
  relay_unwatch(stream);
  shutdown(stream, SHUT_RDWR);
  close(stream);
  stream = -1;
  out_n = in_n = 0;
}

static void ask(unsigned char *message, size_t n, const struct sockaddr_in *by) {
  struct asked *a = &asked[++last % ASKED_MAX];
  *a = (struct asked){*by, (uint16_t)(message[0] << 8 | message[1]), last, true};
  message[0] = (unsigned char)(last >> 8);
  message[1] = (unsigned char)last;
  out[out_n++] = (unsigned char)(n >> 8);
  out[out_n++] = (unsigned char)n;
  memcpy(out + out_n, message, n);
  out_n += n;
}

void datagrams_read(void) {
  unsigned char message[QUESTION_MAX];
  for (int i = 0; i < READS && datagrams_have_room(); i++) {
    struct sockaddr_in by;
    socklen_t length = sizeof by;
    ssize_t n = recvfrom(inside, message, sizeof message, MSG_DONTWAIT | MSG_TRUNC, (struct sockaddr *)&by, &length);
    if (n < 0 && errno != EINTR) return;
    if (n >= QUESTION_LEAST && n <= QUESTION_MAX && length == sizeof by) ask(message, (size_t)n, &by);
  }
}

static void answer(unsigned char *message, size_t n) {
  if (n < QUESTION_LEAST || n > ANSWER_MAX) return;
  uint16_t own = (uint16_t)(message[0] << 8 | message[1]);
  struct asked *a = &asked[own % ASKED_MAX];
  if (!a->open || a->own != own) return;
  a->open = false;
  message[0] = (unsigned char)(a->id >> 8);
  message[1] = (unsigned char)a->id;
  sendto(inside, message, n, MSG_DONTWAIT | MSG_NOSIGNAL, (struct sockaddr *)&a->by, sizeof a->by);
}

void datagrams_answered(void) {
  ssize_t n = recv(stream, in + in_n, sizeof in - in_n, MSG_DONTWAIT);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (n <= 0) {
    finish();
    return;
  }
  in_n += (size_t)n;
  size_t at = 0, length;
  while (in_n - at >= 2 && in_n - at - 2 >= (length = (size_t)in[at] << 8 | in[at + 1])) {
    answer(in + at + 2, length);
    at += 2 + length;
  }
  memmove(in, in + at, in_n -= at);
}

bool datagrams_wait(void) { return out_n > 0; }

bool datagrams_send(void) {
  while (out_n > 0) {
    ssize_t n = send(stream, out, out_n, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) return true;
    if (n <= 0) {
      finish();
      return false;
    }
    memmove(out, out + n, out_n -= (size_t)n);
  }
  return true;
}
