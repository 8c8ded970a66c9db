package dev.drover.cli;

import dev.drover.base.Json;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/// What people write instead of JSON.
final class Yaml {
  private Yaml() {}

  /// The text is neither JSON nor YAML that has a JSON form. The message says where.
  static final class Unreadable extends Exception {
    private static final long serialVersionUID = 1;

    Unreadable(String message) {
      super(message);
    }
  }

  /// Reads one document of JSON or YAML. JSON keeps the spelling of its numbers.
  static Json read(String text) throws Unreadable {
    try {
      return Json.parse(text);
    } catch (Json.Malformed _) {
      return yaml(text);
    }
  }

  private static Json yaml(String text) throws Unreadable {
    try {
      var settings = LoadSettings.builder().setAllowDuplicateKeys(false).build();
      return json(new Load(settings).loadFromString(text), 0);
    } catch (MarkedYamlEngineException e) {
      throw new Unreadable(
          "neither JSON nor YAML"
              + e.getProblemMark()
                  .map(at -> " at line " + (at.getLine() + 1) + ", column " + (at.getColumn() + 1))
                  .orElse(""));
    } catch (YamlEngineException _) {
      throw new Unreadable("neither JSON nor YAML");
    }
  }

  private static Json json(@Nullable Object value, int depth) throws Unreadable {
    if (depth > Json.MAX_DEPTH) {
      throw new Unreadable("nested deeper than " + Json.MAX_DEPTH);
    }
    return switch (value) {
      case null -> Json.NULL;
      case String text -> Json.of(text);
      case Boolean bool -> Json.of(bool);
      case Integer number -> Json.of(number);
      case Long number -> Json.of(number);
      case BigInteger number -> new Json.Num(number.toString());
      case Double number when Double.isFinite(number) -> Json.of(number);
      case List<?> list -> {
        var items = new ArrayList<Json>();
        for (var item : list) {
          items.add(json(item, depth + 1));
        }
        yield new Json.Arr(items);
      }
      case Map<?, ?> map -> {
        var fields = new LinkedHashMap<String, Json>();
        for (var entry : map.entrySet()) {
          if (!(entry.getKey() instanceof String key)) {
            throw new Unreadable("a key is not a text; quote it");
          }
          fields.put(key, json(entry.getValue(), depth + 1));
        }
        yield new Json.Obj(fields);
      }
      default -> throw new Unreadable("a value has no form in JSON; quote it");
    };
  }
}
