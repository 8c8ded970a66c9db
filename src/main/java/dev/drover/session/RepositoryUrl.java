package dev.drover.session;

import dev.drover.base.Problem;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.regex.Pattern;

/// The URL of a git repository that is reached over HTTP: a scheme, a host, perhaps a port, and a
/// path of plain segments. It contains no user, no query and no escapes, so that no two programs
/// read it differently.
///
/// @param value the URL as the client sent it
public record RepositoryUrl(String value) {
  /// In characters.
  public static final int LONGEST = 1024;

  private static final String SEGMENT = "/(?!-|\\.\\.?(?:/|$))[A-Za-z0-9._~+-]+";
  private static final Pattern URL =
      Pattern.compile(
          "https?://([A-Za-z0-9.-]+|\\[[0-9A-Fa-f:.]+\\])(:[1-9][0-9]{0,4})?(?<path>("
              + SEGMENT
              + ")+)");
  private static final Pattern ON_GITHUB = Pattern.compile("/[^/]+/[^/]+(?<!\\.git)");
  private static final String GIT = ".git";

  /// Reads a URL from outside.
  ///
  /// @throws Problem `INVALID_REQUEST` that does not repeat the URL, which may contain a password
  public static RepositoryUrl of(String sent) {
    var url = new RepositoryUrl(sent);
    var match = URL.matcher(sent);
    if (sent.length() > LONGEST || !match.matches() || url.name().isEmpty() || !hasHost(sent)) {
      throw Problem.invalid(
          "must be https://HOST/OWNER/REPOSITORY, without a user, a query, escapes or a slash at"
              + " its end");
    }
    if (url.host().equals("github.com") && !ON_GITHUB.matcher(match.group("path")).matches()) {
      throw Problem.invalid("must be https://github.com/OWNER/REPOSITORY, without .git");
    }
    return url;
  }

  /// Whether it has a host and a port, if any, that exist. Brackets may contain something that is
  /// not an address.
  private static boolean hasHost(String sent) {
    try {
      var url = new URI(sent);
      return url.getHost() != null && url.getPort() <= 0xffff;
    } catch (URISyntaxException _) {
      return false;
    }
  }

  public URI uri() {
    return URI.create(value);
  }

  /// The host in lower case.
  public String host() {
    var host = uri().getHost();
    return host == null ? "" : host.toLowerCase(Locale.ROOT);
  }

  /// Whether requests to it are encrypted.
  public boolean isEncrypted() {
    return value.startsWith("https:");
  }

  /// The URL without `.git` at its end. Git hosts serve a repository at both.
  public String base() {
    return value.endsWith(GIT) ? value.substring(0, value.length() - GIT.length()) : value;
  }

  /// The name of the repository: the last segment without `.git`.
  public String name() {
    return base().substring(base().lastIndexOf('/') + 1);
  }

  @Override
  public String toString() {
    return value;
  }
}
