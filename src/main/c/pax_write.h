/* The bytes of an archive in the pax format. */
#ifndef PAX_WRITE_H
#define PAX_WRITE_H

#include "pax.h"

enum { PAX_FILE = '0', PAX_HARD_LINK = '1', PAX_LINK = '2', PAX_DIRECTORY = '5', PAX_OF_ONE = 'x', PAX_OF_ALL = 'g' };

struct pax_out {
  bool (*write)(const void *p, size_t n);
  int error; /* nothing is written any more */
  uint64_t left; /* bytes that may be written */
  char bytes[1 << 16];
  size_t n;
  struct buf gone; /* records of what is to be removed */
};

struct pax_entry {
  char type;
  const char *path, *link; /* link: NULL if it is none */
  mode_t mode;
  uint64_t size; /* of what follows */
  int64_t seconds, nanoseconds;
  struct buf records; /* further ones */
};

void pax_record(struct buf *records, const char *key, const char *value, size_t n);
void pax_record_number(struct buf *records, const char *key, uint64_t value);
void pax_head(struct pax_out *out, const struct pax_entry *e);
/* With its attributes; `changing` counts it when it became shorter meanwhile. */
void pax_file(struct pax_out *out, int fd, const struct stat *st, struct pax_entry *e, uint64_t *changing);
void pax_attributes(int fd, struct buf *records);
void pax_bytes(struct pax_out *out, const void *p, size_t n);
void pax_pad(struct pax_out *out, uint64_t size); /* after so many bytes of content */
void pax_gone(struct pax_out *out, const char *path, size_t n);
void pax_end(struct pax_out *out);
void pax_out_free(struct pax_out *out);

#endif
