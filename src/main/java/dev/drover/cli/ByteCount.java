package dev.drover.cli;

import java.util.Locale;

/// Sizes of files, for people.
final class ByteCount {
  private static final String[] UNITS = {"bytes", "KB", "MB", "GB", "TB"};

  private ByteCount() {}

  /// A size with up to three digits, such as `12 KB` and `4.1 MB`.
  static String of(long bytes) {
    if (bytes == 1) {
      return "1 byte";
    }
    double amount = bytes;
    int unit = 0;
    while (amount >= 999.5 && unit < UNITS.length - 1) {
      amount /= 1000;
      unit++;
    }
    boolean whole = unit == 0 || amount >= 9.95;
    return String.format(Locale.ROOT, whole ? "%.0f %s" : "%.1f %s", amount, UNITS[unit]);
  }
}
