package dev.drover.api;

import dev.drover.base.Problem;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What is required of requests of browsers, and what browsers are asked to enforce. An API key is
/// sent by a program that knows it; a cookie is sent by a browser on behalf of any page, so it
/// counts only if the request comes from the console itself.
final class BrowserRules {
  /// The header that the console sends with every request, and no form or image of another page can
  /// send.
  static final String CONSOLE = "x-drover-console";

  private static final String POLICY =
      String.join(
          " ",
          "default-src 'none';",
          "script-src 'self';",
          "style-src 'self';",
          "connect-src 'self';",
          "img-src 'self';",
          "font-src 'self';",
          "form-action 'self';",
          "base-uri 'none';",
          "frame-ancestors 'none';",
          "require-trusted-types-for 'script';",
          "trusted-types 'none'");

  private static final int HTTP = 80;
  private static final Pattern HOST =
      Pattern.compile("(\\[[0-9A-Fa-f:.]{2,45}]|[^:\\[\\]/@\\s]{1,255})(?::(\\d{1,5}))?");
  private static final Pattern FOUR =
      Pattern.compile("(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)(?:\\.(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)){3}");

  private final Set<String> hosts;

  /// @param hosts the names that clients may use for the server, besides `localhost` and addresses
  BrowserRules(List<String> hosts) {
    this.hosts =
        hosts.stream().map(host -> host.toLowerCase(Locale.ROOT)).collect(Collectors.toSet());
  }

  /// Adds the headers that the browser must obey. What is answered with them is not cached, unless
  /// the answer says otherwise.
  static void protect(Exchange exchange) {
    exchange.header("content-security-policy", POLICY);
    exchange.header("x-content-type-options", "nosniff");
    exchange.header("x-frame-options", "DENY");
    exchange.header("cross-origin-opener-policy", "same-origin");
    exchange.header("cross-origin-resource-policy", "same-origin");
    exchange.header("referrer-policy", "no-referrer");
    exchange.header("permissions-policy", "camera=(), microphone=(), geolocation=()");
    exchange.header("cache-control", "no-store");
  }

  /// Checks that the request names the server by a name that it has. Otherwise a page could have
  /// its own name lead to this server, and would be of the same origin.
  ///
  /// @throws Errors.Refusal 421
  void checkHost(Exchange exchange) {
    var form = HOST.matcher(String.valueOf(exchange.header("host")));
    if (!form.matches() || !isOurs(form.group(1).toLowerCase(Locale.ROOT))) {
      throw new Errors.Refusal(
          new Errors.Failure(
              421,
              "invalid_request_error",
              "The console is not served under this host name. Use localhost or an IP address, or"
                  + " add the name to the setting console.hosts.",
              null));
    }
  }

  private boolean isOurs(String host) {
    return host.startsWith("[")
        || host.equals("localhost")
        || FOUR.matcher(host).matches()
        || hosts.contains(host);
  }

  /// The port that the client sees, which may differ from that of the server.
  static int port(Exchange exchange) {
    var form = HOST.matcher(String.valueOf(exchange.header("host")));
    return form.matches() && form.group(2) != null ? Integer.parseInt(form.group(2)) : HTTP;
  }

  /// Whether the client reached the server with TLS, which ends before this server. Browsers say it
  /// in the `Origin` of a request that is no `GET`.
  static boolean isOverTls(Exchange exchange) {
    return origin(exchange).startsWith("https://");
  }

  private static String origin(Exchange exchange) {
    var origin = exchange.header("origin");
    return origin == null ? "" : origin.toLowerCase(Locale.ROOT);
  }

  /// Whether a request was made by the console: it has the console's header, and the browser says
  /// that it comes from a page of the same origin.
  static boolean isOfConsole(Exchange exchange) {
    return "1".equals(exchange.header(CONSOLE)) && isOfSameOrigin(exchange);
  }

  private static boolean isOfSameOrigin(Exchange exchange) {
    @Nullable String site = exchange.header("sec-fetch-site");
    if (site != null) {
      return site.equals("same-origin");
    }
    var host = String.valueOf(exchange.header("host")).toLowerCase(Locale.ROOT);
    var origin = origin(exchange);
    return origin.equals("http://" + host) || origin.equals("https://" + host);
  }

  /// The problem with a cookie whose request may have been made by another page.
  static Problem notOfConsole(Exchange exchange) {
    boolean unsaid =
        "1".equals(exchange.header(CONSOLE))
            && exchange.header("sec-fetch-site") == null
            && exchange.header("origin") == null;
    return new Problem(
        Problem.Kind.AUTHENTICATION,
        null,
        unsaid
            ? "Authentication failed: the browser does not say where the request comes from,"
                + " because the console is used over plain HTTP from another machine. Use TLS, or"
                + " a tunnel to localhost"
            : "Authentication failed",
        null);
  }
}
