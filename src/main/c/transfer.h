/* What the operations on the session's files share. A host asks for one by name of a root and a path
 * below it; each runs in a child, reads what the host sends from `transfer_in`, and writes records. */
#ifndef TRANSFER_H
#define TRANSFER_H

#include "hand.h"

#define NAME_MAX_BYTES 255
#define MEMORY_ROOT "memory/" /* then the name of a store */

/* A record: u8 kind, u32 length, bytes; numbers are big-endian. The last one is RECORD_END; without it the
 * operation came to no end. */
enum {
  RECORD_DATA = 'D',
  RECORD_ENTRY = 'E',   /* a stamp, u8 flags, the path below the root */
  RECORD_LISTING = 'L', /* the cookie of the entries that follow, u8: 1 if some are missing */
  RECORD_STAMP = 'S',
  RECORD_FILE = 'F',   /* the end of one of several files: u8 outcome, text */
  RECORD_PACKED = 'P', /* the numbers of an archive, in decimal, separated by blanks */
  RECORD_END = 'X' /* u8 outcome, text */
};

enum outcome {
  FINE,
  FAILED,    /* the text says why */
  MISSING,   /* no such root or path */
  DIFFERENT, /* from what the host expects; nothing was done, or while it was read */
  UNFIT,     /* not a regular file */
  TOO_LARGE,
  DENIED,
  NO_ROOM,
  UNCHANGED /* the host knows the listing */
};

#define STAMP_BYTES 40
#define COOKIE_BYTES 16
#define ENTRY_CLOSED 1 /* a directory that was not looked into */
#define TEMPORARY ".drover-" /* how the names of unfinished files begin */
bool is_temporary(const char *name); /* one of an unfinished file; no listing has it */

extern int transfer_in;
void record(int kind, const void *p, size_t n);
void record_flush(void);
_Noreturn void end_with(enum outcome outcome, const char *text);
enum outcome outcome_of(int error, char *text, size_t size); /* the one that fits, and its text */
_Noreturn void end_with_errno(int error);

void u64_put(unsigned char *at, uint64_t n);
/* What changes whenever the file does: size, inode, times, mode, names. */
void stamp_of(const struct stat *st, unsigned char stamp[STAMP_BYTES]);

bool root_named(const char *name, char *path, size_t size);
bool place_at(const char *root, const char *path, struct place *place); /* of a path below it */
/* The place that the first two fields name; ends the process when there can be none. */
void place_below(const struct request *q, struct place *place);

struct sha256 {
  uint32_t h[8];
  uint64_t n;
  unsigned char rest[64];
};
void sha256_start(struct sha256 *s);
void sha256_add(struct sha256 *s, const void *p, size_t n);
void sha256_hex(struct sha256 *s, char hex[65]); /* ends it */

/* Fields: root, cookie or nothing. Every entry below the root, unless the cookie still holds. */
void transfer_tree(const struct request *q);
/* Fields: root, path, the expected stamp or nothing, bytes at most. The stamp, then the content. */
void transfer_get(const struct request *q);
/* Fields: root, bytes at most, then for each file a u32 length, the path, and the expected stamp. For each of them
 * what `transfer_get` answers, with RECORD_FILE for the end. */
void transfer_get_all(const struct request *q);
/* Fields: root, path, mode in octal, bytes, what it replaces: `any`, `absent`, or a SHA-256 in hexadecimal.
 * Takes the content; the stamp of the new file. All or nothing; missing directories are made. */
void transfer_put(const struct request *q);
/* Fields: root, path, what it removes: `any` or a SHA-256. Directories that become empty go as well. */
void transfer_remove(const struct request *q);
/* Fields: a path, or nothing for all that outlives the sandbox; bytes at most; the name of an earlier archive of
 * the latter, or nothing; the name of this one. The archive, then its numbers. */
void transfer_pack(const struct request *q);
/* Fields: a path, or nothing. Takes archives; those of all that outlives a sandbox belong in a new one. */
void transfer_unpack(const struct request *q);
void archives_setup(void); /* in the first process */

#endif
