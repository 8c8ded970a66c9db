/* The tool glob: `*`, `?`, `[..]`, `{a,b}` and `**`, newest first. The walk is led by the patterns: it
 * enters what they name. */
#include "braces.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define RESULTS_MAX 200
#define PATTERN_MAX 4096
#define PARTS_MAX 4096  /* of all patterns together */
#define SEARCH_MS 60000

struct hit {
  char *path;
  struct timespec time;
};

struct hits {
  struct hit *of;
  size_t n, cap;
};

struct search {
  const struct place *place;
  struct result *r;
  struct patterns patterns;
  /* The parts of all patterns; a NULL ends each pattern. What is sought in a directory is a set of
   * them. */
  const char *parts[PARTS_MAX];
  int parts_n;
  struct hits files, directories;
  int named; /* directories that are skipped otherwise and that the walk is in */
  long budget, skipped, links, links_out, special, unread, deep;
  int64_t until;
};

/* ---- patterns ---- */

static const char absolute[] =
    "glob: absolute pattern not permitted; use a relative pattern and the path parameter";

static bool slash_in_set(const char *p) {
  for (; *p; p++) {
    if (*p == '\\' && p[1]) {
      p++;
    } else if (*p == '[') {
      const char *first = p + 1 + (p[1] == '!' || p[1] == '^');
      const char *end = *first ? strchr(first + 1, ']') : NULL, *slash = strchr(p, '/');
      if (slash && end && slash < end && !memchr(slash, '[', (size_t)(end - slash))) return true;
    }
  }
  return false;
}

/* Cuts the patterns into their parts. */
static bool split(struct search *s) {
  for (int i = 0; i < s->patterns.n; i++) {
    char *p = s->patterns.of[i], *rest = NULL;
    if (p[0] == '/') { /* made absolute by a brace */
      fail(s->r, absolute);
      return false;
    }
    if (slash_in_set(p)) {
      fail(s->r, "glob: a / cannot stand between [ and ]: a set is a part of one name");
      return false;
    }
    for (char *part = strtok_r(p, "/", &rest); part; part = strtok_r(NULL, "/", &rest)) {
      if (strcmp(part, ".") == 0) continue;
      if (s->parts_n + 2 > PARTS_MAX) {
        fail(s->r, "glob: the braces make the pattern too large; use several calls");
        return false;
      }
      s->parts[s->parts_n++] = part;
    }
    s->parts[s->parts_n++] = NULL;
  }
  return true;
}

/* A name that is written as the pattern is matches, too: `[id]` is a directory in some programs. */
static bool matches(const char *part, const char *name) {
  return fnmatch(part, name, 0) == 0 || strcmp(part, name) == 0;
}

static bool any_depth(const char *part) { return strcmp(part, "**") == 0; }

/* Whether a part names what it matches: `*` does not name `.git`, `.g*` does. */
static bool names(const char *part) { return part[strspn(part, "*?")] != 0; }

/* ---- what is found ---- */

static void add(struct hits *hits, const char *path, struct timespec time) {
  if (hits->n == hits->cap) {
    hits->cap = hits->cap ? hits->cap * 2 : 256;
    hits->of = must(realloc(hits->of, hits->cap * sizeof *hits->of));
  }
  hits->of[hits->n++] = (struct hit){must(strdup(path)), time};
}

/* Whether what the links of a path lead to may be seen. */
static bool permitted(const char *path) {
  char real[8192];
  int error;
  return canonical(path, real, sizeof real, &error) && is_permitted(real);
}

static void found(struct search *s, const char *path, const struct stat *st) {
  if (S_ISREG(st->st_mode)) {
    add(&s->files, path, st->st_mtim);
  } else if (S_ISDIR(st->st_mode)) {
    add(&s->directories, path, st->st_mtim);
  } else {
    s->special++;
  }
}

/* ---- the walk ---- */

/* What is sought in a directory: from which parts on. */
struct wanted {
  bool *part;
  bool any;
};

static void want(struct search *s, struct wanted *w, int part) {
  for (; !w->part[part]; part++) {
    w->part[part] = w->any = true;
    if (!s->parts[part] || !any_depth(s->parts[part])) return; /* ** may stand for nothing */
  }
}

/* What an entry is to the patterns. */
struct fit {
  bool wanted; /* it is what one of them ends with */
  bool named;  /* by a part that is not made of wildcards alone */
  bool step;   /* by a part other than `**` */
};

static struct fit fit(struct search *s, const struct wanted *here, const char *name,
                      struct wanted *below) {
  struct fit fit = {0};
  for (int i = 0; i < s->parts_n; i++) {
    const char *part = here->part[i] ? s->parts[i] : NULL;
    if (!part) continue;
    if (any_depth(part)) {
      want(s, below, i);
      fit.wanted |= !s->parts[i + 1];
    } else if (matches(part, name)) {
      fit.step = true;
      fit.named |= names(part);
      fit.wanted |= !s->parts[i + 1];
      if (s->parts[i + 1]) want(s, below, i + 1);
    }
  }
  return fit;
}

/* A link is entered when a part of the pattern matches it; `**` follows none, so no circle is walked
 * twice. What only `**` matched before the link goes no further. */
static void through_link(struct search *s, const struct wanted *here, const char *name,
                         struct wanted *below) {
  memset(below->part, 0, (size_t)s->parts_n);
  below->any = false;
  for (int i = 0; i < s->parts_n; i++) {
    const char *part = here->part[i] ? s->parts[i] : NULL;
    if (part && !any_depth(part) && s->parts[i + 1] && matches(part, name)) want(s, below, i + 1);
  }
}

static void walk(struct search *s, int fd, struct buf *path, const struct wanted *here, int depth);

static void enter(struct search *s, int dir, const char *name, struct buf *path, struct fit fit,
                  const struct wanted *below, int depth, int follow) {
  if (!below->any) return;
  bool skipped = skipped_directory(name);
  if (skipped && !fit.named && s->named == 0) {
    s->skipped++;
  } else if (depth == WALK_DEPTH) {
    s->deep++;
  } else {
    int next = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC | follow);
    if (next >= 0) {
      s->named += skipped;
      walk(s, next, path, below, depth + 1);
      s->named -= skipped;
    } else {
      s->unread += errno != ENOENT;
    }
  }
}

static void consider(struct search *s, int dir, const struct entry *entry, struct buf *path,
                     const struct wanted *here, int depth) {
  struct wanted below = {must(calloc((size_t)s->parts_n, 1)), false};
  struct fit fits = fit(s, here, entry->name, &below);
  bool link = entry->type == DT_LNK;
  bool asked = fits.wanted || fits.step || below.any;
  struct stat st;
  if ((asked || entry->type == DT_DIR) && fstatat(dir, entry->name, &st, 0) == 0) {
    if (link && (fits.wanted || fits.step) && !permitted(path->p)) {
      s->links_out++;
    } else {
      bool any = below.any;
      if (fits.wanted) found(s, path->p, &st);
      if (link) through_link(s, here, entry->name, &below);
      if (any && !below.any && S_ISDIR(st.st_mode)) s->links++;
      if (S_ISDIR(st.st_mode)) enter(s, dir, entry->name, path, fits, &below, depth, link ? 0 : O_NOFOLLOW);
    }
  } else if (link && fits.wanted) {
    s->special++; /* it leads to nothing */
  }
  free(below.part);
}

static void walk(struct search *s, int fd, struct buf *path, const struct wanted *here, int depth) {
  struct entries entries;
  if (!entries_read(dup(fd), &entries, &s->budget)) s->unread++;
  size_t n = path->n;
  for (size_t i = 0; i < entries.n && now_ms() < s->until; i++) {
    const char *name = entries.of[i].name;
    if (n > 1) buf_text(path, "/");
    buf_add(path, name, strlen(name) + 1);
    path->n--;
    consider(s, fd, &entries.of[i], path, here, depth);
    path->n = n;
    path->p[n] = 0;
  }
  entries_free(&entries);
  close(fd);
}

/* ---- the result ---- */

static int newest_first(const void *a, const void *b) {
  const struct hit *x = a, *y = b;
  if (x->time.tv_sec != y->time.tv_sec) return x->time.tv_sec < y->time.tv_sec ? 1 : -1;
  if (x->time.tv_nsec != y->time.tv_nsec) return x->time.tv_nsec < y->time.tv_nsec ? 1 : -1;
  return strcmp(x->path, y->path);
}

/* Newest first, the same path once. */
static void list(struct search *s, struct hits *hits, const char *what, const char *end) {
  qsort(hits->of, hits->n, sizeof *hits->of, newest_first);
  size_t n = 0;
  for (size_t i = 0; i < hits->n; i++) {
    if (i > 0 && strcmp(hits->of[i].path, hits->of[i - 1].path) == 0) continue;
    if (n++ < RESULTS_MAX) buf_format(&s->r->text, "%s%s\n", hits->of[i].path, end);
  }
  if (n > RESULTS_MAX) {
    buf_format(&s->r->text, "[%d of %zu %s, the newest; use a narrower pattern or path]\n", RESULTS_MAX, n, what);
  }
}

static void count(struct search *s, long n, const char *one, const char *many) {
  if (n > 0) buf_format(&s->r->text, "[%ld %s]\n", n, n == 1 ? one : many);
}

static void finish(struct search *s) {
  if (s->files.n) {
    list(s, &s->files, "files", "");
  } else if (s->directories.n) {
    buf_text(&s->r->text, "no files match, but these directories do:\n");
    list(s, &s->directories, "directories", "/");
  } else {
    buf_text(&s->r->text, "no matches\n");
  }
  if (s->files.n == 0) {
    count(s, s->skipped, "directory named .git or node_modules was not searched: the pattern does not name it",
          "directories named .git or node_modules were not searched: the pattern does not name them");
    count(s, s->links, "symbolic link to a directory was not followed: ** follows none; name it in the pattern or path",
          "symbolic links to directories were not followed: ** follows none; name them in the pattern or path");
    count(s, s->special, "special file or broken link matches", "special files or broken links match");
  }
  count(s, s->links_out, "symbolic link was not followed: it leads out of the permitted directories",
        "symbolic links were not followed: they lead out of the permitted directories");
  count(s, s->unread, "directory could not be read", "directories could not be read");
  if (s->deep) buf_format(&s->r->text, "[nothing deeper than %d directories was searched]\n", WALK_DEPTH);
  if (s->budget == 0) {
    buf_format(&s->r->text, "[the search was stopped after %d files and directories; use a narrower path]\n",
               WALK_MAX);
  }
  if (now_ms() >= s->until) {
    buf_format(&s->r->text, "[the search was stopped after %d s; use a narrower path]\n", SEARCH_MS / 1000);
  }
  s->r->text.n--; /* the last line break */
}

static bool has_parent_part(const char *pattern) {
  for (const char *p = pattern; (p = strstr(p, "..")); p += 2) {
    bool starts = p == pattern || strchr("/{,", p[-1]);
    if (starts && (p[2] == 0 || strchr("/},", p[2]))) return true;
  }
  return false;
}

static bool prepare(struct search *s, const char *pattern) {
  if (strlen(pattern) > PATTERN_MAX) {
    fail(s->r, "glob: pattern is longer than %d bytes", PATTERN_MAX);
  } else if (pattern[0] == '/') {
    fail(s->r, absolute);
  } else if (has_parent_part(pattern)) {
    fail(s->r, "glob: \"..\" is not permitted in the pattern");
  } else {
    return braces_expand(pattern, &s->patterns, s->r) && split(s);
  }
  return false;
}

void tool_glob(const struct request *q, struct result *r) {
  static struct search s;
  const char *given = q->f[1].p && q->f[1].n ? q->f[1].p : ".";
  struct place place;
  s = (struct search){.place = &place, .r = r, .budget = WALK_MAX, .until = now_ms() + SEARCH_MS};
  if (!prepare(&s, q->f[0].p) || !find_place("glob", given, &place, r)) return;
  int fd = open_place(&place, O_RDONLY | O_DIRECTORY | O_NONBLOCK, 0);
  if (fd < 0) {
    fail_path(r, "glob", given, place.path, errno);
    return;
  }
  struct wanted all = {must(calloc((size_t)s.parts_n, 1)), false};
  for (int i = 0; i < s.parts_n; i++) {
    if (s.parts[i] && (i == 0 || !s.parts[i - 1])) want(&s, &all, i);
  }
  struct buf path = {0};
  buf_add(&path, place.path, strlen(place.path) + 1);
  path.n--;
  s.named = inside_skipped(place.path);
  walk(&s, fd, &path, &all, 0);
  finish(&s);
}
