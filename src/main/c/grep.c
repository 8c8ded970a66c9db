/* The tool grep: rg where the sandbox has it, else our own walker. */
#include "hand.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <regex.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define SEARCH_MS 60000
#define DEPTH_MAX 40
#define LINE_MAX_ 2000

bool own_grep;
static const char cut_short[] = "[search was cut short after 60 s]";

static void finish(struct result *r, bool late) {
  while (r->text.n > 0 && r->text.p[r->text.n - 1] == '\n') r->text.n--;
  if (r->text.n > OUTPUT_MAX) {
    r->text.n = OUTPUT_MAX;
    buf_text(&r->text, "\n[output truncated at 102400 bytes]");
  }
  if (r->text.n == 0 && !late) buf_text(&r->text, "no matches");
  if (late) buf_format(&r->text, "%s%s", r->text.n ? "\n" : "", cut_short);
}

/* ---- rg ---- */

static const char *find_rg(void) {
  static const char *const places[] = {"/usr/local/bin/rg", "/usr/bin/rg", "/bin/rg"};
  for (size_t i = 0; i < 3 && !own_grep; i++) {
    if (access(places[i], X_OK) == 0) return places[i];
  }
  return NULL;
}

/* Reads both streams until their ends, the limit, or the time is up. */
static bool collect(int out, int err, struct buf *text, struct buf *error) {
  int64_t until = now_ms() + SEARCH_MS;
  struct pollfd p[2] = {{out, POLLIN, 0}, {err, POLLIN, 0}};
  char chunk[65536];
  while (p[0].fd >= 0 || p[1].fd >= 0) {
    int64_t left = until - now_ms();
    if (left <= 0) return false;
    if (poll(p, 2, (int)left) < 0 && errno != EINTR) return true;
    for (int i = 0; i < 2; i++) {
      if (p[i].fd < 0 || !p[i].revents) continue;
      ssize_t n = read(p[i].fd, chunk, sizeof chunk);
      if (n <= 0) {
        p[i].fd = -1;
        continue;
      }
      struct buf *to = i ? error : text;
      if (i == 0 || to->n < 4096) buf_add(to, chunk, (size_t)n);
      if (text->n > OUTPUT_MAX + 1) return true;
    }
  }
  return true;
}

static void run_rg(const char *rg, const char *pattern, const char *path, struct result *r) {
  int out[2], err[2];
  if (pipe2(out, O_CLOEXEC) < 0 || pipe2(err, O_CLOEXEC) < 0) {
    fail_fs(r, "grep", errno);
    return;
  }
  pid_t pid = fork();
  if (pid < 0) {
    fail_fs(r, "grep", errno);
    return;
  }
  if (pid == 0) {
    dup2(out[1], 1);
    dup2(err[1], 2);
    char *argv[] = {"rg", "--no-config", "-n", "--no-heading", "--with-filename", "--color=never",
                    "-e", (char *)pattern, "--", (char *)path, NULL};
    execv(rg, argv);
    _exit(127);
  }
  close(out[1]);
  close(err[1]);
  struct buf error = {0};
  bool in_time = collect(out[0], err[0], &r->text, &error);
  if (!in_time || r->text.n > OUTPUT_MAX) kill(pid, SIGKILL);
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  buf_add(&error, "", 1);
  if (r->text.n == 0 && WIFEXITED(status) && WEXITSTATUS(status) == 2 &&
      (strstr(error.p, "regex") || strstr(error.p, "pattern"))) {
    while (error.n > 1 && error.p[error.n - 2] == '\n') error.p[--error.n - 1] = 0;
    fail(r, "grep: invalid regex: %s", strncmp(error.p, "rg: ", 4) ? error.p : error.p + 4);
    return;
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 127) {
    walk_grep(pattern, path, r);
    return;
  }
  finish(r, !in_time);
}

/* ---- the walker ---- */

struct walker {
  regex_t regex;
  long entries;
  int64_t until;
  struct result *r;
  bool late;
};

/* To POSIX extended: \d, non-capturing groups, (?i); inside brackets also \w and \s. */
bool grep_pattern(const char *p, struct buf *out, bool *fold) {
  bool bracket = false;
  size_t bracket_start = 0;
  *fold = false;
  if (strncmp(p, "(?i)", 4) == 0) {
    *fold = true;
    p += 4;
  }
  for (; *p; p++) {
    if (*p == '\\' && p[1]) {
      const char *as = NULL;
      switch (*++p) {
        case 'd': as = bracket ? "0-9" : "[0-9]"; break;
        case 'D': as = bracket ? NULL : "[^0-9]"; break;
        case 'w': as = bracket ? "[:alnum:]_" : "[[:alnum:]_]"; break;
        case 'W': as = bracket ? NULL : "[^[:alnum:]_]"; break;
        case 's': as = bracket ? "[:space:]" : "[[:space:]]"; break;
        case 'S': as = bracket ? NULL : "[^[:space:]]"; break;
        case 't': as = "\t"; break;
        default: break;
      }
      if (as) {
        buf_text(out, as);
      } else {
        if (!bracket) buf_text(out, "\\");
        buf_add(out, p, 1);
      }
    } else if (!bracket && strncmp(p, "(?:", 3) == 0) {
      buf_text(out, "(");
      p += 2;
    } else {
      if (!bracket && *p == '[') {
        bracket = true;
        bracket_start = out->n + (p[1] == '^' ? 2 : 1);
      } else if (bracket && *p == ']' && out->n > bracket_start) {
        bracket = false;
      } else if (bracket && *p == '[' && p[1] == ':') {
        const char *end = strstr(p + 2, ":]");
        if (end) {
          buf_add(out, p, (size_t)(end + 2 - p));
          p = end + 1;
          continue;
        }
      }
      buf_add(out, p, 1);
    }
  }
  buf_add(out, "", 1);
  return true;
}

static void search_file(struct walker *w, int fd, const char *path) {
  struct stat st;
  FILE *file = NULL;
  if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || !(file = fdopen(fd, "r"))) {
    close(fd);
    return;
  }
  char head[8000];
  size_t n = fread(head, 1, sizeof head, file);
  if (memchr(head, 0, n) || fseek(file, 0, SEEK_SET) < 0) {
    fclose(file);
    return;
  }
  char *line = NULL;
  size_t cap = 0;
  ssize_t got;
  for (long number = 1; (got = getline(&line, &cap, file)) >= 0; number++) {
    if (got > 0 && line[got - 1] == '\n') line[--got] = 0;
    if (got > LINE_MAX_) continue;
    if (regexec(&w->regex, line, 0, NULL, 0) == 0) {
      buf_format(&w->r->text, "%s:%ld:", path, number);
      buf_add(&w->r->text, line, (size_t)got);
      buf_text(&w->r->text, "\n");
      if (w->r->text.n > OUTPUT_MAX) break;
    }
    if (number % 1000 == 0 && now_ms() > w->until) {
      w->late = true;
      break;
    }
  }
  free(line);
  fclose(file);
}

static void search_directory(struct walker *w, int fd, struct buf *path, int depth) {
  DIR *dir = fdopendir(fd);
  if (!dir) {
    close(fd);
    return;
  }
  struct dirent *entry;
  size_t n = path->n;
  while (w->entries < WALK_MAX && !w->late && w->r->text.n <= OUTPUT_MAX && (entry = readdir(dir))) {
    const char *name = entry->d_name;
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) continue;
    w->entries++;
    if (now_ms() > w->until) w->late = true;
    struct stat st;
    if (fstatat(dirfd(dir), name, &st, AT_SYMLINK_NOFOLLOW) < 0) continue;
    buf_text(path, "/");
    buf_add(path, name, strlen(name) + 1);
    path->n--;
    int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
    if (S_ISDIR(st.st_mode) && !skipped_directory(name) && depth < DEPTH_MAX) {
      int next = openat(dirfd(dir), name, flags | O_DIRECTORY);
      if (next >= 0) search_directory(w, next, path, depth + 1);
    } else if (S_ISREG(st.st_mode)) {
      int next = openat(dirfd(dir), name, flags);
      if (next >= 0) search_file(w, next, path->p);
    }
    path->n = n;
  }
  closedir(dir);
}

void walk_grep(const char *pattern, const char *path, struct result *r) {
  struct walker w = {.r = r, .until = now_ms() + SEARCH_MS};
  struct buf posix = {0}, at = {0};
  bool fold;
  grep_pattern(pattern, &posix, &fold);
  int error = regcomp(&w.regex, posix.p, REG_EXTENDED | REG_NOSUB | (fold ? REG_ICASE : 0));
  if (error) {
    char text[200];
    regerror(error, &w.regex, text, sizeof text);
    fail(r, "grep: invalid regex: %s", text);
    return;
  }
  int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
  struct stat st;
  if (fd < 0 || fstat(fd, &st) < 0) {
    fail_fs(r, "grep", errno);
    return;
  }
  buf_add(&at, path, strlen(path) + 1);
  at.n--;
  if (S_ISDIR(st.st_mode)) {
    search_directory(&w, fd, &at, 0);
  } else {
    search_file(&w, fd, path);
  }
  finish(r, w.late);
}

void tool_grep(const struct request *q, struct result *r) {
  const char *pattern = q->f[0].p, *given = q->f[1].p && q->f[1].n ? q->f[1].p : ".";
  struct place place;
  struct stat st;
  if (!find_place("grep", given, &place, r)) return;
  int fd = open_place(&place, O_PATH, 0);
  if (fd < 0 || fstat(fd, &st) < 0) {
    fail_fs(r, "grep", errno);
    return;
  }
  close(fd);
  if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)) {
    fail(r, "grep: %s is not a regular file or directory", given);
    return;
  }
  const char *rg = find_rg();
  if (rg) {
    run_rg(rg, pattern, place.path, r);
  } else {
    walk_grep(pattern, place.path, r);
  }
}
