package dev.drover.mcp;

import dev.drover.base.Json;
import dev.drover.base.Secret;
import dev.drover.base.SecretForms;
import java.util.Collection;
import java.util.LinkedHashMap;

/// The removal of secrets from what a server answers, because it may send back what it got.
final class Redaction {
  private static final String INSTEAD = "[secret]";

  private final boolean isNeeded;
  private final SecretForms secrets;

  Redaction(Collection<Secret> secrets) {
    isNeeded = !secrets.isEmpty();
    this.secrets = new SecretForms(secrets);
  }

  String text(String text) {
    return secrets.replace(text, INSTEAD);
  }

  Json json(Json value) {
    return isNeeded ? replaced(value) : value;
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
