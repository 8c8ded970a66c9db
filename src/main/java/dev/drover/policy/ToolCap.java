package dev.drover.policy;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The section `tools` of a policy. The names of tools of MCP servers are `mcp__SERVER__TOOL`, with
/// the names that the agent and the server use. Custom tools of clients are not subject to it.
///
/// @param ask the tools whose calls wait for the client
/// @param deny the tools that no agent has
public record ToolCap(List<Glob> ask, List<Glob> deny) {
  static final ToolCap NONE = new ToolCap(List.of(), List.of());

  static final String MCP = "mcp__";
  private static final Pattern OTHERS = Pattern.compile("[^A-Za-z0-9_-]");

  public ToolCap {
    ask = List.copyOf(ask);
    deny = List.copyOf(deny);
  }

  /// Why a built-in tool may not be used; empty if it may.
  public Optional<Denial> denial(String tool) {
    return first("deny", deny, List.of(tool)).map(rule -> denied(rule, tool));
  }

  /// Why a tool of an MCP server may not be used; empty if it may.
  public Optional<Denial> denial(String server, String tool) {
    return first("deny", deny, names(server, tool))
        .map(rule -> denied(rule, MCP + server + "__" + tool));
  }

  private static Denial denied(String rule, String tool) {
    return new Denial(rule, "denies the tool " + tool);
  }

  /// The rule by which calls of a built-in tool must wait; empty if there is none.
  public Optional<String> asking(String tool) {
    return first("ask", ask, List.of(tool));
  }

  /// The rule by which calls of a tool of an MCP server must wait; empty if there is none.
  public Optional<String> asking(String server, String tool) {
    return first("ask", ask, names(server, tool));
  }

  /// As [#denial(String,String)], for all tools of a server, whatever their names are.
  Optional<Denial> denialOfAll(String server) {
    return all("deny", deny, server)
        .map(rule -> new Denial(rule, "denies all tools of the MCP server " + server));
  }

  /// As [#asking(String,String)], for all tools of a server, whatever their names are.
  Optional<String> askingForAll(String server) {
    return all("ask", ask, server);
  }

  /// The name as agent and server write it, and as models see it.
  private static List<String> names(String server, String tool) {
    var plain = MCP + server + "__" + tool;
    return Stream.of(plain, OTHERS.matcher(plain).replaceAll("_")).distinct().toList();
  }

  private static Optional<String> first(String list, List<Glob> rules, List<String> names) {
    for (int i = 0; i < rules.size(); i++) {
      if (names.stream().anyMatch(rules.get(i)::matches)) {
        return Optional.of("tools." + list + "." + i);
      }
    }
    return Optional.empty();
  }

  private static Optional<String> all(String list, List<Glob> rules, String server) {
    for (int i = 0; i < rules.size(); i++) {
      if (names(server, "").stream().anyMatch(rules.get(i)::matchesAllWith)) {
        return Optional.of("tools." + list + "." + i);
      }
    }
    return Optional.empty();
  }
}
