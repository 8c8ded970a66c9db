#include "pax_read.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAP_MAX (PAX_RANGES_MAX * 44u)

static bool wrong(struct pax_in *in, const char *what) {
  buf_format(in->why, "not an archive: %s", what);
  return false;
}

static bool bytes(struct pax_in *in, void *p, size_t n) {
  char *at = p;
  while (n > 0) {
    ssize_t got = read(in->fd, at, n);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return wrong(in, "it ends within an entry");
    at += got;
    n -= (size_t)got;
  }
  return true;
}

bool pax_content(struct pax_in *in, void *p, size_t n) {
  if (n > in->left) return wrong(in, "an entry is shorter than it says");
  in->left -= n;
  return bytes(in, p, n);
}

static bool skip(struct pax_in *in) {
  char chunk[1 << 16];
  while (in->left > 0) {
    if (!pax_content(in, chunk, in->left < sizeof chunk ? (size_t)in->left : sizeof chunk)) return false;
  }
  return true;
}

static uint64_t padded(uint64_t n) { return (n + PAX_BLOCK - 1) / PAX_BLOCK * PAX_BLOCK; }

/* ---- numbers ---- */

static bool octal(const char *p, size_t n, uint64_t *value) {
  size_t i = 0;
  while (i < n && p[i] == ' ') i++;
  for (*value = 0; i < n && p[i] >= '0' && p[i] <= '7'; i++) *value = *value << 3 | (uint64_t)(p[i] - '0');
  return i == n || p[i] == 0 || p[i] == ' ';
}

static bool decimal(const char *p, size_t n, uint64_t most, uint64_t *value) {
  *value = 0;
  for (size_t i = 0; i < n; i++) {
    uint64_t digit = (uint64_t)(p[i] - '0');
    if (p[i] < '0' || p[i] > '9' || digit > most || *value > (most - digit) / 10) return false;
    *value = *value * 10 + digit;
  }
  return n > 0 && n < 20;
}

static bool moment(const char *p, size_t n, struct timespec *time) {
  bool negative = n > 0 && p[0] == '-';
  if (negative) p++, n--;
  const char *dot = memchr(p, '.', n);
  size_t whole = dot ? (size_t)(dot - p) : n;
  uint64_t seconds, part = 0;
  if (!decimal(p, whole, INT64_MAX / 2, &seconds)) return false;
  size_t digits = 0;
  for (size_t i = whole + 1; i < n; i++) {
    if (p[i] < '0' || p[i] > '9') return false;
    if (digits < 9) part = part * 10 + (uint64_t)(p[i] - '0'), digits++;
  }
  for (; digits < 9; digits++) part *= 10;
  time->tv_sec = negative ? -(time_t)seconds - (part > 0) : (time_t)seconds;
  time->tv_nsec = (long)(negative && part ? 1000000000 - part : part);
  return true;
}

/* ---- records ---- */

static bool text(struct pax_in *in, struct buf *into, const char *p, size_t n) {
  if (n >= PAX_PATH_MAX || memchr(p, 0, n)) return wrong(in, "a name has a null character or is too long");
  into->n = 0;
  buf_add(into, p, n);
  buf_add(into, "", 1);
  into->n--;
  return true;
}

static bool attribute(struct pax_in *in, struct pax_item *item, const char *key, size_t key_n, const char *p,
                      size_t n) {
  if (item->attributes.n + key_n + n > 2 * PAX_XATTRS_MAX) return wrong(in, "an entry has too many attributes");
  uint32_t length = (uint32_t)n;
  buf_add(&item->attributes, key, key_n);
  buf_add(&item->attributes, "", 1);
  buf_add(&item->attributes, &length, sizeof length);
  buf_add(&item->attributes, p, n);
  return true;
}

/* What the records say and the header does not. */
struct said {
  bool path, link, size, modified, real, major, minor;
};

static bool is(const char *key, size_t n, const char *name) { return strlen(name) == n && memcmp(key, name, n) == 0; }

static bool record(struct pax_in *in, struct pax_item *item, struct said *said, bool all, const char *key, size_t k,
                   const char *p, size_t n) {
  static const char user[] = PAX_XATTR "user.";
  uint64_t one;
  if (all) {
    if (!is(key, k, PAX_GONE)) return true;
    if (n == 0 || n >= PAX_PATH_MAX || memchr(p, 0, n)) return wrong(in, "a path that is to be removed");
    buf_add(&item->gone, p, n);
    buf_add(&item->gone, "", 1);
    return true;
  }
  if (is(key, k, "path")) return said->real || (said->path = text(in, &item->path, p, n));
  if (is(key, k, "GNU.sparse.name")) return said->real = said->path = text(in, &item->path, p, n);
  if (is(key, k, "linkpath")) return said->link = text(in, &item->link, p, n);
  if (is(key, k, "size")) {
    return (said->size = decimal(p, n, INT64_MAX - PAX_BLOCK, &item->size)) || wrong(in, "a size");
  }
  if (is(key, k, "mtime")) return (said->modified = moment(p, n, &item->modified)) || wrong(in, "a time");
  if (is(key, k, "GNU.sparse.major")) {
    return (said->major = decimal(p, n, 1, &one) && one == 1) || wrong(in, "a sparse file of an old form");
  }
  if (is(key, k, "GNU.sparse.minor")) {
    return (said->minor = decimal(p, n, 1, &one) && one == 0) || wrong(in, "a sparse file of an old form");
  }
  if (is(key, k, "GNU.sparse.realsize")) return decimal(p, n, INT64_MAX, &item->real) || wrong(in, "a size");
  if (k > sizeof user - 1 && memcmp(key, user, sizeof user - 1) == 0 && !memchr(key, 0, k)) {
    return attribute(in, item, key + sizeof PAX_XATTR - 1, k - (sizeof PAX_XATTR - 1), p, n);
  }
  return true;
}

/* Each is "LENGTH KEY=VALUE\n", and the length is that of all of it. */
static bool records(struct pax_in *in, struct pax_item *item, struct said *said, bool all, uint64_t size) {
  if (size > PAX_RECORDS_MAX) return wrong(in, "the records of an entry are too long");
  struct buf b = {0};
  b.p = must(malloc((size_t)size + 1));
  bool ok = pax_content(in, b.p, (size_t)size) && skip(in);
  for (size_t at = 0; ok && at < size;) {
    const char *p = b.p + at, *blank = memchr(p, ' ', (size_t)size - at);
    uint64_t n;
    const char *equals = NULL;
    if (blank && decimal(p, (size_t)(blank - p), size - at, &n) && n > (uint64_t)(blank - p) + 1 && p[n - 1] == '\n') {
      equals = memchr(blank + 1, '=', (size_t)n - (size_t)(blank - p) - 1);
    }
    if (!equals) {
      ok = wrong(in, "a record");
      break;
    }
    ok = record(in, item, said, all, blank + 1, (size_t)(equals - blank) - 1, equals + 1,
                (size_t)(p + n - 1 - (equals + 1)));
    at += (size_t)n;
  }
  buf_free(&b);
  return ok;
}

/* ---- sparse files ---- */

static bool map_number(struct pax_in *in, struct buf *map, size_t *at, uint64_t *value) {
  char *end;
  while (!(end = map->n > *at ? memchr(map->p + *at, '\n', map->n - *at) : NULL)) {
    char block[PAX_BLOCK];
    if (map->n > MAP_MAX || in->left < sizeof block) return wrong(in, "the map of a sparse file");
    if (!pax_content(in, block, sizeof block)) return false;
    buf_add(map, block, sizeof block);
  }
  bool ok = decimal(map->p + *at, (size_t)(end - map->p) - *at, INT64_MAX, value);
  *at = (size_t)(end - map->p) + 1;
  return ok || wrong(in, "the map of a sparse file");
}

/* The map is the first part of the content, in whole blocks. */
static bool sparse(struct pax_in *in, struct pax_item *item) {
  struct buf map = {0};
  size_t at = 0;
  uint64_t n = 0, end = 0, all = 0;
  bool ok = map_number(in, &map, &at, &n) && (n <= PAX_RANGES_MAX + 1 || wrong(in, "the map of a sparse file"));
  item->ranges = ok ? must(calloc((size_t)n + 1, sizeof *item->ranges)) : NULL;
  for (size_t i = 0; ok && i < n; i++) {
    struct pax_range *r = &item->ranges[item->ranges_n++];
    ok = map_number(in, &map, &at, &r->from) && map_number(in, &map, &at, &r->n);
    bool fits = ok && r->from >= end && r->n <= item->real && r->from <= item->real - r->n;
    if (ok && !fits) ok = wrong(in, "the map of a sparse file");
    end = r->from + r->n;
    all += ok ? r->n : 0;
  }
  if (ok && all != item->size - (item->size < map.n ? item->size : map.n)) ok = wrong(in, "the map of a sparse file");
  item->size = all;
  buf_free(&map);
  return ok;
}

/* ---- headers ---- */

static bool checked(const char *head) {
  uint64_t said;
  unsigned sum = 0;
  for (size_t i = 0; i < PAX_BLOCK; i++) sum += i >= 148 && i < 156 ? ' ' : (unsigned char)head[i];
  return octal(head + 148, 8, &said) && said == sum;
}

static bool head_name(struct pax_in *in, struct pax_item *item, const char *head) {
  char name[257];
  size_t prefix = memcmp(head + 257, "ustar\0", 6) == 0 ? strnlen(head + 345, 155) : 0;
  int n = snprintf(name, sizeof name, "%.*s%s%.*s", (int)prefix, head + 345, prefix ? "/" : "",
                   (int)strnlen(head, 100), head);
  return text(in, &item->path, name, (size_t)n);
}

/* What the records of the entry have not said. */
static bool complete(struct pax_in *in, struct pax_item *item, const struct said *said, const char *head,
                     uint64_t size) {
  uint64_t mode, time;
  if (!octal(head + 100, 8, &mode)) return wrong(in, "a mode");
  item->mode = (mode_t)(mode & 07777);
  if (!said->path && !head_name(in, item, head)) return false;
  if (!said->link && !text(in, &item->link, head + 157, strnlen(head + 157, 100))) return false;
  if (!said->modified) {
    if (!octal(head + 136, 12, &time)) return wrong(in, "a time");
    item->modified = (struct timespec){(time_t)time, 0};
  }
  if (!said->size) item->size = size;
  item->sparse = said->major && said->minor && said->real;
  bool file = item->type == '0' || item->type == 0;
  if (item->type == 0) item->type = '0';
  in->left = file ? padded(item->size) : 0;
  if (!file) item->size = 0;
  if (!item->sparse) item->real = item->size;
  return !item->sparse || !file || sparse(in, item);
}

/* Blocks of nulls end an archive; another one may follow. */
static bool next_head(struct pax_in *in, char *head) {
  static const char nulls[PAX_BLOCK];
  do {
    ssize_t n;
    while ((n = read(in->fd, head, 1)) < 0 && errno == EINTR) {
    }
    if (n <= 0) {
      in->ended = true;
      return (n == 0 && in->closed) || wrong(in, n < 0 ? "it cannot be read" : "it has no end");
    }
    if (!bytes(in, head + 1, PAX_BLOCK - 1)) return false;
    in->closed = memcmp(head, nulls, PAX_BLOCK) == 0;
  } while (in->closed);
  return checked(head) || wrong(in, "a header");
}

bool pax_next(struct pax_in *in, struct pax_item *item) {
  char head[PAX_BLOCK];
  struct said said = {0};
  pax_item_free(item);
  while (skip(in) && next_head(in, head) && !in->ended) {
    uint64_t size;
    char type = head[156];
    if (!octal(head + 124, 12, &size)) return wrong(in, "a size");
    if (type != 'x' && type != 'g') {
      item->type = type;
      return complete(in, item, &said, head, size);
    }
    in->left = padded(size);
    if (!records(in, item, &said, type == 'g', size)) return false;
    if (item->gone.n) return true; /* before what follows it */
  }
  return false;
}

void pax_item_free(struct pax_item *item) {
  buf_free(&item->path);
  buf_free(&item->link);
  buf_free(&item->attributes);
  buf_free(&item->gone);
  free(item->ranges);
  *item = (struct pax_item){0};
}
