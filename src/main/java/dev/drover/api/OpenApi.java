package dev.drover.api;

import dev.drover.base.Json;
import dev.drover.wire.ResourceCodecs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/// `/openapi.json`: the API of this server, as an OpenAPI 3.1 document. It consists of fragments:
/// one for the whole, `openapi/drover.json`, one for each kind of resource, named as the last part
/// of its path, and one for each other group of routes. A fragment is a part of the document.
/// `OpenApiTest` compares the document with the routes.
final class OpenApi {
  private static final String WHOLE = "drover";
  private static final List<String> GROUPS =
      List.of("sessions", "events", "threads", "models", "operations");

  private OpenApi() {}

  static void addTo(Router router) {
    router.open("/openapi.json", exchange -> exchange.answer(Exchange.JSON, Held.BYTES));
  }

  /// @throws IllegalStateException if two fragments have different values in the same place
  static Json.Obj document() {
    var kinds = ResourceCodecs.ALL.stream().map(codec -> codec.kind().path());
    var resources = kinds.map(path -> path.substring(path.lastIndexOf('/') + 1));
    return Stream.of(Stream.of(WHOLE), resources, GROUPS.stream())
        .flatMap(names -> names)
        .reduce(Json.obj(), (merged, name) -> merged(merged, fragment(name), name), (a, _) -> a);
  }

  private static Json.Obj fragment(String name) {
    var file = "openapi/" + name + ".json";
    try (var in = OpenApi.class.getResourceAsStream(file)) {
      var text = Objects.requireNonNull(in, file).readAllBytes();
      return (Json.Obj) Json.parse(new String(text, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (Json.Malformed e) {
      throw new IllegalStateException(file + " is not valid JSON", e);
    }
  }

  /// Objects are merged, and lists joined.
  private static Json.Obj merged(Json.Obj document, Json.Obj fragment, String place) {
    Map<String, Json> fields = new LinkedHashMap<>(document.fields());
    fragment
        .fields()
        .forEach(
            (key, value) -> fields.merge(key, value, (a, b) -> merged(a, b, place + ": " + key)));
    return new Json.Obj(fields);
  }

  private static Json merged(Json document, Json fragment, String place) {
    return switch (document) {
      case Json.Obj object when fragment instanceof Json.Obj added -> merged(object, added, place);
      case Json.Arr list when fragment instanceof Json.Arr(var added) ->
          new Json.Arr(Stream.concat(list.items().stream(), added.stream()).toList());
      default -> throw new IllegalStateException(place + " is in another fragment, too");
    };
  }

  /// The document, built when it is first requested.
  private static final class Held {
    static final byte[] BYTES = document().toString().getBytes(StandardCharsets.UTF_8);

    private Held() {}
  }
}
