package dev.drover.brain;

import dev.drover.base.Json;
import dev.drover.catalog.Definition;
import dev.drover.hands.BuiltInTool;
import dev.drover.session.Event;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The tools that the model of an agent is offered, and what is said of a call of any other.
record OfferedTools(Definition agent) {
  /// Tools of the toolset that this version does not have.
  private static final Set<String> NOT_HERE = Set.of("web_fetch", "web_search");

  private static final int LONGEST_NAME_SHOWN = 128;

  /// Those that are enabled and that we have, and the client's own.
  Json.Arr definitions() {
    var tools = new ArrayList<Json>();
    builtIn()
        .forEach(tool -> tools.add(tool(tool.wireName(), tool.description(), tool.inputSchema())));
    for (var tool : agent.customTools()) {
      tools.add(tool(tool.name(), tool.description(), tool.inputSchema()));
    }
    return new Json.Arr(tools);
  }

  private static Json.Obj tool(String name, String description, Json.Obj schema) {
    return Json.obj("name", name, "description", description, "input_schema", schema);
  }

  private Stream<BuiltInTool> builtIn() {
    return Arrays.stream(BuiltInTool.values())
        .filter(tool -> permission(tool.wireName()) != Event.Permission.NOT_ENABLED);
  }

  boolean isCustom(String name) {
    return agent.customTools().stream().anyMatch(tool -> tool.name().equals(name));
  }

  Event.Permission permission(String tool) {
    return agent
        .toolset()
        .map(toolset -> toolset.of(tool))
        .filter(setting -> setting.enabled() && BuiltInTool.named(tool).isPresent())
        .map(
            setting ->
                switch (setting.policy()) {
                  case ALWAYS_ALLOW -> Event.Permission.ALLOWED;
                  case ALWAYS_ASK -> Event.Permission.ASKED;
                  case AUTO -> Event.Permission.UNDECIDED;
                })
        .orElse(Event.Permission.NOT_ENABLED);
  }

  /// Why a call of this tool cannot run, for the model to read; empty: it can.
  Optional<String> refusal(String name) {
    if (isCustom(name) || permission(name) != Event.Permission.NOT_ENABLED) {
      return Optional.empty();
    }
    boolean known = BuiltInTool.named(name).isPresent() || NOT_HERE.contains(name);
    return Optional.of(
        (known
                ? "Permission to use "
                    + name
                    + " has been denied. It is not enabled for this agent."
                : "no such tool: " + shown(name) + ".")
            + " "
            + offer());
  }

  private static String shown(String name) {
    return name.isEmpty()
        ? "a tool without a name"
        : name.codePointCount(0, name.length()) <= LONGEST_NAME_SHOWN
            ? name
            : name.substring(0, name.offsetByCodePoints(0, LONGEST_NAME_SHOWN)) + "…";
  }

  private String offer() {
    var names =
        Stream.concat(
                builtIn().map(BuiltInTool::wireName),
                agent.customTools().stream().map(tool -> tool.name()))
            .collect(Collectors.joining(", "));
    return names.isEmpty() ? "There are no tools." : "The tools are: " + names + ".";
  }
}
