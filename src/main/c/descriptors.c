/* The open files of a process. Of one that is not dumpable, /proc/PID/fd belongs to root; its descriptors
 * are listed in /proc/PID/fdinfo and taken one by one. */
#include "hand.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { OPEN = 434, GETFD = 438 }; /* of a pidfd; newer than some C libraries */

bool descriptors_open(struct descriptors *d, pid_t pid) {
  char path[40];
  *d = (struct descriptors){.pidfd = -1};
  snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
  d->dir = opendir(path);
  if (d->dir || (errno != EACCES && errno != EPERM)) return d->dir != NULL;
  snprintf(path, sizeof path, "/proc/%d/fdinfo", (int)pid);
  d->dir = opendir(path);
  d->pidfd = d->dir ? (int)syscall(OPEN, pid, 0) : -1;
  if (d->pidfd >= 0) return true;
  int error = errno;
  if (d->dir) closedir(d->dir);
  errno = error;
  return false;
}

static bool examine(struct descriptors *d, const char *name, struct stat *st) {
  if (d->pidfd < 0) return fstatat(dirfd(d->dir), name, st, 0) == 0;
  int fd = (int)syscall(GETFD, d->pidfd, atoi(name), 0);
  d->hidden |= fd < 0 && errno != EBADF && errno != ESRCH;
  bool found = fd >= 0 && fstat(fd, st) == 0;
  if (fd >= 0) close(fd);
  return found;
}

bool descriptors_next(struct descriptors *d, struct stat *st) {
  struct dirent *entry;
  while ((entry = readdir(d->dir))) {
    if (entry->d_name[0] != '.' && examine(d, entry->d_name, st)) return true;
  }
  return false;
}

bool descriptors_close(struct descriptors *d) {
  closedir(d->dir);
  if (d->pidfd >= 0) close(d->pidfd);
  if (d->hidden) errno = EACCES;
  return !d->hidden;
}
