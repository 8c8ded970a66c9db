/* What is in a directory, in an order that is the same everywhere. */
#include "hand.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool skipped_directory(const char *name) {
  return strcmp(name, ".git") == 0 || strcmp(name, "node_modules") == 0;
}

bool inside_skipped(const char *path) {
  for (const char *part = path; *part; part += strcspn(part, "/")) {
    while (*part == '/') part++;
    char name[16];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(part, "/"), part);
    if (skipped_directory(name)) return true;
  }
  return false;
}

static int by_name(const void *a, const void *b) {
  return strcmp(((const struct entry *)a)->name, ((const struct entry *)b)->name);
}

/* Some file systems do not say it with the name. */
static unsigned char type_of(int dir, const struct dirent *entry) {
  struct stat st;
  if (entry->d_type != DT_UNKNOWN) return entry->d_type;
  return fstatat(dir, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 ? DT_UNKNOWN
                                                                   : (unsigned char)IFTODT(st.st_mode);
}

bool entries_read(int fd, struct entries *out, long *budget) {
  *out = (struct entries){0};
  DIR *dir = fd < 0 ? NULL : fdopendir(fd);
  if (!dir) {
    if (fd >= 0) close(fd);
    return false;
  }
  size_t cap = 0;
  struct dirent *entry;
  while (*budget > 0 && (entry = readdir(dir))) {
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    --*budget;
    if (out->n == cap) {
      cap = cap ? cap * 2 : 32;
      out->of = must(realloc(out->of, cap * sizeof *out->of));
    }
    out->of[out->n++] = (struct entry){must(strdup(entry->d_name)), type_of(dirfd(dir), entry)};
  }
  closedir(dir);
  if (out->n) qsort(out->of, out->n, sizeof *out->of, by_name);
  return true;
}

void entries_free(struct entries *entries) {
  for (size_t i = 0; i < entries->n; i++) free(entries->of[i].name);
  free(entries->of);
}
