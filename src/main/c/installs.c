/* The virtual environment of Python into which an agent installs. It is made here, by a few system calls, because
 * starting Python for it would take longer than starting the sandbox. What exists is left as it is. */
#include "serve.h"

#include <ctype.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define VENV AT_INSTALLED "/venv"

static void file_make(const char *path, int mode, const char *text) {
  int fd = open(path, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY | O_CLOEXEC, mode);
  if (fd < 0) return;
  bool ok = write_all(fd, text, strlen(text));
  close(fd);
  if (!ok) unlink(path); /* the disk is full */
}

static void link_make(const char *to, const char *path) {
  if (symlink(to, path) < 0) return; /* it exists, or the disk is full */
}

/* "python3.11", in the first of the directories on PATH that has it. Its own name tells the version. */
static const char *python_find(const char **directory) {
  static const char *const directories[] = {"/usr/local/bin", "/usr/bin"};
  static char path[PATH_MAX];
  for (size_t i = 0; i < sizeof directories / sizeof *directories; i++) {
    char link[32];
    snprintf(link, sizeof link, "%s/python3", directories[i]);
    const char *name = realpath(link, path) ? strrchr(path, '/') + 1 : "";
    if (strncmp(name, "python3.", 8) != 0 || !isdigit((unsigned char)name[8]) || strlen(name) > 16) continue;
    *directory = directories[i];
    return name;
  }
  return NULL;
}

static bool has_pip(const char *name) {
  static const char *const places[] = {"/usr/lib/python3/dist-packages", "/usr/local/lib/%s/site-packages",
                                       "/usr/lib/%s/site-packages", "/usr/local/lib/%s/dist-packages"};
  char path[80];
  for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
    const char *rest = strstr(places[i], "%s");
    size_t n = rest ? (size_t)(rest - places[i]) : strlen(places[i]);
    snprintf(path, sizeof path, "%.*s%s%s/pip", (int)n, places[i], rest ? name : "", rest ? rest + 2 : "");
    if (access(path, F_OK) == 0) return true;
  }
  return false;
}

void installs_setup(void) {
  static const char pip[] =
      "#!" VENV "/bin/python3\nimport sys\nfrom pip._internal.cli.main import main\n\nsys.exit(main())\n";
  const char *directory = NULL, *name = python_find(&directory);
  if (!name) return;
  char text[160], path[96];
  mkdir(VENV, 0755);
  mkdir(VENV "/bin", 0755);
  mkdir(VENV "/lib", 0755);
  snprintf(path, sizeof path, VENV "/lib/%s", name);
  mkdir(path, 0755);
  snprintf(path, sizeof path, VENV "/lib/%s/site-packages", name);
  mkdir(path, 0755);
  snprintf(path, sizeof path, VENV "/lib/%s/site-packages/drover.pth", name);
  file_make(path, 0644, AT_PACKAGES "/python\n");
  snprintf(text, sizeof text, "home = %s\ninclude-system-site-packages = true\nversion = %s\n", directory,
           name + strlen("python"));
  file_make(VENV "/pyvenv.cfg", 0644, text);
  snprintf(path, sizeof path, "%s/python3", directory);
  link_make(path, VENV "/bin/python3");
  link_make("python3", VENV "/bin/python");
  link_make("lib", VENV "/lib64");
  if (!has_pip(name)) return;
  file_make(VENV "/bin/pip", 0755, pip);
  link_make("pip", VENV "/bin/pip3");
}
