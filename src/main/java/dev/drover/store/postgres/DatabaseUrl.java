package dev.drover.store.postgres;

import dev.drover.base.Problem;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Properties;

/// The URL of a PostgreSQL database, with its user and password. Its printed form omits the
/// password.
///
/// @param jdbc the URL for the driver, without user and password
/// @param shown the URL for messages
/// @param properties the user and the password, if there are any
record DatabaseUrl(String jdbc, String shown, Properties properties) {
  private static final String JDBC = "jdbc:postgresql:";

  /// Reads `postgres://user:password@host:port/database?options`, with `postgresql:` or
  /// `jdbc:postgresql:` as well.
  ///
  /// @throws Problem `INVALID_REQUEST` whose message does not repeat `text`
  static DatabaseUrl of(String text) {
    var properties = new Properties();
    var rest = text.strip();
    for (var scheme : new String[] {JDBC, "postgresql:", "postgres:"}) {
      if (rest.startsWith(scheme)) {
        return parse(rest.substring(scheme.length()), properties);
      }
    }
    throw unreadable();
  }

  private static DatabaseUrl parse(String rest, Properties properties) {
    try {
      var uri = new URI("postgres:" + rest);
      if (uri.getHost() == null || uri.getRawPath() == null || uri.getRawPath().length() < 2) {
        throw unreadable();
      }
      var user = uri.getRawUserInfo();
      if (user != null) {
        int colon = user.indexOf(':');
        properties.setProperty("user", decoded(colon < 0 ? user : user.substring(0, colon)));
        if (colon >= 0) {
          properties.setProperty("password", decoded(user.substring(colon + 1)));
        }
      }
      var options = new StringBuilder();
      for (var option : uri.getRawQuery() == null ? new String[0] : uri.getRawQuery().split("&")) {
        int equals = option.indexOf('=');
        var name = equals < 0 ? option : option.substring(0, equals);
        if (name.equals("user") || name.equals("password")) {
          properties.setProperty(name, decoded(option.substring(equals + 1)));
        } else if (!option.isEmpty()) {
          options.append(options.isEmpty() ? "?" : "&").append(option);
        }
      }
      var place =
          "//" + uri.getHost() + (uri.getPort() < 0 ? "" : ":" + uri.getPort()) + uri.getRawPath();
      return new DatabaseUrl(JDBC + place + options, "postgres:" + place, properties);
    } catch (URISyntaxException | IllegalArgumentException e) {
      throw unreadable();
    }
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  private static Problem unreadable() {
    return Problem.invalid("database_url must be like postgres://user:password@host:5432/database");
  }

  @Override
  public String toString() {
    return shown;
  }
}
