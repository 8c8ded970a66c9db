package dev.drover.model.anthropic;

import dev.drover.base.Json;
import dev.drover.model.Answer;
import dev.drover.model.Listener;
import dev.drover.model.Prompt;
import dev.drover.model.http.ApiKey;
import dev.drover.model.http.Timeouts;
import dev.drover.testing.Script;
import dev.drover.testing.ScriptedMessages;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;

/// A scripted server and a model that asks it.
abstract class MessagesCase {
  static final String KEY = "sk-test-4711-secret";
  static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  static final Prompt HELLO = prompt("Hello");

  final ScriptedMessages server = ScriptedMessages.start();
  final MessagesModel model = model(Timeouts.DEFAULT);

  @AfterEach
  void close() {
    model.close();
    server.close();
  }

  final MessagesModel model(Timeouts timeouts) {
    return at(server.uri(), timeouts);
  }

  static MessagesModel at(URI base, Timeouts timeouts) {
    return new MessagesModel(base, new ApiKey(KEY), timeouts, InstantSource.fixed(NOW));
  }

  static Prompt prompt(String text) {
    return new Prompt(
        "claude-test",
        1024,
        Optional.empty(),
        Json.arr(),
        Json.arr(),
        Json.arr(Json.obj("role", "user", "content", text)));
  }

  Answer ask(Script script) throws InterruptedException {
    server.script(script);
    return model.answer(HELLO, Listener.DEAF);
  }

  Answer.Reply reply(Script script) throws InterruptedException {
    return switch (ask(script)) {
      case Answer.Reply reply -> reply;
      case Answer.Failure failure -> throw new AssertionError(failure.toString());
    };
  }

  Answer.Failure failure(Script script) throws InterruptedException {
    return failed(ask(script));
  }

  static Answer.Failure failed(Answer answer) {
    return switch (answer) {
      case Answer.Failure failure -> failure;
      case Answer.Reply reply -> throw new AssertionError("a reply came: " + reply);
    };
  }

  static final Duration SHORT = Duration.ofMillis(200);

  /// A prompt that offers these tools.
  static Prompt offering(String... names) {
    var tools = new ArrayList<Json>();
    for (var name : names) {
      tools.add(Json.obj("name", name, "input_schema", Json.obj("type", "object")));
    }
    return new Prompt(
        "m", 1024, Optional.empty(), Json.arr(), new Json.Arr(tools), HELLO.messages());
  }

  /// Writes down what it hears, and opens a latch when a call begins.
  static final class CallEar extends Ear {
    final CountDownLatch begun = new CountDownLatch(1);

    @Override
    public void callStarted(int index, String tool) {
      super.callStarted(index, tool);
      begun.countDown();
    }
  }

  /// Writes down what it hears.
  static class Ear implements Listener {
    final List<String> heard = new ArrayList<>();

    @Override
    public void blockStarted(int index, String type) {
      heard.add(index + " " + type);
    }

    @Override
    public void callStarted(int index, String tool) {
      heard.add(index + " calls " + tool);
    }

    @Override
    public void text(int index, String delta) {
      heard.add(index + ": " + delta);
    }
  }
}
