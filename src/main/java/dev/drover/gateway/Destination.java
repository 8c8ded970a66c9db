package dev.drover.gateway;

import dev.drover.http.HostName;
import dev.drover.http.Unreachable;
import java.util.regex.Pattern;

/// The end of a connection that an agent asks for.
///
/// @param port from 1 to 65535
public record Destination(HostName host, int port) {
  private static final Pattern PORT = Pattern.compile("[1-9][0-9]{0,4}");
  private static final int LAST_PORT = 0xffff;

  /// Reads the target of a `CONNECT`, or a `Host` header.
  ///
  /// @param authority `HOST` or `HOST:PORT`
  /// @param usual the port if there is none
  /// @throws Unreachable `FORBIDDEN` if it is neither, or in a form that is read in more than one
  ///   way
  public static Destination of(String authority, int usual) throws Unreachable {
    int bracket = authority.lastIndexOf(']');
    int colon = authority.indexOf(':', bracket + 1);
    if (colon < 0) {
      return new Destination(HostName.of(authority), usual);
    }
    var port = authority.substring(colon + 1);
    if (!PORT.matcher(port).matches() || Integer.parseInt(port) > LAST_PORT) {
      throw new Unreachable(Unreachable.Why.FORBIDDEN, "the port is invalid");
    }
    return new Destination(HostName.of(authority.substring(0, colon)), Integer.parseInt(port));
  }

  @Override
  public String toString() {
    return host.text() + ":" + port;
  }
}
