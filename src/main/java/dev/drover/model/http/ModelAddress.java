package dev.drover.model.http;

import dev.drover.base.Problem;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/// The address of a model server's endpoint, derived from the base URL in the settings.
///
/// Both APIs have the same rule. A path that ends in the API's own endpoint is used unchanged.
/// Otherwise the endpoint is appended, preceded by `/v1` unless the path already contains a
/// version. Trailing slashes are ignored; a query stays behind the endpoint.
public final class ModelAddress {
  private static final Pattern VERSION = Pattern.compile("(?i)v[0-9]+[a-z0-9]*");
  private static final List<String> ENDPOINTS =
      List.of("/chat/completions", "/messages", "/responses", "/completions", "/embeddings");

  private final URI endpoint;

  private ModelAddress(URI endpoint) {
    this.endpoint = endpoint;
  }

  /// The Messages API: base URLs of its SDKs have no version, so only a version at the end of the
  /// path is one (`/v1/ACCOUNT/anthropic` has none).
  ///
  /// @throws Problem `INVALID_REQUEST` if `base` is not an address of a model server
  public static ModelAddress messages(URI base) {
    var segments = path(base).split("/", -1);
    return at(base, "/messages", VERSION.matcher(segments[segments.length - 1]).matches());
  }

  /// Chat Completions: base URLs of its SDKs have a version, at any place (`/v1beta/openai`).
  ///
  /// @throws Problem `INVALID_REQUEST` if `base` is not an address of a model server
  public static ModelAddress chat(URI base) {
    boolean versioned =
        List.of(path(base).split("/", -1)).stream().anyMatch(VERSION.asMatchPredicate());
    return at(base, "/chat/completions", versioned);
  }

  private static ModelAddress at(URI base, String wire, boolean versioned) {
    var path = path(base);
    if (!path.endsWith(wire)) {
      refuseOthers(path, wire);
      path += (versioned ? "" : "/v1") + wire;
    }
    var query = base.getRawQuery();
    return new ModelAddress(
        URI.create(
            scheme(base)
                + "://"
                + base.getRawAuthority()
                + path
                + (query == null ? "" : "?" + query)));
  }

  private static void refuseOthers(String path, String wire) {
    for (var other : ENDPOINTS) {
      if (path.endsWith(other)) {
        throw Problem.invalid(
            "The model server's base URL ends in %s, which Drover does not call here: it calls %s"
                .formatted(other, wire));
      }
    }
  }

  private static String path(URI base) {
    check(base);
    return base.getRawPath() == null ? "" : base.getRawPath().replaceFirst("/+$", "");
  }

  private static void check(URI base) {
    if (!List.of("http", "https").contains(scheme(base)) || base.getHost() == null) {
      throw Problem.invalid("The model server's base URL must be http://HOST or https://HOST");
    }
    if (base.getRawUserInfo() != null || base.getRawFragment() != null) {
      throw Problem.invalid(
          "The model server's base URL must have no user and no fragment; a key goes into its own"
              + " setting");
    }
  }

  private static String scheme(URI base) {
    return base.getScheme() == null ? "" : base.getScheme().toLowerCase(Locale.ROOT);
  }

  /// The URL to which requests are posted.
  URI endpoint() {
    return endpoint;
  }

  /// Whether the server's name is `name`, or ends in `.name`.
  public boolean isAt(String name) {
    var host = endpoint.getHost().toLowerCase(Locale.ROOT);
    return host.equals(name) || host.endsWith("." + name);
  }

  /// Whether the server is one of Azure's, which expect the key in a header of their own.
  public boolean isAzure() {
    return isAt("azure.com") || isAt("azure.us") || isAt("azure.cn");
  }

  /// A URL in a form that may be shown: without a user, and only with the names and the version of
  /// the query.
  public static String shown(URI url) {
    var query = url.getRawQuery();
    return scheme(url)
        + "://"
        + url.getHost()
        + (url.getPort() < 0 ? "" : ":" + url.getPort())
        + (url.getRawPath() == null ? "" : url.getRawPath())
        + (query == null ? "" : "?" + query.replaceAll("(?<!(^|&)api-version)=[^&]*", "=…"));
  }

  @Override
  public String toString() {
    return shown(endpoint);
  }
}
