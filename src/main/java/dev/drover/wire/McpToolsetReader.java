package dev.drover.wire;

import dev.drover.base.Fields;
import dev.drover.catalog.McpToolset;
import dev.drover.catalog.Toolset;
import java.util.ArrayList;
import java.util.HashSet;

/// The strict reader of an `mcp_toolset` of a request.
final class McpToolsetReader {
  private static final int MAX_CONFIGS = 256;

  private McpToolsetReader() {}

  static McpToolset read(Fields tool) {
    var server = tool.name("mcp_server_name", McpServerCodec.MAX_NAME);
    var defaults = ToolCodec.readDefaults(tool, McpToolset.ASKING);
    var overrides = new ArrayList<Toolset.ToolSetting>();
    var names = new HashSet<String>();
    for (var config : tool.objects("configs", MAX_CONFIGS)) {
      var name = config.name("name", 128);
      if (!names.add(name)) {
        throw config.problem("name", "is configured twice");
      }
      overrides.add(new Toolset.ToolSetting(name, ToolCodec.readSetting(config, defaults)));
      config.end();
    }
    tool.end();
    return new McpToolset(server, defaults, overrides);
  }
}
