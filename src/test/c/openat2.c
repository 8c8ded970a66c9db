/* QEMU 7 emulates no openat2, on which the file tools stand. Linked with --wrap=syscall this takes its place, without its
 * guarantees, so that the rest of an arm64 hand can be run on an emulator. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/syscall.h>

#ifndef SYS_openat2
#define SYS_openat2 437
#endif

long __real_syscall(long number, ...);

long __wrap_syscall(long number, ...) {
  long a[6];
  va_list arguments;
  va_start(arguments, number);
  for (int i = 0; i < 6; i++) a[i] = va_arg(arguments, long);
  va_end(arguments);
  if (number == SYS_openat2) {
    const uint64_t *how = (const uint64_t *)a[2]; /* flags, mode, resolve */
    return openat((int)a[0], (const char *)a[1], (int)how[0], (mode_t)how[1]);
  }
  return __real_syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
