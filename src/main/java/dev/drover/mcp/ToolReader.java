package dev.drover.mcp;

import dev.drover.base.Blank;
import dev.drover.base.Json;
import dev.drover.session.RemoteTool;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// Reads the tools that a server lists. A tool that cannot be offered is left out; the log names
/// the first ones, and how many there were. For one list; one thread.
final class ToolReader {
  private static final System.Logger LOG = System.getLogger(ToolReader.class.getName());
  private static final int MOST = 1_000;
  private static final int MOST_TEXT = 1 << 20;
  private static final int LONGEST_NAME = 128;

  /// How many tools that are left out have a line of their own in the log.
  private static final int MOST_LINES = 5;

  private static final int LONGEST_DESCRIPTION = 4_096;

  private final String server;
  private final Map<String, RemoteTool> tools = new LinkedHashMap<>();
  private final Map<String, ParamHeaders> headers = new LinkedHashMap<>();
  private int listed;
  private int leftOut;
  private long length;

  /// @param server its name, for the log
  ToolReader(String server) {
    this.server = server;
  }

  /// The tools, once the list is complete.
  List<RemoteTool> tools() {
    if (leftOut > MOST_LINES) {
      LOG.log(
          System.Logger.Level.WARNING,
          "{0} tools of the MCP server {1} are left out",
          leftOut,
          shown(server));
    }
    return new ArrayList<>(tools.values());
  }

  /// The parameters of each tool that are sent as headers, too.
  Map<String, ParamHeaders> headers() {
    return headers;
  }

  /// @throws McpTrouble if the list is too long
  void add(Json item) throws McpTrouble {
    listed++;
    if (listed > MOST) {
      throw tooMuch();
    }
    var tool = item instanceof Json.Obj object ? object : Json.EMPTY;
    var name = Objects.requireNonNullElse(tool.text("name"), "");
    if (Blank.is(name) || name.codePointCount(0, name.length()) > LONGEST_NAME) {
      leftOut(name, "its name is missing or too long");
      return;
    }
    if ("required".equals(tool.object("execution").text("taskSupport"))) {
      leftOut(name, "it runs only as a task");
      return;
    }
    var schema = ToolSchema.of(tool.get("inputSchema").orElse(Json.EMPTY));
    if (schema.isEmpty()) {
      leftOut(name, "model servers do not accept its input schema");
      return;
    }
    var mirrored = ParamHeaders.of(schema.get());
    if (mirrored.isEmpty()) {
      leftOut(name, "its x-mcp-header annotations are invalid");
      return;
    }
    if (tools.containsKey(name)) {
      leftOut(name, "another tool has its name");
      return;
    }
    var read = new RemoteTool(name, description(tool), schema.get(), isRepeatable(tool));
    length += read.description().length() + schema.get().toString().length();
    if (length > MOST_TEXT) {
      throw tooMuch();
    }
    tools.put(name, read);
    headers.put(name, mirrored.get());
  }

  private static McpTrouble tooMuch() {
    return new McpTrouble(
        McpTrouble.Kind.REFUSED,
        "The server lists more than %,d tools, or more than %d MiB of them."
            .formatted(MOST, MOST_TEXT >> 20));
  }

  private static String description(Json.Obj tool) {
    var text =
        Optional.ofNullable(tool.text("description"))
            .or(() -> Optional.ofNullable(tool.text("title")))
            .orElse("");
    return text.codePointCount(0, text.length()) <= LONGEST_DESCRIPTION
        ? text
        : text.substring(0, text.offsetByCodePoints(0, LONGEST_DESCRIPTION)) + "…";
  }

  private static boolean isRepeatable(Json.Obj tool) {
    var hints = tool.object("annotations");
    var yes = Optional.of(Json.of(true));
    return hints.get("readOnlyHint").equals(yes) || hints.get("idempotentHint").equals(yes);
  }

  private void leftOut(String name, String why) {
    leftOut++;
    if (leftOut > MOST_LINES) {
      return;
    }
    LOG.log(
        System.Logger.Level.WARNING,
        "a tool of the MCP server {0} is left out, because {1}: {2}",
        shown(server),
        why,
        shown(name));
  }

  /// A text of a server or a client, fit for a line of the log.
  private static String shown(String text) {
    var cut = text.length() <= LONGEST_NAME ? text : text.substring(0, LONGEST_NAME) + "…";
    return Json.of(cut).toString();
  }
}
