package dev.drover.wire;

import dev.drover.base.Json;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.RemoteTool;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/// The JSON form of the tools of an MCP server in the log. Reading is tolerant: a tool without a
/// name is left out.
final class ToolListCodec {
  private ToolListCodec() {}

  static Json.Obj write(Event.ToolsListed listed) {
    var written = Json.obj("mcp_server", McpServerCodec.write(listed.server()));
    return listed
        .tools()
        .map(tools -> written.with("tools", tools.stream().map(ToolListCodec::write).toList()))
        .orElse(written);
  }

  private static Json.Obj write(RemoteTool tool) {
    return Json.obj(
        "name", tool.name(),
        "description", tool.description(),
        "input_schema", tool.inputSchema(),
        "repeatable", tool.repeatable());
  }

  /// Empty if the event does not name a server.
  static Optional<Event> read(EventId id, Json.Obj event) {
    return McpServerCodec.stored(event.object("mcp_server"))
        .map(
            server ->
                new Event.ToolsListed(
                    id,
                    server,
                    event
                        .get("tools")
                        .filter(Json.Arr.class::isInstance)
                        .map(_ -> tools(event.items("tools")))));
  }

  private static List<RemoteTool> tools(List<Json> items) {
    return items.stream()
        .flatMap(item -> item instanceof Json.Obj tool ? read(tool) : Stream.empty())
        .toList();
  }

  private static Stream<RemoteTool> read(Json.Obj tool) {
    var name = tool.text("name");
    return name == null
        ? Stream.empty()
        : Stream.of(
            new RemoteTool(
                name,
                Objects.requireNonNullElse(tool.text("description"), ""),
                tool.object("input_schema"),
                tool.get("repeatable").equals(Optional.of(Json.of(true)))));
  }
}
