package dev.drover.wire;

import dev.drover.base.Fields;
import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.catalog.Definition;
import dev.drover.catalog.McpServer;
import dev.drover.catalog.McpToolset;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/// The JSON form of an agent's `mcp_servers`.
final class McpServerCodec {
  static final int MAX_NAME = 255;
  private static final int MAX_SERVERS = 20;
  private static final int MAX_URL = 2048;

  private McpServerCodec() {}

  static Json.Arr write(List<McpServer> servers) {
    return new Json.Arr(servers.stream().<Json>map(McpServerCodec::write).toList());
  }

  static Json.Obj write(McpServer server) {
    return Json.obj("type", "url", "name", server.name(), "url", server.url().toString());
  }

  /// The stored servers that this version can use.
  static List<McpServer> stored(List<Json> servers) {
    return servers.stream()
        .filter(Json.Obj.class::isInstance)
        .flatMap(server -> stored((Json.Obj) server).stream())
        .toList();
  }

  /// Empty if it is of another kind, or lacks a field.
  static Optional<McpServer> stored(Json.Obj server) {
    var name = server.text("name");
    var url = server.text("url");
    if (name == null || url == null || !"url".equals(server.text("type"))) {
      return Optional.empty();
    }
    try {
      return Optional.of(new McpServer(name, new URI(url)));
    } catch (URISyntaxException _) {
      return Optional.empty();
    }
  }

  /// Reads the field `mcp_servers`, which may be absent.
  ///
  /// @throws Problem `INVALID_REQUEST` for values that the protocol forbids
  static List<McpServer> read(Fields body) {
    var servers = new ArrayList<McpServer>();
    var names = new HashSet<String>();
    for (var server : body.objects("mcp_servers", MAX_SERVERS)) {
      server.type("url");
      var name = server.name("name", MAX_NAME);
      if (!names.add(name)) {
        throw server.problem("name", "is used twice");
      }
      servers.add(new McpServer(name, server.read("url", MAX_URL, McpServerCodec::url)));
      server.end();
    }
    return servers;
  }

  private static URI url(String text) {
    URI url;
    try {
      url = new URI(text);
    } catch (URISyntaxException _) {
      throw Problem.invalid("is not a URL");
    }
    if (!"https".equalsIgnoreCase(url.getScheme()) && !"http".equalsIgnoreCase(url.getScheme())) {
      throw Problem.invalid("must begin with https:// or http://");
    }
    if (url.getHost() == null) {
      throw Problem.invalid("has no host");
    }
    if (url.getRawUserInfo() != null) {
      throw Problem.invalid("must not contain a user or password; use a vault");
    }
    if (url.getRawFragment() != null) {
      throw Problem.invalid("must not have a fragment");
    }
    return url;
  }

  /// Checks that every server has its toolset, and every toolset its server.
  ///
  /// @throws Problem `INVALID_REQUEST` that names the first one that has not
  static void check(Definition agent) {
    for (var tool : agent.tools()) {
      if (tool instanceof McpToolset toolset && agent.mcpServer(toolset.server()).isEmpty()) {
        throw Problem.invalid(
            "mcp_toolset references [%s] but no matching entry in mcp_servers"
                .formatted(toolset.server()));
      }
    }
    for (var server : agent.mcpServers()) {
      if (agent.mcpToolset(server.name()).isEmpty()) {
        throw Problem.invalid(
            "mcp_servers has [%s] but no mcp_toolset in tools references it"
                .formatted(server.name()));
      }
    }
  }
}
