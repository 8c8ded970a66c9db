package dev.drover.wire;

import dev.drover.base.Fields;
import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.catalog.UrlSources;
import dev.drover.catalog.UrlSources.Extent;
import dev.drover.catalog.UrlSources.Tools;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The JSON form of `url_sources` of `web_fetch`.
final class UrlSourcesCodec {
  private static final String USER = "user_input";
  private static final String CLIENT = "client_tool_results";
  private static final String SERVER = "server_tool_results";
  private static final Set<String> WEB = Set.of("web_fetch", "web_search");
  private static final int MAX_TOOLS = 128;

  private UrlSourcesCodec() {}

  static Json write(UrlSources sources) {
    return Json.obj(
        USER,
        sources
            .userInput()
            .<Json>map(on -> Json.obj("type", on ? "all" : "none"))
            .orElse(Json.NULL),
        CLIENT,
        sources.clientTools().<Json>map(UrlSourcesCodec::write).orElse(Json.NULL),
        SERVER,
        sources.serverTools().<Json>map(UrlSourcesCodec::write).orElse(Json.NULL));
  }

  private static Json.Obj write(Tools tools) {
    var type = EventCodec.lower(tools.extent());
    return tools.names().isEmpty()
        ? Json.obj("type", type)
        : Json.obj(
            "type",
            type,
            "tools",
            tools.names().stream()
                .map(name -> Json.obj("type", "tool_reference", "name", name))
                .toList());
  }

  /// @param custom the names of the agent's custom tools
  /// @throws Problem `INVALID_REQUEST` that names the field
  static UrlSources request(Fields sources, Set<String> custom) {
    var user = tools(sources, USER, Set.of());
    user.filter(tools -> !tools.names().isEmpty())
        .ifPresent(
            _ -> {
              throw sources.problem(USER + ".type", "must be \"all\" or \"none\"");
            });
    var read =
        new UrlSources(
            user.map(tools -> tools.extent() == Extent.ALL),
            tools(sources, CLIENT, custom),
            tools(sources, SERVER, WEB));
    sources.end();
    return read;
  }

  private static Optional<Tools> tools(Fields sources, String field, Set<String> known) {
    return sources
        .value(field)
        .map(
            value ->
                switch (value) {
                  case Json.Str(var text) when text.equals("all") -> whole(Extent.ALL);
                  case Json.Str(var text) when text.equals("none") -> whole(Extent.NONE);
                  case Json.Str _ -> throw sources.problem(field, "must be \"all\" or \"none\"");
                  default -> filter(sources.objectInsteadOfString(field), field, known);
                });
  }

  private static Tools filter(Fields filter, String field, Set<String> known) {
    var extent =
        switch (filter.type()) {
          case "all" -> Extent.ALL;
          case "none" -> Extent.NONE;
          case "only" -> Extent.ONLY;
          case "except" -> Extent.EXCEPT;
          default -> throw filter.problem("type", "must be all, none, only or except");
        };
    if (extent == Extent.ALL || extent == Extent.NONE) {
      filter.end();
      return whole(extent);
    }
    if (field.equals(USER)) {
      throw filter.problem("type", "must be \"all\" or \"none\"");
    }
    var names = names(filter, known);
    filter.end();
    return new Tools(extent, names);
  }

  private static List<String> names(Fields filter, Set<String> known) {
    var names = new ArrayList<String>();
    for (var tool : filter.objects("tools", MAX_TOOLS)) {
      tool.type("tool_reference");
      var name = tool.text("name", 1, 128);
      if (!known.contains(name)) {
        throw tool.problem(
            "name",
            known.equals(WEB)
                ? "must be web_fetch or web_search"
                : "must be the name of a custom tool of the same agent");
      }
      if (names.contains(name)) {
        throw tool.problem("name", "is a duplicate");
      }
      tool.end();
      names.add(name);
    }
    if (names.isEmpty()) {
      throw filter.problem("tools", "must contain at least 1 item");
    }
    return names;
  }

  private static Tools whole(Extent extent) {
    return new Tools(extent, List.of());
  }

  /// Reads stored sources; empty if they cannot be read.
  static Optional<UrlSources> stored(Json.Obj sources) {
    var user = stored(sources, USER);
    var client = stored(sources, CLIENT);
    var server = stored(sources, SERVER);
    boolean readable =
        !sources.fields().isEmpty()
            && user.isPresent()
            && client.isPresent()
            && server.isPresent()
            && user.get().filter(tools -> !tools.names().isEmpty()).isEmpty();
    return readable
        ? Optional.of(
            new UrlSources(
                user.get().map(tools -> tools.extent() == Extent.ALL), client.get(), server.get()))
        : Optional.empty();
  }

  private static Optional<Optional<Tools>> stored(Json.Obj sources, String field) {
    if (ToolRulesCodec.isAbsent(sources, field)) {
      return Optional.of(Optional.empty());
    }
    var filter = sources.object(field);
    return switch (String.valueOf(filter.text("type"))) {
      case "all" -> Optional.of(Optional.of(whole(Extent.ALL)));
      case "none" -> Optional.of(Optional.of(whole(Extent.NONE)));
      case "only" -> some(Extent.ONLY, filter.items("tools"));
      case "except" -> some(Extent.EXCEPT, filter.items("tools"));
      default -> Optional.empty();
    };
  }

  private static Optional<Optional<Tools>> some(Extent extent, List<Json> tools) {
    var names = new ArrayList<String>();
    for (var tool : tools) {
      if (tool instanceof Json.Obj object && object.text("name") != null) {
        names.add(String.valueOf(object.text("name")));
      }
    }
    return names.isEmpty() || names.size() < tools.size()
        ? Optional.empty()
        : Optional.of(Optional.of(new Tools(extent, names)));
  }
}
