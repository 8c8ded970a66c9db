/* The processes inside: which ones a call has started, and how they are stopped. Orphans come to us,
 * the first process, so that what left its group and session is found as well. */
#include "hand.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROUNDS_MAX 50
#define LETTING_GO_MS 10000
#define WORK_TICKS 10 /* hundredths of a second of a processor */

struct process {
  pid_t pid, parent, group, session;
  char state;
  int threads;
  unsigned long worked, children; /* the processor time of all threads, and of children, in ticks */
  unsigned long long started; /* with the pid: this process and no later one */
  bool doomed;
};

struct list {
  struct process *p;
  size_t n, cap;
};

static struct list earlier; /* those that lived when the call began */

static bool look_at(pid_t pid, struct process *p) {
  char path[40], text[1024];
  snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  ssize_t n = read(fd, text, sizeof text - 1);
  close(fd);
  if (n <= 0) return false;
  text[n] = 0;
  char *at = strrchr(text, ')'); /* the name before it may hold anything */
  *p = (struct process){.pid = pid};
  unsigned long user = 0, system = 0, children_user = 0, children_system = 0;
  bool read_all =
      at && sscanf(at + 1,
                   " %c %d %d %d %*d %*d %*u %*u %*u %*u %*u %lu %lu %lu %lu %*d %*d %d %*d %llu",
                   &p->state, &p->parent, &p->group, &p->session, &user, &system, &children_user,
                   &children_system, &p->threads, &p->started) == 10;
  p->worked = user + system;
  p->children = children_user + children_system;
  return read_all;
}

static bool has_ended(const struct process *p) { return p->state == 'Z' || p->state == 'X'; }

/* Its first thread may have ended, and others go on: such a process looks like a dead one. */
static bool is_dead(const struct process *p) { return has_ended(p) && p->threads <= 1; }

/* All threads of a process have one memory and one table of descriptors, which the first one shows no
 * more when it has ended. */
pid_t process_view(pid_t pid) {
  char path[40];
  struct process p;
  if (!look_at(pid, &p) || is_dead(&p)) return 0;
  if (!has_ended(&p)) return pid;
  snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
  DIR *tasks = opendir(path);
  pid_t found = 0;
  struct dirent *entry;
  while (tasks && !found && (entry = readdir(tasks))) {
    pid_t thread = atoi(entry->d_name);
    if (thread > 0 && thread != pid && look_at(thread, &p) && !has_ended(&p)) found = thread;
  }
  if (tasks) closedir(tasks);
  return found;
}

char process_state(pid_t pid) {
  struct process p;
  return look_at(pid, &p) ? p.state : 0;
}

bool process_is_dead(pid_t pid) { return process_view(pid) == 0; }

bool process_worked(pid_t pid, unsigned long *own, unsigned long *all) {
  struct process p;
  if (!look_at(pid, &p)) return false;
  *own = p.worked;
  *all = p.worked + p.children;
  return true;
}

static void add(struct list *list, const struct process *p) {
  if (list->n == list->cap) {
    list->cap = list->cap ? 2 * list->cap : 64;
    list->p = must(realloc(list->p, list->cap * sizeof *list->p));
  }
  list->p[list->n++] = *p;
}

static void look(struct list *list) {
  list->n = 0;
  DIR *proc = opendir("/proc");
  if (!proc) return;
  struct dirent *entry;
  struct process p;
  while ((entry = readdir(proc))) {
    pid_t pid = atoi(entry->d_name);
    if (pid > 1 && look_at(pid, &p) && !is_dead(&p)) add(list, &p);
  }
  closedir(proc);
}

static struct process *find(const struct list *list, pid_t pid) {
  for (size_t i = 0; i < list->n; i++) {
    if (list->p[i].pid == pid) return &list->p[i];
  }
  return NULL;
}

void processes_remember(pid_t shell) {
  look(&earlier);
  for (size_t i = 0; i < earlier.n; i++) {
    if (earlier.p[i].pid == shell) earlier.p[i--] = earlier.p[--earlier.n];
  }
}

bool processes_remembered(pid_t but) { return earlier.n > (find(&earlier, but) ? 1 : 0); }

bool processes_alive(const pid_t *but, size_t n) {
  struct list now = {0};
  size_t others = 0;
  look(&now);
  for (size_t i = 0; i < now.n; i++) {
    bool known = false;
    for (size_t k = 0; k < n; k++) known |= now.p[i].pid == but[k];
    others += !known;
  }
  free(now.p);
  return others > 0;
}

static bool is_earlier(const struct list *now, pid_t pid) {
  const struct process *then = find(&earlier, pid), *p = find(now, pid);
  return then && p && then->started == p->started;
}

static struct list still; /* those that somebody had stopped before they were frozen */
static bool frozen;

void processes_freeze(void) {
  if (frozen) return;
  look(&still);
  for (size_t i = 0; i < still.n; i++) {
    if (still.p[i].state != 'T') still.p[i--] = still.p[--still.n];
  }
  frozen = kill(-1, SIGSTOP) == 0;
}

void processes_thaw(void) {
  struct list now = {0};
  if (!frozen) return;
  frozen = false;
  look(&now);
  for (size_t i = 0; i < now.n; i++) {
    const struct process *then = find(&still, now.p[i].pid);
    if (!then || then->started != now.p[i].started) kill(now.p[i].pid, SIGCONT);
  }
  free(now.p);
}

/* Lived before the call, descends from such a process, or is in the session or group of one. */
static bool belongs_to_earlier(const struct list *now, const struct process *p) {
  if (is_earlier(now, p->session) || is_earlier(now, p->group)) return true;
  for (int depth = 0; p && p->pid > 1 && depth < 1000; depth++) {
    if (is_earlier(now, p->pid)) return true;
    p = find(now, p->parent);
  }
  return false;
}

static bool is_ours(const struct process *p, const pid_t *ours, size_t n) {
  for (size_t i = 0; i < n; i++) {
    if (ours[i] > 0 && p->group == ours[i]) return true;
  }
  return false;
}

/* What is stopped does not fork: all are stopped before the first one is killed. */
size_t processes_end(pid_t shell, const pid_t *ours, size_t n, bool all) {
  struct list now = {0}, doomed = {0};
  size_t spared = 0;
  if (shell > 0) kill(-shell, SIGSTOP);
  for (int round = 0, found = 1; found && round < ROUNDS_MAX; round++) {
    found = 0;
    spared = 0;
    look(&now);
    for (size_t i = 0; i < now.n; i++) {
      struct process *p = &now.p[i];
      if (is_ours(p, ours, n)) continue;
      if (!all && p->pid != shell && belongs_to_earlier(&now, p)) {
        spared++;
      } else {
        struct process *known = find(&doomed, p->pid);
        if (known && known->started == p->started) continue;
        kill(p->pid, SIGSTOP);
        add(&doomed, p);
        found = 1;
      }
    }
  }
  for (size_t i = 0; i < doomed.n; i++) kill(doomed.p[i].pid, SIGKILL);
  for (size_t i = 0; i < now.n; i++) { /* those that were stopped with the shell's group */
    const struct process *then = find(&earlier, now.p[i].pid);
    bool stopped = then && then->state == 'T';
    if (now.p[i].group == shell && !stopped) kill(now.p[i].pid, SIGCONT);
  }
  free(now.p);
  free(doomed.p);
  return spared;
}

static bool holds(pid_t pid, const struct stat *pipe) {
  struct descriptors d;
  struct stat st;
  if (!descriptors_open(&d, process_view(pid))) return false; /* gone, or one that hides: it never had the shell's pipe */
  bool found = false;
  while (!found && descriptors_next(&d, &st)) found = st.st_dev == pipe->st_dev && st.st_ino == pipe->st_ino;
  descriptors_close(&d);
  return found;
}

/* A child of the shell that was just forked holds the pipe until it has had a processor for a moment, which
 * takes long on a busy machine. Whoever waits with it, or works with it, keeps it on purpose. */
static bool keeps(const struct process *p) {
  return p->state == 'S' || p->state == 'T' || has_ended(p) || p->worked >= WORK_TICKS;
}

void processes_keep_from(int pipe, pid_t shell, bool (*trusted)(pid_t)) {
  struct stat wanted;
  struct list now = {0};
  if (fstat(pipe, &wanted) < 0) return;
  int64_t until = now_ms() + LETTING_GO_MS;
  unsigned pause = 500;
  for (bool again = true; again;) {
    again = false;
    look(&now);
    for (size_t i = 0; i < now.n; i++) {
      const struct process *p = &now.p[i];
      if (p->pid == shell || trusted(p->pid) || !holds(p->pid, &wanted)) continue;
      if (keeps(p) || now_ms() >= until) kill(p->pid, SIGKILL);
      else again = true;
    }
    if (again) usleep(pause);
    pause = pause < 10000 ? 2 * pause : pause;
  }
  free(now.p);
}
