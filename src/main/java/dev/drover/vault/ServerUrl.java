package dev.drover.vault;

import dev.drover.base.Problem;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/// URLs of servers for which there are credentials.
public final class ServerUrl {
  /// The maximum number of characters.
  public static final int LONGEST = 2_047;

  private ServerUrl() {}

  /// Checks a URL from a client.
  ///
  /// @return the URL as it was sent
  /// @throws Problem `INVALID_REQUEST` that does not contain the URL
  public static String check(String url) {
    try {
      var parsed = new URI(url);
      if (isHttp(parsed)
          && parsed.getHost() != null
          && parsed.getRawUserInfo() == null
          && parsed.getRawFragment() == null
          && parsed.getPort() <= 65_535) {
        return url;
      }
    } catch (URISyntaxException _) {
      // the message follows
    }
    throw Problem.invalid("must be an http or https URL without user or fragment");
  }

  private static boolean isHttp(URI url) {
    return "https".equalsIgnoreCase(url.getScheme()) || "http".equalsIgnoreCase(url.getScheme());
  }

  /// The form in which URLs are compared: with the scheme and the host in lower case, without the
  /// default port and without slashes at the end.
  ///
  /// @param url a URL that [#check] accepts
  public static String lookup(String url) {
    return lookup(URI.create(url));
  }

  /// As [#lookup(String)].
  public static String lookup(URI url) {
    var scheme = url.getScheme().toLowerCase(Locale.ROOT);
    int port = url.getPort();
    boolean usual = port < 0 || port == (scheme.equals("https") ? 443 : 80);
    var path = url.getRawPath() == null ? "" : url.getRawPath();
    int end = path.length();
    while (end > 0 && path.charAt(end - 1) == '/') {
      end--;
    }
    return "url "
        + scheme
        + "://"
        + url.getHost().toLowerCase(Locale.ROOT)
        + (usual ? "" : ":" + port)
        + path.substring(0, end)
        + (url.getRawQuery() == null ? "" : "?" + url.getRawQuery());
  }
}
