/* Overlays, read-only. What they are made of was written by programs that are not trusted, so nothing of it is opened
 * through a link, and no program of the host runs with them: they are mounted beside the system, for bubblewrap to bind
 * into the sandbox. */
#include "layers.h"

#include "hand.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define BINDS_MAX 32

static char *below(const char *directory, const char *name) {
  char *path = must(malloc(strlen(directory) + strlen(name) + 2));
  sprintf(path, "%s/%s", directory, name);
  return path;
}

/* The directory of that name; NULL: there is none. */
static const char *found(const char *directory, const char *name) {
  struct stat st;
  char *path = below(directory, name);
  if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode)) return path;
  free(path);
  return NULL;
}

bool layers_exist(const char *packages) {
  return packages && found(packages, "apt");
}

static int opened(const char *path) {
  return open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* By descriptors, so that no character of a path means something. */
static bool overlay(int above, int under, const char *at) {
  char options[96];
  snprintf(options, sizeof options, "lowerdir=/proc/self/fd/%d:/proc/self/fd/%d", above, under);
  return mount("overlay", at, "overlay", MS_RDONLY | MS_NOSUID | MS_NODEV, options) == 0;
}

static bool joined(const char *above, const char *under, const char *at) {
  int a = opened(above), u = opened(under);
  bool ok = a >= 0 && u >= 0 && overlay(a, u, at);
  int error = errno;
  if (a >= 0) close(a);
  if (u >= 0) close(u);
  errno = error;
  return ok;
}

/* The server's own files come first: a package replaces neither /etc/passwd nor the certificates. Of what the host
 * shows, the package's files come first. */
static bool etc_mount(const char *own, const char *at, const char **binds, int binds_n) {
  int above[BINDS_MAX];
  bool ok = binds_n <= BINDS_MAX;
  for (int i = 0; i < binds_n && ok; i++) {
    const char *layer = found(at, binds[i]);
    above[i] = layer ? opened(layer) : -1;
    ok = !layer || above[i] >= 0;
  }
  ok = ok && joined(own, at, at);
  for (int i = 0; i < binds_n && ok; i++) {
    if (above[i] < 0) continue;
    int under = opened(below("/etc", binds[i]));
    if (under < 0) continue; /* it is gone: the package's is shown */
    ok = overlay(above[i], under, below(at, binds[i]));
    binds[i] = NULL;
  }
  return ok;
}

static void opt_list(struct layers *layers, const char *opt) {
  DIR *all = opendir(opt);
  for (struct dirent *d = all ? readdir(all) : NULL; d && layers->opt_n < LAYER_OPT_MAX; d = readdir(all)) {
    const char *path = d->d_name[0] == '.' || strcmp(d->d_name, "drover") == 0 ? NULL : found(opt, d->d_name);
    if (!path) continue;
    layers->opt[layers->opt_n] = path;
    layers->opt_names[layers->opt_n++] = must(strdup(d->d_name));
  }
  if (all) closedir(all);
}

bool layers_mount(struct layers *layers, const char *packages, const char *etc, const char **binds, int binds_n) {
  const char *apt = found(packages, "apt");
  if (!apt) return true;
  const char *usr = found(apt, "usr"), *settings = found(apt, "etc"), *var = found(apt, "var"), *opt = found(apt, "opt");
  if (usr && !joined(usr, "/usr", usr)) return false;
  layers->usr = usr;
  if (settings && !etc_mount(etc, settings, binds, binds_n)) return false;
  layers->etc = settings;
  if (var) {
    layers->lib = found(var, "lib");
    layers->cache = found(var, "cache");
  }
  if (opt) opt_list(layers, opt);
  return true;
}
