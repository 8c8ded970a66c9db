/* Makes a tree from archives in the pax format. What they say is not trusted: every name is opened from its
 * root, one component after the other, and none of them may be a link. */
#include "pax_read.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

/* A directory gets its mode and its time when all archives are unpacked. */
struct later {
  char *path; /* in the archive */
  mode_t mode;
  struct timespec modified;
  size_t order;
};

struct unpacker {
  struct pax_in in;
  const struct pax_root *roots;
  size_t n;
  struct unpacked *unpacked;
  struct later *later;
  size_t later_n, later_cap;
  char near[PAX_PATH_MAX]; /* the directory that was opened last, as a path of the archive */
  int near_fd;             /* -1: none */
};

/* A name in a directory. `dir` -1: there is none, with errno. */
struct spot {
  int dir;
  const char *leaf; /* empty: the root itself */
};

static bool failed(struct unpacker *u, const char *path, int error) {
  char scratch[64];
  buf_format(u->in.why, "%.200s: %s", path,
             error == ELOOP ? "there is a link on the way" : fs_text(error, scratch, sizeof scratch));
  return false;
}

static bool refused(struct unpacker *u, const char *path, const char *what) {
  buf_format(u->in.why, "%.200s: %s", path, what);
  return false;
}

/* ---- names ---- */

/* What follows the name of the root that the path is in, or NULL. */
static const char *below(const struct unpacker *u, const char *path, int *root) {
  for (size_t i = 0; i < u->n; i++) {
    size_t n = strlen(u->roots[i].name);
    bool inside = strncmp(path, u->roots[i].name, n) == 0 && (n == 0 || path[n] == '/' || path[n] == 0);
    if (!inside) continue;
    *root = u->roots[i].fd;
    return path + n + (n > 0 && path[n] == '/');
  }
  return NULL;
}

/* Without what no honest archive has: an empty part, "." or "..". A slash at the end, and "./" before the
 * first name, are dropped. */
static bool clean(struct buf *path) {
  while (path->n >= 2 && path->p[0] == '.' && path->p[1] == '/') buf_drop(path, 2);
  if (path->n == 1 && path->p[0] == '.') path->n = 0;
  while (path->n > 0 && path->p[path->n - 1] == '/') path->n--;
  buf_add(path, "", 1);
  path->n--;
  for (const char *at = path->p; *at; at += strcspn(at, "/"), at += *at == '/') {
    size_t n = strcspn(at, "/");
    if (n == 0 || n > NAME_MAX || (n == 1 && at[0] == '.') || (n == 2 && at[0] == '.' && at[1] == '.')) return false;
  }
  return path->n == 0 || path->p[path->n - 1] != '/';
}

static void forget_near(struct unpacker *u) {
  if (u->near_fd >= 0) close(u->near_fd);
  u->near_fd = -1;
}

/* From the directory that was opened last, when it is on the way. */
static int begin(struct unpacker *u, const char *path, int root, const char **rest) {
  size_t n = strlen(u->near);
  if (u->near_fd >= 0 && *rest - path <= (ptrdiff_t)n && strncmp(path, u->near, n) == 0 && path[n] == '/') {
    *rest = path + n + 1;
    return fcntl(u->near_fd, F_DUPFD_CLOEXEC, 3);
  }
  return openat(root, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static int step(int dir, const char *name, bool make) {
  int flags = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  int next = openat(dir, name, flags);
  if (next < 0 && errno == ENOENT && make && (mkdirat(dir, name, 0755) == 0 || errno == EEXIST)) {
    next = openat(dir, name, flags);
  }
  int error = errno;
  struct stat st;
  bool there = next < 0 && error == ENOTDIR && fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
  if (there && S_ISLNK(st.st_mode)) error = ELOOP;
  close(dir);
  errno = error;
  return next;
}

static struct spot find(struct unpacker *u, const char *path, bool make) {
  int root;
  const char *rest = below(u, path, &root);
  struct spot spot = {-1, rest};
  if (!rest) {
    errno = ENOENT;
    return spot;
  }
  int dir = begin(u, path, root, &rest);
  while (dir >= 0) {
    size_t n = strcspn(rest, "/");
    char name[NAME_MAX + 1];
    if (!rest[n]) break;
    memcpy(name, rest, n);
    name[n] = 0;
    dir = step(dir, name, make);
    rest += n + 1;
  }
  spot = (struct spot){dir, rest};
  if (dir >= 0 && rest > path && rest[-1] == '/') {
    forget_near(u);
    u->near_fd = fcntl(dir, F_DUPFD_CLOEXEC, 3);
    memcpy(u->near, path, (size_t)(rest - path) - 1);
    u->near[rest - path - 1] = 0;
  }
  return spot;
}

/* ---- entries ---- */

/* Makes room for what is not a directory. */
static bool vacate(const struct spot *spot) {
  return unlinkat(spot->dir, spot->leaf, 0) == 0 || errno == ENOENT;
}

static void attributes(int fd, const struct buf *b) {
  for (size_t at = 0; at < b->n;) {
    const char *name = b->p + at;
    uint32_t n;
    at += strlen(name) + 1;
    memcpy(&n, b->p + at, sizeof n);
    at += sizeof n;
    fsetxattr(fd, name, b->p + at, n, 0); /* where the file system has none, the content matters more */
    at += n;
  }
}

/* Those of a directory that is there are replaced. */
static void remove_attributes(int fd) {
  char names[4096];
  ssize_t n = flistxattr(fd, names, sizeof names);
  for (ssize_t at = 0; at < n; at += (ssize_t)strlen(names + at) + 1) {
    if (strncmp(names + at, "user.", 5) == 0) fremovexattr(fd, names + at);
  }
}

static bool write_at(int fd, const char *p, size_t n, off_t at) {
  while (n > 0) {
    ssize_t w = pwrite(fd, p, n, at);
    if (w < 0 && errno == EINTR) continue;
    if (w <= 0) return false;
    p += w;
    at += w;
    n -= (size_t)w;
  }
  return true;
}

/* False with the reason, or with errno when there is none. */
static bool content(struct unpacker *u, const struct pax_item *item, int fd) {
  static char chunk[1 << 16];
  struct pax_range all = {0, item->size};
  const struct pax_range *ranges = item->sparse ? item->ranges : &all;
  for (size_t i = 0, n = item->sparse ? item->ranges_n : 1; i < n; i++) {
    for (uint64_t done = 0; done < ranges[i].n;) {
      uint64_t left = ranges[i].n - done;
      size_t some = left < sizeof chunk ? (size_t)left : sizeof chunk;
      if (!pax_content(&u->in, chunk, some)) return false;
      if (!write_at(fd, chunk, some, (off_t)(ranges[i].from + done))) return false;
      done += some;
    }
  }
  u->unpacked->bytes += item->size;
  return !item->sparse || ftruncate(fd, (off_t)item->real) == 0;
}

static bool file(struct unpacker *u, const struct spot *spot, const struct pax_item *item) {
  if (!vacate(spot)) return failed(u, item->path.p, errno);
  int fd = openat(spot->dir, spot->leaf, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0) return failed(u, item->path.p, errno);
  struct timespec times[] = {{0, UTIME_OMIT}, item->modified};
  bool ok = content(u, item, fd);
  if (ok) {
    attributes(fd, &item->attributes);
    ok = fchmod(fd, item->mode & 01777) == 0 && futimens(fd, times) == 0;
  }
  int error = errno;
  close(fd);
  return ok || (u->in.why->n > 0 ? false : failed(u, item->path.p, error));
}

static int open_directory(const struct spot *spot) {
  if (spot->dir < 0) return -1;
  return openat(spot->dir, *spot->leaf ? spot->leaf : ".", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static bool directory(struct unpacker *u, const struct spot *spot, const struct pax_item *item) {
  if (*spot->leaf && mkdirat(spot->dir, spot->leaf, 0700) < 0) {
    struct stat st;
    if (errno != EEXIST || fstatat(spot->dir, spot->leaf, &st, AT_SYMLINK_NOFOLLOW) < 0) {
      return failed(u, item->path.p, errno);
    }
    bool replaced = !S_ISDIR(st.st_mode) && vacate(spot) && mkdirat(spot->dir, spot->leaf, 0700) == 0;
    if (!replaced && !S_ISDIR(st.st_mode)) return failed(u, item->path.p, errno);
  }
  int fd = open_directory(spot);
  if (fd >= 0) {
    remove_attributes(fd);
    attributes(fd, &item->attributes);
    close(fd);
  }
  if (u->later_n == u->later_cap) {
    u->later_cap = u->later_cap ? 2 * u->later_cap : 64;
    u->later = must(realloc(u->later, u->later_cap * sizeof *u->later));
  }
  u->later[u->later_n] = (struct later){must(strdup(item->path.p)), item->mode & 01777, item->modified, u->later_n};
  u->later_n++;
  return true;
}

static bool symbolic(struct unpacker *u, const struct spot *spot, const struct pax_item *item) {
  struct timespec times[] = {{0, UTIME_OMIT}, item->modified};
  if (!vacate(spot) || symlinkat(item->link.p, spot->dir, spot->leaf) < 0 ||
      utimensat(spot->dir, spot->leaf, times, AT_SYMLINK_NOFOLLOW) < 0) {
    return failed(u, item->path.p, errno);
  }
  return true;
}

static bool hard(struct unpacker *u, const struct spot *spot, struct pax_item *item) {
  struct stat st;
  if (!clean(&item->link) || item->link.n == 0) {
    return refused(u, item->path.p, "it links to a path that is not allowed");
  }
  struct spot to = find(u, item->link.p, false);
  bool ok = to.dir >= 0 && fstatat(to.dir, to.leaf, &st, AT_SYMLINK_NOFOLLOW) == 0;
  if (ok && !S_ISREG(st.st_mode)) {
    close(to.dir);
    return refused(u, item->path.p, "it links to what is not a file");
  }
  struct stat own;
  bool itself = ok && fstatat(spot->dir, spot->leaf, &own, AT_SYMLINK_NOFOLLOW) == 0 && own.st_ino == st.st_ino &&
                own.st_dev == st.st_dev;
  ok = ok && (itself || (vacate(spot) && linkat(to.dir, to.leaf, spot->dir, spot->leaf, 0) == 0));
  int error = errno;
  if (to.dir >= 0) close(to.dir);
  return ok || failed(u, item->path.p, error);
}

static bool entry(struct unpacker *u, struct pax_item *item) {
  if (!clean(&item->path)) return refused(u, item->path.p, "a path that is not allowed");
  struct spot spot = find(u, item->path.p, true);
  if (!spot.leaf) return refused(u, item->path.p, "a path that is not allowed");
  if (spot.dir < 0) return failed(u, item->path.p, errno);
  bool ok = false;
  if (++u->unpacked->files > PAX_ENTRIES_MAX) ok = refused(u, item->path.p, "there are too many entries");
  else if (!*spot.leaf && item->type != '5') ok = refused(u, item->path.p, "a path that is not allowed");
  else if (item->type == '0') ok = file(u, &spot, item);
  else if (item->type == '1') ok = hard(u, &spot, item);
  else if (item->type == '2') ok = symbolic(u, &spot, item);
  else if (item->type == '5') ok = directory(u, &spot, item);
  else ok = refused(u, item->path.p, "a kind of entry that is not allowed");
  close(spot.dir);
  return ok;
}

/* Whatever is not there is gone. A directory that is not empty stays: something new is in it. */
static bool gone(struct unpacker *u, const struct buf *paths) {
  forget_near(u);
  for (size_t at = 0; at < paths->n; at += strlen(paths->p + at) + 1) {
    struct buf path = {0};
    buf_add(&path, paths->p + at, strlen(paths->p + at));
    bool ok = clean(&path);
    struct spot spot = ok ? find(u, path.p, false) : (struct spot){-1, NULL};
    if (spot.dir >= 0 && *spot.leaf && unlinkat(spot.dir, spot.leaf, 0) < 0) {
      if (errno == EISDIR || errno == EPERM) forget_near(u), unlinkat(spot.dir, spot.leaf, AT_REMOVEDIR);
    }
    if (spot.dir >= 0) close(spot.dir);
    buf_free(&path);
    if (!ok) return refused(u, paths->p + at, "a path that is not allowed");
  }
  return true;
}

/* ---- the directories ---- */

/* What is deeper goes first; of the same path, the newest. */
static int by_depth(const void *a, const void *b) {
  const struct later *x = a, *y = b;
  int order = strcmp(y->path, x->path);
  return order ? order : x->order < y->order ? 1 : -1;
}

static void settle(struct unpacker *u) {
  if (u->later_n) qsort(u->later, u->later_n, sizeof *u->later, by_depth);
  for (size_t i = 0; i < u->later_n; i++) {
    struct later *l = &u->later[i];
    if (i > 0 && strcmp(u->later[i - 1].path, l->path) == 0) continue;
    struct spot spot = find(u, l->path, false);
    int fd = open_directory(&spot);
    struct timespec times[] = {{0, UTIME_OMIT}, l->modified};
    if (fd >= 0) {
      futimens(fd, times);
      fchmod(fd, l->mode);
      close(fd);
    }
    if (spot.dir >= 0) close(spot.dir);
  }
}

bool unpack(int in, const struct pax_root *roots, size_t n, struct unpacked *unpacked, struct buf *why) {
  struct unpacker *u = must(calloc(1, sizeof *u));
  struct pax_item item = {0};
  *unpacked = (struct unpacked){0};
  u->in = (struct pax_in){.fd = in, .why = why};
  u->roots = roots;
  u->n = n;
  u->unpacked = unpacked;
  u->near_fd = -1;
  while (pax_next(&u->in, &item)) {
    if (item.gone.n ? !gone(u, &item.gone) : !entry(u, &item)) break;
  }
  pax_item_free(&item);
  bool ok = why->n == 0;
  settle(u);
  forget_near(u);
  for (size_t i = 0; i < u->later_n; i++) free(u->later[i].path);
  free(u->later);
  free(u);
  return ok;
}
