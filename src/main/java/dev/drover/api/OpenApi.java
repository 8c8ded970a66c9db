package dev.drover.api;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Objects;

/// `/openapi.json`: what this server speaks, as an OpenAPI 3.1 document. A test holds the document
/// and the routes together.
final class OpenApi {
  private static final String RESOURCE = "openapi.json";

  private OpenApi() {}

  static void addTo(Router router) {
    router.open("/openapi.json", exchange -> exchange.answer(Exchange.JSON, Held.BYTES));
  }

  /// The document, read when it is first asked for.
  private static final class Held {
    static final byte[] BYTES = read();

    private Held() {}

    private static byte[] read() {
      try (var in = OpenApi.class.getResourceAsStream(RESOURCE)) {
        return Objects.requireNonNull(in, RESOURCE).readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
