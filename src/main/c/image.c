/* A disk of a session's own: a sparse ext4 image on a loop device, whose size the kernel holds, whatever
 * writes and however. It is mounted in the mount namespace of one sandbox alone, so that mount and device
 * go when the last process in it does, however that ends. */
#include "hand.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOCK_MS 5000
#define DEVICES_TRIED 64
#define WAITING_LEAST (8ll << 20)
#define WAITING_MOST (64ll << 20)
#define ERRORS_FOUND 2 /* a bit of ext4's state: look at it before it is used again */

static bool run(char *const argv[]) {
  pid_t pid = fork();
  if (pid == 0) {
    char *environment[] = {NULL};
    int null = open("/dev/null", O_RDWR);
    dup2(null, 0);
    dup2(null, 1);
    execve(argv[0], argv, environment);
    _exit(127);
  }
  int status = -1;
  while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) < 4;
}

static const char *beside(const char *path, const char *suffix) {
  size_t size = strlen(path) + 40;
  char *text = must(malloc(size));
  snprintf(text, size, "%s%s-%d", path, suffix, (int)getpid());
  return text;
}

/* An empty image that the others are copied from. Two that make it at once make the same. */
static bool make_template(const struct image *image) {
  if (access(image->template, R_OK) == 0) return true;
  const char *draft = beside(image->template, ".new");
  int fd = open(draft, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
  bool ok = fd >= 0 && ftruncate(fd, image->bytes) == 0;
  if (fd >= 0) close(fd);
  char inodes[24];
  snprintf(inodes, sizeof inodes, "%lld", (long long)image->inodes);
  char *argv[] = {(char *)image->mkfs, "-q", "-F", "-t", "ext4", "-b", "4096", "-I", "256", "-m", "0",
                  "-N", inodes, "-J", image->bytes < 1 << 30 ? "size=4" : "size=16", "-O",
                  "^resize_inode", "-E", "nodiscard,lazy_itable_init=1,lazy_journal_init=1",
                  (char *)draft, NULL};
  ok = ok && run(argv) && rename(draft, image->template) == 0;
  if (!ok) unlink(draft);
  return ok;
}

static bool copy_data(int from, int to) {
  static char chunk[65536];
  off_t at = 0, end;
  while ((at = lseek(from, at, SEEK_DATA)) >= 0) {
    if ((end = lseek(from, at, SEEK_HOLE)) < 0) return false;
    while (at < end) {
      size_t want = end - at < (off_t)sizeof chunk ? (size_t)(end - at) : sizeof chunk;
      ssize_t n = pread(from, chunk, want, at);
      if (n <= 0 || pwrite(to, chunk, (size_t)n, at) != n) return false;
      at += n;
    }
  }
  return errno == ENXIO;
}

/* An image for a session that has none. */
static bool make(const struct image *image) {
  struct stat st;
  if (stat(image->path, &st) == 0 && st.st_size > 0) return true;
  if (!make_template(image)) return false;
  const char *draft = beside(image->path, ".new");
  int from = open(image->template, O_RDONLY | O_CLOEXEC);
  int to = open(draft, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
  bool ok = from >= 0 && to >= 0 && fstat(from, &st) == 0 && ftruncate(to, st.st_size) == 0 &&
            copy_data(from, to) && rename(draft, image->path) == 0;
  if (!ok) unlink(draft);
  if (from >= 0) close(from);
  if (to >= 0) close(to);
  return ok;
}

/* A lock on it belongs to the open file, which the loop device keeps: two sandboxes never have one image,
 * even while the processes of the first are still dying. */
static bool lock(int fd) {
  int64_t until = now_ms() + LOCK_MS;
  while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
    if (errno != EWOULDBLOCK || now_ms() >= until) return false;
    usleep(2000);
  }
  return true;
}

static bool check(const struct image *image, int fd) {
  unsigned char state = 0;
  if (pread(fd, &state, 1, 1024 + 58) != 1) return false;
  if (!(state & ERRORS_FOUND)) return true;
  char *argv[] = {(char *)image->fsck, "-f", "-y", (char *)image->path, NULL};
  return run(argv);
}

static bool attach(int fd, char *device, size_t size) {
  int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC), loop = -1;
  for (int i = 0; control >= 0 && loop < 0 && i < DEVICES_TRIED; i++) {
    int n = ioctl(control, LOOP_CTL_GET_FREE);
    if (n < 0) break;
    snprintf(device, size, "/dev/loop%d", n);
    loop = open(device, O_RDWR | O_CLOEXEC);
    if (loop < 0) break;
    struct loop_config config = {.fd = (uint32_t)fd, .info = {.lo_flags = LO_FLAGS_AUTOCLEAR}};
    if (ioctl(loop, LOOP_CONFIGURE, &config) == 0) break;
    bool taken = errno == EBUSY;
    close(loop);
    loop = -1;
    if (!taken) break;
  }
  int error = errno;
  if (control >= 0) close(control);
  errno = error;
  return loop >= 0; /* it stays open until this process becomes another program */
}

bool image_attach(const struct image *image, char *device, size_t size) {
  if (!make(image)) return false;
  int fd = open(image->path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0 || !lock(fd)) return false;
  errno = EIO;
  return check(image, fd) && attach(fd, device, size);
}

static bool set(const char *device, const char *name, long long value) {
  char path[96], text[24];
  struct stat st;
  if (stat(device, &st) < 0) return false;
  snprintf(path, sizeof path, "/sys/class/bdi/%u:%u/%s", major(st.st_rdev), minor(st.st_rdev), name);
  int n = snprintf(text, sizeof text, "%lld", value), fd = open(path, O_WRONLY | O_CLOEXEC);
  bool ok = fd >= 0 && write_all(fd, text, (size_t)n);
  if (fd >= 0) close(fd);
  return ok;
}

/* What was written to a session's disk takes room on the host's only when the kernel writes it back: on a
 * machine with much memory, more than the host's disk has left. So little may wait for that. */
void image_hold_back(const char *device, long long least) {
  long long bytes = least / 4 < WAITING_LEAST ? WAITING_LEAST : least / 4 > WAITING_MOST ? WAITING_MOST : least / 4;
  if (!set(device, "max_bytes", bytes) || !set(device, "strict_limit", 1)) {
    set(device, "max_ratio", 1); /* before Linux 6.2 */
  }
}

bool image_mount(const char *device, const char *at) {
  return mount(device, at, "ext4", MS_NOSUID | MS_NODEV, "discard,noinit_itable") == 0;
}

/* `hand image`: whether all of this works here, with a template for those to come. */
int image(int argc, char **argv) {
  if (argc != 7) return 2;
  struct image image = {argv[2], argv[3], argv[4], "/nonexistent", atoll(argv[5]), atoll(argv[6])};
  char device[32];
  bool ok = unshare(CLONE_NEWNS) == 0 && mount("", "/", NULL, MS_REC | MS_SLAVE, NULL) == 0 &&
            image_attach(&image, device, sizeof device);
  const char *at = access("/mnt", F_OK) == 0 ? "/mnt" : "/tmp";
  ok = ok && image_mount(device, at);
  if (!ok) fprintf(stderr, "%s\n", strerror(errno));
  unlink(image.path);
  return ok ? 0 : 1;
}
