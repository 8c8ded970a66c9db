package dev.drover.brain;

import dev.drover.base.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Tools that a model's server runs by itself: a call (`server_tool_use`, `mcp_tool_use`) and its
/// result (`web_search_tool_result`, `mcp_tool_result`) are blocks of one reply.
///
/// @see <a href="https://docs.claude.com/en/docs/agents-and-tools/tool-use/web-search-tool">Web
///   search tool</a>
final class ServerTools {
  private static final String CALL = "_tool_use";
  private static final String RESULT = "_tool_result";

  private ServerTools() {}

  /// Whether a block of a reply is such a call without its result, or a result without its call.
  ///
  /// @param reply all blocks of the reply
  static boolean isHalf(Json.Obj block, List<Json.Obj> reply) {
    var type = String.valueOf(block.text("type"));
    return type.endsWith(CALL)
        ? !has(reply, RESULT, "tool_use_id", block.text("id"))
        : type.endsWith(RESULT) && !has(reply, CALL, "id", block.text("tool_use_id"));
  }

  private static boolean has(List<Json.Obj> reply, String kind, String key, @Nullable String id) {
    return reply.stream()
        .anyMatch(
            block ->
                String.valueOf(block.text("type")).endsWith(kind)
                    && String.valueOf(id).equals(block.text(key)));
  }
}
