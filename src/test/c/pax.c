/* The archives of `hand` from outside of a sandbox, built with the sanitizers:
 *   pax pack DIRECTORY [BEFORE AFTER]   to standard output
 *   pax unpack DIRECTORY                from standard input
 *   pax fuzz DIRECTORY SEED ROUNDS      damaged archives; they stay inside DIRECTORY */
#include "pax.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* Names the line, which the sanitizers do not. */
#define abort() (fprintf(stderr, "line %d\n", __LINE__), abort())

static int directory(const char *path) { return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC); }

static int archive = 1; /* where one goes */

static bool write_archive(const void *p, size_t n) { return write_all(archive, p, n); }

static int manifest(const char *path) { return path ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1; }

static int said(bool ok, struct buf *why) {
  if (!ok) fprintf(stderr, "%.*s\n", (int)why->n, why->p);
  buf_free(why);
  return ok ? 0 : 1;
}

static int packs(const char *path, const char *before, const char *after) {
  struct pax_root root = {directory(path), "workspace"};
  struct pack how = {.roots = &root, .n = 1, .write = write_archive, .most = 1ull << 40};
  how.before = manifest(before);
  how.after = manifest(after);
  how.before_name = how.after_name = "one";
  struct packed p;
  struct buf why = {0};
  if (!pack(&how, &p, &why)) return said(false, &why);
  fprintf(stderr, "layer %d files %llu bytes %llu written %llu gone %llu sockets %llu fifos %llu devices %llu "
          "unreadable %llu\n", p.layer, (unsigned long long)p.files, (unsigned long long)p.bytes, (unsigned long long)p.written,
          (unsigned long long)p.gone, (unsigned long long)p.sockets, (unsigned long long)p.fifos,
          (unsigned long long)p.devices, (unsigned long long)p.unreadable);
  return 0;
}

static int unpacks(const char *path) {
  struct pax_root root = {directory(path), "workspace"};
  struct unpacked u;
  struct buf why = {0};
  bool ok = unpack(0, &root, 1, &u, &why);
  if (ok) fprintf(stderr, "files %llu bytes %llu\n", (unsigned long long)u.files, (unsigned long long)u.bytes);
  return said(ok, &why);
}

/* ---- fuzz ---- */

static uint64_t state;

static uint32_t any(uint32_t below) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return (uint32_t)(state >> 32) % below;
}

static void name(char *text, size_t size) {
  static const char *const names[] = {"a", "b", "c", "dd", "e\n", "\xff\xfe", "-", "a b", "..x", "long"};
  snprintf(text, size, "%s%s", names[any(10)], any(4) ? "" : "1");
  if (any(40) == 0) memset(text, 'n', 250), text[250] = 0;
}

static void fill(int dir, int depth) {
  for (uint32_t i = 0, n = any(6); i < n; i++) {
    char own[300], other[300];
    name(own, sizeof own);
    name(other, sizeof other);
    switch (any(6)) {
      case 0: {
        if (depth > 6 || mkdirat(dir, own, 0700) < 0) break;
        int below = openat(dir, own, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        fill(below, depth + 1);
        fchmod(below, any(5) ? 0755 : 0111);
        close(below);
        break;
      }
      case 1: symlinkat(any(2) ? "/" : other, dir, own); break;
      case 2: linkat(dir, other, dir, own, 0); break;
      default: {
        int fd = openat(dir, own, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644);
        char bytes[3000];
        memset(bytes, (int)any(256), sizeof bytes);
        if (fd < 0) break;
        if (any(5) == 0) lseek(fd, any(1 << 20), SEEK_SET);
        if (write(fd, bytes, any(sizeof bytes)) < 0 && errno != EACCES) abort();
        if (any(5) == 0 && ftruncate(fd, any(1 << 20)) < 0) abort();
        fchmod(fd, any(8) ? any(0777) : 04755);
        close(fd);
      }
    }
  }
}

static int scratch(void) { return memfd_create("archive", 0); }

static void packed_again(const char *path, int out, int before, int after, bool expected) {
  struct pax_root root = {directory(path), "workspace"};
  struct pack how = {.roots = &root, .n = 1, .write = write_archive, .most = 1u << 30, .before = before, .after = after};
  archive = out;
  how.before_name = how.after_name = "one";
  struct packed p;
  struct buf why = {0};
  if (pack(&how, &p, &why) != expected) fprintf(stderr, "%.*s\n", (int)why.n, why.p), abort();
  buf_free(&why);
  close(root.fd);
}

static bool unpacked_into(const char *path, int archive) {
  struct pax_root root = {directory(path), "workspace"};
  struct unpacked u;
  struct buf why = {0};
  lseek(archive, 0, SEEK_SET);
  bool ok = unpack(archive, &root, 1, &u, &why);
  if (!ok && why.n == 0) abort();
  buf_free(&why);
  close(root.fd);
  return ok;
}

static void run(const char *command, const char *path) {
  char text[4600];
  snprintf(text, sizeof text, command, path, path);
  if (system(text) != 0) abort();
}

static void mutate(int archive, off_t size) {
  for (uint32_t n = any(4) + 1; n > 0; n--) {
    off_t at = (off_t)any((uint32_t)size);
    char byte = (char)any(256), block[512];
    unsigned sum = 0;
    if (pwrite(archive, &byte, 1, at) != 1) abort();
    at = at / 512 * 512;
    if (any(4) == 0 || pread(archive, block, sizeof block, at) != sizeof block || memcmp(block + 257, "ustar", 5)) continue;
    memset(block + 148, ' ', 8); /* a header that is damaged and fits its sum */
    for (size_t i = 0; i < sizeof block; i++) sum += (unsigned char)block[i];
    snprintf(block + 148, 7, "%06o", sum);
    if (pwrite(archive, block, sizeof block, at) != sizeof block) abort();
  }
  if (any(8) == 0 && ftruncate(archive, (off_t)any((uint32_t)size)) < 0) abort();
}

static bool equal(int a, int b) {
  off_t n = lseek(a, 0, SEEK_END);
  if (n != lseek(b, 0, SEEK_END)) return false;
  char *p = mmap(NULL, (size_t)n, PROT_READ, MAP_SHARED, a, 0);
  char *q = mmap(NULL, (size_t)n, PROT_READ, MAP_SHARED, b, 0);
  bool same = memcmp(p, q, (size_t)n) == 0;
  munmap(p, (size_t)n);
  munmap(q, (size_t)n);
  return same;
}

static void same_again(const char *in, const char *copy) {
  int one = scratch(), other = scratch();
  packed_again(in, one, -1, -1, true);
  packed_again(copy, other, -1, -1, true);
  if (!equal(one, other)) abort();
  close(one), close(other);
}

/* A tree, its archive, and the tree that comes from it: the same. So with a layer after a change, and no
 * damaged archive reaches beyond its bytes. */
static void round_of(const char *in, const char *copy, const char *second, long *taken, long *refused) {
  int stored = scratch(), mark = scratch(), tree = directory(in);
  fill(tree, 0);
  packed_again(in, stored, -1, mark, true);
  if (!unpacked_into(copy, stored)) abort();
  same_again(in, copy);
  run("rm -rf '%s'/d* '%s'/a 2>/dev/null; true", in);
  fill(tree, 0);
  lseek(stored, 0, SEEK_END);
  packed_again(in, stored, mark, mark, true);
  if (!unpacked_into(second, stored)) abort();
  same_again(in, second);
  for (int i = 0; i < 8; i++) {
    mutate(stored, lseek(stored, 0, SEEK_END) + 1);
    *(unpacked_into(copy, stored) ? taken : refused) += 1;
  }
  close(stored), close(mark), close(tree);
}

static int fuzz(const char *path, uint64_t seed, long rounds) {
  char trees[3][4200];
  long taken = 0, refused = 0;
  state = seed * 2654435761u + 1;
  for (; rounds > 0; rounds--) {
    for (int i = 0; i < 3; i++) {
      snprintf(trees[i], sizeof trees[i], "%s/%d", path, i);
      run("mkdir '%s'", trees[i]);
    }
    round_of(trees[0], trees[1], trees[2], &taken, &refused);
    for (int i = 0; i < 3; i++) run("chmod -R u+rwx '%s' && rm -rf '%s'", trees[i]);
  }
  printf("%ld taken, %ld refused\n", taken, refused);
  return taken > 0 && refused > 0 ? 0 : 3;
}

int main(int argc, char **argv) {
  if (argc == 3 && strcmp(argv[1], "pack") == 0) return packs(argv[2], NULL, NULL);
  if (argc == 5 && strcmp(argv[1], "pack") == 0) return packs(argv[2], argv[3], argv[4]);
  if (argc == 3 && strcmp(argv[1], "unpack") == 0) return unpacks(argv[2]);
  if (argc == 5 && strcmp(argv[1], "fuzz") == 0) return fuzz(argv[2], strtoull(argv[3], NULL, 10), atol(argv[4]));
  return 2;
}
