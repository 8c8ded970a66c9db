package dev.drover.session;

import dev.drover.base.Json;

/// A tool of another server, as it was discovered.
///
/// @param name as the server knows it; 1 to 128 characters
/// @param inputSchema a JSON Schema of type `object`, which model servers accept
/// @param repeatable whether the server says that running a call twice has the same effect as
///   running it once
public record RemoteTool(
    String name, String description, Json.Obj inputSchema, boolean repeatable) {}
