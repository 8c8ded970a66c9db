package dev.drover.bench;

import dev.drover.base.Json;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/// Requests to the servers under measurement.
final class Http {
  /// The API key of all servers that the benchmark starts. They listen on loopback only, for the
  /// duration of the run.
  static final String KEY = "sk-drover-bench";

  private Http() {}

  static byte[] request(String method, String path, String body) {
    return Wire.bytes(
        method
            + " "
            + path
            + " HTTP/1.1\r\nhost: 127.0.0.1\r\nx-api-key: "
            + KEY
            + (method.equals("GET")
                ? "\r\n\r\n"
                : "\r\ncontent-type: application/json\r\ncontent-length: "
                    + body.getBytes(StandardCharsets.UTF_8).length
                    + "\r\n\r\n"
                    + body));
  }

  /// Reads a whole response and returns its body.
  ///
  /// @throws IOException if the status is not 200
  static byte[] answer(Wire wire) throws IOException {
    var head = wire.head();
    var body = wire.body();
    if (!isOk(head)) {
      throw new IOException(
          "a server answered " + head + ": " + new String(body, StandardCharsets.UTF_8));
    }
    return body;
  }

  static boolean isOk(String head) {
    return head.contains(" 200");
  }

  /// Sends a request on a new connection and returns the body of the response.
  static byte[] get(URI url, String path) throws IOException {
    try (var wire = Wire.to(url)) {
      wire.write(request("GET", path, ""));
      return answer(wire);
    }
  }

  /// Sends a body on a new connection and returns the response.
  static Json.Obj post(URI url, String path, Json body) throws IOException {
    try (var wire = Wire.to(url)) {
      wire.write(request("POST", path, body.toString()));
      return (Json.Obj) Json.trusted(new String(answer(wire), StandardCharsets.UTF_8));
    }
  }
}
