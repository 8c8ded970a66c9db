/* What the tools on single files share. */
#ifndef FILES_H
#define FILES_H

#include <sys/stat.h>

#include "regex.h"

/* Opens a regular file or a directory for reading; a FIFO or a device neither blocks nor passes. */
int open_file(const char *tool, const char *given, const struct place *place, struct stat *st,
              struct result *r);
/* Makes `content` what the file holds, and makes the file and its directories when they are missing.
 * How many names the file has; 0 with the error in `r`. */
long store(const char *tool, const char *given, const struct place *place, const char *content, size_t n,
           struct result *r);

#endif
