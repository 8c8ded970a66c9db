/* The lines of a file of any size, as UTF-8. */
#include "hand.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static char chunk[262144];

/* A hole holds no line break, and can be larger than any disk. */
static void skip_hole(int fd) {
  off_t at = lseek(fd, 0, SEEK_CUR), data = lseek(fd, at, SEEK_DATA);
  if (data < 0) data = errno == ENXIO ? lseek(fd, 0, SEEK_END) : at;
  off_t skipped = data - at > (off_t)sizeof chunk ? (data - at - (off_t)sizeof chunk) & ~(off_t)1 : 0;
  lseek(fd, at + skipped, SEEK_SET);
}

static void fill(struct lines *l) {
  ssize_t n;
  if (l->sparse) skip_hole(l->fd);
  while ((n = read(l->fd, chunk, sizeof chunk)) < 0 && errno == EINTR) {
  }
  bool start = l->number == 0 && l->text.n == 0 && l->raw.n == 0;
  if (n > 0 && start) l->kind = text_kind(chunk, (size_t)n);
  if (n <= 0) {
    l->ended = true;
    l->broken = n < 0;
  } else if (l->kind == TEXT_UTF16_LITTLE || l->kind == TEXT_UTF16_BIG) {
    buf_add(&l->raw, chunk, (size_t)n);
    buf_drop(&l->raw, utf16_decode(l->raw.p, l->raw.n, l->kind == TEXT_UTF16_BIG, &l->text));
  } else {
    buf_add(&l->text, chunk, (size_t)n);
  }
}

size_t whole_characters(const char *p, size_t n) {
  size_t i = n;
  while (i > 0 && n - i < 4 && ((unsigned char)p[i - 1] & 0xc0) == 0x80) i--;
  return i > 0 && (unsigned char)p[i - 1] >= 0xc0 ? i - 1 : n;
}

bool next_piece(struct lines *l, struct piece *piece) {
  size_t seen = 0;
  while (true) {
    size_t left = l->text.n - l->at;
    const char *line = l->text.p + l->at;
    const char *end = left > seen ? memchr(line + seen, '\n', left - seen) : NULL;
    if (!end && !l->ended && left < PIECE_MAX) {
      buf_drop(&l->text, l->at);
      l->at = 0;
      seen = left;
      fill(l);
      continue;
    }
    if (!end && left == 0 && !l->inside) return false;
    size_t n = end ? (size_t)(end - line) : l->ended ? left : whole_characters(line, left);
    *piece = (struct piece){line, n, !l->inside, end || l->ended, end != NULL};
    l->number += piece->first;
    l->inside = !piece->last;
    l->at += n + (end != NULL);
    return true;
  }
}

void lines_free(struct lines *l) {
  buf_free(&l->raw);
  buf_free(&l->text);
  close(l->fd);
}
