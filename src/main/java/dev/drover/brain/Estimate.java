package dev.drover.brain;

import dev.drover.base.Json;
import dev.drover.model.CompactionBlock;
import dev.drover.session.Compaction;
import dev.drover.session.Event;
import dev.drover.session.Stored;

/// An estimate of how many tokens a model server counts. For prose, code, tables, logs and Chinese
/// it is between 0.6 and 1.8 of the count of the usual tokenizers; [Gauge] calibrates it. Additive:
/// the estimate of two blocks is the sum of theirs.
final class Estimate {
  private static final double IMAGE = 1_600;
  private static final double DOCUMENT = 3_000;

  /// The characters of a document in base64 that count as [#DOCUMENT].
  private static final double DOCUMENT_CHARACTERS = 80_000;

  /// The tokens of a key and of the punctuation around it.
  private static final double FIELD = 1.5;

  private static final int LONGEST_WORD = 24;

  /// From here on a character takes about one token.
  private static final char WIDE = 0x2E80;

  private static final char LATIN_END = 0x250;

  private Estimate() {}

  /// The tokens that an event adds to the messages.
  ///
  /// @param limits the shortening of results
  /// @param thinking whether the thinking of a reply is sent
  static double of(Stored stored, ResultLimits limits, boolean thinking) {
    return switch (stored.event()) {
      case Event.UserMessage e -> of(e.content());
      case Event.SystemMessage e -> of(e.content());
      case Event.HandOverAsked e -> of(e.note());
      case Event.ContextOpened e -> of(Opening.words(e));
      case Event.ToolResult e ->
          of(ShortResults.fit(e.output().orElse(Json.arr()), limits.of(e))) + FIELD;
      case Event.ModelRequestEnd e when isReply(e, stored) && stored.hidden() != null ->
          reply(stored.hidden(), thinking);
      default -> 0;
    };
  }

  private static boolean isReply(Event.ModelRequestEnd end, Stored stored) {
    return !end.isError() && !Compaction.is(stored);
  }

  private static double reply(Json.Obj kept, boolean thinking) {
    double tokens = 0;
    for (var item : kept.items("content")) {
      boolean sent = thinking || !(item instanceof Json.Obj block) || !Rendering.isThinking(block);
      tokens += sent ? of(item) : 0;
    }
    return tokens;
  }

  static double of(Json json) {
    return switch (json) {
      case Json.Str(var text) -> of(text);
      case Json.Arr(var items) -> items.stream().mapToDouble(Estimate::of).sum();
      case Json.Obj object -> of(object);
      case Json.Num _, Json.Bool _, Json.Null _ -> 1;
    };
  }

  private static double of(Json.Obj object) {
    var type = String.valueOf(object.text("type"));
    if (type.equals("image")) {
      return IMAGE;
    }
    var source = object.object("source");
    if (type.equals("document") && !"text".equals(source.text("type"))) {
      var data = source.text("data");
      return data == null
          ? DOCUMENT
          : Math.max(DOCUMENT, data.length() / DOCUMENT_CHARACTERS * DOCUMENT);
    }
    if (type.equals("redacted_thinking")) {
      return 0;
    }
    if (type.equals(CompactionBlock.TYPE)) {
      return FIELD + of(CompactionBlock.summary(object).orElse("")); // the rest is for the server
    }
    double tokens = 0;
    for (var field : object.fields().entrySet()) {
      if (!field.getKey().equals("signature")) {
        tokens += FIELD + of(field.getValue());
      }
    }
    return tokens;
  }

  static double of(String text) {
    double tokens = 0;
    int end = 0;
    while (end < text.length()) {
      int start = end;
      if (Character.isWhitespace(text.charAt(end))) {
        while (end < text.length() && Character.isWhitespace(text.charAt(end))) {
          end++;
        }
        tokens += end - start > 1 ? 0.6 : 0;
      } else {
        while (end < text.length() && !Character.isWhitespace(text.charAt(end))) {
          end++;
        }
        tokens += word(text, start, end);
      }
    }
    return tokens;
  }

  private static double word(String text, int start, int end) {
    int length = end - start;
    int letters = 0;
    int wide = 0;
    boolean dense = length > LONGEST_WORD;
    for (int i = start; i < end; i++) {
      char c = text.charAt(i);
      if (c >= WIDE) {
        wide++;
      } else if (c >= LATIN_END || Character.isDigit(c)) {
        dense = true;
      } else if (Character.isLetter(c)) {
        letters++;
      }
    }
    if (wide > 0) {
      return 1.1 * wide + (length - wide) / 3.0;
    }
    if (dense) {
      return length / 1.9;
    }
    int others = length - letters;
    return others <= 2 ? Math.max(1, letters / 4.5) + 0.6 * others : letters / 4.0 + 0.75 * others;
  }
}
