#include "hand.h"

#include <string.h>
#include <unistd.h>

/* Inside, once, before a server promises sandboxes: what the tools need is there. */
static int probe(void) {
  if (access("/bin/bash", X_OK) < 0 && access("/usr/bin/bash", X_OK) < 0) {
    fprintf(stderr, "hand: no bash in the sandbox\n");
    return 3;
  }
  if (getpid() != 1 || getuid() != 1000) {
    fprintf(stderr, "hand: namespaces are not as asked for\n");
    return 4;
  }
  return 0;
}

int main(int argc, char **argv) {
  const char *verb = argc > 1 ? argv[1] : "";
  if (strcmp(verb, "launch") == 0) return launch(argc, argv);
  if (strcmp(verb, "serve") == 0) return serve(argc, argv);
  if (strcmp(verb, "image") == 0) return image(argc, argv);
  if (strcmp(verb, "probe") == 0) return probe();
  if (strcmp(verb, "version") == 0) return printf("hand %d\n", PROTOCOL_VERSION) < 0;
  fprintf(stderr, "usage: hand launch|serve|probe|version\n");
  return 2;
}
