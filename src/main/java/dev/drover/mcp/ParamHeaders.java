package dev.drover.mcp;

import dev.drover.base.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// The parameters of a tool that a server without sessions wants as headers, too, because its input
/// schema says so (`x-mcp-header`).
///
/// @param headers the path of each such parameter, by the name of its header
record ParamHeaders(Map<String, List<String>> headers) {
  private static final String MARK = "x-mcp-header";
  private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}");
  private static final Pattern PLAIN = Pattern.compile("[!-~]([ -~\t]*[!-~])?");
  private static final Set<String> TYPES = Set.of("string", "integer", "boolean");
  private static final String BEGIN = "=?base64?";
  private static final String END = "?=";

  static final ParamHeaders NONE = new ParamHeaders(Map.of());

  /// Empty if the schema has the mark where it must not.
  static Optional<ParamHeaders> of(Json.Obj schema) {
    var found = new LinkedHashMap<String, List<String>>();
    return isValid(schema, List.of(), found, new HashSet<>())
        ? Optional.of(new ParamHeaders(found))
        : Optional.empty();
  }

  private static boolean isValid(
      Json.Obj schema, List<String> path, Map<String, List<String>> found, Set<String> names) {
    for (var entry : schema.fields().entrySet()) {
      switch (entry.getKey()) {
        case MARK -> {
          if (!isValidMark(schema, path, found, names)) {
            return false;
          }
        }
        case "properties" -> {
          for (var property : schema.object("properties").fields().entrySet()) {
            var deeper = new ArrayList<>(path);
            deeper.add(property.getKey());
            if (property.getValue() instanceof Json.Obj below
                && !isValid(below, deeper, found, names)) {
              return false;
            }
          }
        }
        case "default", "const", "enum", "examples" -> {}
        default -> {
          if (hasMark(entry.getValue())) {
            return false;
          }
        }
      }
    }
    return true;
  }

  private static boolean isValidMark(
      Json.Obj schema, List<String> path, Map<String, List<String>> found, Set<String> names) {
    var name = schema.text(MARK);
    if (name == null
        || path.isEmpty()
        || !TOKEN.matcher(name).matches()
        || !TYPES.contains(String.valueOf(schema.text("type")))
        || !names.add(name.toLowerCase(Locale.ROOT))) {
      return false;
    }
    found.put("mcp-param-" + name.toLowerCase(Locale.ROOT), path);
    return true;
  }

  private static boolean hasMark(Json value) {
    return switch (value) {
      case Json.Obj object ->
          object.get(MARK).isPresent()
              || object.fields().values().stream().anyMatch(ParamHeaders::hasMark);
      case Json.Arr array -> array.items().stream().anyMatch(ParamHeaders::hasMark);
      case Json.Str _, Json.Num _, Json.Bool _, Json.Null _ -> false;
    };
  }

  /// The headers for a call with this input.
  Map<String, String> of(String tool, Json.Obj input) {
    var all = new LinkedHashMap<String, String>();
    all.put(StatelessRequests.NAME, encoded(tool));
    headers.forEach((name, path) -> value(input, path).ifPresent(text -> all.put(name, text)));
    return all;
  }

  private static Optional<String> value(Json.Obj input, List<String> path) {
    Json at = input;
    for (var step : path) {
      at = at instanceof Json.Obj object ? object.get(step).orElse(Json.NULL) : Json.NULL;
    }
    return switch (at) {
      case Json.Str(var text) -> Optional.of(encoded(text));
      case Json.Num number -> Optional.of(number.toString());
      case Json.Bool bool -> Optional.of(bool.toString());
      case Json.Obj _, Json.Arr _, Json.Null _ -> Optional.empty();
    };
  }

  /// A text as the value of a header.
  static String encoded(String text) {
    boolean isPlain =
        PLAIN.matcher(text).matches() && !(text.startsWith(BEGIN) && text.endsWith(END));
    var bytes = text.getBytes(StandardCharsets.UTF_8);
    return isPlain ? text : BEGIN + Base64.getEncoder().encodeToString(bytes) + END;
  }
}
