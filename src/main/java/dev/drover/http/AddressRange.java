package dev.drover.http;

import dev.drover.base.Problem;
import java.net.InetAddress;

/// A range of addresses that begin with the same bits, such as `10.0.0.0/8`.
///
/// @param bits the number of bits of `base` that all addresses of the range have
public record AddressRange(InetAddress base, int bits) {
  /// @throws Problem `INVALID_REQUEST` if it is not an address, or a range with a length that fits
  public AddressRange {
    if (bits < 0 || bits > base.getAddress().length * 8) {
      throw Problem.invalid("an address range must be ADDRESS or ADDRESS/BITS");
    }
  }

  /// @param text `ADDRESS` or `ADDRESS/BITS`
  /// @throws Problem `INVALID_REQUEST` if it is neither
  public static AddressRange of(String text) {
    int slash = text.indexOf('/');
    try {
      var base = HostName.literal(slash < 0 ? text : text.substring(0, slash));
      int all = base.getAddress().length * 8;
      return new AddressRange(base, slash < 0 ? all : Integer.parseInt(text.substring(slash + 1)));
    } catch (IllegalArgumentException _) {
      throw Problem.invalid("an address range must be ADDRESS or ADDRESS/BITS, not " + text);
    }
  }

  /// Whether the range has a single address.
  boolean isSingle() {
    return bits == base.getAddress().length * 8;
  }

  boolean contains(InetAddress address) {
    var mine = base.getAddress();
    var other = address.getAddress();
    if (mine.length != other.length) {
      return false;
    }
    for (int bit = 0; bit < bits; bit += 8) {
      int counted = Math.min(8, bits - bit);
      int mask = 0xff << (8 - counted);
      if (((mine[bit / 8] ^ other[bit / 8]) & mask & 0xff) != 0) {
        return false;
      }
    }
    return true;
  }
}
