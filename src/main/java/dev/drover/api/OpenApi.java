package dev.drover.api;

import dev.drover.base.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// `/openapi.json`: the API of this server, as an OpenAPI 3.1 document, merged from fragments: one
/// for the whole and one for each resource or other group of routes. A fragment is itself a small
/// document. `OpenApiTest` compares the document with the routes.
final class OpenApi {
  /// The number of levels that are merged. Operations, schemas and other components are three
  /// levels below the root; each of them is defined in one fragment.
  private static final int LEVELS = 3;

  private OpenApi() {}

  static void addTo(Router router) {
    router.open("/openapi.json", exchange -> exchange.answer(Exchange.JSON, Held.BYTES));
  }

  /// @throws IllegalStateException if two fragments define the same thing; the message names both
  static Json merged(List<OpenApiFragment> fragments) {
    var parts = fragments.stream().map(one -> new Part(one.file(), one.content())).toList();
    return merged(parts, "", LEVELS);
  }

  /// The value that a fragment has at one place of the document.
  private record Part(String file, Json value) {}

  private static Json merged(List<Part> parts, String place, int levels) {
    if (parts.size() == 1) {
      return parts.getFirst().value();
    }
    if (levels > 0 && parts.stream().allMatch(part -> part.value() instanceof Json.Obj)) {
      Map<String, Json> fields = new LinkedHashMap<>();
      byKey(parts).forEach((key, of) -> fields.put(key, merged(of, place + "/" + key, levels - 1)));
      return new Json.Obj(fields);
    }
    if (place.equals("/tags")) {
      return new Json.Arr(
          parts.stream().flatMap(part -> ((Json.Arr) part.value()).items().stream()).toList());
    }
    var files = parts.stream().map(Part::file).toList();
    throw new IllegalStateException(
        "more than one fragment of the OpenAPI document defines " + place + ": " + files);
  }

  private static Map<String, List<Part>> byKey(List<Part> parts) {
    var byKey = new LinkedHashMap<String, List<Part>>();
    for (var part : parts) {
      ((Json.Obj) part.value())
          .fields()
          .forEach(
              (key, value) ->
                  byKey
                      .computeIfAbsent(key, _ -> new ArrayList<>())
                      .add(new Part(part.file(), value)));
    }
    return byKey;
  }

  /// The document, built when it is first requested.
  private static final class Held {
    static final byte[] BYTES =
        merged(OpenApiFragment.all()).toString().getBytes(StandardCharsets.UTF_8);

    private Held() {}
  }
}
