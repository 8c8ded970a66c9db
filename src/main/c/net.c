/* A network namespace with the loopback interface alone, and the sockets in it that need a right to make. */
#include "relay.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* Names of hosts have this address. It is not 127.0.0.1, so that nobody takes them for this machine: `no_proxy`
 * does not, and the C library finds that there is a network to look names up for. */
#define ELSEWHERE 0x7f000002
#define WAITS 1024 /* connections in the kernel's queue */
#define QUESTIONS (1 << 20) /* bytes of datagrams */

static bool write_file(const char *path, const char *text) {
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  bool ok = fd >= 0 && write_all(fd, text, strlen(text));
  int error = errno;
  if (fd >= 0) close(fd);
  errno = error;
  return ok;
}

static bool own_user(uid_t uid, gid_t gid) {
  char map[64];
  snprintf(map, sizeof map, "%u %u 1\n", uid, uid);
  if (!write_file("/proc/self/uid_map", map)) return false;
  snprintf(map, sizeof map, "%u %u 1\n", gid, gid);
  return write_file("/proc/self/setgroups", "deny") && write_file("/proc/self/gid_map", map);
}

static struct sockaddr_in address(uint32_t host, uint16_t port) {
  return (struct sockaddr_in){
      .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(host)};
}

static bool loopback_up(void) {
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  struct ifreq lo = {.ifr_name = "lo"}, second = {.ifr_name = "lo:1"};
  bool ok = fd >= 0 && ioctl(fd, SIOCGIFFLAGS, &lo) == 0;
  lo.ifr_flags |= IFF_UP | IFF_RUNNING;
  ok = ok && ioctl(fd, SIOCSIFFLAGS, &lo) == 0;
  struct sockaddr_in elsewhere = address(ELSEWHERE, 0);
  memcpy(&second.ifr_addr, &elsewhere, sizeof elsewhere);
  if (ok) ioctl(fd, SIOCSIFADDR, &second); /* it can be connected to without this as well */
  int error = errno;
  if (fd >= 0) close(fd);
  errno = error;
  return ok;
}

bool net_user(void) {
  uid_t uid = getuid();
  gid_t gid = getgid();
  return unshare(CLONE_NEWUSER) == 0 && own_user(uid, gid);
}

bool net_make(void) {
  uid_t uid = getuid();
  gid_t gid = getgid();
  if (uid == 0) return unshare(CLONE_NEWNET) == 0 && loopback_up();
  return unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0 && own_user(uid, gid) && loopback_up();
}

/* Not closed on exec: bubblewrap hands it on. */
static int bound(int type, uint32_t host, uint16_t port) {
  struct sockaddr_in at = address(host, port);
  int fd = socket(AF_INET, type, 0);
  if (fd >= 0 && bind(fd, (struct sockaddr *)&at, sizeof at) == 0 &&
      (type == SOCK_DGRAM || listen(fd, WAITS) == 0)) {
    return fd;
  }
  int error = errno;
  if (fd >= 0) close(fd);
  errno = error;
  return -1;
}

bool net_listen_proxy(int ways[WAYS]) {
  ways[WAY_PROXY] = bound(SOCK_STREAM, INADDR_LOOPBACK, 3128);
  return ways[WAY_PROXY] >= 0;
}

bool net_listen(int ways[WAYS]) {
  if (!net_listen_proxy(ways)) return false;
  ways[WAY_HTTP] = bound(SOCK_STREAM, ELSEWHERE, 80);
  ways[WAY_HTTPS] = bound(SOCK_STREAM, ELSEWHERE, 443);
  ways[WAY_DNS] = bound(SOCK_STREAM, INADDR_LOOPBACK, 53);
  ways[WAY_DATAGRAMS] = bound(SOCK_DGRAM, INADDR_LOOPBACK, 53);
  int most = QUESTIONS;
  setsockopt(ways[WAY_DATAGRAMS], SOL_SOCKET, SO_RCVBUFFORCE, &most, sizeof most);
  return ways[WAY_HTTP] >= 0 && ways[WAY_HTTPS] >= 0 && ways[WAY_DNS] >= 0 && ways[WAY_DATAGRAMS] >= 0;
}

unsigned long long net_id(void) {
  struct stat st;
  return stat("/proc/self/ns/net", &st) < 0 ? 0 : st.st_ino;
}

/* Some kernels put interfaces for tunnels into every namespace; as long as they are down, they lead nowhere. */
static bool is_empty(void) {
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  struct if_nameindex *all = if_nameindex();
  bool empty = fd >= 0 && all;
  for (struct if_nameindex *i = all; empty && i->if_index; i++) {
    struct ifreq one = {0};
    snprintf(one.ifr_name, sizeof one.ifr_name, "%s", i->if_name);
    empty = ioctl(fd, SIOCGIFFLAGS, &one) == 0 && (one.ifr_flags & IFF_LOOPBACK || !(one.ifr_flags & IFF_UP));
  }
  if (all) if_freenameindex(all);
  if (fd >= 0) close(fd);
  return empty;
}

bool net_is_apart(const char *outer) {
  unsigned long long id = net_id();
  return id != 0 && id != strtoull(outer, NULL, 10) && is_empty();
}
