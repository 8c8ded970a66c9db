package dev.drover.http;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/// The requests that follow redirects. The guard checks them like all others.
final class Redirects {
  /// Headers that do not identify the sender. All others may contain credentials, whatever their
  /// name, and are not sent to another origin.
  private static final Set<String> PLAIN =
      Set.of("accept", "accept-encoding", "accept-language", "content-type", "user-agent");

  private Redirects() {}

  static boolean isOne(Response response) {
    return switch (response.status()) {
      case 301, 302, 303, 307, 308 -> response.header("location").isPresent();
      default -> false;
    };
  }

  /// The request that follows a redirect.
  ///
  /// @param left the number of redirects that may still be followed
  /// @throws Unreachable `REDIRECT` if the redirect may not be followed
  static Request next(Request request, Response response, int left) throws Unreachable {
    if (left == 0) {
      throw refused("too many redirects");
    }
    var target = target(request.url(), response.header("location").orElseThrow());
    if (isSecure(request.url()) && !isSecure(target)) {
      throw refused("a redirect leads from https to http");
    }
    return redirected(request, target, response.status());
  }

  private static Request redirected(Request request, URI target, int status) {
    boolean get =
        (status == 303 && !request.method().equals("HEAD"))
            || (status < 303 && request.method().equals("POST"));
    boolean same = origin(target).equals(origin(request.url()));
    var headers = new LinkedHashMap<String, String>();
    for (var header : request.headers().entrySet()) {
      boolean ofBody = get && header.getKey().startsWith("content-");
      if (!ofBody && (same || PLAIN.contains(header.getKey()))) {
        headers.put(header.getKey(), header.getValue());
      }
    }
    return new Request(
        get ? "GET" : request.method(),
        target,
        headers,
        get ? Optional.empty() : request.body(),
        request.redirects());
  }

  private static URI target(URI from, String location) throws Unreachable {
    try {
      // Resolving against an empty path would append the location to the host's name.
      var base = from.getRawPath().isEmpty() ? from.resolve("/") : from;
      var target = base.resolve(location.strip());
      if (target.getHost() != null && target.getRawUserInfo() == null && isHttp(target)) {
        return target;
      }
    } catch (IllegalArgumentException _) {
      // as one without a host
    }
    throw refused("a redirect leads to an address that is not an http or https URL with a host");
  }

  private static boolean isHttp(URI url) {
    return scheme(url).equals("http") || isSecure(url);
  }

  private static boolean isSecure(URI url) {
    return scheme(url).equals("https");
  }

  private static String scheme(URI url) {
    return Objects.requireNonNullElse(url.getScheme(), "").toLowerCase(Locale.ROOT);
  }

  private static String origin(URI url) {
    int port = url.getPort() >= 0 ? url.getPort() : isSecure(url) ? 443 : 80;
    return scheme(url) + "://" + url.getHost().toLowerCase(Locale.ROOT) + ":" + port;
  }

  private static Unreachable refused(String why) {
    return new Unreachable(Unreachable.Why.REDIRECT, why);
  }
}
