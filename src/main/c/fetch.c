/* The operation that reads one file. What is swapped in, a FIFO or a device neither blocks nor passes. */
#include "transfer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_still(int fd, const unsigned char stamp[STAMP_BYTES]) {
  struct stat st;
  unsigned char now[STAMP_BYTES];
  if (fstat(fd, &st) < 0) return false;
  stamp_of(&st, now);
  return memcmp(now, stamp, STAMP_BYTES) == 0;
}

void transfer_get(const struct request *q) {
  struct place place;
  struct stat st;
  unsigned char stamp[STAMP_BYTES];
  place_below(q, &place);
  int fd = open_place(&place, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY, 0);
  if (fd < 0 || fstat(fd, &st) < 0) end_with_errno(errno);
  if (!S_ISREG(st.st_mode)) end_with(UNFIT, "not a regular file");
  stamp_of(&st, stamp);
  const struct field *expected = &q->f[2];
  if (expected->n && (expected->n != STAMP_BYTES || memcmp(expected->p, stamp, STAMP_BYTES) != 0)) {
    end_with(DIFFERENT, "the file has changed");
  }
  if ((uint64_t)st.st_size > strtoull(q->f[3].p, NULL, 10)) {
    char size[24];
    snprintf(size, sizeof size, "%lld", (long long)st.st_size);
    end_with(TOO_LARGE, size);
  }
  record(RECORD_STAMP, stamp, sizeof stamp);
  char *chunk = must(malloc(65536 - 5));
  for (off_t left = st.st_size; left > 0;) {
    ssize_t n = read(fd, chunk, left < 65536 - 5 ? (size_t)left : 65536 - 5);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) end_with_errno(errno);
    if (n == 0) end_with(DIFFERENT, "the file became shorter while it was read");
    record(RECORD_DATA, chunk, (size_t)n);
    record_flush();
    left -= n;
  }
  if (!is_still(fd, stamp)) end_with(DIFFERENT, "the file changed while it was read");
  end_with(FINE, "");
}
