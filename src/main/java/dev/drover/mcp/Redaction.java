package dev.drover.mcp;

import dev.drover.base.Json;
import dev.drover.base.Secret;
import java.util.LinkedHashMap;
import java.util.List;

/// The removal of secrets from what a server answers, because it may send back what it got.
record Redaction(List<Secret> secrets) {
  private static final String INSTEAD = "[secret]";

  String text(String text) {
    var clean = text;
    for (var secret : secrets) {
      clean = clean.replace(secret.reveal(), INSTEAD);
    }
    return clean;
  }

  Json json(Json value) {
    return secrets.isEmpty() ? value : replaced(value);
  }

  private Json replaced(Json value) {
    return switch (value) {
      case Json.Obj object -> {
        var fields = new LinkedHashMap<String, Json>();
        object.fields().forEach((key, item) -> fields.put(text(key), replaced(item)));
        yield new Json.Obj(fields);
      }
      case Json.Arr array -> new Json.Arr(array.items().stream().map(this::replaced).toList());
      case Json.Str(var text) -> Json.of(text(text));
      case Json.Num _, Json.Bool _, Json.Null _ -> value;
    };
  }
}
