package dev.drover.testing;

import dev.drover.base.Json;
import dev.drover.model.Answer;
import dev.drover.model.Capabilities;
import dev.drover.model.Listener;
import dev.drover.model.Model;
import dev.drover.model.Models;
import dev.drover.model.Price;
import dev.drover.model.Prompt;
import dev.drover.session.ModelUsage;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;

/// A model that says what it was told to say, in order. What it is asked is kept.
public final class ScriptedModel implements Model, Models {
  /// One answer in the making.
  @FunctionalInterface
  public interface Line {
    Answer speak(Prompt prompt, Listener listener) throws InterruptedException;
  }

  public static final ModelUsage USAGE = new ModelUsage(10, 5, 2, 1);

  public static final Capabilities CAPABILITIES =
      new Capabilities(
          200_000,
          32_000,
          Capabilities.EFFORTS,
          Optional.of("high"),
          true,
          true,
          true,
          Optional.of(
              new Price(
                  new BigDecimal("3"),
                  new BigDecimal("15"),
                  new BigDecimal("0.30"),
                  new BigDecimal("3.75"))));

  private final BlockingQueue<Line> lines = new LinkedBlockingQueue<>();
  private volatile Line otherwise =
      (_, _) -> new Answer.Failure(Answer.Kind.REJECTED, "the script is over", Optional.empty());
  private final List<Prompt> prompts = new CopyOnWriteArrayList<>();
  private volatile Capabilities capabilities = CAPABILITIES;

  public ScriptedModel then(Line line) {
    lines.add(line);
    return this;
  }

  /// What it says when the script is over.
  public ScriptedModel otherwise(Line line) {
    otherwise = line;
    return this;
  }

  /// Gives it a context of another size.
  ///
  /// @param known whether the server knows it
  public ScriptedModel withContext(int contextTokens, boolean known) {
    capabilities =
        new Capabilities(
            contextTokens,
            Math.min(CAPABILITIES.maxTokens(), contextTokens),
            CAPABILITIES.efforts(),
            CAPABILITIES.defaultEffort(),
            true,
            true,
            true,
            CAPABILITIES.price(),
            known);
    return this;
  }

  /// Gives it another way to say that its context is full.
  public ScriptedModel withOverflow(Capabilities.Overflow overflow) {
    var had = capabilities;
    capabilities =
        new Capabilities(
            had.contextTokens(),
            had.maxTokens(),
            had.efforts(),
            had.defaultEffort(),
            had.images(),
            had.documents(),
            had.midConversationSystem(),
            had.price(),
            had.contextKnown(),
            overflow);
    return this;
  }

  /// Gives it a server that makes compaction blocks.
  public ScriptedModel withServerCompaction() {
    capabilities = capabilities.withServerCompaction(true);
    return this;
  }

  public ScriptedModel thenText(String text) {
    return then(
        (_, listener) -> {
          listener.blockStarted(0, "text");
          listener.text(0, text);
          return reply("end_turn", textBlock(text));
        });
  }

  public ScriptedModel thenReply(String stopReason, Json... blocks) {
    return then(
        (prompt, listener) -> {
          for (int i = 0; i < blocks.length; i++) {
            begin(i, blocks[i], prompt, listener);
          }
          return reply(stopReason, blocks);
        });
  }

  /// Notifies the listener of a call, as a model that reads a stream does.
  private static void begin(int index, Json block, Prompt prompt, Listener listener) {
    var name = block instanceof Json.Obj call ? call.text("name") : null;
    boolean offered =
        prompt.tools().items().stream()
            .anyMatch(tool -> name != null && name.equals(((Json.Obj) tool).text("name")));
    if (offered) {
      listener.blockStarted(index, "tool_use");
      listener.callStarted(index, String.valueOf(name));
    }
  }

  public ScriptedModel thenCalls(Json... toolUses) {
    return thenReply("tool_use", toolUses);
  }

  public ScriptedModel thenFailure(Answer.Kind kind, String message) {
    return then((_, _) -> new Answer.Failure(kind, message, Optional.empty()));
  }

  public ScriptedModel thenFailure(Answer.Kind kind, Duration retryAfter) {
    return then((_, _) -> new Answer.Failure(kind, "wait", Optional.of(retryAfter)));
  }

  /// Says a first word, lets `begun` go, and then nothing until it is cut.
  public ScriptedModel thenStall(CountDownLatch begun) {
    return then(
        (_, listener) -> {
          listener.blockStarted(0, "text");
          listener.text(0, "Well");
          begun.countDown();
          new CountDownLatch(1).await();
          throw new IllegalStateException("never");
        });
  }

  public List<Prompt> prompts() {
    return prompts;
  }

  public static Json.Obj textBlock(String text) {
    return Json.obj("type", "text", "text", text);
  }

  public static Json.Obj toolUse(String id, String name, Json.Obj input) {
    return Json.obj("type", "tool_use", "id", id, "name", name, "input", input);
  }

  public static Answer.Reply reply(String stopReason, Json... blocks) {
    return new Answer.Reply(Json.arr((Object[]) blocks), stopReason, Json.EMPTY, USAGE);
  }

  @Override
  public Answer answer(Prompt prompt, Listener listener) throws InterruptedException {
    prompts.add(prompt);
    var line = lines.poll();
    return (line == null ? otherwise : line).speak(prompt, listener);
  }

  @Override
  public List<String> ids() {
    return List.of();
  }

  /// Those of a model that can do everything, at a price of its own.
  @Override
  public Capabilities capabilities(String modelId) {
    return capabilities;
  }

  @Override
  public Route route(String modelId) {
    return new Route(this, modelId);
  }
}
