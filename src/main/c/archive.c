/* The operations that pack and unpack: all that outlives a sandbox, or what one path names. */
#include "pax.h"
#include "transfer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PIECE 65531 /* of a record */

/* What the tree was like at the last two archives. The first process holds them, and each operation fills the
 * one that its archive is not a layer on. */
static int manifests[] = {-1, -1};

void archives_setup(void) {
  for (int i = 0; i < 2; i++) {
    manifests[i] = sys_memfd("manifest");
    if (manifests[i] >= 0) fcntl(manifests[i], F_SETFD, FD_CLOEXEC);
  }
}

/* Furnished again in every sandbox: what others write, such as uploads and memory stores. */
static const int kept[] = {WORKSPACE, USER, OUTPUTS, TOOL_OUTPUTS};
enum { KEPT = sizeof kept / sizeof *kept };

static void open_kept(struct pax_root *roots) {
  for (int i = 0; i < KEPT; i++) {
    const struct directory *d = &directories[kept[i]];
    roots[i] = (struct pax_root){open(d->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), d->disk};
    if (roots[i].fd < 0) end_with_errno(errno);
  }
}

static bool write_data(const void *p, size_t n) {
  for (const char *at = p; n > 0;) {
    size_t some = n < PIECE ? n : PIECE;
    record(RECORD_DATA, at, some);
    record_flush();
    at += some;
    n -= some;
  }
  return true;
}

static void find_path(const char *path, struct place *place) {
  struct result r = {0};
  if (find_place("copy", path, place, &r)) return;
  buf_add(&r.text, "", 1);
  end_with(FAILED, r.text.p);
}

/* One alone: the manifests belong to it. */
static void lock_manifests(void) {
  struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  if (manifests[0] < 0 || manifests[1] < 0) return;
  if (fcntl(manifests[0], F_SETLK, &whole) < 0) end_with(FAILED, "another archive is being made");
}

static bool is_named(int manifest, const char *name) {
  struct manifest_head head;
  return pread(manifest, &head, sizeof head, 0) == sizeof head && strncmp(head.name, name, sizeof head.name) == 0;
}

static void choose_manifests(struct pack *how, const struct request *q) {
  bool first = *q->f[2].p && is_named(manifests[0], q->f[2].p);
  lock_manifests();
  how->before = *q->f[2].p ? manifests[!first] : -1;
  how->after = manifests[first];
  how->before_name = q->f[2].p;
  how->after_name = q->f[3].p;
}

_Noreturn static void packed_text(const struct packed *p) {
  struct buf text = {0};
  buf_format(&text, "%d %llu %llu %llu %llu %llu %llu %llu %llu %llu %llu", p->layer, (unsigned long long)p->files,
             (unsigned long long)p->bytes, (unsigned long long)p->written, (unsigned long long)p->gone,
             (unsigned long long)p->sockets, (unsigned long long)p->fifos, (unsigned long long)p->devices,
             (unsigned long long)p->unreadable, (unsigned long long)p->deep, (unsigned long long)p->changing);
  record(RECORD_PACKED, text.p, text.n);
  end_with(FINE, "");
}

void transfer_pack(const struct request *q) {
  const char *path = q->f[0].p;
  struct pax_root roots[KEPT];
  struct pack how = {.roots = roots, .n = KEPT, .write = write_data, .most = strtoull(q->f[1].p, NULL, 10)};
  struct place place;
  struct packed packed;
  struct buf why = {0};
  how.before = how.after = -1;
  if (*path) {
    find_path(path, &place);
    roots[0].fd = open_place(&place, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
    roots[0].name = strrchr(place.path, '/') + 1;
    how.n = 1;
    if (roots[0].fd < 0) end_with_errno(errno);
  } else {
    open_kept(roots);
    choose_manifests(&how, q);
  }
  if (pack(&how, &packed, &why)) packed_text(&packed);
  buf_add(&why, "", 1);
  end_with(FAILED, why.p);
}

_Noreturn static void end_without_directory(const char *path) {
  struct buf why = {0};
  buf_format(&why, "%s is not a directory", path);
  buf_add(&why, "", 1);
  end_with(FAILED, why.p);
}

static int open_target(const char *path) {
  struct place place;
  const char *leaf;
  find_path(path, &place);
  if (place.read_only) end_with_errno(EROFS);
  int fd = open_place(&place, O_RDONLY | O_DIRECTORY, 0);
  if (fd < 0 && errno == ENOTDIR) end_without_directory(path);
  if (fd >= 0 || errno != ENOENT) return fd;
  int parent = open_parent(&place, true, &leaf);
  if (parent < 0 || mkdirat(parent, leaf, 0755) < 0) return -1;
  return open_place(&place, O_RDONLY | O_DIRECTORY, 0);
}

void transfer_unpack(const struct request *q) {
  const char *path = q->f[0].p;
  struct pax_root roots[KEPT];
  struct unpacked unpacked;
  struct buf why = {0};
  if (*path) {
    roots[0] = (struct pax_root){open_target(path), ""};
    if (roots[0].fd < 0) end_with_errno(errno);
  } else {
    open_kept(roots);
  }
  if (unpack(transfer_in, roots, *path ? 1 : KEPT, &unpacked, &why)) end_with(FINE, "");
  buf_add(&why, "", 1);
  end_with(FAILED, why.p);
}
