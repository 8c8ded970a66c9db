/* The operations that make and remove a file only if the path still holds what the host expects, while others
 * may write to it at any moment: the file is moved first and looked at then. */
#include "transfer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NO_REPLACE 1 /* flags of renameat2(2) */
#define EXCHANGE 2
#define COMPARED_MAX (64ll << 20) /* bytes; what is larger is never what was expected */
#define TURNS 100 /* of a path that somebody else changes all the time */

static int dir; /* that the path is in */
static const char *leaf;
static char temporary[64];

static int move(const char *from, const char *to, unsigned flags) {
  return (int)syscall(SYS_renameat2, dir, from, dir, to, flags);
}

_Noreturn static void give_up(int error) {
  unlinkat(dir, temporary, 0);
  end_with_errno(error);
}

_Noreturn static void is_different(const char *why) {
  unlinkat(dir, temporary, 0);
  end_with(DIFFERENT, why);
}

static bool holds(const char *name, const char *expected) {
  struct sha256 s;
  struct stat st;
  char chunk[16384], hex[65];
  int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (fd < 0) return false;
  bool fits = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size <= COMPARED_MAX;
  sha256_start(&s);
  ssize_t n = 0;
  for (int64_t all = 0; fits && all <= COMPARED_MAX && (n = read(fd, chunk, sizeof chunk)) > 0; all += n) {
    sha256_add(&s, chunk, (size_t)n);
  }
  close(fd);
  sha256_hex(&s, hex);
  return fits && n == 0 && strcmp(hex, expected) == 0;
}

static bool is_expected(const char *name, const char *expected) {
  return strcmp(expected, "any") == 0 || holds(name, expected);
}

static void open_directory(const struct request *q, bool make) {
  static struct place place;
  place_below(q, &place);
  dir = open_parent(&place, make, &leaf);
  if (dir < 0) end_with_errno(errno);
}

static int make_temporary(void) {
  for (int i = 0; i < 100; i++) {
    snprintf(temporary, sizeof temporary, TEMPORARY "%d-%d", (int)getpid(), i);
    int fd = openat(dir, temporary, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd >= 0) return fd;
    if (errno != EEXIST) break;
  }
  end_with_errno(errno);
}

static void take_content(int fd, uint64_t bytes) {
  char chunk[65536];
  while (bytes > 0) {
    ssize_t n = read(transfer_in, chunk, bytes < sizeof chunk ? (size_t)bytes : sizeof chunk);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      unlinkat(dir, temporary, 0);
      end_with(FAILED, "the content was cut short");
    }
    if (!write_all(fd, chunk, (size_t)n)) give_up(errno);
    bytes -= (uint64_t)n;
  }
}

/* Where nothing may be, an empty directory is nothing. */
static void put_new(void) {
  for (int i = 0; i < 2; i++) {
    int done = move(temporary, leaf, NO_REPLACE);
    if (done < 0 && errno == EINVAL) {
      done = linkat(dir, temporary, dir, leaf, 0);
      if (done == 0) unlinkat(dir, temporary, 0);
    }
    if (done == 0) return;
    if (errno != EEXIST) give_up(errno);
    if (unlinkat(dir, leaf, AT_REMOVEDIR) < 0) break;
  }
  is_different("something is there");
}

static bool is_file(const char *name, const struct stat *st) {
  struct stat now;
  return fstatat(dir, name, &now, AT_SYMLINK_NOFOLLOW) == 0 && now.st_ino == st->st_ino && now.st_dev == st->st_dev;
}

/* What was displaced is not what was expected: it goes back, unless somebody has replaced ours meanwhile, for then
 * it would be gone anyway. */
_Noreturn static void put_back(const struct stat *ours) {
  for (int i = 0; i < TURNS; i++) {
    if (move(temporary, leaf, EXCHANGE) < 0) {
      if (errno == ENOENT) move(temporary, leaf, NO_REPLACE);
      break;
    }
    if (is_file(temporary, ours)) break;
  }
  is_different("the file has changed");
}

static void put_instead(const char *expected, const struct stat *ours) {
  if (move(temporary, leaf, EXCHANGE) == 0) {
    if (!holds(temporary, expected)) put_back(ours);
    unlinkat(dir, temporary, 0);
  } else if (errno == EINVAL) { /* a file system that cannot exchange */
    if (!holds(leaf, expected)) is_different("the file has changed");
    if (renameat(dir, temporary, dir, leaf) < 0) give_up(errno);
  } else if (errno == ENOENT) {
    is_different("the file is gone");
  } else {
    give_up(errno);
  }
}

void transfer_put(const struct request *q) {
  const char *expected = q->f[4].p;
  struct stat st;
  unsigned char stamp[STAMP_BYTES];
  open_directory(q, true);
  int fd = make_temporary();
  take_content(fd, strtoull(q->f[3].p, NULL, 10));
  if (fchmod(fd, (mode_t)strtoul(q->f[2].p, NULL, 8) & 0777) < 0 || fstat(fd, &st) < 0) give_up(errno);
  if (strcmp(expected, "absent") == 0) {
    put_new();
  } else if (strcmp(expected, "any") == 0) {
    if (renameat(dir, temporary, dir, leaf) < 0 &&
        (errno != EISDIR || unlinkat(dir, leaf, AT_REMOVEDIR) < 0 || renameat(dir, temporary, dir, leaf) < 0)) {
      give_up(errno);
    }
  } else {
    put_instead(expected, &st);
  }
  if (fstat(fd, &st) < 0) end_with_errno(errno);
  stamp_of(&st, stamp);
  record(RECORD_STAMP, stamp, sizeof stamp);
  end_with(FINE, "");
}

/* Up to the root, as far as they are empty. */
static void remove_parents(const struct request *q) {
  char path[8192];
  struct request parent = *q;
  snprintf(path, sizeof path, "%s", q->f[1].p);
  for (char *slash; (slash = strrchr(path, '/'));) {
    static struct place place;
    *slash = 0;
    parent.f[1] = (struct field){path, strlen(path)};
    place_below(&parent, &place);
    int above = open_parent(&place, false, &leaf);
    if (above < 0) return;
    int gone = unlinkat(above, leaf, AT_REMOVEDIR);
    close(above);
    if (gone < 0) return;
  }
}

void transfer_remove(const struct request *q) {
  const char *expected = q->f[2].p;
  struct stat st;
  open_directory(q, false);
  if (fstatat(dir, leaf, &st, AT_SYMLINK_NOFOLLOW) < 0) end_with_errno(errno);
  if (S_ISDIR(st.st_mode)) end_with(UNFIT, "a directory");
  snprintf(temporary, sizeof temporary, TEMPORARY "%d-gone", (int)getpid());
  if (renameat(dir, leaf, dir, temporary) < 0) end_with_errno(errno);
  if (!is_expected(temporary, expected)) {
    if (move(temporary, leaf, NO_REPLACE) < 0 && errno == EINVAL) renameat(dir, temporary, dir, leaf);
    is_different("the file has changed"); /* if something is there by now, that is newer */
  }
  if (unlinkat(dir, temporary, 0) < 0) end_with_errno(errno);
  remove_parents(q);
  end_with(FINE, "");
}
