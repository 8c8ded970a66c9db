/* CAP_SYS_PTRACE in the user namespace of the sandbox, for `hand serve` alone: the shell is not dumpable, so
 * that no other process can open its memory or its descriptors, and the watchdogs must examine it all the
 * same. Some hosts refuse the capability (a profile of AppArmor for bubblewrap): the shell is dumpable there. */
#include "hand.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { AMBIENT = 47, AMBIENT_CLEAR_ALL = 4, GETFD = 438 /* newer than some C libraries */ };

static void hold(uint32_t set) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2] = {{set, set, 0}, {0, 0, 0}};
  syscall(SYS_capset, &header, data);
}

/* Without this a program could still have them in its bounding set, though never gain them. */
static void drop_bounds(void) {
  prctl(PR_CAPBSET_DROP, CAP_SYS_PTRACE, 0, 0, 0);
  prctl(PR_CAPBSET_DROP, CAP_SETPCAP, 0, 0, 0);
}

void capability_keep(void) {
  prctl(AMBIENT, AMBIENT_CLEAR_ALL, 0, 0, 0);
  drop_bounds();
  hold(1u << CAP_SYS_PTRACE);
}

/* Tried on a child that is not dumpable, as this process is not. */
bool capability_works(void) {
  char path[40], byte;
  struct descriptors d;
  struct stat st;
  pid_t pid = fork();
  if (pid < 0) return false;
  while (pid == 0) pause();
  snprintf(path, sizeof path, "/proc/%d/maps", (int)pid);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  bool works = fd >= 0 && read(fd, &byte, 1) == 1;
  if (fd >= 0) close(fd);
  if (works && (works = descriptors_open(&d, pid))) {
    works = descriptors_next(&d, &st);
    works &= descriptors_close(&d);
  }
  kill(pid, SIGKILL);
  while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {
  }
  return works;
}

void capability_none(void) { hold(0); }

/* The filter of the sandbox allows the first process to take descriptors of others; this one refuses it. */
void capability_drop(void) {
  struct sock_filter refuse[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, GETFD, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {sizeof refuse / sizeof *refuse, refuse};
  /* An emulator of another processor has no filters (EINVAL). */
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) < 0 && errno != EINVAL) _exit(126);
  hold(0);
}
