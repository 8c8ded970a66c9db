package dev.drover.http;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// A request to another server. `toString()` shows neither the body nor the headers, which may
/// contain secrets.
///
/// @param headers by their names in lower case
/// @param redirects the maximum number of redirects to follow
public record Request(
    String method, URI url, Map<String, String> headers, Optional<Payload> body, int redirects) {
  public Request {
    headers = Map.copyOf(headers);
    if (headers.containsKey("host")) {
      throw new IllegalArgumentException("the host is that of the URL");
    }
  }

  /// A request without a body and headers that follows no redirects.
  public static Request of(String method, URI url) {
    return new Request(method, url, Map.of(), Optional.empty(), 0);
  }

  /// The same request with one more header.
  public Request with(String name, String value) {
    var more = new LinkedHashMap<>(headers);
    more.put(name.toLowerCase(Locale.ROOT), value);
    return new Request(method, url, more, body, redirects);
  }

  /// The same request with a text as its body.
  public Request sending(String type, String text) {
    return with("content-type", type).sending(new Payload.Text(text));
  }

  /// The same request with a body.
  public Request sending(Payload payload) {
    return new Request(method, url, headers, Optional.of(payload), redirects);
  }

  /// The same request, following up to `most` redirects.
  public Request following(int most) {
    return new Request(method, url, headers, body, most);
  }

  @Override
  public String toString() {
    return "Request[" + method + "]";
  }
}
