/* The last rung of the limits: without a control group nobody but us adds up what the processes of a
 * sandbox use. What one has alone counts as it is; what many share counts once, and whole. */
#include "serve.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define SHARED_MAX 4096
#define PROCESSES_MAX 4096
#define SPEED (4 << 20) /* bytes that a machine fills in a millisecond, at the very most */
#define OFTEN_MS 50
#define SELDOM_MS 1000
#define REST_FACTOR 10

static struct process {
  int pid;
  int64_t bytes;
} processes[PROCESSES_MAX];
static int processes_n;

static struct shared {
  unsigned long inode;
  int64_t bytes;
} shared[SHARED_MAX];
static int shared_n;

static size_t text_of(int pid, const char *file, char *out, size_t size) {
  char path[40];
  snprintf(path, sizeof path, "/proc/%d/%s", pid, file);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  ssize_t n = read(fd, out, size - 1);
  close(fd);
  out[n > 0 ? n : 0] = 0;
  return n > 0 ? (size_t)n : 0;
}

static int64_t field(const char *text, const char *name) {
  const char *at = strstr(text, name);
  return at ? atoll(at + strlen(name)) * 1024 : 0;
}

static int64_t share(unsigned long inode, int64_t bytes) {
  for (int i = 0; i < shared_n; i++) {
    if (shared[i].inode != inode) continue;
    int64_t more = bytes > shared[i].bytes ? bytes - shared[i].bytes : 0;
    shared[i].bytes += more;
    return more;
  }
  if (shared_n < SHARED_MAX) shared[shared_n++] = (struct shared){inode, bytes};
  return bytes;
}

/* Memory that processes share has a size, and no process whose share of it could be trusted: pages that
 * it does not look at any more are still there. -1: it does not let us see. */
static int64_t shared_by(int pid) {
  char path[40], line[512];
  snprintf(path, sizeof path, "/proc/%d/maps", pid);
  FILE *maps = fopen(path, "re");
  if (!maps) return -1;
  int64_t sum = 0;
  while (fgets(line, sizeof line, maps)) {
    unsigned long from, to, inode;
    if (!strstr(line, "/dev/zero (deleted)") && !strstr(line, "/memfd:") && !strstr(line, "/SYSV")) continue;
    if (sscanf(line, "%lx-%lx %*s %*s %*s %lu", &from, &to, &inode) == 3) {
      sum += share(inode, (int64_t)(to - from));
    }
  }
  fclose(maps);
  return sum;
}

/* Files in memory that are open, looked at or not. */
static bool is_memory(const struct stat *st) {
  static dev_t memory;
  struct stat own;
  int fd = memory ? -1 : sys_memfd("device");
  if (fd >= 0 && fstat(fd, &own) == 0) memory = own.st_dev;
  if (fd >= 0) close(fd);
  return S_ISREG(st->st_mode) && st->st_dev == memory;
}

static int64_t memfds_of(int pid) {
  struct descriptors d;
  struct stat st;
  int64_t sum = 0;
  if (!descriptors_open(&d, pid)) return 0;
  while (descriptors_next(&d, &st)) {
    if (is_memory(&st)) sum += share(st.st_ino, (int64_t)st.st_blocks * 512);
  }
  descriptors_close(&d);
  return sum;
}

static int64_t used_by(int process, bool exact) {
  char text[4096];
  int pid = process_view(process);
  if (pid == 0 || !text_of(pid, "status", text, sizeof text)) return 0;
  int64_t own = field(text, "\nRssAnon:") + field(text, "\nVmSwap:"), whole = field(text, "\nVmSize:");
  if (exact && text_of(pid, "smaps_rollup", text, sizeof text)) {
    own = field(text, "\nPss_Anon:") + field(text, "\nSwapPss:");
  }
  int64_t common = shared_by(pid);
  if (common < 0) common = process_is_dead(process) || !floor_hides(process, OFTEN_MS) ? 0 : whole;
  return own + common + memfds_of(pid);
}

static int64_t used_in(const char *directory) {
  struct statvfs fs;
  if (statvfs(directory, &fs) < 0) return 0;
  return (int64_t)((fs.f_blocks - fs.f_bfree) * fs.f_frsize);
}

static int64_t add_up(bool exact) {
  DIR *proc = opendir("/proc");
  int64_t sum = 0;
  for (int i = 0; i < DIRECTORIES; i++) sum += directories[i].mode ? used_in(directories[i].path) : 0;
  processes_n = shared_n = 0;
  struct dirent *entry;
  while (proc && (entry = readdir(proc))) {
    int pid = atoi(entry->d_name);
    if (pid <= 1 || calls_trusted(pid) || processes_n == PROCESSES_MAX) continue;
    int64_t bytes = used_by(pid, exact);
    sum += bytes;
    processes[processes_n++] = (struct process){pid, bytes};
  }
  if (proc) closedir(proc);
  return sum;
}

static int biggest_first(const void *a, const void *b) {
  const struct process *x = a, *y = b;
  return (x->bytes < y->bytes) - (x->bytes > y->bytes);
}

/* Quick figures count what a process has from its parent twice. */
int64_t memory_check(int64_t limit) {
  int64_t start = now_ms(), sum = add_up(false);
  if (sum > limit) sum = add_up(true);
  qsort(processes, (size_t)processes_n, sizeof *processes, biggest_first);
  int64_t left = sum;
  for (int i = 0; i < processes_n && left > limit; i++) {
    kill(processes[i].pid, SIGKILL);
    left -= processes[i].bytes;
  }
  int64_t wait = (limit - sum) / SPEED, rest = (now_ms() - start) * REST_FACTOR;
  if (wait < rest) wait = rest;
  return now_ms() + (wait < OFTEN_MS ? OFTEN_MS : wait > SELDOM_MS ? SELDOM_MS : wait);
}
