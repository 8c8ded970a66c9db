package dev.drover.catalog;

import java.util.List;

/// The tools of one MCP server of an agent (`mcp_toolset`): a default, and settings for single
/// tools that go before it. The server decides which tools there are.
///
/// @param server the name of the server
public record McpToolset(
    String server, Toolset.Setting defaults, List<Toolset.ToolSetting> overrides) implements Tool {
  /// What every MCP toolset starts from.
  public static final Toolset.Setting ASKING = new Toolset.Setting(true, Toolset.Policy.ALWAYS_ASK);

  public McpToolset {
    overrides = List.copyOf(overrides);
  }

  /// The setting that holds for `tool`.
  public Toolset.Setting of(String tool) {
    return Toolset.ToolSetting.of(tool, overrides, defaults);
  }
}
