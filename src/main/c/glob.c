/* The tool glob: `*`, `?`, `[..]`, `{a,b}` and `**` over the work directory, newest first. */
#include "hand.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define RESULTS_MAX 200
#define BRACES_MAX 256
#define DEPTH_MAX 100

struct hit {
  char *path;
  struct timespec time;
};

struct search {
  char **patterns;
  int patterns_n;
  struct hit *hits;
  size_t hits_n, hits_cap;
  long entries;
  const struct place *place;
};

bool skipped_directory(const char *name) {
  return strcmp(name, ".git") == 0 || strcmp(name, "node_modules") == 0;
}

/* Adds every reading of the first brace group and those after it. */
static void expand(struct search *s, const char *pattern) {
  const char *open = NULL;
  int depth = 0;
  for (const char *p = pattern; *p; p++) {
    if (*p == '\\' && p[1]) {
      p++;
    } else if (*p == '{') {
      if (depth++ == 0) open = p;
    } else if (*p == '}' && depth > 0 && --depth == 0) {
      const char *from = open + 1;
      int inner = 0;
      for (const char *q = open + 1; q <= p; q++) {
        if (*q == '{') inner++;
        if (*q == '}' && q != p) inner--;
        if ((*q == ',' && inner == 0) || q == p) {
          struct buf one = {0};
          buf_add(&one, pattern, (size_t)(open - pattern));
          buf_add(&one, from, (size_t)(q - from));
          buf_add(&one, p + 1, strlen(p + 1) + 1);
          expand(s, one.p);
          buf_free(&one);
          from = q + 1;
        }
      }
      return;
    }
  }
  if (s->patterns_n < BRACES_MAX) s->patterns[s->patterns_n++] = must(strdup(pattern));
}

/* Part by part; `**` as a whole part stands for any number of directories. */
static bool matches(const char *pattern, const char *path, int *budget) {
  if (--*budget < 0) return false;
  while (true) {
    while (*pattern == '/') pattern++;
    size_t n = strcspn(pattern, "/");
    if (n == 0) return *path == 0;
    if (n == 2 && pattern[0] == '*' && pattern[1] == '*') {
      const char *rest = pattern + n;
      while (*rest == '/') rest++;
      if (*rest == 0) return *path != 0;
      for (const char *at = path; at; at = strchr(at, '/')) {
        if (*at == '/') at++;
        if (matches(rest, at, budget)) return true;
      }
      return false;
    }
    size_t m = strcspn(path, "/");
    if (m == 0 || n > 1000 || m > 1000) return false;
    char a[1001], b[1001];
    memcpy(a, pattern, n);
    a[n] = 0;
    memcpy(b, path, m);
    b[m] = 0;
    if (fnmatch(a, b, 0) != 0) return false;
    pattern += n;
    path += m;
    if (*path == '/') path++;
  }
}

static void consider(struct search *s, int dir, const char *name, const char *path) {
  bool wanted = false;
  for (int i = 0; i < s->patterns_n && !wanted; i++) {
    int budget = 20000;
    wanted = matches(s->patterns[i], path, &budget);
  }
  struct stat st;
  if (!wanted || fstatat(dir, name, &st, 0) < 0 || !S_ISREG(st.st_mode)) return;
  struct buf full = {0};
  buf_format(&full, "%s%s%s", s->place->path, s->place->path[1] ? "/" : "", path);
  buf_add(&full, "", 1);
  char real[8192];
  int error;
  if (!canonical(full.p, real, sizeof real, &error) || !is_inside(real, s->place->root)) {
    buf_free(&full);
    return;
  }
  if (s->hits_n == s->hits_cap) {
    s->hits_cap = s->hits_cap ? s->hits_cap * 2 : 256;
    s->hits = must(realloc(s->hits, s->hits_cap * sizeof *s->hits));
  }
  s->hits[s->hits_n++] = (struct hit){full.p, st.st_mtim};
}

static void walk(struct search *s, int fd, struct buf *path, int depth) {
  DIR *dir = fdopendir(fd);
  if (!dir) {
    close(fd);
    return;
  }
  struct dirent *entry;
  size_t n = path->n;
  while (s->entries < WALK_MAX && (entry = readdir(dir))) {
    const char *name = entry->d_name;
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) continue;
    s->entries++;
    struct stat st;
    if (fstatat(dirfd(dir), name, &st, AT_SYMLINK_NOFOLLOW) < 0) continue;
    if (n) buf_text(path, "/");
    buf_add(path, name, strlen(name) + 1);
    path->n--;
    if (S_ISDIR(st.st_mode)) {
      int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
      int next = skipped_directory(name) || depth >= DEPTH_MAX ? -1 : openat(dirfd(dir), name, flags);
      if (next >= 0) walk(s, next, path, depth + 1);
    } else {
      consider(s, dirfd(dir), name, path->p);
    }
    path->n = n;
  }
  closedir(dir);
}

static int newest_first(const void *a, const void *b) {
  const struct hit *x = a, *y = b;
  if (x->time.tv_sec != y->time.tv_sec) return x->time.tv_sec < y->time.tv_sec ? 1 : -1;
  if (x->time.tv_nsec != y->time.tv_nsec) return x->time.tv_nsec < y->time.tv_nsec ? 1 : -1;
  return strcmp(x->path, y->path);
}

static bool has_parent_part(const char *pattern) {
  for (const char *p = pattern; (p = strstr(p, "..")); p += 2) {
    bool starts = p == pattern || strchr("/{,", p[-1]);
    if (starts && (p[2] == 0 || strchr("/},", p[2]))) return true;
  }
  return false;
}

void tool_glob(const struct request *q, struct result *r) {
  const char *pattern = q->f[0].p, *given = q->f[1].p && q->f[1].n ? q->f[1].p : ".";
  struct place place;
  if (pattern[0] == '/') {
    fail(r, "glob: absolute pattern not permitted; use a relative pattern and the path parameter");
    return;
  }
  if (has_parent_part(pattern)) {
    fail(r, "glob: \"..\" is not permitted in the pattern");
    return;
  }
  if (!find_place("glob", given, &place, r)) return;
  int fd = open_place(&place, O_RDONLY | O_DIRECTORY | O_NONBLOCK, 0);
  if (fd < 0) {
    fail_fs(r, "glob", errno);
    return;
  }
  struct search s = {.place = &place, .patterns = must(calloc(BRACES_MAX, sizeof(char *)))};
  struct buf path = {0};
  expand(&s, pattern);
  for (int i = 0; i < s.patterns_n; i++) {
    if (s.patterns[i][0] == '/') { /* made absolute by a brace */
      fail(r,
           "glob: absolute pattern not permitted; use a relative pattern and the path parameter");
      return;
    }
    while (strncmp(s.patterns[i], "./", 2) == 0) s.patterns[i] += 2;
  }
  walk(&s, fd, &path, 0);
  if (s.hits_n) qsort(s.hits, s.hits_n, sizeof *s.hits, newest_first);
  for (size_t i = 0; i < s.hits_n && i < RESULTS_MAX; i++) {
    buf_format(&r->text, "%s%s", i ? "\n" : "", s.hits[i].path);
  }
  if (s.hits_n == 0) buf_text(&r->text, "no matches");
}
