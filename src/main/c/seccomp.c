/* What no program inside may ask the kernel for. A list of refusals: everything else is allowed. */
#include "hand.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Calls newer than some C libraries; one number on every architecture. */
enum {
  OPEN_TREE = 428, MOVE_MOUNT, FSOPEN, FSCONFIG, FSMOUNT, FSPICK, PIDFD_OPEN, CLONE3,
  PROCESS_MADVISE = 440, MOUNT_SETATTR = 442, OPEN_TREE_ATTR = 467,
  IO_URING_SETUP = 425, IO_URING_ENTER, IO_URING_REGISTER
};

static const int refused[] = {
    /* other processes; pidfd_getfd is refused to all but the first process, in capability.c */
    SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, PROCESS_MADVISE,
    SYS_kcmp,
    /* keys of the host's session */
    SYS_keyctl, SYS_add_key, SYS_request_key,
    /* the file system's shape */
    SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot, OPEN_TREE, OPEN_TREE_ATTR, MOVE_MOUNT,
    FSOPEN, FSCONFIG, FSMOUNT, FSPICK, MOUNT_SETATTR, SYS_open_by_handle_at, SYS_name_to_handle_at,
    SYS_swapon, SYS_swapoff, SYS_quotactl, SYS_fanotify_init,
    /* namespaces */
    SYS_setns, SYS_unshare,
    /* wide doors into the kernel */
    SYS_bpf, SYS_perf_event_open, SYS_userfaultfd, IO_URING_SETUP, IO_URING_ENTER,
    IO_URING_REGISTER, SYS_kexec_load, SYS_init_module, SYS_finit_module, SYS_delete_module,
    SYS_reboot, SYS_syslog, SYS_acct, SYS_vhangup,
    /* the host's clock */
    SYS_settimeofday, SYS_clock_settime, SYS_clock_adjtime, SYS_adjtimex,
    /* where memory lies */
    SYS_mbind, SYS_set_mempolicy, SYS_migrate_pages, SYS_move_pages,
#ifdef SYS_kexec_file_load
    SYS_kexec_file_load,
#endif
#ifdef SYS_iopl
    SYS_iopl, SYS_ioperm,
#endif
#ifdef SYS_modify_ldt
    SYS_modify_ldt,
#endif
#ifdef SYS_create_module
    SYS_create_module, SYS_get_kernel_syms, SYS_query_module, SYS_nfsservctl, SYS__sysctl,
    SYS_uselib, SYS_ustat, SYS_sysfs,
#endif
};

struct insn {
  uint16_t code;
  uint8_t yes, no;
  uint32_t k;
};

/* They change a process by its pid, and the first process has the same uid as any other. On a process
 * itself, which is 0, they work. */
static const int on_oneself[] = {SYS_prlimit64,       SYS_sched_setaffinity, SYS_sched_setparam,
                                 SYS_sched_setattr,   SYS_sched_setscheduler};
/* The same, with the kind of the number before it; 0 is the kind of setpriority, 1 of ioprio_set. */
static const int on_oneself_by_kind[] = {SYS_setpriority, SYS_ioprio_set};

enum { LOAD = 0x20, JEQ = 0x15, JGE = 0x35, JSET = 0x45, RET = 0x06 };
enum { AT_NR = 0, AT_ARCH = 4, AT_ARG0 = 16, AT_ARG1 = 24 }; /* both are little-endian */

#define ALLOW 0x7fff0000u
#define KILL 0x80000000u
#define ERRNO(e) (0x00050000u | (uint32_t)(e))

#if defined(__x86_64__)
#define ARCH 0xc000003eu
#elif defined(__aarch64__)
#define ARCH 0xc00000b7u
#else
#error "hand knows x86-64 and aarch64"
#endif

#define A_THREAD 0x10000u /* CLONE_THREAD */
#define SAME_FILES 0x400u /* CLONE_FILES */
#define CLONE_NEW_ANYTHING 0x7e020080u /* mount, cgroup, uts, ipc, user, pid, net, time */

static struct insn program[512];
static unsigned length;

static void emit(uint16_t code, uint32_t k, uint8_t yes, uint8_t no) {
  program[length++] = (struct insn){code, yes, no, k};
}

static void refuse(uint32_t nr, uint32_t verdict) {
  emit(JEQ, nr, 0, 1);
  emit(RET, verdict, 0, 0);
}

/* Goes on only with that argument. */
static void only_with(int offset, uint32_t value) {
  emit(LOAD, (uint32_t)offset, 0, 0);
  emit(JEQ, value, 1, 0);
  emit(RET, ERRNO(EPERM), 0, 0);
}

static void leave_others_alone(void) {
  for (size_t i = 0; i < sizeof on_oneself / sizeof *on_oneself; i++) {
    emit(JEQ, (uint32_t)on_oneself[i], 0, 4);
    only_with(AT_ARG0, 0);
    emit(RET, ALLOW, 0, 0);
  }
  for (uint32_t kind = 0; kind < 2; kind++) {
    emit(JEQ, (uint32_t)on_oneself_by_kind[kind], 0, 7);
    only_with(AT_ARG0, kind);
    only_with(AT_ARG1, 0);
    emit(RET, ALLOW, 0, 0);
  }
}

static void assemble(bool allocate) {
  emit(LOAD, AT_ARCH, 0, 0);
  emit(JEQ, ARCH, 1, 0);
  emit(RET, KILL, 0, 0);
  emit(LOAD, AT_NR, 0, 0);
#ifdef __x86_64__
  emit(JGE, 0x40000000u, 0, 1); /* the x32 numbers are the same calls again */
  emit(RET, ERRNO(EPERM), 0, 0);
#endif
  for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
    refuse((uint32_t)refused[i], ERRNO(EPERM));
  }
  /* Space without writing it: faster than anybody looks. libc and the programs that use it write then. */
  if (!allocate) refuse(SYS_fallocate, ERRNO(EOPNOTSUPP));
  refuse(CLONE3, ERRNO(ENOSYS)); /* its flags lie in memory; libc falls back to clone */

  leave_others_alone();

  /* A thread has the descriptors of its process, so that any thread shows them. */
  emit(JEQ, SYS_clone, 0, 6);
  emit(LOAD, AT_ARG0, 0, 0);
  emit(JSET, CLONE_NEW_ANYTHING, 2, 0);
  emit(JSET, A_THREAD, 0, 2);
  emit(JSET, SAME_FILES, 1, 0);
  emit(RET, ERRNO(EPERM), 0, 0);
  emit(RET, ALLOW, 0, 0);

  static const uint32_t ioctls[] = {
      0x5412, /* TIOCSTI types into a terminal */
      0x541c, /* TIOCLINUX */
      0x5423, /* TIOCSETD */
      0x40305828, 0x40305829, 0x4030582a, 0x4030582b, 0x40305839, /* fallocate by another name */
      0x4030580a, 0x4030580b, 0x40305824, 0x40305825, /* and by older ones of XFS */
      0x401c5820, /* FS_IOC_FSSETXATTR: how much a write takes */
  };
  enum { IOCTLS = sizeof ioctls / sizeof *ioctls };
  emit(JEQ, SYS_ioctl, 0, IOCTLS + 3);
  emit(LOAD, AT_ARG1, 0, 0);
  for (int i = 0; i < IOCTLS; i++) emit(JEQ, ioctls[i], (uint8_t)(IOCTLS - i), 0);
  emit(RET, ALLOW, 0, 0);
  emit(RET, ERRNO(EPERM), 0, 0);

  /* AF_VSOCK and others are not bound to the network namespace. */
  emit(JEQ, SYS_socket, 1, 0);
  emit(JEQ, SYS_socketpair, 0, 6);
  emit(LOAD, AT_ARG0, 0, 0);
  emit(JEQ, 1, 4, 0);  /* UNIX */
  emit(JEQ, 2, 3, 0);  /* INET */
  emit(JEQ, 10, 2, 0); /* INET6 */
  emit(JEQ, 16, 1, 0); /* NETLINK */
  emit(RET, ERRNO(EAFNOSUPPORT), 0, 0);
  emit(RET, ALLOW, 0, 0);
}

int seccomp_memfd(bool allocate) {
  assemble(allocate);
  int fd = sys_memfd("filter");
  if (fd < 0) return -1;
  if (!write_all(fd, program, length * sizeof *program) || lseek(fd, 0, SEEK_SET) < 0) {
    close(fd);
    return -1;
  }
  return fd;
}
