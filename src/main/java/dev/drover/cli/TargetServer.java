package dev.drover.cli;

import dev.drover.base.Problem;
import dev.drover.base.Secret;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The server that a command uses.
///
/// @param key empty if no key is known; the server will then refuse most requests
/// @param keyFrom the source of the key, for people
/// @param isNamed whether the user named it; otherwise it is the server of this machine
record TargetServer(URI url, Optional<Secret> key, String keyFrom, boolean isNamed) {
  private static final String URL_VARIABLE = "DROVER_URL";
  static final String KEY_VARIABLE = "DROVER_API_KEY";

  /// @param flag the value of `--url`; if empty, `DROVER_URL`, or else the server of this machine
  /// @param local used only if needed. Its key is only sent to this machine
  static TargetServer of(
      Optional<String> flag, Map<String, String> variables, Supplier<LocalServer> local) {
    var set = variable(variables, URL_VARIABLE).map(text -> url(URL_VARIABLE, text));
    var named = flag.map(text -> url("--url", text)).or(() -> set);
    var url = named.orElseGet(() -> local.get().url());
    var given = variable(variables, KEY_VARIABLE);
    if (given.isPresent()) {
      var secret = key(given.get(), KEY_VARIABLE);
      return new TargetServer(url, Optional.of(secret), KEY_VARIABLE, named.isPresent());
    }
    if (!isLoopback(url)) {
      return new TargetServer(url, Optional.empty(), "", named.isPresent());
    }
    var here = local.get();
    var from = here.keyFile().toString();
    var found = here.key().map(secret -> key(secret.reveal(), from));
    return new TargetServer(url, found, from, named.isPresent());
  }

  /// Whether the server runs on this machine, or would.
  boolean isHere() {
    return isLoopback(url);
  }

  /// Advice for the case that the server refuses the key.
  String advice() {
    return key.isPresent()
        ? "the key was taken from " + keyFrom
        : keyFrom.isEmpty()
            ? "set " + KEY_VARIABLE + " to the server's API key"
            : "no key found in " + keyFrom + "; set " + KEY_VARIABLE + " or --data";
  }

  private static URI url(String name, String text) {
    try {
      var url = new URI(text.strip());
      var scheme = String.valueOf(url.getScheme());
      if ((scheme.equals("http") || scheme.equals("https"))
          && url.getHost() != null
          && url.getPort() != 0
          && url.getPort() < 65_536
          && url.getUserInfo() == null
          && url.getQuery() == null
          && url.getFragment() == null) {
        return url;
      }
    } catch (URISyntaxException _) {
      // the error follows
    }
    throw Problem.invalid(name + " must be an http or https URL without user or query");
  }

  /// A key that a header can carry.
  private static Secret key(String text, String from) {
    var key = new Secret(text.strip());
    if (!key.isPrintable()) {
      throw Problem.invalid("the API key from " + from + " contains invalid characters");
    }
    return key;
  }

  /// Decides by the spelling alone, so that no name server decides who receives the key.
  static boolean isLoopback(URI url) {
    var host = String.valueOf(url.getHost());
    return host.equals("localhost") || host.equals("[::1]") || host.matches("127(\\.\\d{1,3}){3}");
  }

  private static Optional<String> variable(Map<String, String> variables, String name) {
    @Nullable String text = variables.get(name);
    return Optional.ofNullable(text).filter(value -> !value.isBlank());
  }
}
