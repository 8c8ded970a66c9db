package dev.drover.web;

import java.net.IDN;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// An http or https URL in its canonical form: international names as ASCII, no user, no fragment,
/// no default port, and all characters that need it percent-encoded.
///
/// @param uri always with a host and a path
record WebUrl(URI uri) {
  static final int LONGEST = 2_048;

  private static final Pattern PARTS =
      Pattern.compile("(?i)(https?)://([^/?#\\\\]*)(/[^?#]*)?(\\?[^#]*)?(#.*)?", Pattern.DOTALL);

  private static final Pattern AUTHORITY = Pattern.compile("([^:@\\[\\]]+|\\[[^\\]@]*\\])(:\\d*)?");

  private static final String UNRESERVED = "-._~";
  private static final String DELIMITERS = "!$&'()*+,;=:@/?";

  /// The canonical form of a URL as a model or a page writes it; empty if it is none.
  static Optional<WebUrl> of(String text) {
    var parts = PARTS.matcher(text.strip());
    if (text.length() > LONGEST || !parts.matches()) {
      return Optional.empty();
    }
    var authority = AUTHORITY.matcher(parts.group(2));
    if (!authority.matches()) {
      return Optional.empty();
    }
    var scheme = parts.group(1).toLowerCase(Locale.ROOT);
    var path = parts.group(3);
    var query = parts.group(4);
    try {
      var port = port(scheme, authority.group(2));
      var url =
          new URI(
              scheme
                  + "://"
                  + host(authority.group(1))
                  + port
                  + (path == null ? "/" : encoded(path))
                  + (query == null ? "" : encoded(query)));
      return url.getHost() == null ? Optional.empty() : Optional.of(new WebUrl(normal(url)));
    } catch (URISyntaxException | IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  /// Without `.` and `..` as segments of the path.
  private static URI normal(URI url) {
    var normal = url.normalize();
    var path = normal.getRawPath();
    if (!path.equals("/..") && !path.startsWith("/../")) {
      return normal;
    }
    var rest = path.replaceFirst("^(/\\.\\.)+", "");
    var query = normal.getRawQuery();
    return URI.create(
        normal.getScheme()
            + "://"
            + normal.getRawAuthority()
            + (rest.isEmpty() ? "/" : rest)
            + (query == null ? "" : "?" + query));
  }

  private static String host(String host) {
    boolean ascii = host.chars().allMatch(c -> c < 0x80);
    // The JDK's conversion would also read digits of other scripts as those of an address.
    var name = ascii ? host : IDN.toASCII(host, IDN.USE_STD3_ASCII_RULES);
    if (!ascii && name.chars().noneMatch(c -> c >= 'a' && c <= 'z')) {
      throw new IllegalArgumentException("not a name");
    }
    var lower = name.toLowerCase(Locale.ROOT);
    return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
  }

  private static String port(String scheme, String port) {
    var usual = scheme.equals("https") ? ":443" : ":80";
    return port == null || port.equals(":") || port.equals(usual) ? "" : port;
  }

  /// A path or a query in which every character has one form.
  private static String encoded(String text) {
    var encoded = new StringBuilder(text.length());
    var bytes = text.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < bytes.length; i++) {
      int b = bytes[i] & 0xff;
      if (b == '%'
          && i + 2 < bytes.length
          && digit(bytes[i + 1]) >= 0
          && digit(bytes[i + 2]) >= 0) {
        int coded = digit(bytes[i + 1]) * 16 + digit(bytes[i + 2]);
        i += 2;
        append(encoded, coded, isUnreserved(coded));
      } else {
        append(encoded, b, isUnreserved(b) || DELIMITERS.indexOf(b) >= 0);
      }
    }
    return encoded.toString();
  }

  private static void append(StringBuilder text, int b, boolean plain) {
    if (plain) {
      text.append((char) b);
    } else {
      text.append('%')
          .append(Character.toUpperCase(Character.forDigit(b >> 4, 16)))
          .append(Character.toUpperCase(Character.forDigit(b & 15, 16)));
    }
  }

  private static int digit(byte b) {
    return Character.digit((char) (b & 0xff), 16);
  }

  private static boolean isUnreserved(int b) {
    return (b >= 'a' && b <= 'z')
        || (b >= 'A' && b <= 'Z')
        || (b >= '0' && b <= '9')
        || UNRESERVED.indexOf(b) >= 0;
  }

  /// The URL to which `reference` leads from here; empty if it is not of the web.
  Optional<WebUrl> resolve(String reference) {
    var text = reference.strip();
    if (PARTS.matcher(text).matches()) {
      return of(text);
    }
    int end = text.indexOf('#');
    var relative = end < 0 ? text : text.substring(0, end);
    if (relative.isEmpty()) {
      return Optional.of(this);
    }
    try {
      if (relative.startsWith("?")) {
        var base = uri.toString();
        int query = base.indexOf('?');
        return of((query < 0 ? base : base.substring(0, query)) + relative);
      }
      return of(uri.resolve(encoded(relative)).toString());
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  String host() {
    return uri.getHost();
  }

  String path() {
    return uri.getRawPath();
  }

  /// What two URLs of the same page have in common: all but the scheme and a slash at the end.
  String key() {
    var query = uri.getRawQuery();
    var path = path();
    return uri.getRawAuthority()
        + (path.endsWith("/") ? path.substring(0, path.length() - 1) : path)
        + (query == null ? "" : "?" + query);
  }

  @Override
  public String toString() {
    return uri.toString();
  }
}
