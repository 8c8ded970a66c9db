/* The room that the host's file system has left. The limit of one sandbox does not keep a disk from
 * filling up: many sandboxes share it, and no walk sees a file that has lost its name. So every hand
 * looks at the free space below its directories, the more often the less there is, and stops
 * everything in it when it is one of those that take the last of it. */
#include "serve.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#define SPEED (4 << 20) /* bytes that a machine writes in a millisecond, at the very most */
#define OFTEN_MS 2
#define BELOW_MS 10
#define SELDOM_MS 100
#define SAMPLE_MS 1000
#define ATOM (64 << 10)
#define LITTLE (1 << 20)
#define SHARE 16
#define HIDES_MS 60
#define ZOMBIE_MS 500
#define BIRTH_MS 50 /* what the forks of a shell need until they are other programs, on a slow machine */
#define FORGET_MS 2000

static const char watched[] = AT_UPLOADS; /* the host's, whatever holds the others */

static int64_t least; /* bytes that are kept free; 0: none */
static bool active;   /* something inside may write */
static bool stopped;  /* this sandbox was one that took the last room: it writes no files now */
static int64_t left;  /* the room when that was found */
static int64_t next, sampled;
static int64_t sample, sample_before, room_sampled, room_before; /* a second ago, two seconds ago */
static int own_io = -1;
static const char *counter = "\nwrite_bytes: ", *taken_back = "cancelled_write_bytes: ";

/* Called while `/proc/self/io` can still be opened. */
void floor_limit(int64_t bytes) {
  least = bytes;
  own_io = open("/proc/self/io", O_RDONLY | O_CLOEXEC);
  struct statfs fs;
  /* These do not write through the page cache of a device: what is handed to write(2) is counted. */
  if (statfs(watched, &fs) == 0 && (fs.f_type == 0x01021994 || fs.f_type == 0x2fc12fc1)) {
    counter = taken_back = "wchar: "; /* tmpfs, zfs */
  }
}

int64_t floor_room(void) {
  struct statvfs fs;
  return statvfs(watched, &fs) < 0 ? 0 : (int64_t)(fs.f_bavail * fs.f_frsize);
}

/* What a process has written to files, less what it removed before it came to the disk. */
static int64_t figure(int fd) {
  char text[512];
  ssize_t n = pread(fd, text, sizeof text - 1, 0);
  if (n <= 0) return INT64_MIN;
  text[n] = 0;
  const char *at = strstr(text, counter), *back = strstr(text, taken_back);
  if (!at || !back) return INT64_MIN;
  return atoll(at + strlen(counter)) - (back == at ? 0 : atoll(back + strlen(taken_back)));
}

/* Whether its threads have had a hundredth of a second of a processor in all. */
static bool has_worked(pid_t pid) {
  unsigned long own, all;
  return process_worked(pid, &own, &all) && own > 0;
}

/* Whether a process that cannot be looked at does it on purpose: a shell that is just being made is
 * closed until it has had a processor for a moment, which takes long on a busy machine. */
bool floor_hides(pid_t pid, int64_t ms) {
  static pid_t one;
  static int64_t since;
  if (one != pid && (one == 0 || kill(one, 0) < 0 || now_ms() >= since + FORGET_MS)) {
    one = pid;
    since = now_ms();
  }
  int64_t closed = now_ms() - since;
  return one == pid && closed >= ms && (closed >= FORGET_MS || has_worked(pid));
}

static int64_t milliseconds_of(pid_t pid) {
  unsigned long own, all;
  return process_worked(pid, &own, &all) ? (int64_t)all * (1000 / sysconf(_SC_CLK_TCK)) : 0;
}

/* A process that is gone has written nothing: its parent's figure has its own. INT64_MIN: it hides.
 * The file that tells what a process has written belongs to root, if the process runs the copy of bash
 * that cannot be read: its processor time is added to `copies_ms`. */
static int64_t written_by(pid_t pid, int64_t *copies_ms) {
  char path[40];
  if (pid == shell.pid && shell.io >= 0) {
    int64_t bytes = figure(shell.io);
    if (bytes != INT64_MIN) return bytes;
  }
  snprintf(path, sizeof path, "/proc/%d/io", (int)pid);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  int64_t n = fd < 0 ? INT64_MIN : figure(fd);
  int error = errno;
  if (fd >= 0) close(fd);
  if (n != INT64_MIN) return n;
  if (error != EACCES && error != EPERM) return 0;
  if (shell_copy_is(pid)) {
    *copies_ms += milliseconds_of(pid);
    return 0;
  }
  return floor_hides(pid, process_is_dead(pid) ? ZOMBIE_MS : HIDES_MS) ? INT64_MIN : 0;
}

/* What the processes of this sandbox have written since it began, those that ended among them; a bound
 * of what it holds. Copies of the shell count with the most that they can have written in their
 * processor time. All there could be when one hides it. */
int64_t floor_written(void) {
  DIR *proc = opendir("/proc");
  int64_t sum = figure(own_io), copies_ms = 0;
  if (!proc || own_io < 0) {
    if (proc) closedir(proc);
    return INT64_MAX;
  }
  struct dirent *entry;
  while (sum < INT64_MAX && (entry = readdir(proc))) {
    pid_t pid = atoi(entry->d_name);
    if (pid <= 1 || calls_trusted(pid)) continue;
    int64_t n = written_by(pid, &copies_ms);
    sum = n == INT64_MIN ? INT64_MAX : sum + n;
  }
  closedir(proc);
  if (sum == INT64_MAX || copies_ms <= BIRTH_MS) return sum;
  return sum + (copies_ms - BIRTH_MS) * SPEED;
}

void floor_command_starts(void) {
  if (!active) {
    sample = sample_before = floor_written();
    room_sampled = room_before = floor_room();
  }
  active = true;
  next = sampled = now_ms();
}

/* Those that write most are stopped first: the others do not notice. What this sandbox takes is what it
 * has written lately, or all that the disk has lost, if that is less. */
static bool takes_it(int64_t room) {
  if (stopped) return room < left - least / 16; /* by names and directories alone */
  int64_t written = floor_written(), lost = room_before - room;
  if (written == INT64_MAX) return true;
  if (room < least / 4) return true;
  int64_t taken = written - sample_before;
  return taken >= (room < least / 2 ? ATOM : LITTLE) && lost >= ATOM && taken >= lost / SHARE;
}

bool floor_turn(bool (*at_work)(void)) {
  int64_t now = now_ms();
  if (!active || now < next) return false;
  int64_t room = floor_room();
  if (room >= least && room < 4 * least) floor_written(); /* who hides is seen in time */
  bool stop = room < least && takes_it(room);
  if (now >= sampled + SAMPLE_MS) {
    sampled = now;
    sample_before = sample;
    sample = floor_written();
    room_before = room_sampled;
    room_sampled = room;
    active = at_work();
  }
  int64_t wait = room < least ? BELOW_MS : (room - least) / SPEED;
  next = now + (wait < OFTEN_MS ? OFTEN_MS : wait > SELDOM_MS ? SELDOM_MS : wait);
  if (stop) {
    stopped = true;
    left = room;
    active = false; /* what they wrote is answered for: the next command is measured from its own start */
  }
  return stop;
}

bool floor_reached(size_t more) {
  if (least == 0) return false;
  int64_t room = floor_room();
  stopped &= room < least;
  return stopped || room - (int64_t)more < least / 2;
}

int64_t floor_deadline(void) { return active ? next : -1; }

void floor_text(struct buf *out) {
  buf_format(out, "the server's disk is nearly full: %lld bytes are free, %lld are kept free",
             (long long)floor_room(), (long long)least);
}
