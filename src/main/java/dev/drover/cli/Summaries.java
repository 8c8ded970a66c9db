package dev.drover.cli;

import dev.drover.base.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Resources as people see them: without nesting, and without what says nothing.
final class Summaries {
  private Summaries() {}

  /// A session: its agent, tokens and cost in a few words each.
  static Json.Obj session(Json.Obj session) {
    if (session.text("status") == null) {
      return session;
    }
    return replaced(
        session,
        name ->
            switch (name) {
              case "agent" -> Map.of("agent", agentOf(session.object("agent")));
              case "usage" -> usage(session.object("usage"));
              case "stats" -> Map.of();
              default -> null;
            });
  }

  /// An agent: its model and its tools by their names.
  static Json.Obj agent(Json.Obj agent) {
    return replaced(
        agent,
        name ->
            switch (name) {
              case "model" -> Map.of("model", model(agent.object("model")));
              case "tools" -> Map.of("tools", tools(agent));
              default -> null;
            });
  }

  private interface Replacing {
    /// The fields in place of this one; null if it stays as it is.
    @Nullable Map<String, String> of(String name);
  }

  private static Json.Obj replaced(Json.Obj object, Replacing replacing) {
    var fields = new LinkedHashMap<String, Json>();
    object
        .fields()
        .forEach(
            (name, value) -> {
              var others = replacing.of(name);
              if (others == null) {
                fields.put(name, value);
              } else {
                others.forEach((other, text) -> fields.put(other, Json.of(text)));
              }
            });
    return new Json.Obj(fields);
  }

  /// Such as `Coder v1 (claude-opus-4-8)`.
  static String agentOf(Json.Obj agent) {
    return "%s v%s (%s)"
        .formatted(
            Column.text(agent, "name"),
            Column.text(agent, "version"),
            Column.text(agent.object("model"), "id"));
  }

  private static String model(Json.Obj model) {
    return Column.text(model, "id")
        + model.fields().entrySet().stream()
            .filter(field -> !field.getKey().equals("id") && !PlainText.isEmpty(field.getValue()))
            .map(field -> ", " + field.getKey() + ": " + PlainText.of(field.getValue()))
            .collect(Collectors.joining());
  }

  private static String tools(Json.Obj agent) {
    return agent.items("tools").stream()
        .map(item -> item instanceof Json.Obj tool ? tool : Json.EMPTY)
        .map(Summaries::tool)
        .collect(Collectors.joining(", "));
  }

  /// A tool as the flag `--tool` names it, as far as it can.
  private static String tool(Json.Obj tool) {
    if (tool.get("default_config").isEmpty()) {
      return tool.text("name") == null ? PlainText.of(tool) : Column.text(tool, "name");
    }
    var server = Column.text(tool, "mcp_server_name");
    var in = server.isEmpty() ? "" : " of " + server;
    var names = new ArrayList<String>();
    if (isEnabled(tool.object("default_config"))) {
      names.add("all" + in + policy(tool.object("default_config")));
    }
    for (var item : tool.items("configs")) {
      if (item instanceof Json.Obj config) {
        var name = Column.text(config, "name") + in;
        names.add(isEnabled(config) ? name + policy(config) : "not " + name);
      }
    }
    return String.join(", ", names);
  }

  private static boolean isEnabled(Json.Obj config) {
    return !config.get("enabled").equals(Optional.of(Json.of(false)));
  }

  private static String policy(Json.Obj config) {
    return switch (Column.text(config.object("permission_policy"), "type")) {
      case "always_ask" -> ":ask";
      case "always_allow", "" -> "";
      case String other -> ":" + other;
    };
  }

  private static Map<String, String> usage(Json.Obj usage) {
    var shown = new LinkedHashMap<String, String>();
    long in = usage.number("input_tokens", 0);
    long out = usage.number("output_tokens", 0);
    if (in + out > 0) {
      shown.put("tokens", String.format(Locale.ROOT, "%,d in, %,d out", in, out));
    }
    long read = usage.number("cache_read_input_tokens", 0);
    if (read > 0) {
      shown.put("from cache", String.format(Locale.ROOT, "%,d tokens", read));
    }
    var cost = usage.object("list_cost");
    if (cost.text("amount") != null) {
      shown.put("list cost", money(cost));
    }
    if (usage.get("active_seconds").orElse(Json.NULL) instanceof Json.Num seconds) {
      shown.put("active", String.format(Locale.ROOT, "%.1f s", seconds.asDouble()));
    }
    return shown;
  }

  /// An amount in cents, such as `USD 0.41`.
  static String money(Json.Obj money) {
    var cents = Column.text(money, "amount");
    if (!cents.matches("\\d{1,15}")) {
      return cents + " " + Column.text(money, "currency");
    }
    long amount = Long.parseLong(cents);
    return String.format(
        Locale.ROOT, "%s %d.%02d", Column.text(money, "currency"), amount / 100, amount % 100);
  }
}
