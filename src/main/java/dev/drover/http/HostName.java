package dev.drover.http;

import java.net.InetAddress;
import java.net.URI;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/// A host to connect to, in a form that all parsers read in the same way.
///
/// @param text the host in lower case, without a trailing dot; an IPv6 address is in brackets
/// @param address the address, if the host is one
public record HostName(String text, Optional<InetAddress> address) {
  private static final int LONGEST = 253;

  private static final Pattern NAME =
      Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*");

  /// Hosts that some parsers read as addresses: `2130706433`, `0x7f.1`, `127.1`.
  private static final Pattern NUMERIC = Pattern.compile("(.*\\.)?([0-9]+|0x[0-9a-f]*)");

  private static final Pattern QUAD =
      Pattern.compile("((25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(\\.(?!$)|$)){4}");

  /// The host of a URL.
  ///
  /// @throws Unreachable `FORBIDDEN` if it is not an http or https URL, or its host is in a form
  ///   that is read in more than one way
  public static HostName of(URI url) throws Unreachable {
    var scheme = Objects.requireNonNullElse(url.getScheme(), "").toLowerCase(Locale.ROOT);
    if (!scheme.equals("http") && !scheme.equals("https")) {
      throw refused("the URL's scheme is not http or https");
    }
    if (url.getRawUserInfo() != null) {
      throw refused("the URL has a user");
    }
    if (url.getHost() == null) {
      throw refused(
          "the URL has no host, or its host is not in the usual form; write an international name"
              + " as xn--…");
    }
    if (url.getPort() == 0 || url.getPort() > 0xffff) {
      throw refused("the URL's port is invalid");
    }
    return of(url.getHost());
  }

  /// @param host a name or an address; an IPv6 address is in brackets
  /// @throws Unreachable `FORBIDDEN` if it is neither, or in a form that is read in more than one
  ///   way
  public static HostName of(String host) throws Unreachable {
    var lower = host.toLowerCase(Locale.ROOT);
    return lower.startsWith("[") && lower.endsWith("]") ? bracketed(lower) : name(lower);
  }

  /// Reads an address in its usual form. The JDK also accepts others, such as `010.0.0.1` and `10`.
  ///
  /// @throws IllegalArgumentException if it has no such form
  static InetAddress literal(String text) {
    if (text.indexOf(':') < 0 && !QUAD.matcher(text).matches()) {
      throw new IllegalArgumentException("not an address in its usual form");
    }
    return InetAddress.ofLiteral(text);
  }

  private static HostName bracketed(String host) throws Unreachable {
    var inside = host.substring(1, host.length() - 1);
    try {
      if (inside.indexOf(':') >= 0) {
        return new HostName(host, Optional.of(literal(inside)));
      }
    } catch (IllegalArgumentException _) {
      // the message follows
    }
    throw refused("the host is not an address");
  }

  private static HostName name(String host) throws Unreachable {
    if (QUAD.matcher(host).matches()) {
      return new HostName(host, Optional.of(literal(host)));
    }
    var name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
    if (NUMERIC.matcher(name).matches()) {
      throw refused("the host is a number that is not an address in its usual form");
    }
    if (name.length() > LONGEST || !NAME.matcher(name).matches()) {
      throw refused("the host is not a name");
    }
    return new HostName(name, Optional.empty());
  }

  private static Unreachable refused(String why) {
    return new Unreachable(Unreachable.Why.FORBIDDEN, why);
  }
}
