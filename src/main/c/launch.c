/* `hand launch`: on the host, from a plain process to bubblewrap with everything in place. Writes
 * one byte to standard output when the socket listens; what goes wrong is told on standard error. */
#include "layers.h"
#include "relay.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <unistd.h>

#define MANY 32
#define TEXTS_MAX (8 + DIRECTORIES)
#define SOURCES_MAX (DIRECTORIES + STORES_MAX + 2)
#define ARGS_MAX 4096
#define VARIABLES_MAX 1100 /* of 50 vaults with 20 credentials, and those for certificates */
/* What the agent installs comes before the packages of the environment, and these before the system. */
#define PROGRAMS                                                                                               \
  AT_INSTALLED "/venv/bin:" AT_INSTALLED "/npm/bin:" AT_INSTALLED "/cargo/bin:" AT_INSTALLED "/go/bin:" AT_INSTALLED \
  "/gem/bin:" AT_INSTALLED "/bin:" AT_PACKAGES "/python/bin:" AT_PACKAGES "/npm/bin:" AT_PACKAGES "/cargo/bin:"     \
  AT_PACKAGES "/go/bin:" AT_PACKAGES "/gem/bin:"                                                                   \
  "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin:/usr/local/go/bin:/usr/games"
#define FILES_LEAST 256 /* the shell's pipes are at 198 and 199 */

/* A directory below AT_MEMORY. */
struct store {
  const char *slug, *at; /* on the host */
  bool writable;
};

/* An environment variable of the programs in the sandbox. */
struct variable {
  const char *name, *value;
};

struct options {
  const char *socket, *bwrap, *etc, *watchdog, *memory, *disk, *entries, *least, *longest;
  const char *at[DIRECTORIES]; /* on the host, or how big */
  const char *cgroups[MANY], *etc_binds[MANY];
  const char *packages;           /* those of the environment; NULL: there are none */
  const char *channels; /* the directory of the FIFOs */
  int output, status;   /* FIFOs */
  const char *host;     /* the socket of the way out; NULL: there is none */
  bool ports;           /* programs find it by themselves */
  int ways[WAYS];
  unsigned long long outer; /* the network of the host */
  int cgroups_n, etc_binds_n, stores_n, variables_n;
  struct store stores[STORES_MAX];
  struct variable variables[VARIABLES_MAX];
  long long uid, nproc, fsize;
  struct image image; /* without a path: none */
  struct layers layers;
  bool alone; /* in a mount namespace of its own */
  bool probe;
};

static _Noreturn void die(const char *what) {
  char scratch[64];
  fprintf(stderr, "hand: %s: %s\n", what, errno ? fs_text(errno, scratch, 64) : "refused");
  exit(1);
}

static void parse(int argc, char **argv, struct options *o) {
  struct {
    const char *name, **to;
  } texts[TEXTS_MAX] = {{"--socket", &o->socket},   {"--bwrap", &o->bwrap},
                        {"--etc", &o->etc},         {"--watchdog", &o->watchdog},
                        {"--disk", &o->disk},       {"--entries", &o->entries},
                        {"--floor", &o->least},     {"--longest", &o->longest}};
  size_t n = 8;
  for (int i = 0; i < DIRECTORIES; i++) {
    if (!directories[i].option) continue;
    texts[n].name = directories[i].option;
    texts[n++].to = &o->at[i];
  }
  for (int i = 2; i < argc; i++) {
    const char *name = argv[i];
    if (strcmp(name, "--probe") == 0) {
      o->probe = true;
      continue;
    }
    errno = 0;
    if (++i >= argc) die(name);
    bool known = true;
    if (strcmp(name, "--uid") == 0) {
      o->uid = atoll(argv[i]);
    } else if (strcmp(name, "--nproc") == 0) {
      o->nproc = atoll(argv[i]);
    } else if (strcmp(name, "--memory") == 0) {
      o->memory = argv[i];
    } else if (strcmp(name, "--image") == 0) {
      errno = 0;
      if (argc - i < 6) die(name);
      o->image = (struct image){argv[i], argv[i + 1], argv[i + 2], argv[i + 3], atoll(argv[i + 4]),
                                atoll(argv[i + 5])};
      i += 5;
    } else if (strcmp(name, "--memory-store") == 0 && o->stores_n < STORES_MAX) {
      errno = 0;
      if (argc - i < 3) die(name);
      o->stores[o->stores_n++] = (struct store){argv[i], argv[i + 2], strcmp(argv[i + 1], "writable") == 0};
      i += 2;
    } else if (strcmp(name, "--variable") == 0 && o->variables_n < VARIABLES_MAX) {
      errno = 0;
      if (argc - i < 2) die(name);
      o->variables[o->variables_n++] = (struct variable){argv[i], argv[i + 1]};
      i++;
    } else if (strcmp(name, "--packages") == 0) {
      o->packages = argv[i];
    } else if (strcmp(name, "--egress") == 0) {
      errno = 0;
      if (argc - i < 2) die(name);
      o->ports = strcmp(argv[i], "ports") == 0;
      o->host = argv[++i];
    } else if (strcmp(name, "--fsize") == 0) {
      o->fsize = atoll(argv[i]);
    } else if (strcmp(name, "--cgroup") == 0 && o->cgroups_n < MANY) {
      o->cgroups[o->cgroups_n++] = argv[i];
    } else if (strcmp(name, "--etc-bind") == 0 && o->etc_binds_n < MANY) {
      o->etc_binds[o->etc_binds_n++] = argv[i];
    } else {
      known = false;
      for (size_t t = 0; t < n && !known; t++) {
        if (strcmp(name, texts[t].name) == 0) {
          *texts[t].to = argv[i];
          known = true;
        }
      }
    }
    errno = 0;
    if (!known) die(name);
  }
  for (size_t t = 0; t < n; t++) {
    errno = 0;
    if (!*texts[t].to) die(texts[t].name);
  }
}

/* A path that is too long for an address is short from its own directory. */
static int listen_at(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  const char *name = path, *slash = strrchr(path, '/');
  if (slash && strlen(path) >= sizeof address.sun_path) {
    char *directory = must(strndup(path, (size_t)(slash - path) + 1));
    if (chdir(directory) < 0) die("socket directory");
    free(directory);
    name = slash + 1;
  }
  errno = ENAMETOOLONG;
  if (strlen(name) >= sizeof address.sun_path) die("socket path");
  strcpy(address.sun_path, name);
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, 4) < 0) {
    die("socket");
  }
  return fd;
}

static void join(const char *procs) {
  int fd = open(procs, O_WRONLY | O_CLOEXEC);
  if (fd < 0 || !write_all(fd, "0", 1)) die("cgroup");
  close(fd);
}

static void limit(int what, rlim_t n) {
  struct rlimit now;
  if (getrlimit(what, &now) == 0 && now.rlim_max != RLIM_INFINITY && now.rlim_max < n) {
    n = now.rlim_max;
  }
  struct rlimit l = {n, n};
  if (setrlimit(what, &l) < 0) die("rlimit");
}

static const char *join_text(const char *a, const char *b) {
  char *text = must(malloc(strlen(a) + strlen(b) + 1));
  strcpy(text, a);
  return strcat(text, b);
}

/* The hand's uid may not pass through the directories above the data directory. So root shows it
 * what it needs in a mount namespace that only this process has. */
static void stage(struct options *o, const char **self) {
  struct {
    const char **path, *disk;
  } sources[SOURCES_MAX];
  int n = 0;
  for (int i = 0; i < DIRECTORIES; i++) {
    if (directories[i].mode || !directories[i].option) continue;
    sources[n].path = &o->at[i];
    sources[n++].disk = directories[i].disk;
  }
  for (int i = 0; i < o->stores_n; i++) {
    struct store *store = &o->stores[i];
    sources[n].path = &store->at;
    sources[n++].disk = store->writable ? join_text("memory-", store->slug) : NULL;
  }
  if (o->packages) {
    sources[n].path = &o->packages;
    sources[n++].disk = NULL;
  }
  sources[n].path = &o->etc;
  sources[n++].disk = NULL;
  static char at[SOURCES_MAX + 1][64];
  char device[32], disk[64];
  if (unshare(CLONE_NEWNS) < 0 && !o->image.path) return; /* root in name only: bubblewrap will say what it lacks */
  if (mount("", "/", NULL, MS_REC | MS_SLAVE, NULL) < 0) die("private mounts");
  o->alone = true;
  int fds[SOURCES_MAX + 1];
  for (int i = 0; i < n; i++) {
    fds[i] = open(*sources[i].path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fds[i] < 0) die(*sources[i].path);
  }
  fds[n] = open(*self, O_PATH | O_CLOEXEC); /* by path: /proc/self/exe is of the old namespace */
  if (o->image.path && !image_attach(&o->image, device, sizeof device)) die("the session's disk");
  if (o->image.path) image_hold_back(device, atoll(o->least));
  const char *base = access("/mnt", F_OK) == 0 ? "/mnt" : "/tmp";
  if (fds[n] < 0 || mount("hand", base, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755,size=64k") < 0) {
    die("staging");
  }
  snprintf(disk, sizeof disk, "%s/disk", base);
  if (o->image.path && (mkdir(disk, 0700) < 0 || !image_mount(device, disk))) {
    die("the session's disk");
  }
  for (int i = 0; i <= n; i++) {
    char from[384];
    snprintf(from, sizeof from, "/proc/self/fd/%d", fds[i]);
    if (o->image.path && i < n && sources[i].disk) { /* the root of the disk is root's alone */
      snprintf(from, sizeof from, "%s/%s", disk, sources[i].disk);
      if ((mkdir(from, 0700) < 0 && errno != EEXIST) ||
          lchown(from, (uid_t)o->uid, (gid_t)o->uid) < 0) {
        die("the session's disk");
      }
    }
    snprintf(at[i], sizeof at[i], "%s/%d", base, i);
    int made = i < n ? mkdir(at[i], 0755) : open(at[i], O_CREAT | O_CLOEXEC | O_WRONLY, 0755);
    if (made < 0 || mount(from, at[i], NULL, MS_BIND, NULL) < 0) die("staging");
    if (i == n) close(made);
    close(fds[i]);
    if (i < n) *sources[i].path = at[i];
  }
  *self = at[n];
  o->channels = base;
}

static char *args[ARGS_MAX];
static int args_n;

static void arg(const char *text) {
  if (args_n >= ARGS_MAX - 1) die("too many arguments");
  args[args_n++] = (char *)text;
}

#define ARGS(...)                                                        \
  do {                                                                   \
    const char *const list[] = {__VA_ARGS__};                            \
    for (size_t i_ = 0; i_ < sizeof list / sizeof *list; i_++) arg(list[i_]); \
  } while (0)

static const char *number(long long n) {
  char *text = must(malloc(24));
  snprintf(text, 24, "%lld", n);
  return text;
}

/* What the host has as a link stays a link, what it has as a directory is shown. */
static void system_directories(const struct layers *layers) {
  static const char *const names[] = {"/bin", "/sbin", "/lib", "/lib64", "/lib32", "/libx32"};
  ARGS("--ro-bind", layers->usr ? layers->usr : "/usr", "/usr");
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    char target[256];
    struct stat st;
    if (lstat(names[i], &st) < 0) continue;
    if (S_ISLNK(st.st_mode)) {
      ssize_t n = readlink(names[i], target, sizeof target - 1);
      if (n <= 0) continue;
      target[n] = 0;
      ARGS("--symlink", must(strdup(target)), names[i]);
    } else if (S_ISDIR(st.st_mode)) {
      ARGS("--ro-bind", names[i], names[i]);
    }
  }
}

/* What /proc tells of the host beside processes. */
static void masks(void) {
  static const char *const files[] = {
      "/proc/cmdline",    "/proc/keys",        "/proc/key-users",   "/proc/partitions",
      "/proc/diskstats",  "/proc/modules",     "/proc/kallsyms",    "/proc/interrupts",
      "/proc/timer_list", "/proc/sched_debug", "/proc/latency_stats", "/proc/bootconfig",
      "/proc/kcore",      "/proc/iomem",       "/proc/ioports",     "/proc/config.gz"};
  static const char *const directories[] = {"/proc/acpi",   "/proc/asound", "/proc/bus", "/proc/driver",
                                            "/proc/fs",     "/proc/irq",    "/proc/scsi"};
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
    if (access(files[i], F_OK) == 0) ARGS("--ro-bind", "/dev/null", files[i]);
  }
  for (size_t i = 0; i < sizeof directories / sizeof *directories; i++) {
    if (access(directories[i], F_OK) < 0) continue;
    ARGS("--size", "4096", "--perms", "0555", "--tmpfs", directories[i], "--remount-ro", directories[i]);
  }
}

/* Since Linux 5.14 a user namespace has a count of its own: set inside, the limit is the sandbox's alone.
 * Before, it is one of all processes of the user, on the host as well. */
static bool counts_by_namespace(void) {
  struct utsname name;
  int major = 0, minor = 0;
  return uname(&name) == 0 && sscanf(name.release, "%d.%d", &major, &minor) == 2 &&
         (major > 5 || (major == 5 && minor >= 14));
}

/* The directories that packages of apt have beside /usr and /etc; where they are unpacked, nothing has to be seen. */
static void layered(const struct layers *layers, bool exist) {
  if (!exist) return;
  ARGS("--size", "4096", "--perms", "0555", "--tmpfs", AT_PACKAGES "/apt", "--remount-ro", AT_PACKAGES "/apt");
  if (layers->lib) ARGS("--ro-bind", layers->lib, "/var/lib");
  if (layers->cache) ARGS("--ro-bind", layers->cache, "/var/cache");
  for (int i = 0; i < layers->opt_n; i++) ARGS("--ro-bind", layers->opt[i], join_text("/opt/", layers->opt_names[i]));
}

/* Only ever mounted beside what earlier sessions wrote, never below it: bubblewrap follows links
 * while it sets up. */
static void mounts(const struct options *o) {
  for (int i = 0; i < DIRECTORIES; i++) {
    const struct directory *d = &directories[i];
    if (!d->option) continue;
    if (d->mode) {
      ARGS("--size", o->at[i], "--perms", d->mode, "--tmpfs", d->path);
    } else {
      ARGS(d->disk ? "--bind" : "--ro-bind", o->at[i], d->path);
    }
  }
  for (int i = 0; i < o->stores_n; i++) {
    const struct store *store = &o->stores[i];
    ARGS(store->writable ? "--bind" : "--ro-bind", store->at, join_text(AT_MEMORY "/", store->slug));
  }
  if (o->packages) ARGS("--ro-bind", o->packages, AT_PACKAGES);
  ARGS("--remount-ro", "/dev", "--dir", "/var", "--symlink", AT_TMP, "/var/tmp");
  layered(&o->layers, layers_exist(o->packages));
  ARGS("--symlink", AT_UPLOADS, "/uploads"); /* the name that the vendor's examples use */
}

/* Where programs find the way out that do not look names up. Lower-case is what most of them read; curl ignores
 * HTTP_PROXY, which a request could set for a program of the web. */
static void way_out(const struct options *o) {
  static const char *const names[] = {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};
  if (!o->host) return;
  if (o->ports) arg("--share-net"); /* with this process, which is in a network of its own */
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    ARGS("--setenv", names[i], "http://127.0.0.1:3128");
  }
  ARGS("--setenv", "no_proxy", "localhost,127.0.0.1,::1", "--setenv", "NO_PROXY", "localhost,127.0.0.1,::1");
}

/* Where package managers install for the agent, and from where. The home directory is too small for their caches. */
static void package_managers(void) {
  static const char *const variables[][2] = {
      {"XDG_CACHE_HOME", AT_INSTALLED "/cache"},
      {"PIP_DISABLE_PIP_VERSION_CHECK", "1"},
      {"npm_config_prefix", AT_INSTALLED "/npm"},
      {"npm_config_cache", AT_INSTALLED "/cache/npm"},
      {"npm_config_update_notifier", "false"},
      {"NODE_PATH", AT_INSTALLED "/npm/lib/node_modules:" AT_PACKAGES "/npm/lib/node_modules"},
      {"CARGO_HOME", AT_INSTALLED "/cargo"},
      {"GOPATH", AT_INSTALLED "/go"},
      {"GEM_HOME", AT_INSTALLED "/gem"},
      {"GEM_PATH", AT_INSTALLED "/gem:" AT_PACKAGES "/gem:"}}; /* and those of the system */
  ARGS("--setenv", "PATH", PROGRAMS);
  for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
    ARGS("--setenv", variables[i][0], variables[i][1]);
  }
}

static const char *descriptors_text(const int *fds, int n) {
  char *text = must(calloc((size_t)n, 12));
  for (int i = 0; i < n; i++) sprintf(text + strlen(text), "%s%d", i ? "," : "", fds[i]);
  return text;
}

static void profile(const struct options *o, const char *self, int filter, int listener) {
  ARGS("bwrap", "--unshare-user", "--unshare-all", "--disable-userns", "--uid", "1000", "--gid",
       "1000", "--cap-drop", "ALL", "--cap-add", "CAP_SYS_PTRACE", "--cap-add", "CAP_SETPCAP",
       "--new-session", "--as-pid-1", "--hostname", "hand", "--clearenv", "--setenv", "HOME", AT_HOME, "--setenv", "USER", "user", "--setenv", "LOGNAME", "user",
       "--setenv", "LANG", "C.UTF-8", "--setenv", "SHELL", "/bin/bash", "--setenv", "TMPDIR", AT_TMP);
  package_managers();
  for (int i = 0; i < o->variables_n; i++) ARGS("--setenv", o->variables[i].name, o->variables[i].value);
  way_out(o);
  system_directories(&o->layers);
  ARGS("--ro-bind", o->layers.etc ? o->layers.etc : o->etc, "/etc");
  for (int i = 0; i < o->etc_binds_n; i++) {
    if (!o->etc_binds[i]) continue; /* joined with a package's */
    const char *path = join_text("/etc/", o->etc_binds[i]);
    ARGS("--ro-bind-try", path, path);
  }
  ARGS("--proc", "/proc");
  masks();
  ARGS("--dev", "/dev");
  mounts(o);
  int bash = open("/bin/bash", O_RDONLY);
  if (bash < 0) bash = open("/usr/bin/bash", O_RDONLY);
  if (bash >= 0) ARGS("--perms", "0111", "--file", number(bash), AT_SHELL);
  ARGS("--ro-bind", join_text(o->channels, "/output"), AT_OUTPUT, "--ro-bind", join_text(o->channels, "/status"),
       AT_STATUS);
  ARGS("--ro-bind", self, AT_HAND "/hand", "--symlink", "/proc/self/fd/9", AT_HAND "/bash", "--remount-ro", "/",
       "--chdir", AT_WORKSPACE, "--seccomp", number(filter), "--", AT_HAND "/hand");
  if (o->probe) {
    ARGS("probe", number((long long)o->outer));
  } else {
    ARGS("serve", number(listener), o->watchdog, "--disk", o->disk, "--entries", o->entries,
         "--floor", o->least, "--longest", o->longest, "--output", number(o->output), "--status",
         number(o->status), "--outer", number((long long)o->outer));
    if (o->host) ARGS("--egress", descriptors_text(o->ways, WAYS));
    if (o->memory) ARGS("--memory", o->memory);
    if (o->nproc >= 0 && counts_by_namespace()) ARGS("--nproc", number(o->nproc));
  }
  args[args_n] = NULL;
}

/* Before this process gives up the right to it. */
static void network(struct options *o) {
  o->outer = net_id();
  for (int way = 0; way < WAYS; way++) o->ways[way] = -1;
  if (!o->host) return;
  o->ways[WAY_HOST] = listen_at(o->host);
  if (o->ports && (!net_make() || !net_listen(o->ways))) die("a network for the sandbox");
}

/* Programs in a user namespace may mount, and what they mount is seen there alone. */
static void system_layers(struct options *o) {
  if (!layers_exist(o->packages)) return;
  errno = EPERM;
  if (!o->alone && getuid() == 0) die("the packages of apt need mounts of the sandbox's own");
  if (!o->alone) {
    bool user = o->host && o->ports; /* the network has made one */
    if ((!user && !net_user()) || unshare(CLONE_NEWNS) < 0 || mount("", "/", NULL, MS_REC | MS_SLAVE, NULL) < 0) {
      die("the packages of apt need mounts of the sandbox's own");
    }
  }
  if (!layers_mount(&o->layers, o->packages, o->etc, o->etc_binds, o->etc_binds_n)) {
    die("the packages of apt cannot be shown by an overlay file system");
  }
}

int launch(int argc, char **argv) {
  static struct options o = {.uid = -1, .nproc = -1, .fsize = -1};
  parse(argc, argv, &o);
  if (getsid(0) != getpid() && setsid() < 0) die("new session");
  /* What the server ignores, a command could not trap: under nohup, SIGHUP. */
  for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
  syscall(SYS_keyctl, 1, NULL); /* a session keyring of its own: /proc/keys lists the inherited one */
  umask(022);
  int listener = listen_at(o.socket), filter = seccomp_memfd(o.image.path != NULL);
  if (filter < 0) die("filter");
  for (int i = 0; i < o.cgroups_n; i++) join(o.cgroups[i]);
  char self[4096];
  ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
  if (n <= 0) die("own path");
  self[n] = 0;
  const char *program = self;
  const char *slash = strrchr(o.socket, '/');
  o.channels = slash ? must(strndup(o.socket, (size_t)(slash - o.socket))) : ".";
  if (getuid() == 0) stage(&o, &program);
  o.output = channel_make(join_text(o.channels, "/output"));
  o.status = channel_make(join_text(o.channels, "/status"));
  if (o.output < 0 || o.status < 0) die("FIFO");
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_NOFILE, 4096);
  struct rlimit files;
  errno = EMFILE;
  if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < FILES_LEAST) {
    die("a sandbox needs 256 open files (ulimit -n)");
  }
  if (o.fsize >= 0) limit(RLIMIT_FSIZE, (rlim_t)o.fsize);
  if (o.nproc >= 0 && !counts_by_namespace()) limit(RLIMIT_NPROC, (rlim_t)o.nproc);
  setpriority(PRIO_PROCESS, 0, -10); /* who watches comes before who is watched, where we may */
  network(&o);
  system_layers(&o);
  profile(&o, program, filter, listener);
  if (o.uid >= 0) {
    uid_t uid = (uid_t)o.uid;
    if (setgroups(0, NULL) < 0 || setresgid(uid, uid, uid) < 0 || setresuid(uid, uid, uid) < 0) {
      die("uid");
    }
  }
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) die("no_new_privs");
  if (!o.probe) {
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0 || !write_all(1, "+", 1) || dup2(null, 1) < 0) die("standard output");
  }
  if (chdir("/") < 0) die("/");
  char *environment[] = {NULL};
  execve(o.bwrap, args, environment);
  die(o.bwrap);
}
