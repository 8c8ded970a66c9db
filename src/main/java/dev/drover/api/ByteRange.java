package dev.drover.api;

import java.util.Optional;
import java.util.regex.Pattern;

/// The part of a content that a request asks for.
///
/// @param from the number of bytes before it
/// @param count its length in bytes; 0 if the content has no such part
/// @see <a href="https://www.rfc-editor.org/rfc/rfc9110#section-14">RFC 9110, 14</a>
record ByteRange(long from, long count) {
  private static final Pattern FORM = Pattern.compile("[ \t]*(\\d{0,18})-(\\d{0,18})[ \t]*");
  private static final String UNIT = "bytes=";

  /// The range that a header names. Empty for the whole content, also if the header is malformed or
  /// names several ranges.
  ///
  /// @param size the length of the content, in bytes
  static Optional<ByteRange> of(String header, long size) {
    if (!header.regionMatches(true, 0, UNIT, 0, UNIT.length())) {
      return Optional.empty();
    }
    var matcher = FORM.matcher(header.substring(UNIT.length()));
    if (!matcher.matches()) {
      return Optional.empty();
    }
    var first = matcher.group(1);
    var last = matcher.group(2);
    if (first.isEmpty()) {
      if (last.isEmpty()) {
        return Optional.empty();
      }
      long count = Math.min(size, Long.parseLong(last));
      return Optional.of(new ByteRange(size - count, count));
    }
    long from = Long.parseLong(first);
    long to = last.isEmpty() ? Long.MAX_VALUE - 1 : Long.parseLong(last);
    if (to < from) {
      return Optional.empty();
    }
    return Optional.of(new ByteRange(from, Math.max(0, Math.min(to + 1, size) - from)));
  }

  /// The value of `content-range`.
  String of(long size) {
    return "bytes %d-%d/%d".formatted(from, from + count - 1, size);
  }
}
