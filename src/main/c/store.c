/* Opening files, and writing them. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "files.h"

static const char *type_name(mode_t mode) {
  return S_ISFIFO(mode)   ? "a named pipe"
         : S_ISSOCK(mode) ? "a socket"
         : S_ISDIR(mode)  ? "a directory"
         : S_ISLNK(mode)  ? "a symbolic link"
                          : "a device";
}

static void not_regular(struct result *r, const char *tool, const char *path, const char *type) {
  fail(r, "%s: %s is not a regular file, but %s", tool, path, type);
}

int open_file(const char *tool, const char *given, const struct place *place, struct stat *st,
              struct result *r) {
  int fd = open_place(place, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
  if (fd < 0 && (errno == ENXIO || errno == ENODEV)) {
    not_regular(r, tool, place->path, errno == ENXIO ? "a socket" : "a device");
  } else if (fd < 0 || fstat(fd, st) < 0) {
    fail_path(r, tool, given, place->path, errno);
  } else if (S_ISREG(st->st_mode) || S_ISDIR(st->st_mode)) {
    return fd;
  } else {
    not_regular(r, tool, place->path, type_name(st->st_mode));
  }
  if (fd >= 0) close(fd);
  return -1;
}

/* A file with several names is written where it is, so that all of them show it. Room is made first:
 * what fails for want of it has changed nothing. */
static bool write_in_place(int dir, const char *leaf, const char *content, size_t n, off_t size) {
  int fd = openat(dir, leaf, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) return false;
  bool ok = (off_t)n <= size || fallocate(fd, 0, 0, (off_t)n) == 0 ||
            (errno != ENOSPC && errno != EDQUOT && errno != EFBIG);
  ok = ok && write_all(fd, content, n) && ftruncate(fd, (off_t)n) == 0;
  int error = errno;
  if (close(fd) < 0 && ok) return false;
  errno = error;
  return ok;
}

static void copy_attributes(int dir, const char *leaf, int to) {
  char names[4096], value[4096];
  int from = openat(dir, leaf, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  ssize_t n = from < 0 ? -1 : flistxattr(from, names, sizeof names);
  for (ssize_t i = 0; i < n; i += (ssize_t)strlen(names + i) + 1) {
    ssize_t length = fgetxattr(from, names + i, value, sizeof value);
    if (length >= 0) fsetxattr(to, names + i, value, (size_t)length, 0);
  }
  if (from >= 0) close(from);
}

static int temporary(int dir, char *name, size_t size) {
  int fd = -1;
  for (int i = 0; fd < 0 && i < 100; i++) {
    snprintf(name, size, ".hand-%d-%d.tmp", (int)getpid(), i);
    fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0 && errno != EEXIST) break;
  }
  return fd;
}

/* All or nothing: a new file takes the place of the old one. */
static bool put_in_place(int dir, const char *leaf, const char *content, size_t n, const struct stat *old) {
  char name[64];
  int fd = temporary(dir, name, sizeof name);
  if (fd < 0) return false;
  if (old) copy_attributes(dir, leaf, fd);
  bool ok = write_all(fd, content, n) && fchmod(fd, old ? old->st_mode & 07777 : 0600) == 0;
  int error = errno;
  if (close(fd) < 0 && ok) {
    ok = false;
    error = errno;
  }
  if (ok && renameat(dir, name, dir, leaf) < 0) {
    ok = false;
    error = errno;
  }
  if (!ok) unlinkat(dir, name, 0);
  errno = error;
  return ok;
}

static bool may_write(const char *tool, const struct place *place, int dir, const char *leaf,
                      const struct stat *st, struct result *r) {
  if (!S_ISREG(st->st_mode)) {
    not_regular(r, tool, place->path, type_name(st->st_mode));
  } else if (faccessat(dir, leaf, W_OK, 0) < 0) {
    fail(r, "%s: %s is read-only (its mode is %o). Change the mode with bash first.", tool, place->path,
         st->st_mode & 07777u);
  } else {
    return true;
  }
  return false;
}

long store(const char *tool, const char *given, const struct place *place, const char *content, size_t n,
           struct result *r) {
  if (place->read_only) {
    fail(r, "%s: %s is inside read-only directory %s", tool, place->path, place->root);
    return 0;
  }
  const char *leaf = NULL;
  int dir = open_parent(place, true, &leaf);
  if (dir < 0) {
    fail_path(r, tool, given, place->path, errno);
    return 0;
  }
  struct stat st;
  bool exists = fstatat(dir, leaf, &st, AT_SYMLINK_NOFOLLOW) == 0;
  long names = exists ? (long)st.st_nlink : 1;
  if (exists && !may_write(tool, place, dir, leaf, &st, r)) {
    names = 0;
  } else if (names > 1 ? !write_in_place(dir, leaf, content, n, st.st_size)
                       : !put_in_place(dir, leaf, content, n, exists ? &st : NULL)) {
    fail_path(r, tool, given, place->path, errno);
    names = 0;
  }
  close(dir);
  return names;
}
