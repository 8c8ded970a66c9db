package dev.drover.tools;

import dev.drover.base.Json;

/// The description of a tool for a model.
///
/// @param inputSchema a JSON Schema of type `object`
/// @param readOnly whether running a call twice has the same effect as running it once
public record ToolSpec(String name, String description, Json.Obj inputSchema, boolean readOnly) {
  /// The tool as an entry of `tools` of the Messages API.
  Json.Obj definition() {
    return Json.obj("name", name, "description", description, "input_schema", inputSchema);
  }
}
