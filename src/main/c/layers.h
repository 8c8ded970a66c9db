/* The packages of an environment that are parts of the system: what apt has unpacked, shown together with the host's
 * own directories. */
#ifndef LAYERS_H
#define LAYERS_H

#include <stdbool.h>

#define LAYER_OPT_MAX 32

struct layers { /* on the host; NULL: there is none, and the host's own is shown */
  const char *usr, *etc, *lib, *cache; /* of /usr, /etc, /var/lib and /var/cache */
  const char *opt[LAYER_OPT_MAX], *opt_names[LAYER_OPT_MAX];
  int opt_n;
};

/* Whether a template has such packages. */
bool layers_exist(const char *packages);

/* Mounts them in a namespace that only this process is in, on directories of the template. What `binds` names in the
 * host's /etc and in the template's is joined, and becomes NULL there. False: errno says why. */
bool layers_mount(struct layers *layers, const char *packages, const char *etc, const char **binds, int binds_n);

#endif
