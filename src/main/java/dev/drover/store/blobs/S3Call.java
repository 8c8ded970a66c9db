package dev.drover.store.blobs;

import dev.drover.http.Payload;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// A request to an S3-compatible server, before it is signed.
///
/// @param key the name of the object; empty for the bucket itself
/// @param payload empty: the request has no body
record S3Call(
    String method,
    String key,
    Map<String, String> query,
    Map<String, String> headers,
    Optional<Payload> payload) {

  static S3Call of(String method, String key) {
    return new S3Call(method, key, Map.of(), Map.of(), Optional.empty());
  }

  S3Call query(String name, String value) {
    return new S3Call(method, key, with(query, name, value), headers, payload);
  }

  S3Call header(String name, String value) {
    return new S3Call(method, key, query, with(headers, name, value), payload);
  }

  S3Call sending(Payload body) {
    return new S3Call(method, key, query, headers, Optional.of(body));
  }

  private static Map<String, String> with(Map<String, String> all, String name, String value) {
    var more = new LinkedHashMap<>(all);
    more.put(name, value);
    return more;
  }
}
