package dev.drover.pax;

import java.util.Arrays;

/// A header of 512 bytes.
final class PaxBlock {
  private final byte[] bytes;

  PaxBlock(byte[] bytes) {
    this.bytes = bytes;
  }

  boolean isZero() {
    for (byte b : bytes) {
      if (b != 0) {
        return false;
      }
    }
    return true;
  }

  void check() throws PaxRefused {
    long sum = 0;
    for (int i = 0; i < bytes.length; i++) {
      sum += i >= 148 && i < 156 ? ' ' : bytes[i] & 0xff;
    }
    if (number(148, 8) != sum) {
      throw new PaxRefused("the archive is damaged");
    }
  }

  char type() {
    return bytes[156] == 0 ? '0' : (char) (bytes[156] & 0xff);
  }

  byte[] name() {
    var name = text(0, 100);
    var prefix = text(345, 155);
    if (prefix.length == 0 || bytes[262] != 0) {
      return name; // no prefix, or not the format that has one
    }
    var whole = Arrays.copyOf(prefix, prefix.length + 1 + name.length);
    whole[prefix.length] = '/';
    System.arraycopy(name, 0, whole, prefix.length + 1, name.length);
    return whole;
  }

  byte[] link() {
    return text(157, 100);
  }

  private byte[] text(int at, int most) {
    int end = at;
    while (end < at + most && bytes[end] != 0) {
      end++;
    }
    return Arrays.copyOfRange(bytes, at, end);
  }

  /// An octal number, between blanks and up to a NUL.
  long number(int at, int width) throws PaxRefused {
    long value = 0;
    for (byte b : text(at, width)) {
      if (b == ' ') {
        continue;
      }
      if (b < '0' || b > '7') {
        throw new PaxRefused("the archive has an invalid number in a header");
      }
      value = value << 3 | (b - '0');
    }
    return value;
  }
}
