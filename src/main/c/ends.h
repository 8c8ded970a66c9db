/* The line ends of an edited text. */
#ifndef ENDS_H
#define ENDS_H

#include "hand.h"

size_t line_breaks(const char *p, size_t n);

/* For each line of `new`, the last one without an end among them, which line of `old` it stands for.
 * A line that is in both stands for itself. To be freed. */
size_t *line_origins(const char *old, size_t old_n, const char *new, size_t new_n);

#endif
