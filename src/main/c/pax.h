/* Trees of files as archives in the pax format. Both directions work on descriptors, follow no link, and
 * need one descriptor however deep a tree is. */
#ifndef PAX_H
#define PAX_H

#include "hand.h"

#define PAX_BLOCK 512
#define PAX_GONE "DROVER.gone" /* a global record: this path of an earlier archive is to be removed */
#define PAX_XATTR "SCHILY.xattr."
#define PAX_XATTRS_MAX (64u << 10) /* bytes of all attributes of an entry */
#define PAX_RECORDS_MAX (1u << 20) /* bytes of the records of one entry */
#define PAX_PATH_MAX (256u << 10)
#define PAX_RANGES_MAX 4096 /* stretches of data in a sparse file; what follows counts as data */
#define PAX_ENTRIES_MAX 1000000

/* A tree, and what its paths begin with in the archive. An empty name: with nothing. */
struct pax_root {
  int fd; /* a directory, or for pack also a regular file */
  const char *name;
};

struct packed {
  bool layer;            /* only what differs from the manifest `before` */
  uint64_t files, bytes; /* of the whole tree: its entries, and what its regular files hold */
  uint64_t written, gone; /* entries in the archive, and paths that are to be removed */
  uint64_t sockets, fifos, devices, unreadable, deep, changing; /* what is not kept, or not whole */
};

struct pack {
  const struct pax_root *roots;
  size_t n;
  bool (*write)(const void *p, size_t n); /* takes the archive; false with errno */
  uint64_t most;                          /* bytes of the archive */
  /* What the tree was at an earlier time, and what it is now, in files that pack has made; -1 for none. */
  int before, after;
  const char *before_name, *after_name; /* what they are called: of MANIFEST_NAME bytes at most */
};

struct unpacked {
  uint64_t files, bytes;
};

/* False with the reason in `why`. */
bool pack(const struct pack *how, struct packed *packed, struct buf *why);
/* Archives may follow each other: the layers of a tree, the oldest first. What is there already is replaced,
 * but a directory that holds something only by a directory. */
bool unpack(int in, const struct pax_root *roots, size_t n, struct unpacked *unpacked, struct buf *why);

/* ---- manifest.c: by what a change of an entry is seen ---- */
struct mark {
  uint64_t inode, size;
  int64_t modified, modified_ns, changed, changed_ns;
  uint32_t mode, path_n;
};
#define MANIFEST_NAME 63
struct manifest_head {
  char name[MANIFEST_NAME + 1];
  int64_t taken, taken_ns; /* when the tree was looked at */
};
struct manifest {
  struct buf bytes;
  struct manifest_head head;
  size_t *at;              /* of each mark, in the order in which a tree is walked */
  bool *seen;
  uint32_t *slots;
  size_t n, slots_n;
};
#define NOT_FOUND SIZE_MAX
void manifest_start(struct manifest *m, const char *name);
void manifest_add(struct manifest *m, const struct stat *st, const char *path, size_t n);
bool manifest_write(const struct manifest *m, int fd);
bool manifest_load(struct manifest *m, int fd, const char *name); /* false: there is none of that name */
size_t manifest_find(const struct manifest *m, const char *path, size_t n);
struct mark manifest_mark(const struct manifest *m, size_t i, const char **path);
bool manifest_same(const struct manifest *m, size_t i, const struct stat *st);
void manifest_free(struct manifest *m);

#endif
