package dev.drover.catalog;

import dev.drover.base.Json;

/// A tool that the client runs.
///
/// @param inputSchema a JSON Schema of type `object`, as the model is told of it
public record CustomTool(String name, String description, Json.Obj inputSchema) implements Tool {}
