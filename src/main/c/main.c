#include "relay.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* Inside, once, before a server promises sandboxes: what the tools need is there. */
static int probe(const char *outer) {
  if (access("/bin/bash", X_OK) < 0 && access("/usr/bin/bash", X_OK) < 0) {
    fprintf(stderr, "hand: no bash in the sandbox\n");
    return 3;
  }
  if (getpid() != 1 || getuid() != 1000) {
    fprintf(stderr, "hand: namespaces are not as asked for\n");
    return 4;
  }
  if (!net_is_apart(outer)) {
    fprintf(stderr, "hand: the sandbox is not in a network of its own\n");
    return 5;
  }
  return 0;
}

/* On the host: whether a sandbox can have a network whose ports this program has bound. */
static int network(const char *bwrap) {
  int ways[WAYS];
  char *args[] = {"bwrap", "--unshare-user", "--unshare-all", "--share-net", "--disable-userns",
                  "--ro-bind", "/", "/", "--proc", "/proc", "/bin/true", NULL};
  char *environment[] = {NULL}, scratch[64];
  if (net_make() && net_listen(ways)) execve(bwrap, args, environment);
  fprintf(stderr, "hand: %s\n", fs_text(errno, scratch, sizeof scratch));
  return 1;
}

int main(int argc, char **argv) {
  const char *verb = argc > 1 ? argv[1] : "";
  if (strcmp(verb, "launch") == 0) return launch(argc, argv);
  if (strcmp(verb, "serve") == 0) return serve(argc, argv);
  if (strcmp(verb, "image") == 0) return image(argc, argv);
  if (strcmp(verb, "network") == 0) return network(argc > 2 ? argv[2] : "");
  if (strcmp(verb, "probe") == 0) return probe(argc > 2 ? argv[2] : "");
  if (strcmp(verb, "version") == 0) return printf("hand %d\n", PROTOCOL_VERSION) < 0;
  fprintf(stderr, "usage: hand launch|serve|network|probe|version\n");
  return 2;
}
