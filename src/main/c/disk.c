/* How much the session's directories hold. No file system that we can count on has quotas, so we add
 * up: in slices, between other work, and a tenth of the time at most; at once, when so much was written
 * meanwhile that the limit may be reached. What cannot be counted counts as too much. */
#include "serve.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEPTH_MAX 1000 /* each level holds a descriptor open */
#define SLICE_MS 10
#define REST_MS 1000
#define REST_FACTOR 10
#define HURRY_MS 100
#define HURRY_FACTOR 2
#define NOW_MS 3000 /* the longest measurement that a call waits for */
#define HIDES_MS 200
#define NAMELESS_MAX 4096 /* open files without a name */

struct usage {
  int64_t bytes, entries;
  const char *blind; /* what it holds that cannot be counted, if anything */
};

/* A directory that its owner closed to himself is opened for the time of the walk: what is in it
 * counts. */
struct level {
  DIR *dir;
  bool closed;
  mode_t mode;
};

static int64_t bytes_max, entries_max;
static struct level levels[DEPTH_MAX];
static int depth, root;
static bool walking, touched;
static struct usage sum, used, base;
static bool known; /* a walk has ended */
static int64_t busy_ms, walk_ended, next_walk;
static int64_t walk_room, walk_written; /* when the last walk began */

static const char too_deep[] = "directories more than 1000 deep";
static const char unreadable[] = "directories that cannot be read";
static const char hidden[] = "processes that hide their open files";
static const char too_many[] = "too many open files that were removed";

void disk_limit(int64_t bytes, int64_t entries) {
  bytes_max = bytes;
  entries_max = entries;
}

static bool enter(int at, const char *name) {
  if (depth == DEPTH_MAX) {
    sum.blind = too_deep;
    return false;
  }
  int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
  struct level *l = &levels[depth];
  struct stat st;
  l->closed = fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode) &&
              (st.st_mode & 0500) != 0500 &&
              fchmodat(at, name, (st.st_mode & 07777) | 0500, 0) == 0;
  l->mode = st.st_mode & 07777;
  int fd = openat(at, name, flags);
  l->dir = fd < 0 ? NULL : fdopendir(fd);
  if (!l->dir) {
    if (errno == EMFILE || errno == ENFILE || errno == ENOMEM) sum.blind = too_deep;
    if (errno == EACCES) sum.blind = unreadable; /* closed again meanwhile */
    if (fd >= 0) close(fd);
    return false;
  }
  depth++;
  return true;
}

static void leave(void) {
  struct level *l = &levels[--depth];
  if (l->closed) fchmod(dirfd(l->dir), l->mode);
  closedir(l->dir);
}

/* A file with several names counts once: its other names are in here too, links do not leave a
 * mount. */
static void count(const struct stat *st) {
  int64_t bytes = (int64_t)st->st_blocks * 512;
  if (!S_ISDIR(st->st_mode) && st->st_nlink > 1) bytes /= (int64_t)st->st_nlink;
  sum.bytes += bytes;
  sum.entries++;
}

/* One entry further. False at the end. */
static bool step(void) {
  if (depth == 0) {
    if (root == DIRECTORIES) return false;
    if (directories[root].disk) enter(AT_FDCWD, directories[root].path);
    root++;
    return true;
  }
  DIR *dir = levels[depth - 1].dir;
  struct dirent *entry = readdir(dir);
  if (!entry) {
    leave();
    return true;
  }
  const char *name = entry->d_name;
  struct stat st;
  if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) return true;
  if (depth == 1 && root == MEMORY + 1 && !is_writable_store(name)) return true;
  if (fstatat(dirfd(dir), name, &st, AT_SYMLINK_NOFOLLOW) < 0) return true;
  count(&st);
  if (S_ISDIR(st.st_mode)) enter(dirfd(dir), name);
  return true;
}

/* ---- what has lost its name and is held open ---- */

static ino_t nameless[NAMELESS_MAX];
static int nameless_n;

static bool is_ours(dev_t device) {
  struct stat st;
  for (int i = 0; i < DIRECTORIES; i++) {
    const struct directory *d = &directories[i];
    if (d->disk && d->option && stat(d->path, &st) == 0 && st.st_dev == device) return true;
  }
  return false;
}

static void count_nameless(const struct stat *st) {
  if (!S_ISREG(st->st_mode) || st->st_nlink > 0 || !is_ours(st->st_dev)) return;
  for (int i = 0; i < nameless_n; i++) {
    if (nameless[i] == st->st_ino) return;
  }
  if (nameless_n == NAMELESS_MAX) {
    sum.blind = too_many;
    return;
  }
  nameless[nameless_n++] = st->st_ino;
  sum.bytes += (int64_t)st->st_blocks * 512;
}

static void open_files(pid_t pid) {
  struct descriptors d;
  struct stat st;
  bool open = descriptors_open(&d, process_view(pid));
  while (open && !sum.blind && descriptors_next(&d, &st)) count_nameless(&st);
  if (open && descriptors_close(&d)) return;
  if (errno != ENOENT && errno != ESRCH && !process_is_dead(pid) && floor_hides(pid, HIDES_MS)) sum.blind = hidden;
}

/* They can only hold what was written since this sandbox began. */
static void open_files_of_all(void) {
  int64_t written = floor_written();
  if (written < INT64_MAX && sum.bytes + written <= bytes_max) return;
  DIR *proc = opendir("/proc");
  if (!proc) return;
  nameless_n = 0;
  struct dirent *entry;
  while (!sum.blind && (entry = readdir(proc))) {
    pid_t pid = atoi(entry->d_name);
    if (pid > 1 && !calls_trusted(pid)) open_files(pid);
  }
  closedir(proc);
}

static void walk_start(void) {
  walking = true;
  touched = false;
  walk_room = floor_room();
  walk_written = floor_written();
  root = 0;
  busy_ms = 0;
  sum = (struct usage){0};
}

/* True when the walk is over. */
static bool walk_on(int64_t ms) {
  int64_t start = now_ms();
  bool more = true;
  for (int i = 1; more; i++) {
    more = step();
    if (i % 64 == 0 && now_ms() - start >= ms) break;
  }
  busy_ms += now_ms() - start;
  if (more) return false;
  open_files_of_all();
  walking = false;
  known = true;
  used = sum;
  walk_ended = now_ms();
  next_walk = walk_ended + (busy_ms * REST_FACTOR > REST_MS ? busy_ms * REST_FACTOR : REST_MS);
  return true;
}

bool disk_full(size_t more) {
  return floor_reached(more) ||
         (bytes_max > 0 && (used.blind || used.bytes + (int64_t)more > bytes_max ||
                            used.entries + (more > 0) > entries_max));
}

static bool grown(void) {
  return used.bytes > base.bytes || used.entries > base.entries || (used.blind && !base.blind);
}

/* What is known may be old. It is worth waiting for where it decides what a call may do, for half of
 * the time at most. */
static void refresh(void) {
  if (known && (!touched || !disk_full(0) || now_ms() < walk_ended + busy_ms)) return;
  if (!walking) walk_start();
  int64_t until = now_ms() + NOW_MS;
  while (!walk_on(SLICE_MS) && now_ms() < until) {
  }
  touched = true;
}

/* A command is measured against the usage at its start. */
void disk_command_starts(void) {
  floor_command_starts();
  if (bytes_max == 0) return;
  refresh();
  base = used;
  touched = true;
}

bool disk_write_starts(size_t n) {
  floor_command_starts();
  if (bytes_max > 0) refresh();
  if (disk_full(n)) return false;
  touched = bytes_max > 0;
  return true;
}

/* Whether the limit may be reached by now: the disk has lost, and this sandbox has written, as much as
 * is left to it. */
static bool outdated(void) {
  return now_ms() >= walk_ended + (busy_ms * HURRY_FACTOR > HURRY_MS ? busy_ms * HURRY_FACTOR : HURRY_MS) &&
         used.bytes + (walk_room - floor_room()) > bytes_max &&
         (walk_written == INT64_MAX || used.bytes + (floor_written() - walk_written) > bytes_max);
}

/* True when the directories have just been found to hold too much, and more than before. */
static bool walk_turn(bool (*at_work)(void)) {
  if (!walking) {
    if (!touched || (now_ms() < next_walk && !outdated())) return false;
    walk_start();
  }
  if (!walk_on(SLICE_MS)) return false;
  touched |= at_work();
  bool over = (used.blind || used.bytes > bytes_max || used.entries > entries_max) && grown();
  if (over || used.bytes < base.bytes) base.bytes = used.bytes;
  if (over || used.entries < base.entries) base.entries = used.entries;
  base.blind = used.blind;
  return over;
}

bool disk_turn(bool (*at_work)(void)) {
  return floor_turn(at_work) || (bytes_max > 0 && walk_turn(at_work));
}

int64_t disk_deadline(void) {
  int64_t look = floor_deadline(), walk = walking ? now_ms() : touched ? next_walk : -1;
  return look < 0 ? walk : walk < 0 || look < walk ? look : walk;
}

void disk_text(struct buf *out) {
  if (floor_reached(0)) {
    floor_text(out);
    return;
  }
  if (used.blind) {
    buf_format(out, "the workspace holds %s", used.blind);
    return;
  }
  bool over = used.bytes > bytes_max || used.entries > entries_max;
  bool files = used.entries >= entries_max && used.bytes <= bytes_max;
  buf_format(out, "the workspace holds %lld bytes in %lld files, %s its limit of %lld %s",
             (long long)used.bytes, (long long)used.entries, over ? "more than" : "close to",
             (long long)(files ? entries_max : bytes_max), files ? "files" : "bytes");
}
