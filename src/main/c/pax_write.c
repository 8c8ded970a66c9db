#include "pax_write.h"

#include <errno.h>
#include <string.h>

#define NAME_FIELD 100
#define GONE_BYTES (64u << 10) /* of one header */

/* POSIX, "ustar Interchange Format". */
struct head {
  char name[NAME_FIELD], mode[8], uid[8], gid[8], size[12], mtime[12], sum[8], type, link[NAME_FIELD];
  char magic[6], version[2], uname[32], gname[32], major[8], minor[8], prefix[155], rest[12];
};
_Static_assert(sizeof(struct head) == PAX_BLOCK, "a header is one block");

static void flush(struct pax_out *out) {
  if (!out->error && !out->write(out->bytes, out->n)) out->error = errno ? errno : EIO;
  out->n = 0;
}

void pax_bytes(struct pax_out *out, const void *p, size_t n) {
  const char *at = p;
  if (!out->error && n > out->left) out->error = EFBIG;
  if (out->error) return;
  out->left -= n;
  while (n > 0) {
    size_t room = sizeof out->bytes - out->n, some = n < room ? n : room;
    memcpy(out->bytes + out->n, at, some);
    out->n += some;
    at += some;
    n -= some;
    if (out->n == sizeof out->bytes) flush(out);
  }
}

void pax_pad(struct pax_out *out, uint64_t size) {
  static const char zeros[PAX_BLOCK];
  pax_bytes(out, zeros, (size_t)((PAX_BLOCK - size % PAX_BLOCK) % PAX_BLOCK));
}

/* A record begins with its own length, in decimal, with the digits of the length. */
void pax_record(struct buf *records, const char *key, const char *value, size_t n) {
  size_t rest = strlen(key) + n + 3, digits = 1;
  for (size_t power = 10; rest + digits >= power; power *= 10) digits++;
  buf_format(records, "%zu %s=", rest + digits, key);
  buf_add(records, value, n);
  buf_add(records, "\n", 1);
}

void pax_record_number(struct buf *records, const char *key, uint64_t value) {
  char text[24];
  int n = snprintf(text, sizeof text, "%llu", (unsigned long long)value);
  pax_record(records, key, text, (size_t)n);
}

static void octal(char *field, size_t n, uint64_t value) {
  uint64_t most = ((uint64_t)1 << 3 * (n - 1)) - 1;
  snprintf(field, n, "%0*llo", (int)n - 1, (unsigned long long)(value > most ? most : value));
}

static void head(struct pax_out *out, char type, const char *name, const char *link, const struct pax_entry *e,
                 uint64_t size) {
  struct head h = {0};
  unsigned sum = 0;
  memcpy(h.name, name, strnlen(name, NAME_FIELD));
  if (link) memcpy(h.link, link, strnlen(link, NAME_FIELD));
  octal(h.mode, sizeof h.mode, e ? e->mode : 0644);
  octal(h.uid, sizeof h.uid, 0);
  octal(h.gid, sizeof h.gid, 0);
  octal(h.size, sizeof h.size, size);
  octal(h.mtime, sizeof h.mtime, e && e->seconds > 0 ? (uint64_t)e->seconds : 0);
  memset(h.sum, ' ', sizeof h.sum);
  h.type = type;
  memcpy(h.magic, "ustar", 6);
  memcpy(h.version, "00", 2);
  for (size_t i = 0; i < sizeof h; i++) sum += ((const unsigned char *)&h)[i];
  snprintf(h.sum, sizeof h.sum - 1, "%06o", sum);
  pax_bytes(out, &h, sizeof h);
}

static void records(struct pax_out *out, char type, const char *name, const struct buf *b) {
  head(out, type, name, NULL, NULL, b->n);
  pax_bytes(out, b->p, b->n);
  pax_pad(out, b->n);
}

/* As a decimal number; a time before 1970 has a sign, and a fraction that counts upwards in size. */
static void time_record(struct buf *b, int64_t seconds, int64_t nanoseconds) {
  char text[40];
  bool negative = seconds < 0;
  uint64_t whole = negative ? (uint64_t) - (seconds + 1) : (uint64_t)seconds;
  uint64_t part = negative ? (uint64_t)(1000000000 - nanoseconds) : (uint64_t)nanoseconds;
  if (part == 1000000000) {
    part = 0;
    whole++;
  }
  int n = snprintf(text, sizeof text, "%s%llu.%09llu", negative ? "-" : "", (unsigned long long)whole,
                   (unsigned long long)part);
  pax_record(b, "mtime", text, (size_t)n);
}

/* What the old fields hold without doubt. */
static bool is_plain(const char *path) {
  size_t n = strlen(path);
  for (size_t i = 0; i < n; i++) {
    if ((unsigned char)path[i] < ' ' || (unsigned char)path[i] > '~') return false;
  }
  return n < NAME_FIELD;
}

static void write_gone(struct pax_out *out) {
  if (out->gone.n) records(out, PAX_OF_ALL, "gone", &out->gone);
  out->gone.n = 0;
}

void pax_head(struct pax_out *out, const struct pax_entry *e) {
  struct buf b = {0};
  write_gone(out); /* room for this entry */
  time_record(&b, e->seconds, e->nanoseconds);
  if (!is_plain(e->path)) pax_record(&b, "path", e->path, strlen(e->path));
  if (e->link && !is_plain(e->link)) pax_record(&b, "linkpath", e->link, strlen(e->link));
  if (e->size >= (uint64_t)1 << 33) pax_record_number(&b, "size", e->size);
  buf_add(&b, e->records.p, e->records.n);
  records(out, PAX_OF_ONE, "pax", &b);
  buf_free(&b);
  head(out, e->type, e->path, e->link, e, e->size);
}

void pax_gone(struct pax_out *out, const char *path, size_t n) {
  pax_record(&out->gone, PAX_GONE, path, n);
  if (out->gone.n > GONE_BYTES) write_gone(out);
}

void pax_end(struct pax_out *out) {
  static const char zeros[2 * PAX_BLOCK];
  write_gone(out);
  pax_bytes(out, zeros, sizeof zeros);
  flush(out);
}

void pax_out_free(struct pax_out *out) { buf_free(&out->gone); }
