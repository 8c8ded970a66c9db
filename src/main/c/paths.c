/* Which paths the file tools may touch. */
#include "hand.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

bool is_inside(const char *path, const char *root) {
  size_t n = strlen(root);
  return strncmp(path, root, n) == 0 && (path[n] == 0 || path[n] == '/');
}

/* As realpath(3), but a path whose end does not exist yet is fine: the rest is taken as written. */
bool canonical(const char *given, char *out, size_t size, int *error) {
  char *rest = must(malloc(PATH_MAX * 2)), *next = must(malloc(PATH_MAX * 2));
  char link[PATH_MAX];
  int links = 0;
  bool ok = false;
  if (snprintf(rest, PATH_MAX * 2, "%s%s%s", given[0] == '/' ? "" : AT_WORKSPACE,
               given[0] == '/' ? "" : "/", given) >= PATH_MAX) {
    *error = ENAMETOOLONG;
    goto end;
  }
  size_t n = 0;
  bool missing = false;
  char *at = rest;
  while (*at) {
    while (*at == '/') at++;
    if (!*at) break;
    char *stop = at + strcspn(at, "/");
    size_t part = (size_t)(stop - at);
    if (part == 1 && at[0] == '.') {
      at = stop;
      continue;
    }
    if (part == 2 && at[0] == '.' && at[1] == '.') {
      while (n > 0 && out[--n] != '/') {
      }
      at = stop;
      continue;
    }
    if (part > NAME_MAX || n + part + 2 > size) {
      *error = ENAMETOOLONG;
      goto end;
    }
    size_t parent = n;
    out[n++] = '/';
    memcpy(out + n, at, part);
    n += part;
    out[n] = 0;
    ssize_t got = missing ? -1 : readlink(out, link, sizeof link - 1);
    if (got > 0) {
      link[got] = 0;
      if (++links > 40) {
        *error = ELOOP;
        goto end;
      }
      if (snprintf(next, PATH_MAX * 2, "%s%s", link, stop) >= PATH_MAX * 2) {
        *error = ENAMETOOLONG;
        goto end;
      }
      char *swap = rest;
      rest = next;
      next = swap;
      at = rest;
      n = link[0] == '/' ? 0 : parent;
      continue;
    }
    if (!missing && got < 0 && errno != EINVAL) {
      if (errno != ENOENT) {
        *error = errno;
        goto end;
      }
      missing = true;
    }
    at = stop;
  }
  if (n == 0) out[n++] = '/';
  out[n] = 0;
  ok = true;
end:
  free(rest);
  free(next);
  return ok;
}

bool is_writable_store(const char *name) {
  char path[sizeof AT_MEMORY + NAME_MAX + 2];
  struct statvfs fs;
  snprintf(path, sizeof path, "%s/%.*s", AT_MEMORY, (int)strcspn(name, "/"), name);
  return statvfs(path, &fs) == 0 && !(fs.f_flag & ST_RDONLY);
}

/* Each store is a root of its own. */
static void enter_store(struct place *place) {
  static char root[sizeof AT_MEMORY + NAME_MAX + 2];
  const char *name = place->path + strlen(AT_MEMORY);
  place->read_only = !*name || !is_writable_store(name + 1);
  if (!*name) return;
  size_t n = strlen(AT_MEMORY) + 1 + strcspn(name + 1, "/");
  snprintf(root, sizeof root, "%.*s", (int)n, place->path);
  if (access(root, F_OK) == 0) place->root = root;
}

static bool is_shown(size_t directory) {
  const struct directory *d = &directories[directory];
  return d->tools != NONE && (directory != MEMORY || access(d->path, F_OK) == 0);
}

bool is_permitted(const char *path) {
  for (size_t i = 0; i < DIRECTORIES; i++) {
    if (is_shown(i) && is_inside(path, directories[i].path)) return true;
  }
  return false;
}

static bool names_directory(const char *given) {
  size_t n = strlen(given);
  return n > 1 && (given[n - 1] == '/' || (given[n - 1] == '.' && given[n - 2] == '/'));
}

/* A slash at the end is not ignored: as in POSIX, what is before it must be a directory. */
static bool fits(const char *tool, const char *given, const char *path, struct result *r) {
  struct stat st;
  if (!names_directory(given)) return true;
  bool there = lstat(path, &st) == 0;
  if (there && S_ISDIR(st.st_mode)) return true;
  if (there) {
    fail(r, "%s: the path \"%s\" names a directory, but %s is not a directory", tool, given, path);
  } else if (strcmp(tool, "write") == 0) {
    fail(r, "write: the path \"%s\" names a directory; the name of the file is missing", given);
  }
  return !there && r->text.n == 0;
}

bool find_place(const char *tool, const char *given, struct place *out, struct result *r) {
  int error = 0;
  if (!canonical(given, out->path, sizeof out->path, &error)) {
    char scratch[64];
    bool relative = given[0] != '/';
    fail(r, "%s: %s%s%s: %s", tool, relative ? AT_WORKSPACE : "", relative ? "/" : "", given,
         fs_text(error, scratch, sizeof scratch));
    return false;
  }
  for (size_t i = 0; i < DIRECTORIES; i++) {
    if (is_shown(i) && is_inside(out->path, directories[i].path)) {
      out->root = directories[i].path;
      out->read_only = directories[i].tools == READS;
      if (i == MEMORY) enter_store(out);
      return fits(tool, given, out->path, r);
    }
  }
  fail(r,
       "%s: path \"%s\" is outside the session's working directory and its other permitted "
       "directories:",
       tool, given);
  for (size_t i = 0; i < DIRECTORIES; i++) {
    if (!is_shown(i)) continue;
    buf_format(&r->text, "%s %s%s", i ? "," : "", directories[i].path,
               directories[i].tools == READS ? " (read-only)" : "");
  }
  return false;
}

void fail_path(struct result *r, const char *tool, const char *given, const char *path, int error) {
  char scratch[64];
  fail(r, "%s: %s: %s", tool, path, fs_text(error, scratch, sizeof scratch));
  if (error != ENOENT || given[0] == '/') return;
  buf_format(&r->text, ". Relative paths start at %s, also after a cd in bash", AT_WORKSPACE);
  char directory[PATH_MAX], meant[PATH_MAX * 2];
  if (shell_is_elsewhere(directory, sizeof directory)) {
    buf_format(&r->text, ", which is in %s", directory);
    snprintf(meant, sizeof meant, "%s/%s", directory, given);
    if (access(meant, F_OK) == 0) buf_format(&r->text, ". %s exists", meant);
  }
  buf_text(&r->text, ".");
}

static int open_root(const struct place *place) {
  return open(place->root, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
}

static const char *below(const struct place *place) {
  const char *rest = place->path + strlen(place->root);
  return *rest ? rest + 1 : ".";
}

int open_place(const struct place *place, int flags, mode_t mode) {
  int root = open_root(place);
  if (root < 0) return -1;
  int fd = sys_openat2(root, below(place), flags | O_CLOEXEC, mode,
                       RESOLVE_BENEATH_ | RESOLVE_NO_LINKS);
  int error = errno;
  close(root);
  errno = error;
  return fd;
}

/* The directory that the place is in; with `make`, missing ones are made on the way. */
int open_parent(const struct place *place, bool make, const char **leaf) {
  int dir = open_root(place);
  const char *at = below(place);
  if (strcmp(at, ".") == 0) {
    if (dir >= 0) close(dir);
    errno = EISDIR;
    return -1;
  }
  while (dir >= 0) {
    const char *slash = strchr(at, '/');
    if (!slash) {
      *leaf = at;
      return dir;
    }
    char name[NAME_MAX + 1];
    memcpy(name, at, (size_t)(slash - at));
    name[slash - at] = 0;
    int flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
    int next = sys_openat2(dir, name, flags, 0, RESOLVE_BENEATH_ | RESOLVE_NO_LINKS);
    if (next < 0 && errno == ENOENT && make && (mkdirat(dir, name, 0700) == 0 || errno == EEXIST)) {
      next = sys_openat2(dir, name, flags, 0, RESOLVE_BENEATH_ | RESOLVE_NO_LINKS);
    }
    int error = errno;
    close(dir);
    errno = error;
    dir = next;
    at = slash + 1;
  }
  return -1;
}
