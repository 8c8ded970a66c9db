package dev.drover.mcp;

import dev.drover.base.Json;
import java.util.HashMap;
import java.util.Map;

/// The requests of the version of the protocol that has no sessions: each carries what the others
/// agree on once.
final class StatelessRequests {
  static final String METHOD = "mcp-method";
  static final String NAME = "mcp-name";
  private static final String KEY = "io.modelcontextprotocol/";

  private StatelessRequests() {}

  /// The request with the version and the capabilities of this client.
  static Json.Obj complete(Json.Obj request) {
    var params = request.object("params");
    var meta =
        params
            .object("_meta")
            .with(KEY + "protocolVersion", McpVersion.STATELESS.date())
            .with(KEY + "clientInfo", McpConnection.CLIENT)
            .with(KEY + "clientCapabilities", Json.EMPTY);
    return request.with("params", params.with("_meta", meta));
  }

  /// The headers that repeat parts of the request.
  static Map<String, String> headers(String method, Map<String, String> more) {
    var headers = new HashMap<>(more);
    headers.put(METHOD, method);
    return headers;
  }
}
