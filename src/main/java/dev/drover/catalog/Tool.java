package dev.drover.catalog;

/// An entry of an agent's `tools`.
public sealed interface Tool permits Toolset, McpToolset, CustomTool {}
