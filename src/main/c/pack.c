/* Writes trees as an archive in the pax format: whole, or as a layer that turns an earlier state into this
 * one. Names of any bytes, times to the nanosecond, hard links, holes and user attributes are kept; owners,
 * setuid, setgid, sockets, FIFOs and devices are not. */
#include "pax_write.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEPTH_MAX 10000
#define KEPT_MODE 01777

/* A file with several names: the first one that was met. */
struct name {
  dev_t device;
  ino_t inode;
  char *path;
};

struct packer {
  struct pax_out out;
  struct packed *packed;
  struct manifest before, after;
  struct name *names; /* a table of hashes; `path` NULL: free */
  size_t names_n, names_cap;
  char path[PAX_PATH_MAX];
  size_t n; /* of the path */
  int dir;  /* where the walk is */
  int depth;
  long budget;
  const char *why; /* it stops */
};

static bool going_on(const struct packer *k) { return !k->why && !k->out.error; }

/* ---- the names of files that have several ---- */

static struct name *name_slot(const struct packer *k, dev_t device, ino_t inode) {
  size_t slot = (size_t)(inode * 2654435761u) & (k->names_cap - 1);
  while (k->names[slot].path && !(k->names[slot].inode == inode && k->names[slot].device == device)) {
    slot = (slot + 1) & (k->names_cap - 1);
  }
  return &k->names[slot];
}

static void names_grow(struct packer *k) {
  struct name *old = k->names;
  size_t cap = k->names_cap;
  k->names_cap = cap ? 2 * cap : 64;
  k->names = must(calloc(k->names_cap, sizeof *k->names));
  for (size_t i = 0; i < cap; i++) {
    if (old[i].path) *name_slot(k, old[i].device, old[i].inode) = old[i];
  }
  free(old);
}

/* The path under which the archive has this file already; else NULL, and from now on it is this one. */
static const char *name_known(struct packer *k, const struct stat *st) {
  if (2 * (k->names_n + 1) > k->names_cap) names_grow(k);
  struct name *name = name_slot(k, st->st_dev, st->st_ino);
  if (name->path) return name->path;
  *name = (struct name){st->st_dev, st->st_ino, must(strdup(k->path))};
  k->names_n++;
  return NULL;
}

/* ---- entries ---- */

static void gone(struct packer *k, size_t i) {
  const char *path;
  struct mark mark = manifest_mark(&k->before, i, &path);
  if (k->before.seen[i]) return;
  k->before.seen[i] = true;
  k->packed->gone++;
  pax_gone(&k->out, path, mark.path_n);
}

/* What was below a directory came right after it: the last one goes first. */
static void gone_tree(struct packer *k, size_t i) {
  const char *path, *other;
  size_t n = manifest_mark(&k->before, i, &path).path_n, end = i + 1;
  while (end < k->before.n && manifest_mark(&k->before, end, &other).path_n > n &&
         memcmp(other, path, n) == 0 && other[n] == '/') {
    end++;
  }
  while (end > i) gone(k, --end);
}

/* Whether the earlier archives have the entry as it is. What was a directory and is none any more goes first. */
static bool is_kept(struct packer *k, const struct stat *st) {
  size_t i = k->packed->layer ? manifest_find(&k->before, k->path, k->n) : NOT_FOUND;
  if (i == NOT_FOUND) return false;
  const char *path;
  struct mark then = manifest_mark(&k->before, i, &path);
  if (S_ISDIR(then.mode) && !S_ISDIR(st->st_mode)) gone_tree(k, i);
  k->before.seen[i] = true;
  return manifest_same(&k->before, i, st);
}

static struct pax_entry entry_of(const struct packer *k, const struct stat *st, char type) {
  return (struct pax_entry){.type = type,
                            .path = k->path,
                            .mode = st->st_mode & KEPT_MODE,
                            .seconds = st->st_mtim.tv_sec,
                            .nanoseconds = st->st_mtim.tv_nsec};
}

static void write_entry(struct packer *k, int fd, const struct stat *st, const char *link) {
  const char *known = S_ISREG(st->st_mode) && st->st_nlink > 1 ? name_known(k, st) : NULL;
  char type = known ? PAX_HARD_LINK : S_ISDIR(st->st_mode) ? PAX_DIRECTORY : link ? PAX_LINK : PAX_FILE;
  struct pax_entry e = entry_of(k, st, type);
  e.link = known ? known : link;
  k->packed->written++;
  if (type == PAX_FILE) {
    pax_file(&k->out, fd, st, &e, &k->packed->changing);
  } else {
    if (type == PAX_DIRECTORY) pax_attributes(fd, &e.records);
    pax_head(&k->out, &e);
  }
  buf_free(&e.records);
}

/* The entry at the path, which counts. */
static void take(struct packer *k, int fd, const struct stat *st, const char *link) {
  k->packed->files++;
  if (S_ISREG(st->st_mode)) k->packed->bytes += (uint64_t)st->st_size;
  manifest_add(&k->after, st, k->path, k->n);
  if (!is_kept(k, st)) write_entry(k, fd, st, link);
}

/* ---- the walk ---- */

/* Opens what its owner may have closed to himself; the mode is as before when this returns, for a directory
 * only when it is left. */
static int open_closed(int at, const char *name, int flags, mode_t needed, struct stat *st, bool *opened) {
  int all = flags | O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
  int fd = openat(at, name, all);
  *opened = false;
  if (fd >= 0 && (!(flags & O_DIRECTORY) || (st->st_mode & needed) == needed)) return fd;
  if (fd >= 0) {
    *opened = fchmod(fd, (st->st_mode & 07777) | needed) == 0;
    return fd;
  }
  if (errno != EACCES || fchmodat(at, name, (st->st_mode & 07777) | needed, 0) < 0) return -1;
  *opened = true;
  fd = openat(at, name, all);
  if (fd < 0) fchmodat(at, name, st->st_mode & 07777, 0);
  return fd;
}

static void regular(struct packer *k, const char *name, struct stat *st) {
  bool opened;
  struct stat now;
  int fd = open_closed(k->dir, name, 0, S_IRUSR, st, &opened);
  if (fd >= 0 && opened) fchmod(fd, st->st_mode & 07777);
  if (fd < 0 || fstat(fd, &now) < 0 || !S_ISREG(now.st_mode)) {
    k->packed->unreadable++;
  } else {
    take(k, fd, &now, NULL);
  }
  if (fd >= 0) close(fd);
}

static void link_at(struct packer *k, const char *name, const struct stat *st) {
  char target[4097];
  ssize_t n = readlinkat(k->dir, name, target, sizeof target - 1);
  if (n <= 0) {
    k->packed->unreadable++;
    return;
  }
  target[n] = 0;
  take(k, -1, st, target);
}

static void walk(struct packer *k);

/* Back to where `st` was: what was moved meanwhile is not followed. */
static void leave(struct packer *k, const struct stat *parent, bool opened, const struct stat *st) {
  struct stat now;
  int up = openat(k->dir, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (opened) fchmod(k->dir, st->st_mode & 07777);
  close(k->dir);
  k->dir = up;
  if (up < 0 || fstat(up, &now) < 0 || now.st_ino != parent->st_ino || now.st_dev != parent->st_dev) {
    k->why = "a directory was moved meanwhile";
  }
}

static void directory(struct packer *k, const char *name, struct stat *st) {
  struct stat parent, now;
  bool opened;
  if (k->depth >= DEPTH_MAX) {
    k->packed->deep++;
    return;
  }
  int fd = open_closed(k->dir, name, O_DIRECTORY, S_IRUSR | S_IXUSR, st, &opened);
  if (fd < 0 || fstat(k->dir, &parent) < 0 || fstat(fd, &now) < 0) {
    if (fd >= 0) close(fd);
    k->packed->unreadable++;
    return;
  }
  now.st_mode = st->st_mode;
  close(k->dir);
  k->dir = fd;
  k->depth++;
  take(k, fd, &now, NULL);
  walk(k);
  k->depth--;
  leave(k, &parent, opened, st);
}

static void entry_at(struct packer *k, const char *name) {
  struct stat st;
  if (fstatat(k->dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0) return; /* it is gone */
  if (S_ISREG(st.st_mode)) regular(k, name, &st);
  else if (S_ISDIR(st.st_mode)) directory(k, name, &st);
  else if (S_ISLNK(st.st_mode)) link_at(k, name, &st);
  else if (S_ISSOCK(st.st_mode)) k->packed->sockets++;
  else if (S_ISFIFO(st.st_mode)) k->packed->fifos++;
  else k->packed->devices++;
}

/* What is in the directory at the path. */
static void walk(struct packer *k) {
  struct entries entries;
  size_t n = k->n;
  if (!entries_read(openat(k->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), &entries, &k->budget)) {
    k->packed->unreadable++;
    return;
  }
  if (k->budget <= 0) k->why = "it holds too many files";
  for (size_t i = 0; i < entries.n && going_on(k); i++) {
    int added = snprintf(k->path + n, sizeof k->path - n, "%s%s", n ? "/" : "", entries.of[i].name);
    if (added < 0 || (size_t)added >= sizeof k->path - n) {
      k->packed->deep++;
      continue;
    }
    k->n = n + (size_t)added;
    entry_at(k, entries.of[i].name);
  }
  k->n = n;
  k->path[n] = 0;
  entries_free(&entries);
}

static void root(struct packer *k, const struct pax_root *root) {
  struct stat st;
  k->n = (size_t)snprintf(k->path, sizeof k->path, "%s", root->name);
  if (fstat(root->fd, &st) < 0) {
    k->why = "it cannot be read";
  } else if (S_ISREG(st.st_mode)) {
    take(k, root->fd, &st, NULL);
  } else if ((k->dir = openat(root->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0) {
    k->why = "it cannot be read";
  } else {
    if (k->n) take(k, k->dir, &st, NULL);
    walk(k);
    if (k->dir >= 0) close(k->dir);
  }
}

static void finish(struct packer *k) {
  for (size_t i = k->packed->layer ? k->before.n : 0; i > 0 && going_on(k); i--) gone(k, i - 1);
  pax_end(&k->out);
}

static void packer_free(struct packer *k) {
  for (size_t i = 0; i < k->names_cap; i++) free(k->names[i].path);
  free(k->names);
  manifest_free(&k->before);
  manifest_free(&k->after);
  pax_out_free(&k->out);
  free(k);
}

bool pack(const struct pack *how, struct packed *packed, struct buf *why) {
  struct packer *k = must(calloc(1, sizeof *k));
  char scratch[64];
  *packed = (struct packed){0};
  k->out.write = how->write;
  k->out.left = how->most;
  k->packed = packed;
  k->budget = PAX_ENTRIES_MAX;
  manifest_start(&k->after, how->after_name);
  packed->layer = manifest_load(&k->before, how->before, how->before_name);
  for (size_t i = 0; i < how->n && going_on(k); i++) root(k, &how->roots[i]);
  if (going_on(k)) finish(k);
  if (going_on(k) && how->after >= 0 && !manifest_write(&k->after, how->after)) k->out.error = errno;
  bool ok = going_on(k);
  if (k->why) buf_text(why, k->why);
  else if (k->out.error == EFBIG) buf_format(why, "it is larger than %llu bytes", (unsigned long long)how->most);
  else if (k->out.error) buf_text(why, fs_text(k->out.error, scratch, sizeof scratch));
  packer_free(k);
  return ok;
}
