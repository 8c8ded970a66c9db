/* The one connection to a host: frames in, frames out. */
#include "serve.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define OUT_MAX (32u << 20) /* bytes that wait for a peer that does not read */

static int listener = -1, connection = -1;
static struct buf in, out;

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

void conn_listen(int fd) {
  listener = fd;
  fcntl(listener, F_SETFD, FD_CLOEXEC);
  fcntl(listener, F_SETFL, O_NONBLOCK);
}

/* A second host is let in only when the first has gone: two would steal each other's answers. */
int conn_listener(void) { return connection < 0 ? listener : -1; }

int conn_fd(void) { return connection; }

bool conn_waits_to_send(void) { return out.n > 0; }

bool conn_accept(void) {
  int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (fd < 0) return errno == EAGAIN || errno == EINTR || errno == ECONNABORTED;
  connection = fd;
  unsigned char version[4] = {0, 0, 0, PROTOCOL_VERSION};
  send_frame(OP_HELLO, 0, version, 4, NULL, 0);
  return true;
}

void conn_close(void) {
  if (connection >= 0) close(connection);
  connection = -1;
  in.n = out.n = 0;
}

void conn_forked(void) {
  if (connection >= 0) close(connection);
  close(listener);
}

void conn_pong(uint32_t id) { send_frame(OP_PONG, id, NULL, 0, NULL, 0); }

void conn_send(int op, uint32_t id, const void *p, size_t n) {
  if (connection >= 0) send_frame(op, id, NULL, 0, p, n);
}

void conn_output(uint32_t id, uint64_t left_out, const char *p, size_t n) {
  uint32_t some = left_out > UINT32_MAX ? UINT32_MAX : (uint32_t)left_out;
  unsigned char head[] = {(unsigned char)(some >> 24), (unsigned char)(some >> 16), (unsigned char)(some >> 8),
                          (unsigned char)some};
  if (connection >= 0) send_frame(OP_OUTPUT, id, head, sizeof head, p, n);
}

size_t conn_unsent(void) { return out.n; }

bool conn_answer(uint32_t id, const struct result *result) {
  if (connection < 0) return false;
  const char *p = result->text.p;
  size_t n = result->text.n, piece = FRAME_MAX - 64;
  for (; n > piece; p += piece, n -= piece) send_frame(OP_PART, id, NULL, 0, p, piece);
  unsigned char flag = result->error;
  send_frame(OP_RESULT, id, &flag, 1, p, n);
  return true;
}

static bool take_frames(frame_taker *take) {
  size_t at = 0;
  bool ok = true;
  while (ok && in.n - at >= 9) {
    const unsigned char *h = (const unsigned char *)in.p + at;
    uint32_t length = (uint32_t)h[0] << 24 | (uint32_t)h[1] << 16 | (uint32_t)h[2] << 8 | h[3];
    uint32_t id = (uint32_t)h[5] << 24 | (uint32_t)h[6] << 16 | (uint32_t)h[7] << 8 | h[8];
    if (length < 5 || length > FRAME_MAX) return false;
    if (in.n - at - 4 < length) break;
    ok = take(h[4], id, in.p + at + 9, length - 5);
    at += 4 + length;
  }
  buf_drop(&in, at);
  return ok;
}

bool conn_receive(frame_taker *take) {
  static char chunk[262144];
  ssize_t n = read(connection, chunk, sizeof chunk);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return true;
  if (n <= 0) return false;
  buf_add(&in, chunk, (size_t)n);
  return take_frames(take);
}

bool conn_transmit(void) {
  while (connection >= 0 && out.n > 0) {
    ssize_t n = send(connection, out.p, out.n, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) return out.n <= OUT_MAX;
    if (n <= 0) return false;
    buf_drop(&out, (size_t)n);
  }
  return true;
}
