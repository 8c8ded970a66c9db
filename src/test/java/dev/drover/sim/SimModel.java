package dev.drover.sim;

import dev.drover.base.Json;
import dev.drover.model.Answer;
import dev.drover.model.Capabilities;
import dev.drover.model.CompactionBlock;
import dev.drover.model.Listener;
import dev.drover.model.Model;
import dev.drover.model.Models;
import dev.drover.model.Prompt;
import dev.drover.profile.Strategy;
import dev.drover.session.ModelUsage;
import dev.drover.testing.ScriptedModel;
import dev.drover.testing.WireRules;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;

/// A model that says anything that a model may say, and fails in every way. It refuses what the
/// Messages API would refuse, and then the run has failed.
final class SimModel implements Models, Model {
  private static final List<String> TOOLS =
      List.of(
          "bash",
          "bash",
          "read",
          "glob",
          "write",
          "edit",
          SimTool.LOOK,
          SimTool.ACT,
          "lookup",
          "no such tool");
  private static final List<String> ODD_IDS = List.of("", "call_0", "call:0|x", "i".repeat(99));
  private static final List<Answer.Lost> LOST =
      List.of(Answer.Lost.CUT_CALL, Answer.Lost.MALFORMED_CALL);
  private static final int LONG = 24;

  /// Not much more than the tools take.
  private static final Capabilities SMALL =
      new Capabilities(
          5_000, 1_000, List.of(), Optional.empty(), true, true, true, Optional.empty(), true);

  private final World world;
  private int calls;

  SimModel(World world) {
    this.world = world;
  }

  @Override
  public Route route(String modelId) {
    return new Route(this, modelId);
  }

  @Override
  public Capabilities capabilities(String modelId) {
    return world.strategy == Strategy.FULL
        ? ScriptedModel.CAPABILITIES
        : SMALL.withServerCompaction(world.strategy == Strategy.SERVER);
  }

  @Override
  public List<String> ids() {
    return List.of("sim");
  }

  @Override
  public Answer answer(Prompt prompt, Listener listener) throws InterruptedException {
    Scheduler.letOthers();
    var fault = WireRules.fault(prompt.messages());
    if (fault.isPresent()) {
      world.violated("a malformed prompt: " + fault.get());
    }
    var refused = image(prompt.messages());
    if (refused.isPresent()) {
      return refused.get();
    }
    if (world.chance(0.5)) {
      world.scheduler.pause(world.upTo(Duration.ofSeconds(world.chance(0.1) ? 90 : 3)));
    }
    if (!world.isCalm() && world.chance(0.12)) {
      return failure();
    }
    if (!world.isCalm() && CompactionBlock.isFirst(prompt.messages()) && world.chance(0.03)) {
      var words = "HTTP 400: messages.0.content.0: Input tag 'compaction' is not expected";
      return new Answer.Failure(Answer.Kind.REJECTED, words, Optional.empty());
    }
    if (prompt.compaction().isPresent()) {
      world.replied();
      return compacted(usage(prompt));
    }
    listener.blockStarted(0, "text");
    listener.text(0, "hm");
    Scheduler.letOthers();
    world.replied();
    var usage = usage(prompt);
    if (messages(prompt).contains("Write working notes") && world.chance(0.6)) {
      return summary(usage);
    }
    boolean handsOver = messages(prompt).contains("Then call hand_over") && world.chance(0.7);
    var reply = reply(prompt.messages().items().size(), handsOver, usage);
    for (var block : reply.content().items()) {
      if ("tool_use".equals(((Json.Obj) block).text("type"))) {
        listener.callStarted(1, String.valueOf(((Json.Obj) block).text("name")));
        Scheduler.letOthers();
      }
    }
    return reply;
  }

  /// It takes no images, and says which it has found.
  private static Optional<Answer> image(Json.Arr messages) {
    for (int i = 0; i < messages.items().size(); i++) {
      var content = ((Json.Obj) messages.items().get(i)).items("content");
      for (int j = 0; j < content.size(); j++) {
        if ("image".equals(((Json.Obj) content.get(j)).text("type"))) {
          var words = "HTTP 400: messages.%d.content.%d.image.source: no images".formatted(i, j);
          return Optional.of(new Answer.Failure(Answer.Kind.REJECTED, words, Optional.empty()));
        }
      }
    }
    return Optional.empty();
  }

  private static String messages(Prompt prompt) {
    return prompt.messages().items().getLast().toString();
  }

  /// The count of a prompt: a token for each four characters.
  private ModelUsage usage(Prompt prompt) {
    int input =
        (prompt.system().toString().length()
                + prompt.tools().toString().length()
                + prompt.messages().toString().length())
            / 4;
    return new ModelUsage(input, world.random.nextInt(1, 50), 3, 2);
  }

  /// A block, a failed one, or an answer to the conversation.
  private Answer compacted(ModelUsage usage) {
    if (!world.isCalm() && world.chance(0.1)) {
      return new Answer.Reply(
          Json.arr(ScriptedModel.textBlock("On it goes.")), "end_turn", Json.EMPTY, usage);
    }
    var text = world.chance(0.8) ? "The goal is to say something. ".repeat(10) : null;
    var block = Json.obj("type", CompactionBlock.TYPE, "content", text, "signature", "s" + ++calls);
    return new Answer.Reply(Json.arr(block), CompactionBlock.TYPE, Json.EMPTY, usage);
  }

  private static Answer summary(ModelUsage usage) {
    return new Answer.Reply(
        Json.arr(ScriptedModel.textBlock("The goal is to say something. ".repeat(10))),
        "end_turn",
        Json.EMPTY,
        usage);
  }

  private Answer failure() {
    world.totals.modelFailures++;
    var kind = world.one(List.of(Answer.Kind.values()));
    Optional<Duration> after =
        world.chance(0.3) ? Optional.of(world.upTo(Duration.ofMinutes(2))) : Optional.empty();
    return new Answer.Failure(kind, "it failed: " + kind, after);
  }

  private Json.Obj handOver() {
    var note = world.chance(0.8) ? "What was said, and what comes next. ".repeat(5) : "short";
    var input = Json.obj("note", note, "next_step", "Say more.");
    return ScriptedModel.toolUse("toolu_h" + ++calls, "hand_over", input);
  }

  /// @param handsOver whether the model was asked to hand over, and does if it calls at all
  private Answer.Reply reply(int length, boolean handsOver, ModelUsage usage) {
    var blocks = new ArrayList<Json>();
    var unreadable = new HashMap<Integer, String>();
    if (world.chance(0.2)) {
      blocks.add(Json.obj("type", "thinking", "thinking", "hm", "signature", "s"));
    }
    if (world.chance(0.8)) {
      blocks.add(Json.obj("type", "text", "text", world.chance(0.05) ? " " : said()));
    }
    var stop = "end_turn";
    double fate = world.random.nextDouble();
    if (length < LONG && fate < (world.isCalm() ? 0.1 : 0.5)) {
      stop = world.chance(0.05) ? "refusal" : "tool_use";
      if (handsOver) {
        blocks.add(handOver());
      }
      for (int i = world.random.nextInt(1, 4); i > 0; i--) {
        if (world.chance(0.05)) {
          unreadable.put(blocks.size(), "not valid JSON: {");
        }
        blocks.add(call());
      }
    } else if (!world.isCalm() && fate > 0.95) {
      stop = world.one(List.of("max_tokens", "pause_turn", "refusal"));
    }
    return new Answer.Reply(
        new Json.Arr(blocks),
        stop,
        Json.EMPTY,
        usage,
        new Answer.Flaws(unreadable, world.chance(0.05) ? world.one(LOST) : Answer.Lost.NOTHING));
  }

  private String said() {
    return world.strategy != Strategy.FULL && world.chance(0.8) ? "said it ".repeat(1_000) : "said";
  }

  /// Most calls are as the Messages API makes them.
  private Json.Obj call() {
    var id = world.chance(0.1) ? world.one(ODD_IDS) : "toolu_" + ++calls;
    var use = Json.obj("type", "tool_use", "id", id, "name", world.one(TOOLS), "input", Json.obj());
    return world.chance(0.03) ? use.with("input", "x") : use;
  }
}
