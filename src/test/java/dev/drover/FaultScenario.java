package dev.drover;

import dev.drover.base.Json;
import dev.drover.testing.Commands;
import dev.drover.testing.DroverClient;
import dev.drover.testing.Script;
import dev.drover.testing.ScriptedMessages;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/// What happens in a session that is killed at every boundary: a call that waits for leave, two
/// that run side by side, one that the client runs, an interrupt in mid-stream, a last message.
final class FaultScenario {
  /// What the shell command writes, one line for each time it runs.
  static final String FILE = "lines";

  /// What it waits for.
  static final String GO = "go";

  static final String FIRST = "begin";
  static final String SECOND = "go on and on";
  static final String LAST = "and goodbye";

  private static final String COMMAND =
      "echo line >> %s; %s; cat %s".formatted(FILE, Commands.await(GO), FILE);

  private FaultScenario() {}

  /// What the agent can do.
  static final Json.Obj AGENT =
      Json.obj(
          "name",
          "Tester",
          "model",
          "scripted",
          "tools",
          List.of(
              Json.obj(
                  "type",
                  "agent_toolset_20260401",
                  "configs",
                  List.of(
                      Json.obj(
                          "name", "write", "permission_policy", Json.obj("type", "always_ask")))),
              Json.obj(
                  "type",
                  "custom",
                  "name",
                  "lookup",
                  "description",
                  "Looks something up.",
                  "input_schema",
                  Json.obj("type", "object"))));

  /// What the model says: it depends on the end of what it is shown alone, so a request that is
  /// made again is answered again.
  static Script reply(ScriptedMessages.Request request) {
    var last = request.body().items("messages").getLast().toString();
    if (last.contains(LAST)) {
      return Script.reply().text("bye");
    }
    if (isInterrupted(request)) {
      return Script.reply().text("half").hold(new CountDownLatch(1)).text("never");
    }
    if (last.contains("toolu_lookup")) {
      return Script.reply().text("looked up");
    }
    if (last.contains("toolu_bash")) {
      return Script.reply().toolUse("toolu_lookup", "lookup", "{}");
    }
    if (last.contains("toolu_write")) {
      return Script.reply()
          .text("now both")
          .toolUse("toolu_bash", "bash", Json.obj("command", COMMAND).toString())
          .toolUse("toolu_read", "read", Json.obj("file_path", "/workspace/notes").toString());
    }
    return Script.reply()
        .thinking("hm", "signed")
        .toolUse(
            "toolu_write",
            "write",
            Json.obj("file_path", "/workspace/notes", "content", "noted").toString());
  }

  /// Whether it is the request that is interrupted.
  private static boolean isInterrupted(ScriptedMessages.Request request) {
    return isInterrupted(new Json.Arr(request.body().items("messages")));
  }

  /// Whether the reply to these messages is interrupted.
  static boolean isInterrupted(Json.Arr messages) {
    var last = messages.items().getLast().toString();
    return last.contains(SECOND) && !last.contains(LAST);
  }

  static Json.Obj message(String text) {
    return Json.obj(
        "type", "user.message", "content", List.of(Json.obj("type", "text", "text", text)));
  }

  /// A log without what differs from run to run: ids, times and token counts. References to other
  /// events are kept as their places.
  static List<String> normalised(List<Json.Obj> events) {
    var places = new HashMap<String, String>();
    var lines = new ArrayList<String>();
    for (var event : events) {
      var id = String.valueOf(event.text("id"));
      places.put(id, "#" + lines.size());
      var fields = new LinkedHashMap<>(event.fields());
      List.of("id", "processed_at", "created_at", "usage", "model_usage").forEach(fields::remove);
      var text = new Json.Obj(fields).toString();
      for (Map.Entry<String, String> place : places.entrySet()) {
        text = text.replace(place.getKey(), place.getValue());
      }
      lines.add(text.replaceAll("sthr_\\w+", "thread").replaceAll("sesn_\\w+", "session"));
    }
    return lines;
  }

  static List<Json.Obj> ofType(List<Json.Obj> events, String type) {
    return events.stream().filter(event -> DroverClient.type(event).equals(type)).toList();
  }
}
