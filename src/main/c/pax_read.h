/* The entries of archives in the pax format, which may be anybody's. */
#ifndef PAX_READ_H
#define PAX_READ_H

#include "pax.h"

struct pax_range {
  uint64_t from, n;
};

struct pax_in {
  int fd;
  uint64_t left; /* of the content of the entry, with what fills its last block */
  struct buf *why;
  bool closed, ended; /* closed: the last block was one that ends an archive */
};

struct pax_item {
  char type;
  struct buf path, link; /* each ends with a NUL that does not count */
  mode_t mode;
  uint64_t size; /* of the content in the archive */
  uint64_t real; /* and of the file that comes from it */
  struct timespec modified;
  bool sparse;
  struct pax_range *ranges; /* of a sparse file: where its content belongs */
  size_t ranges_n;
  struct buf attributes; /* pairs of a name with its NUL, a length and a value */
  struct buf gone;       /* paths, each with its NUL */
};

/* False at the end, or with the reason in `why`. An item that has only `gone` has type 0. */
bool pax_next(struct pax_in *in, struct pax_item *item);
bool pax_content(struct pax_in *in, void *p, size_t n);
void pax_item_free(struct pax_item *item);

#endif
