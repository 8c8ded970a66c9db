/* What kind of content a file has, and text in UTF-16. */
#include <stdlib.h>
#include <string.h>

#include "regex.h"

static const struct {
  const char *name, *start;
  size_t n;
  bool sure; /* no text starts so */
} signatures[] = {{"PNG image", "\x89PNG\r\n\x1a\n", 8, true},
                  {"JPEG image", "\xff\xd8\xff", 3, true},
                  {"GIF image", "GIF8", 4, false},
                  {"WebP, WAV or AVI file", "RIFF", 4, false},
                  {"PDF document", "%PDF-", 5, true},
                  {"ZIP archive, Office document or JAR", "PK\3\4", 4, true},
                  {"gzip data", "\x1f\x8b", 2, true},
                  {"bzip2 data", "BZh", 3, false},
                  {"xz data", "\xfd" "7zXZ", 5, true},
                  {"Zstandard data", "\x28\xb5\x2f\xfd", 4, true},
                  {"ELF program or library", "\x7f" "ELF", 4, true},
                  {"SQLite database", "SQLite format 3", 15, true},
                  {"Java class", "\xca\xfe\xba\xbe", 4, true},
                  {"Ogg audio", "OggS", 4, false},
                  {"MP3 audio", "ID3", 3, false},
                  {"Windows program", "MZ", 2, false}};

static int signature(const char *head, size_t n) {
  for (size_t i = 0; i < sizeof signatures / sizeof *signatures; i++) {
    if (n >= signatures[i].n && memcmp(head, signatures[i].start, signatures[i].n) == 0) return (int)i;
  }
  return -1;
}

const char *binary_name(const char *head, size_t n) {
  int i = signature(head, n);
  return i < 0 ? "binary data" : signatures[i].name;
}

static bool is_control(unsigned char c) {
  return (c < 0x20 && !strchr("\t\n\v\f\r\b\033", c)) || c == 0x7f;
}

/* Without a mark, UTF-16 is known by Latin text: every other byte is zero, and the others are not. */
static bool every_other_is_zero(const char *head, size_t n, size_t zero) {
  size_t zeros = 0;
  for (size_t i = 0; i + 1 < n; i += 2) {
    unsigned char other = (unsigned char)head[i + 1 - zero];
    if (other == 0 || is_control(other)) return false;
    zeros += head[i + zero] == 0;
  }
  return n >= 4 && n % 2 == 0 && zeros * 2 * 10 >= n * 9;
}

enum text_kind text_kind(const char *head, size_t n) {
  if (n > HEAD_BYTES) n = HEAD_BYTES;
  if (n >= 4 && memcmp(head, "\xff\xfe\0\0", 4) == 0) return BINARY; /* UTF-32 */
  if (n >= 2 && memcmp(head, "\xff\xfe", 2) == 0) return TEXT_UTF16_LITTLE;
  if (n >= 2 && memcmp(head, "\xfe\xff", 2) == 0) return TEXT_UTF16_BIG;
  int known = signature(head, n);
  if (known >= 0 && signatures[known].sure) return BINARY;
  size_t controls = 0;
  bool zero = false;
  for (size_t i = 0; i < n; i++) {
    zero |= head[i] == 0;
    controls += is_control((unsigned char)head[i]);
  }
  if (zero && every_other_is_zero(head, n, 1)) return TEXT_UTF16_LITTLE;
  if (zero && every_other_is_zero(head, n, 0)) return TEXT_UTF16_BIG;
  return zero || (controls > 4 && controls * 10 > n) ? BINARY : TEXT;
}

static uint32_t unit(const char *p, bool big) {
  unsigned char a = (unsigned char)p[0], b = (unsigned char)p[1];
  return big ? (uint32_t)a << 8 | b : (uint32_t)b << 8 | a;
}

size_t utf16_decode(const char *p, size_t n, bool big, struct buf *out) {
  size_t i = 0;
  while (n - i >= 2) {
    uint32_t c = unit(p + i, big);
    if (c >= 0xd800 && c < 0xdc00) {
      if (n - i < 4) break;
      uint32_t low = unit(p + i + 2, big);
      bool pair = low >= 0xdc00 && low < 0xe000;
      c = pair ? 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00) : 0xfffd;
      i += pair ? 2 : 0;
    } else if (c >= 0xdc00 && c < 0xe000) {
      c = 0xfffd;
    }
    i += 2;
    utf8_put(out, c);
  }
  return i;
}

static void put_unit(struct buf *out, uint32_t u, bool big) {
  char bytes[2] = {(char)(big ? u >> 8 : u), (char)(big ? u : u >> 8)};
  buf_add(out, bytes, 2);
}

void utf16_encode(const char *p, size_t n, bool big, struct buf *out) {
  for (size_t i = 0; i < n;) {
    int used;
    uint32_t c = utf8_char(p + i, n - i, &used);
    i += (size_t)used;
    if (c >= 0x10000) {
      put_unit(out, 0xd800 + ((c - 0x10000) >> 10), big);
      c = 0xdc00 + ((c - 0x10000) & 0x3ff);
    }
    put_unit(out, c, big);
  }
}
