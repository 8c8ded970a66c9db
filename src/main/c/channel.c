/* What the shell writes to: FIFOs that it opens by path. Inside, their modes let no process read from them,
 * nor can these be changed, since the mount is read-only. */
#include "hand.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int channel_make(const char *path) {
  if ((unlink(path) < 0 && errno != ENOENT) || mkfifo(path, 0600) < 0) return -1;
  int fd = open(path, O_RDWR | O_NONBLOCK);
  return fd < 0 || fchmod(fd, 0222) < 0 ? -1 : fd;
}
