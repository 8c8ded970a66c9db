package dev.drover.brain;

import dev.drover.base.Json;
import dev.drover.model.Answer;
import dev.drover.model.CompactionBlock;
import dev.drover.session.Event.CompactionFailed;
import dev.drover.session.Event.CompactionFailed.Reason;
import java.util.Optional;
import java.util.stream.Collectors;

/// The judgement on a reply to a request for a summary. A reply that is accepted replaces hours of
/// work in the model's context, so what is not clearly a summary is refused.
final class SummaryRules {
  /// The shortest text that can stand for a conversation, in characters.
  private static final int SHORTEST = 200;

  /// How much longer than asked for a summary may be.
  private static final double LENIENCE = 1.5;

  private SummaryRules() {}

  /// The words of a reply, without thinking.
  static String text(Answer.Reply reply) {
    var text =
        reply.content().items().stream()
            .filter(block -> is(block, "text"))
            .map(block -> String.valueOf(((Json.Obj) block).text("text")))
            .collect(Collectors.joining("\n"));
    return Shortfall.withoutThought(text).strip();
  }

  private static boolean is(Json json, String type) {
    return json instanceof Json.Obj block && type.equals(block.text("type"));
  }

  /// What is wrong with a reply; empty if its text can be used.
  ///
  /// @param tokens the length that was asked for
  static Optional<Reason> fault(Answer.Reply reply, int tokens) {
    var text = text(reply);
    boolean calls =
        reply.content().items().stream().anyMatch(block -> is(block, "tool_use"))
            || reply.flaws().lost() != Answer.Lost.NOTHING;
    if (reply.stopReason().equals("refusal")) {
      return Optional.of(Reason.REFUSED);
    }
    if (ThreadFold.isCut(reply.stopReason())) {
      return Optional.of(Reason.CONTEXT_FULL);
    }
    if (calls || WrittenCall.is(text)) {
      return Optional.of(Reason.TOOL_CALL);
    }
    if (!reply.stopReason().equals("end_turn") && !reply.stopReason().equals("stop_sequence")) {
      return Optional.of(Reason.CUT_OFF);
    }
    if (text.length() < SHORTEST) {
      return Optional.of(Reason.EMPTY);
    }
    if (text.contains(SummaryRequest.BEGINNING)) {
      return Optional.of(Reason.ECHO);
    }
    return Estimate.of(text) > LENIENCE * tokens ? Optional.of(Reason.TOO_LONG) : Optional.empty();
  }

  /// The block with which a model server stands for the conversation; empty if the reply has none
  /// that can be used.
  static Optional<Json.Obj> block(Answer.Reply reply) {
    var content = reply.content().items();
    return content.size() == 1 && CompactionBlock.is(content.getFirst())
        ? Optional.of((Json.Obj) content.getFirst())
        : Optional.empty();
  }

  /// What is wrong with a reply to a request for such a block; empty if the block can be used. An
  /// answer to the conversation itself shows that the server does not know what it was asked for.
  static Optional<Reason> serverFault(Answer.Reply reply) {
    if (reply.stopReason().equals("refusal")) {
      return Optional.of(Reason.REFUSED);
    }
    if (ThreadFold.isCut(reply.stopReason())) {
      return Optional.of(Reason.CONTEXT_FULL);
    }
    if (reply.stopReason().equals("max_tokens")) {
      return Optional.of(Reason.CUT_OFF);
    }
    if (!reply.stopReason().equals(CompactionBlock.TYPE)) {
      boolean any = reply.content().items().stream().anyMatch(CompactionBlock::is);
      return Optional.of(any ? Reason.OTHER : Reason.REJECTED);
    }
    var block = block(reply);
    if (block.isEmpty()) {
      return Optional.of(reply.content().items().isEmpty() ? Reason.EMPTY : Reason.OTHER);
    }
    var text = CompactionBlock.summary(block.get()).orElse("");
    if (text.length() < SHORTEST) {
      return Optional.of(Reason.EMPTY);
    }
    return text.contains(SummaryRequest.BEGINNING) ? Optional.of(Reason.ECHO) : Optional.empty();
  }

  /// The rung after a reply that cannot be used: the same request, repaired, and then a shorter
  /// prompt, from which a model that refuses may see less.
  static int after(int rung, Reason reason) {
    if (rung == SummaryDraft.SERVER) {
      return reason == Reason.CONTEXT_FULL ? SummaryDraft.SLIM : SummaryDraft.FIRST;
    }
    boolean repairable =
        switch (reason) {
          case TOOL_CALL, EMPTY, ECHO, CUT_OFF, TOO_LONG, NO_ROOM, OTHER -> true;
          case REFUSED, REJECTED, CONTEXT_FULL, UNAVAILABLE -> false;
        };
    return rung == SummaryDraft.FIRST && repairable
        ? SummaryDraft.REPAIRED
        : rung < SummaryDraft.SLIM ? SummaryDraft.SLIM : CompactionFailed.LAST;
  }
}
