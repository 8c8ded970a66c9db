/* What the braces of a pattern stand for. */
#ifndef BRACES_H
#define BRACES_H

#include "hand.h"

#define BRACES_MAX 256 /* patterns that the braces of one stand for */

struct patterns {
  char *of[BRACES_MAX];
  int n;
};

/* Adds every reading of `pattern`. False with the error in `r`. */
bool braces_expand(const char *pattern, struct patterns *out, struct result *r);

#endif
