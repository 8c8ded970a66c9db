package dev.drover.tools;

import dev.drover.base.Json;

/// The result of a call from an MCP server, of any size that the client accepts.
///
/// @param content blocks of the Messages API
public record McpResult(Json.Arr content, boolean isError) {}
