package dev.drover.mcp;

import dev.drover.base.Json;
import dev.drover.base.Secret;
import java.util.LinkedHashMap;
import java.util.Optional;

/// The removal of a secret from what a server answers, because it may send back what it got.
record Redaction(Optional<Secret> secret) {
  private static final String INSTEAD = "[secret]";

  String text(String text) {
    return secret.map(one -> text.replace(one.reveal(), INSTEAD)).orElse(text);
  }

  Json json(Json value) {
    return secret.isEmpty() ? value : replaced(value);
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
