package dev.drover.base;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/// A reader for YAML, which users write in place of JSON: one document becomes a JSON value.
/// Duplicate keys and values that have no form in JSON are refused.
public final class Yaml {
  private static final Pattern NUMBER =
      Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][-+]?[0-9]+)?");

  /// The maximum number of values in a document, including those that aliases repeat.
  private static final int MAX_VALUES = 100_000;

  private final Map<String, Integer> lines = new LinkedHashMap<>();
  private int values;

  private Yaml() {}

  /// A document and the lines of its values.
  ///
  /// @param lines from 1, by the path of the value, with dots between its keys
  public record Document(Json json, Map<String, Integer> lines) {
    public Document {
      lines = Map.copyOf(lines);
    }
  }

  /// An exception for a text that is not YAML or has no form in JSON. The message states the
  /// position and quotes no value.
  public static final class Unreadable extends Exception {
    private static final long serialVersionUID = 1;

    Unreadable(String message) {
      super(message);
    }

    @Override
    public String getMessage() {
      return String.valueOf(super.getMessage());
    }
  }

  /// Reads JSON, in which numbers keep their spelling, or YAML.
  public static Json read(String text) throws Unreadable {
    try {
      return Json.parse(text);
    } catch (Json.Malformed _) {
      return document(text).json();
    }
  }

  /// Reads YAML. An empty text is null. As in JSON, an unpaired surrogate becomes U+FFFD.
  public static Document document(String text) throws Unreadable {
    var yaml = new Yaml();
    try {
      checkDepth(text);
      var root = new Compose(LoadSettings.builder().build()).composeString(text);
      var json = root.isPresent() ? yaml.json(root.get(), "", 0) : Json.NULL;
      return new Document(Json.paired(json), yaml.lines);
    } catch (MarkedYamlEngineException e) {
      throw at(e.getProblemMark(), problem(e));
    } catch (YamlEngineException _) {
      throw new Unreadable("not valid YAML");
    }
  }

  /// The library composes nested values by recursion, without a limit. Its parser does not recurse.
  private static void checkDepth(String text) throws Unreadable {
    int depth = 0;
    for (var event : new Parse(LoadSettings.builder().build()).parseString(text)) {
      depth +=
          switch (event) {
            case CollectionStartEvent _ -> 1;
            case CollectionEndEvent _ -> -1;
            default -> 0;
          };
      if (depth > Json.MAX_DEPTH + 1) {
        throw tooDeep(event.getStartMark());
      }
    }
  }

  private static Unreadable tooDeep(Optional<Mark> mark) {
    return at(mark, "nested deeper than " + Json.MAX_DEPTH);
  }

  /// The names of aliases and tags are left out, because they may be parts of an unquoted secret.
  private static String problem(MarkedYamlEngineException e) {
    if (String.valueOf(e.getContext()).equals("while scanning an alias")) {
      return "not valid YAML: found an alias (quote a text that begins with *)";
    }
    var problem = String.valueOf(e.getProblem());
    return "not valid YAML: "
        + (problem.startsWith("found undefined alias")
            ? "found an undefined alias (quote a text that begins with *)"
            : problem.startsWith("found undefined tag") ? "found an undefined tag" : problem);
  }

  private static Unreadable at(Optional<Mark> mark, String what) {
    return new Unreadable(
        mark.map(at -> "line %d, column %d: ".formatted(at.getLine() + 1, at.getColumn() + 1))
                .orElse("")
            + what);
  }

  private Json json(Node node, String path, int depth) throws Unreadable {
    if (depth > Json.MAX_DEPTH) {
      throw tooDeep(node.getStartMark());
    }
    if (++values > MAX_VALUES) {
      throw at(node.getStartMark(), "more than " + MAX_VALUES + " values");
    }
    return switch (node) {
      case ScalarNode scalar -> scalar(scalar);
      case SequenceNode sequence -> {
        var items = new ArrayList<Json>();
        for (var item : sequence.getValue()) {
          items.add(json(item, path, depth + 1));
        }
        yield new Json.Arr(items);
      }
      case MappingNode map -> object(map, path, depth);
      default -> throw at(node.getStartMark(), "a value has no form in JSON; quote it");
    };
  }

  private Json.Obj object(MappingNode map, String path, int depth) throws Unreadable {
    var fields = new LinkedHashMap<String, Json>();
    var from = new LinkedHashMap<String, Integer>();
    for (var tuple : map.getValue()) {
      var mark = tuple.getKeyNode().getStartMark();
      if (!(tuple.getKeyNode() instanceof ScalarNode key) || !key.getTag().equals(Tag.STR)) {
        throw at(mark, "a key is not a string; quote it");
      }
      var name = key.getValue();
      int line = mark.map(Mark::getLine).orElse(0) + 1;
      var earlier = from.put(name, line);
      if (earlier != null) {
        throw at(mark, "duplicate key %s, first in line %d".formatted(name, earlier));
      }
      var whole = path.isEmpty() ? name : path + "." + name;
      lines.putIfAbsent(whole, line);
      fields.put(name, json(tuple.getValueNode(), whole, depth + 1));
    }
    return new Json.Obj(fields);
  }

  private static Json scalar(ScalarNode node) throws Unreadable {
    var tag = node.getTag();
    var text = node.getValue();
    if (tag.equals(Tag.STR)) {
      return Json.of(text);
    } else if (tag.equals(Tag.NULL)) {
      return Json.NULL;
    } else if (tag.equals(Tag.BOOL) && List.of("true", "false").contains(text)) {
      return Json.of(text.equals("true"));
    } else if (tag.equals(Tag.INT) || tag.equals(Tag.FLOAT)) {
      return number(node, text);
    }
    throw at(node.getStartMark(), "a value has no form in JSON; quote it");
  }

  private static Json number(ScalarNode node, String text) throws Unreadable {
    if (NUMBER.matcher(text).matches()) {
      return new Json.Num(text);
    }
    try {
      return new Json.Num(new BigDecimal(text).toString());
    } catch (NumberFormatException _) {
      throw at(node.getStartMark(), "a number has no form in JSON; quote it");
    }
  }
}
