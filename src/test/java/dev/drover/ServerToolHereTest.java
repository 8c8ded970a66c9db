package dev.drover;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.hands.ToolResult;
import dev.drover.testing.PuppetTool;
import dev.drover.testing.Script;
import dev.drover.testing.ScriptedMessages;
import dev.drover.tools.ServerTool;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A tool that runs in the server, in a whole server: put in by one line, seen by clients and in
/// the metrics, stopped with the server, and recovered by the next.
@Timeout(120)
@Tag("sandbox")
final class ServerToolHereTest {
  @TempDir Path data;

  private final PuppetTool looks = new PuppetTool("look", true);
  private final PuppetTool acts = new PuppetTool("act", false);
  private final ScriptedMessages model = ScriptedMessages.start();

  @AfterEach
  void stop() {
    model.close();
  }

  private NodeHere start() throws InterruptedException {
    return NodeHere.start(
        data,
        "",
        model,
        5_000,
        new Wiring() {
          @Override
          List<ServerTool> tools(Config config, Consumer<Runnable> onClose) {
            return List.of(looks, acts);
          }
        });
  }

  private static String metrics(NodeHere node) throws InterruptedException {
    return node.get("/metrics").body();
  }

  @Test
  void clientsSeeItsCallsAndNoSandboxIsMade() throws Exception {
    var image =
        Json.obj(
            "type",
            "image",
            "source",
            Json.obj("type", "base64", "media_type", "image/png", "data", "aGk="));
    looks.does(_ -> ToolResult.success(Json.arr(image)));
    model.script(
        Script.reply().toolUse("look", Json.obj("of", "it")).toolUse("act", Json.obj()),
        Script.reply().text("ok"));
    try (var node = start()) {
      var session = node.client().session("scripted");
      node.client().say(session, "Hi");
      node.client().awaitIdle(session);
      assertThat(node.client().types(session))
          .containsSubsequence(
              "agent.tool_use", "agent.tool_use", "agent.tool_result", "agent.tool_result");
      assertThat(node.client().events(session).toString()).contains("aGk=", "did act");
      assertThat(model.request(1).toString()).contains("What look does.", "What act does.");
      assertThat(metrics(node))
          .contains(
              "drover_tool_calls_total{tool=\"look\",outcome=\"ok\"} 1",
              "drover_tool_calls_total{tool=\"act\",outcome=\"ok\"} 1",
              "drover_hands_alive 0")
          .doesNotContain("drover_hands_provisioned_total{");
    }
  }

  @Test
  void stoppedWithTheServerItIsRecoveredByTheNext() throws Exception {
    var begun = new CountDownLatch(2);
    for (var tool : List.of(looks, acts)) {
      tool.does(
          _ -> {
            begun.countDown();
            new CountDownLatch(1).await();
            throw new IllegalStateException("never");
          });
    }
    model.script(
        Script.reply().toolUse("act", Json.obj()).toolUse("look", Json.obj()),
        Script.reply().text("ok"));
    String session;
    try (var node = start()) {
      session = node.client().session("scripted");
      node.client().say(session, "Hi");
      begun.await();
    }
    looks.does(_ -> ToolResult.success("seen"));
    try (var node = start()) {
      node.client().awaitIdle(session);
      assertThat(node.client().events(session).toString())
          .contains("act: Drover stopped while this call was running", "seen");
      assertThat(node.client().types(session)).endsWith("session.status_idle");
      assertThat(acts.calls()).hasSize(1);
      assertThat(looks.calls()).hasSize(2);
      assertThat(metrics(node))
          .contains(
              "drover_tool_calls_ambiguous_total{tool=\"act\",outcome=\"reported\"} 1",
              "drover_tool_calls_ambiguous_total{tool=\"look\",outcome=\"retried\"} 1");
    }
  }
}
