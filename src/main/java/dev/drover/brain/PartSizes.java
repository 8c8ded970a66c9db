package dev.drover.brain;

import dev.drover.base.Json;
import dev.drover.brain.ContextReport.Item;
import dev.drover.brain.ContextReport.Kind;
import dev.drover.brain.ContextReport.Part;
import dev.drover.brain.ContextReport.Shortened;
import dev.drover.session.Compaction;
import dev.drover.session.Event;
import dev.drover.session.Stored;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.regex.Pattern;

/// The sizes of the parts of a conversation. For one report; one thread.
final class PartSizes {
  /// The number of items that are named one by one.
  private static final int NAMED = 20;

  /// A file that has the whole text of a result.
  private static final Pattern FILE =
      Pattern.compile("/mnt/session/tool_outputs/[A-Za-z0-9_.-]{1,200}");

  private final double factor;
  private final Map<Kind, Part> parts = new EnumMap<>(Kind.class);
  private final PriorityQueue<Item> largest =
      new PriorityQueue<>(Comparator.comparingLong(Item::tokens));
  private final List<Shortened> shortened = new ArrayList<>();

  /// @param factor the tokens that the model's server counts for each estimated one
  PartSizes(double factor) {
    this.factor = factor;
    for (var kind : Kind.values()) {
      parts.put(kind, new Part(0, 0, 0));
    }
  }

  /// Adds what a chapter sends after its opening.
  void addAll(Chapter chapter) {
    for (var stored : chapter.events()) {
      add(stored, chapter.limits(), chapter.sendsThinkingOf(stored));
    }
  }

  private void add(Stored stored, ResultLimits limits, boolean thinking) {
    var tokens = tokens(Estimate.of(stored, limits, thinking));
    switch (stored.event()) {
      case Event.UserMessage e -> add(Kind.MESSAGE, stored.position(), tokens, e.content());
      case Event.SystemMessage e -> add(Kind.MESSAGE, stored.position(), tokens, e.content());
      case Event.ToolResult e -> {
        var whole = e.output().orElse(Json.arr());
        var sent = ShortResults.fit(whole, limits.of(e));
        add(Kind.RESULT, stored.position(), tokens, sent);
        if (!sent.equals(whole)) {
          shortened.add(new Shortened(stored.position(), length(whole), length(sent), file(whole)));
        }
      }
      case Event.HandOverAsked e ->
          add(Kind.MESSAGE, stored.position(), tokens, Json.arr(Messages.text(e.note())));
      case Event.ModelRequestEnd e
          when !e.isError() && stored.hidden() != null && !Compaction.is(stored) -> {
        var sent =
            stored.hidden().items("content").stream()
                .filter(
                    block ->
                        thinking
                            || !(block instanceof Json.Obj object)
                            || !Rendering.isThinking(object))
                .toList();
        add(Kind.REPLY, stored.position(), tokens, new Json.Arr(sent));
      }
      default -> {}
    }
  }

  /// Adds a client's event that waits.
  void add(Event.FromClient event) {
    switch (event) {
      case Event.UserMessage e ->
          add(Kind.MESSAGE, 0, tokens(Estimate.of(e.content())), e.content());
      case Event.SystemMessage e ->
          add(Kind.MESSAGE, 0, tokens(Estimate.of(e.content())), e.content());
      default -> {}
    }
  }

  private void add(Kind kind, long position, long tokens, Json.Arr sent) {
    long characters = sent.toString().length();
    var before = part(kind);
    parts.put(
        kind,
        new Part(before.count() + 1, before.tokens() + tokens, before.characters() + characters));
    largest.add(new Item(position, kind, tokens, characters));
    if (largest.size() > NAMED) {
      largest.remove();
    }
  }

  private long tokens(double estimate) {
    return Math.round(factor * estimate);
  }

  Part part(Kind kind) {
    return parts.getOrDefault(kind, new Part(0, 0, 0));
  }

  /// The size of blocks that are sent as they are.
  Part part(Json.Arr blocks) {
    return new Part(
        blocks.items().size(),
        tokens(Estimate.of(blocks)),
        blocks.items().isEmpty() ? 0 : blocks.toString().length());
  }

  List<Item> largest() {
    return largest.stream()
        .sorted(Comparator.comparingLong(Item::tokens).reversed().thenComparingLong(Item::position))
        .toList();
  }

  /// The newest ones first.
  List<Shortened> shortened() {
    return shortened.reversed().stream().limit(NAMED).toList();
  }

  int shortenedCount() {
    return shortened.size();
  }

  private static long length(Json.Arr content) {
    return Digest.text(content).length();
  }

  private static Optional<String> file(Json.Arr content) {
    var found = FILE.matcher(Digest.text(content));
    return found.find() ? Optional.of(found.group()) : Optional.empty();
  }
}
