package dev.drover.policy;

import dev.drover.base.Fields;
import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.catalog.Toolset;
import dev.drover.http.HostPattern;
import dev.drover.http.PrivateHosts;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Predicate;

/// The strict reader of a policy: what it does not know is refused. Every problem names the rule,
/// the file and the line.
final class PolicyReader {
  /// The package managers of environments.
  static final List<String> MANAGERS = List.of("apt", "cargo", "gem", "go", "npm", "pip");

  /// The kinds of credentials of vaults.
  static final List<String> KINDS = List.of("environment_variable", "mcp_oauth", "static_bearer");

  private static final int MAX_ITEMS = 1_000;
  private static final int MAX_TEXT = 1_000;

  private final Path file;
  private final Map<String, Integer> lines;

  /// @param lines the line of each key, by its path
  PolicyReader(Path file, Map<String, Integer> lines) {
    this.file = file;
    this.lines = lines;
  }

  OperatorPolicy read(Json.Obj content) {
    var root = fields(content, "");
    for (var later : List.of("workspaces", "overridable")) {
      if (root.has(later)) {
        throw root.problem(later, "is not supported by this version of Drover");
      }
    }
    if (root.has("quotas")) {
      throw root.problem("quotas", "is unknown; limit networks by the setting network.sandbox_mib");
    }
    isolation(section(root, "isolation"));
    var policy =
        new OperatorPolicy(
            networking(section(root, "networking")),
            managers(section(root, "packages")),
            mcp(section(root, "mcp")),
            tools(section(root, "tools")),
            globs(root, "models", _ -> true, ""),
            credentials(section(root, "credentials")));
    root.end();
    return policy;
  }

  private Fields fields(Json.Obj object, String path) {
    return Fields.of(object, path, name -> place(path.isEmpty() ? name : path + "." + name));
  }

  private String place(String path) {
    var line = lines.get(path);
    return " (" + file + (line == null ? "" : ", line " + line) + ")";
  }

  private Fields section(Fields root, String name) {
    if (!root.has(name)) {
      return fields(Json.EMPTY, name);
    }
    if (root.value(name).orElse(Json.NULL) instanceof Json.Obj object) {
      return fields(object, name);
    }
    throw root.problem(name, "must be a map");
  }

  private NetworkCap networking(Fields section) {
    var cap =
        new NetworkCap(
            max(section), hosts(section, "hosts"), ports(section), privateHosts(section));
    section.end();
    return cap;
  }

  private static NetworkCap.Max max(Fields section) {
    if (!section.has("max")) {
      return NetworkCap.Max.UNRESTRICTED;
    }
    var text = section.text("max", 1, MAX_TEXT);
    for (var max : NetworkCap.Max.values()) {
      if (max.text().equals(text)) {
        return max;
      }
    }
    throw section.problem("max", "must be one of none, limited, unrestricted");
  }

  private static Optional<List<HostPattern>> hosts(Fields section, String name) {
    return texts(
            section,
            name,
            HostPattern::isOne,
            "must be a host or \"*.domain\", without scheme or port")
        .map(texts -> texts.stream().map(HostPattern::new).toList());
  }

  private static Optional<NavigableSet<Integer>> ports(Fields section) {
    return items(section, "ports")
        .map(
            items -> {
              var ports = new TreeSet<Integer>();
              for (int i = 0; i < items.size(); i++) {
                ports.add(port(section, items.get(i), i));
              }
              return ports;
            });
  }

  private static int port(Fields section, Json item, int at) {
    if (item instanceof Json.Num number) {
      var port = number.asLong().filter(it -> it >= 1 && it <= 0xffff);
      if (port.isPresent()) {
        return port.get().intValue();
      }
    }
    throw problem(section, "ports", at, "must be a port, from 1 to 65535");
  }

  private static Optional<PrivateHosts> privateHosts(Fields section) {
    return texts(section, "private", _ -> true, "")
        .map(
            entries -> {
              try {
                return PrivateHosts.of(entries);
              } catch (Problem e) {
                throw section.problem("private", e.getMessage());
              }
            });
  }

  private static Optional<NavigableSet<String>> managers(Fields section) {
    var managers = names(section, "managers", MANAGERS);
    section.end();
    return managers;
  }

  private static Optional<NavigableSet<String>> credentials(Fields section) {
    var kinds = names(section, "kinds", KINDS);
    section.end();
    return kinds;
  }

  private static McpCap mcp(Fields section) {
    var cap = new McpCap(hosts(section, "hosts"), section.bool("https_only").orElse(false));
    section.end();
    return cap;
  }

  private static ToolCap tools(Fields section) {
    var cap =
        new ToolCap(
            tools(section, "ask").orElse(List.of()), tools(section, "deny").orElse(List.of()));
    section.end();
    return cap;
  }

  private static Optional<List<Glob>> tools(Fields section, String name) {
    return globs(
        section,
        name,
        PolicyReader::isOfTools,
        "must be a built-in tool ("
            + String.join(", ", new TreeSet<>(Toolset.NAMES))
            + "), a"
            + " pattern of such names, or begin with mcp__");
  }

  private static boolean isOfTools(String text) {
    return text.startsWith(ToolCap.MCP) || Toolset.NAMES.stream().anyMatch(new Glob(text)::matches);
  }

  private static void isolation(Fields section) {
    if (section.has("at_least") && !section.text("at_least", 1, MAX_TEXT).equals("process")) {
      throw section.problem(
          "at_least", "must be process: this version of Drover has no other isolation");
    }
    section.end();
  }

  private static Optional<NavigableSet<String>> names(
      Fields section, String name, List<String> known) {
    return texts(section, name, known::contains, "must be one of " + String.join(", ", known))
        .map(TreeSet::new);
  }

  private static Optional<List<Glob>> globs(
      Fields section, String name, Predicate<String> isOne, String must) {
    return texts(section, name, isOne, must).map(texts -> texts.stream().map(Glob::new).toList());
  }

  /// The texts of a list; empty if the policy does not have it.
  private static Optional<List<String>> texts(
      Fields section, String name, Predicate<String> isOne, String must) {
    return items(section, name)
        .map(
            items -> {
              var texts = new ArrayList<String>();
              for (int i = 0; i < items.size(); i++) {
                if (!(items.get(i) instanceof Json.Str(var text))
                    || text.isEmpty()
                    || text.length() > MAX_TEXT) {
                  throw problem(
                      section, name, i, "must be a text of 1 to " + MAX_TEXT + " characters");
                }
                if (!isOne.test(text)) {
                  throw problem(section, name, i, must);
                }
                texts.add(text);
              }
              return texts;
            });
  }

  /// The items of a list. A key without a value is refused: it could mean "nothing" or "all".
  private static Optional<List<Json>> items(Fields section, String name) {
    if (!section.has(name)) {
      return Optional.empty();
    }
    if (section.value(name).isEmpty()) {
      throw section.problem(name, "must be a list; [] allows nothing");
    }
    return Optional.of(section.items(name, MAX_ITEMS));
  }

  private static Problem problem(Fields section, String list, int at, String what) {
    return section.problem(list, "item " + (at + 1) + " " + what);
  }
}
