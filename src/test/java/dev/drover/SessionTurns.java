package dev.drover;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.testing.DroverClient;
import dev.drover.testing.Script;
import dev.drover.testing.ScriptedMessages;

/// Turns of sessions on nodes that have the same key, in which the agent runs one command.
record SessionTurns(ScriptedMessages model, String key) {
  private DroverClient client(Drover node) {
    return new DroverClient(node.url(), key);
  }

  String session(Drover node) {
    try (var client = client(node)) {
      return client.session("scripted");
    }
  }

  /// The result of a command that the session's agent runs, on the node that gets the message.
  String run(Drover node, String session, String command) {
    model.script(
        Script.reply().toolUse("bash", Json.obj("command", command)), Script.reply().text("done"));
    try (var client = client(node)) {
      client.say(session, "Go on");
      client.awaitIdle(session);
      var result =
          client.events(session).stream()
              .filter(event -> DroverClient.type(event).equals("agent.tool_result"))
              .toList()
              .getLast();
      return String.valueOf(((Json.Obj) result.items("content").getFirst()).text("text"));
    }
  }

  /// The lines without what the model is told about the sandbox.
  static String withoutNote(String result) {
    assertThat(result).startsWith("[sandbox] This is a new sandbox.");
    return result.substring(result.indexOf('\n') + 1);
  }
}
