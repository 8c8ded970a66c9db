package dev.drover.model.openai;

import dev.drover.base.Ids;
import dev.drover.base.Json;
import dev.drover.model.Answer;
import dev.drover.model.Listener;
import dev.drover.model.Prompt;
import dev.drover.model.http.ApiKey;
import dev.drover.model.http.Timeouts;
import dev.drover.testing.Script;
import dev.drover.testing.ScriptedMessages;
import java.net.URI;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;

/// A scripted server and a chat model that asks it.
abstract class ChatCase {
  static final String KEY = "sk-test-4711-secret";
  static final Prompt HELLO = prompt(Json.obj("role", "user", "content", "Hello"));

  final ScriptedMessages server = ScriptedMessages.start();
  final ChatModel model = at(server.uri().toString(), Timeouts.DEFAULT);

  @AfterEach
  void close() {
    model.close();
    server.close();
  }

  static ChatModel at(String base, Timeouts timeouts) {
    return new ChatModel(
        URI.create(base),
        new ApiKey(KEY),
        timeouts,
        InstantSource.fixed(Instant.parse("2026-01-02T03:04:05Z")),
        new Ids(new Random(3)));
  }

  static Prompt prompt(Json.Obj... messages) {
    return new Prompt(
        "gpt-test", 1024, Optional.empty(), Json.arr(), Json.arr(), Json.arr((Object[]) messages));
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

  static Json.Obj text(String text) {
    return Json.obj("type", "text", "text", text);
  }

  static Json.Obj use(String id, String name, Json.Obj input) {
    return Json.obj("type", "tool_use", "id", id, "name", name, "input", input);
  }

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
