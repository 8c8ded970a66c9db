package dev.drover.gateway;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// The head of an HTTP/1 request, read so strictly that no two servers read it differently.
///
/// @param minor of the version: 0 or 1
/// @param length of the body, or [#CHUNKED]
/// @see <a href="https://www.rfc-editor.org/rfc/rfc9112">RFC 9112</a>
record RequestHead(String method, String target, int minor, List<Field> fields, long length) {
  /// A body in chunks.
  static final long CHUNKED = -1;

  private static final int MOST = 64 * 1024;
  private static final int MOST_FIELDS = 200;
  private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
  private static final Pattern REQUEST =
      Pattern.compile("(" + TOKEN + ") ([!-~]+) HTTP/1\\.([01])");
  private static final Pattern FIELD =
      Pattern.compile(
          "("
              + TOKEN
              + "):[ \t]*((?:[!-~\\x80-\\xff](?:[\t -~\\x80-\\xff]*[!-~\\x80-\\xff])?)?)[ \t]*");
  private static final Pattern LENGTH = Pattern.compile("[0-9]{1,18}");

  /// A header field, with its name in lower case.
  record Field(String name, String value) {}

  /// @throws NotConnected if it is not valid, or too long
  static RequestHead read(PeekedStream in) throws IOException {
    var lines = new ArrayList<String>();
    for (int left = MOST; ; ) {
      var line = line(in, left);
      left -= line.length() + 2;
      if (line.isEmpty()) {
        break;
      }
      if (lines.size() > MOST_FIELDS) {
        throw malformed("it has too many headers");
      }
      lines.add(line);
    }
    return of(lines);
  }

  /// A line that ends with CR LF.
  static String line(PeekedStream in, int most) throws IOException {
    var bytes = new ByteArrayOutputStream(80);
    while (true) {
      int next = in.read();
      if (next == '\r') {
        if (in.read() != '\n') {
          throw malformed("a line ends with CR alone");
        }
        return bytes.toString(StandardCharsets.ISO_8859_1);
      }
      if (next == '\n') {
        throw malformed("a line ends with LF alone");
      }
      if (bytes.size() >= most - 2) {
        throw malformed("it is too long");
      }
      bytes.write(next);
    }
  }

  private static RequestHead of(List<String> lines) throws NotConnected {
    var request = REQUEST.matcher(lines.isEmpty() ? "" : lines.getFirst());
    if (!request.matches()) {
      throw malformed("its first line is invalid");
    }
    var fields = new ArrayList<Field>();
    for (var line : lines.subList(1, lines.size())) {
      var field = FIELD.matcher(line);
      if (!field.matches()) {
        throw malformed("a header is invalid");
      }
      fields.add(new Field(field.group(1).toLowerCase(Locale.ROOT), field.group(2)));
    }
    int minor = request.group(3).charAt(0) - '0';
    return new RequestHead(
        request.group(1), request.group(2), minor, List.copyOf(fields), length(fields, minor));
  }

  private static long length(List<Field> fields, int minor) throws NotConnected {
    var lengths = values(fields, "content-length");
    var codings = values(fields, "transfer-encoding");
    if (lengths.size() + codings.size() > 1) {
      throw malformed("the length of its body is given twice");
    }
    if (!codings.isEmpty()) {
      if (minor == 0 || !codings.getFirst().equalsIgnoreCase("chunked")) {
        throw malformed("its transfer encoding is not chunked");
      }
      return CHUNKED;
    }
    if (!lengths.isEmpty() && !LENGTH.matcher(lengths.getFirst()).matches()) {
      throw malformed("the length of its body is invalid");
    }
    return lengths.isEmpty() ? 0 : Long.parseLong(lengths.getFirst());
  }

  private static List<String> values(List<Field> fields, String name) {
    return fields.stream().filter(field -> field.name().equals(name)).map(Field::value).toList();
  }

  /// The values of a header.
  List<String> values(String name) {
    return values(fields, name);
  }

  /// The `Host`; empty in a request of HTTP/1.0 without one.
  ///
  /// @throws NotConnected if there are several, or none in HTTP/1.1
  Optional<String> host() throws NotConnected {
    var hosts = values("host");
    if (hosts.size() > 1 || (hosts.isEmpty() && minor == 1)) {
      throw malformed("it needs one Host header");
    }
    return hosts.stream().findFirst();
  }

  static NotConnected malformed(String why) {
    return new NotConnected(Verdict.Reason.MALFORMED, "an HTTP request was refused: " + why);
  }
}
