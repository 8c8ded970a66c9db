/* listen SOCKET COMMAND…: listens on a socket in the file system as file descriptor 3, and becomes COMMAND.
 * The socket gets its name when it listens, so a client that sees it can connect. */
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int main(int argc, char **argv) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (argc < 3) return 2;
  if (snprintf(address.sun_path, sizeof address.sun_path, "%s.new", argv[1]) >= (int)sizeof address.sun_path) return 2;
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, 4) < 0 ||
      rename(address.sun_path, argv[1]) < 0 ||
      (fd != 3 && (dup2(fd, 3) < 0 || close(fd) < 0))) {
    perror("listen");
    return 1;
  }
  execvp(argv[2], argv + 2);
  perror(argv[2]);
  return 127;
}
