package dev.drover.tools;

import dev.drover.base.Json;

/// A tool, as the model is told of it.
///
/// @param inputSchema a JSON Schema of type `object`
/// @param readOnly whether running a call twice is the same as running it once
public record ToolSpec(String name, String description, Json.Obj inputSchema, boolean readOnly) {
  /// As an entry of `tools` of the Messages API.
  Json.Obj definition() {
    return Json.obj("name", name, "description", description, "input_schema", inputSchema);
  }
}
