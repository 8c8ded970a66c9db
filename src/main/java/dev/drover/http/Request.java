package dev.drover.http;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// A request to another server. Its body is in memory; its headers may hold secrets, so it shows
/// neither.
///
/// @param headers by their names in lower case
/// @param redirects how many may be followed
public record Request(
    String method, URI url, Map<String, String> headers, Optional<String> body, int redirects) {
  public Request {
    headers = Map.copyOf(headers);
    if (headers.containsKey("host")) {
      throw new IllegalArgumentException("the host is that of the URL");
    }
  }

  /// Without a body and headers; no redirect is followed.
  public static Request of(String method, URI url) {
    return new Request(method, url, Map.of(), Optional.empty(), 0);
  }

  /// The same with one more header.
  public Request with(String name, String value) {
    var more = new LinkedHashMap<>(headers);
    more.put(name.toLowerCase(Locale.ROOT), value);
    return new Request(method, url, more, body, redirects);
  }

  /// The same with a body.
  public Request sending(String type, String text) {
    var typed = with("content-type", type);
    return new Request(method, url, typed.headers, Optional.of(text), redirects);
  }

  /// The same, but up to `most` redirects are followed.
  public Request following(int most) {
    return new Request(method, url, headers, body, most);
  }

  @Override
  public String toString() {
    return "Request[" + method + "]";
  }
}
