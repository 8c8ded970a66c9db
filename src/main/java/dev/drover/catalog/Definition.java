package dev.drover.catalog;

import dev.drover.base.Json;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What an agent is: the part of it that a version changes and that a session keeps a copy of.
///
/// @param description may be null; up to 2,048 characters
/// @param system the system prompt; may be null; up to 100,000 characters
/// @param tools in the operator's order; at most one [Toolset], a [McpToolset] for each MCP server,
///   and custom tools of different names
/// @param mcpServers in the operator's order, of different names
/// @param skills in the operator's order, of different ids
/// @param newer what a newer version stored and this one does not know: kept as it came, and shown
///   over the other components, which say how much of it this version honours
public record Definition(
    String name,
    @Nullable String description,
    ModelConfig model,
    @Nullable String system,
    List<Tool> tools,
    List<McpServer> mcpServers,
    List<SkillReference> skills,
    Json.Obj newer) {
  public Definition {
    tools = List.copyOf(tools);
    mcpServers = List.copyOf(mcpServers);
    skills = List.copyOf(skills);
  }

  /// A definition without MCP servers and skills, of which this version knows everything.
  public Definition(
      String name,
      @Nullable String description,
      ModelConfig model,
      @Nullable String system,
      List<Tool> tools) {
    this(name, description, model, system, tools, List.of(), List.of(), Json.EMPTY);
  }

  /// The built-in tools; empty: the agent has none.
  public Optional<Toolset> toolset() {
    return tools.stream().filter(Toolset.class::isInstance).map(Toolset.class::cast).findFirst();
  }

  public List<CustomTool> customTools() {
    return tools.stream().filter(CustomTool.class::isInstance).map(CustomTool.class::cast).toList();
  }

  /// The settings of the tools of an MCP server; empty if the agent does not use it.
  public Optional<McpToolset> mcpToolset(String server) {
    return tools.stream()
        .filter(McpToolset.class::isInstance)
        .map(McpToolset.class::cast)
        .filter(toolset -> toolset.server().equals(server))
        .findFirst();
  }

  /// The MCP server of this name; empty if the agent has none.
  public Optional<McpServer> mcpServer(String named) {
    return mcpServers.stream().filter(server -> server.name().equals(named)).findFirst();
  }

  /// The same agent with other skills.
  public Definition withSkills(List<SkillReference> others) {
    return new Definition(name, description, model, system, tools, mcpServers, others, newer);
  }

  /// The same agent with another model.
  public Definition withModel(ModelConfig other) {
    return new Definition(name, description, other, system, tools, mcpServers, skills, newer);
  }
}
