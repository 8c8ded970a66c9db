package dev.drover.brain;

import dev.drover.base.Json;
import dev.drover.session.Compaction;
import dev.drover.session.Event.CompactionFailed;
import dev.drover.session.Event.CompactionFailed.Reason;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A request for a summary: what is stored with its start, so that a brain that finds it without an
/// end asks the same again.
///
/// @param rung of the ladder: [#SERVER], [#FIRST], [#REPAIRED] or [#SLIM]
/// @param repairs what was wrong with the summary before; empty for the first one
/// @param from the position of the model request after which rounds are kept
/// @param hard whether the conversation cannot go on without a new chapter
/// @param before the size of the context
record SummaryDraft(int rung, Optional<Reason> repairs, long from, boolean hard, long before) {
  /// The conversation up to the first round that is kept, of which the model server is asked to
  /// make a block.
  static final int SERVER = CompactionFailed.SERVER;

  /// The whole conversation, and the instruction.
  static final int FIRST = 1;

  /// The same, with what was wrong before.
  static final int REPAIRED = 2;

  /// A text with the words of the conversation, in which results are very short.
  static final int SLIM = 4;

  private static final String RUNG = "rung";
  private static final String REPAIRS = "repairs";

  /// The JSON to store with the start of the request.
  Json.Obj hidden() {
    var json = Json.obj(RUNG, rung, "from", from, "hard", hard, "before", before);
    return Compaction.marked(
        repairs
            .map(reason -> json.with(REPAIRS, reason.name().toLowerCase(Locale.ROOT)))
            .orElse(json));
  }

  /// Reads a value of [#hidden]; empty if the request is not for a summary.
  static Optional<SummaryDraft> read(Json.@Nullable Obj hidden) {
    if (hidden == null || !Compaction.isMarked(hidden)) {
      return Optional.empty();
    }
    return Optional.of(
        new SummaryDraft(
            (int) hidden.number(RUNG, SLIM),
            reason(hidden.text(REPAIRS)),
            hidden.number("from", 0),
            Json.of(true).equals(hidden.get("hard").orElse(Json.NULL)),
            hidden.number("before", 0)));
  }

  private static Optional<Reason> reason(@Nullable String name) {
    for (var reason : Reason.values()) {
      if (reason.name().toLowerCase(Locale.ROOT).equals(name)) {
        return Optional.of(reason);
      }
    }
    return Optional.empty();
  }
}
