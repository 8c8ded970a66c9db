/* Bytes, clocks, results. */
#include "hand.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#ifndef SYS_openat2
#define SYS_openat2 437
#endif

void *must(void *allocated) {
  if (!allocated) _exit(70);
  return allocated;
}

void buf_add(struct buf *b, const void *p, size_t n) {
  if (n == 0) return;
  if (b->n + n > b->cap) {
    size_t cap = b->cap ? b->cap : 256;
    while (cap < b->n + n) cap *= 2;
    b->p = must(realloc(b->p, cap));
    b->cap = cap;
  }
  memcpy(b->p + b->n, p, n);
  b->n += n;
}

void buf_text(struct buf *b, const char *text) { buf_add(b, text, strlen(text)); }

static void buf_vformat(struct buf *b, const char *format, va_list args) {
  va_list again;
  va_copy(again, args);
  int n = vsnprintf(NULL, 0, format, args);
  if (n > 0) {
    char *text = must(malloc((size_t)n + 1));
    vsnprintf(text, (size_t)n + 1, format, again);
    buf_add(b, text, (size_t)n);
    free(text);
  }
  va_end(again);
}

void buf_format(struct buf *b, const char *format, ...) {
  va_list args;
  va_start(args, format);
  buf_vformat(b, format, args);
  va_end(args);
}

void buf_drop(struct buf *b, size_t n) {
  if (n == 0) return;
  memmove(b->p, b->p + n, b->n - n);
  b->n -= n;
}

void buf_free(struct buf *b) {
  free(b->p);
  *b = (struct buf){0};
}

int64_t now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

bool write_all(int fd, const void *p, size_t n) {
  const char *at = p;
  while (n > 0) {
    ssize_t w = write(fd, at, n);
    if (w < 0 && errno == EINTR) continue;
    if (w <= 0) return false;
    at += w;
    n -= (size_t)w;
  }
  return true;
}

void fail(struct result *r, const char *format, ...) {
  r->error = true;
  r->text.n = 0;
  va_list args;
  va_start(args, format);
  buf_vformat(&r->text, format, args);
  va_end(args);
}

const char *fs_text(int error, char *scratch, size_t n) {
  switch (error) {
    case ENOENT: return "no such file or directory";
    case EACCES:
    case EPERM:
    case EROFS: return "permission denied";
    case ENOTDIR: return "not a directory";
    case EISDIR: return "is a directory";
    case ELOOP: return "too many levels of symbolic links";
    case ENAMETOOLONG: return "file name too long";
    case ENOSPC:
    case EDQUOT: return "no space left on device";
    case EMFILE:
    case ENFILE: return "too many open files";
  }
  static const struct {
    int error;
    const char *name;
  } names[] = {{EIO, "EIO"},       {EFBIG, "EFBIG"}, {EINVAL, "EINVAL"}, {EBUSY, "EBUSY"},
               {EEXIST, "EEXIST"}, {ENXIO, "ENXIO"}, {ENOMEM, "ENOMEM"}, {ENOTEMPTY, "ENOTEMPTY"}};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    if (names[i].error == error) {
      snprintf(scratch, n, "i/o error (%s)", names[i].name);
      return scratch;
    }
  }
  snprintf(scratch, n, "i/o error (%d)", error);
  return scratch;
}

void fail_fs(struct result *r, const char *tool, int error) {
  char scratch[64];
  fail(r, "%s: %s", tool, fs_text(error, scratch, sizeof scratch));
}

struct how {
  uint64_t flags, mode, resolve;
};

int sys_openat2(int dir, const char *path, int flags, mode_t mode, uint64_t resolve) {
  struct how how = {.flags = (uint64_t)(unsigned)flags, .mode = mode, .resolve = resolve};
  return (int)syscall(SYS_openat2, dir, path, &how, sizeof how);
}

int sys_memfd(const char *name) { return (int)syscall(SYS_memfd_create, name, 0); }
