package dev.drover.api;

import dev.drover.base.Problem;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The headers of a part of a form. The name of the file is what the client sent: browsers escape a
/// quote and line breaks in it, and nothing else.
///
/// @see <a href="https://html.spec.whatwg.org/multipage/form-control-infrastructure.html">HTML</a>
record PartHeaders(String name, Optional<String> filename, Optional<String> contentType) {
  /// A boundary. RFC 2046 allows blanks within it, but no client sends them.
  private static final Pattern BOUNDARY = Pattern.compile("[0-9A-Za-z'()+_,./:=?-]{1,70}");

  private static final Set<String> ENCODINGS = Set.of("binary", "7bit", "8bit");

  /// The boundary of a body.
  ///
  /// @param contentType the header of the request
  /// @throws Problem `INVALID_REQUEST` if this is not a form, or it has no boundary
  static String boundary(@Nullable String contentType) {
    var type = HeaderParameters.of("content-type", contentType == null ? "" : contentType);
    if (!type.word().equals("multipart/form-data")) {
      throw Problem.invalid("content-type: must be multipart/form-data");
    }
    return type.get("boundary")
        .filter(boundary -> BOUNDARY.matcher(boundary).matches())
        .orElseThrow(
            () -> Problem.invalid("content-type: must have a boundary of 1 to 70 characters"));
  }

  /// @param bytes header lines, each with its line break
  static PartHeaders read(byte[] bytes) {
    var text =
        HeaderParameters.utf8(ByteBuffer.wrap(bytes))
            .orElseThrow(
                () -> Problem.invalid("The headers of a part of the multipart body are not UTF-8"));
    var headers = new HashMap<String, String>();
    for (var line : text.split("\r\n", -1)) {
      int colon = line.indexOf(':');
      boolean sound =
          colon > 0
              && HeaderParameters.isToken(line.substring(0, colon))
              && line.chars().noneMatch(c -> c < ' ' && c != '\t');
      if (!line.isEmpty()
          && (!sound
              || headers.put(
                      line.substring(0, colon).toLowerCase(Locale.ROOT),
                      line.substring(colon + 1).strip())
                  != null)) {
        throw malformed();
      }
    }
    var encoding = headers.getOrDefault("content-transfer-encoding", "binary");
    if (!ENCODINGS.contains(encoding.toLowerCase(Locale.ROOT))) {
      throw Problem.invalid(
          "A part of the multipart body is encoded; only binary, 7bit and 8bit are supported");
    }
    return of(headers.getOrDefault("content-disposition", ""), headers.get("content-type"));
  }

  private static PartHeaders of(String value, @Nullable String contentType) {
    var disposition = HeaderParameters.of("content-disposition", value);
    if (!disposition.word().equals("form-data")) {
      throw malformed();
    }
    return new PartHeaders(
        disposition
            .get("name")
            .map(PartHeaders::unescaped)
            .orElseThrow(() -> Problem.invalid("A part of the multipart body has no name")),
        disposition
            .get("filename")
            .map(PartHeaders::unescaped)
            .or(() -> disposition.get("filename*").map(HeaderParameters::extended)),
        Optional.ofNullable(contentType).filter(type -> !type.isEmpty()));
  }

  private static String unescaped(String value) {
    return value.replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n");
  }

  private static Problem malformed() {
    return Problem.invalid("A part of the multipart body has malformed headers");
  }
}
