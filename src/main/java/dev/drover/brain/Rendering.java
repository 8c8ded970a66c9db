package dev.drover.brain;

import dev.drover.base.Blank;
import dev.drover.base.Json;
import dev.drover.model.CompactionBlock;
import dev.drover.session.Compaction;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.Stored;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/// The conversion of a log to messages. Every model server accepts the messages, whatever the log
/// holds: what would be refused is left out or replaced, in the same way each time, so that a
/// cached prefix stays valid. Well-formed content is unchanged. One thread.
final class Rendering {
  /// The index of the block of a model server in a chapter's opening; the words follow it.
  static final int BLOCK = 0;

  private static final Set<String> KNOWN = Set.of("text", "image", "document", "search_result");

  private final Omissions omissions;
  private final ResultLimits limits;
  private final Messages messages = new Messages();
  private final CallNames calls = new CallNames();
  private Optional<Piece> shared = Optional.empty();

  /// @param limits the shortening of results
  Rendering(Omissions omissions, ResultLimits limits) {
    this.omissions = omissions;
    this.limits = limits;
  }

  Rendered build(boolean breakpoints) {
    return messages.build(breakpoints, shared, omissions);
  }

  /// Adds what stands first in a chapter. The block of a model server is sent as it came; what the
  /// server refused, or an import has brought, is sent as a text.
  ///
  /// @param position of the chapter
  void open(Event.ContextOpened opened, long position) {
    var block = Opening.block(opened);
    if (block.isPresent()) {
      var piece = new Piece(opened.id(), BLOCK);
      if (omissions.has(piece) || omissions.isForeign(position)) {
        messages.say("user", List.of(new Messages.Sent(CompactionBlock.text(block.get()), piece)));
      } else {
        messages.begin(new Messages.Sent(block.get(), piece));
      }
      return;
    }
    int blocks = Opening.shared(opened);
    shared = blocks == 0 ? Optional.empty() : Optional.of(new Piece(opened.id(), blocks - 1));
    for (var item : opened.opening().items()) {
      if (item instanceof Json.Obj message) {
        var content = new Json.Arr(message.items("content"));
        messages.say("user", content(opened.id(), content, "(no text)"));
      }
    }
  }

  void add(Stored stored) {
    switch (stored.event()) {
      case Event.UserMessage e -> messages.say("user", content(e.id(), e.content(), "(no text)"));
      case Event.SystemMessage e ->
          messages.say("system", content(e.id(), e.content(), "(no text)"));
      case Event.ToolResult e -> result(e);
      case Event.ModelRequestEnd e
          when !e.isError() && stored.hidden() != null && !Compaction.is(stored) ->
          reply(stored, stored.hidden());
      case Event.HandOverAsked e -> say(e.id(), e.note());
      case Event.ContextOpened e -> words(e);
      case Event.Continued e -> e.note().ifPresent(note -> say(e.id(), note));
      case Event.Damaged e ->
          throw new IllegalStateException(
              "event %d cannot be read: %s".formatted(stored.position(), e.why()));
      default -> {}
    }
  }

  /// Adds the client's words at the place of the chapter that has them.
  private void words(Event.ContextOpened opened) {
    var words = Opening.words(opened).items();
    messages.say(
        "user",
        IntStream.range(0, words.size())
            .filter(i -> words.get(i) instanceof Json.Obj)
            .mapToObj(
                i ->
                    shown(
                        (Json.Obj) words.get(i),
                        new Piece(opened.id(), BLOCK + 1 + i),
                        "(no text)"))
            .toList());
  }

  /// Adds a text of the user's role that stands for an event.
  void say(EventId event, String text) {
    messages.say("user", List.of(new Messages.Sent(Messages.text(text), Piece.whole(event))));
  }

  /// @param nothing the text that replaces a blank text or an empty content
  private List<Messages.Sent> content(EventId event, Json.Arr content, String nothing) {
    var blocks = content.items();
    if (blocks.isEmpty()) {
      return List.of(new Messages.Sent(Messages.text(nothing), Piece.whole(event)));
    }
    return IntStream.range(0, blocks.size())
        .filter(i -> blocks.get(i) instanceof Json.Obj)
        .mapToObj(i -> shown((Json.Obj) blocks.get(i), new Piece(event, i), nothing))
        .toList();
  }

  private Messages.Sent shown(Json.Obj block, Piece piece, String nothing) {
    if (omissions.has(piece)) {
      return new Messages.Sent(Omissions.note(block), piece);
    }
    if (!KNOWN.contains(String.valueOf(block.text("type")))) {
      return new Messages.Sent(unknown(block), piece);
    }
    return new Messages.Sent(isBlank(block) ? block.with("text", nothing) : block, piece);
  }

  /// The replacement of a block of an unknown type, which a newer version received from a client or
  /// a tool.
  private static Json.Obj unknown(Json.Obj block) {
    return Messages.text(
        "[a block of type %s was left out: this version of Drover does not know it]"
            .formatted(block.text("type")));
  }

  private static boolean isBlank(Json.Obj block) {
    if (!"text".equals(block.text("type"))) {
      return false;
    }
    var text = block.text("text");
    return text == null || Blank.is(text);
  }

  private void result(Event.ToolResult event) {
    var id = calls.id(event.toolUseId());
    if (id.isEmpty()) {
      return;
    }
    var whole = Piece.whole(event.id());
    var result = Json.obj("type", "tool_result", "tool_use_id", id.get());
    if (omissions.has(whole)) {
      result = result.with("content", Json.arr(Omissions.note(result)));
    } else if (event.output().isPresent() || event.failed()) {
      var blocks = content(event.id(), event.output().orElse(Json.arr()), "(no output)");
      var output = new Json.Arr(blocks.stream().<Json>map(Messages.Sent::json).toList());
      result = result.with("content", ShortResults.fit(output, limits.of(event)));
    }
    var sent = new Messages.Sent(result.with("is_error", event.failed()), whole);
    messages.result(event.toolUseId(), sent);
  }

  /// Adds a reply of the model unchanged, except for a refusal, which nothing can follow; blank
  /// texts, which the API returns but does not accept; thinking with nothing after it, which the
  /// API does not accept either; and a compaction block, which is accepted only as the first block.
  private void reply(Stored stored, Json.Obj reply) {
    if ("refusal".equals(reply.text("stop_reason"))) {
      return;
    }
    var content = reply.items("content");
    var uses = reply.items("tool_uses").iterator();
    var blocks = new ArrayList<Messages.Sent>();
    var opened = new LinkedHashMap<EventId, String>();
    for (int i = 0; i < content.size(); i++) {
      var piece = new Piece(stored.event().id(), i);
      if (!(content.get(i) instanceof Json.Obj block) || block.text("type") == null) {
        continue;
      }
      if ("tool_use".equals(block.text("type"))) {
        if (uses.hasNext() && uses.next() instanceof Json.Str(var event)) {
          blocks.add(new Messages.Sent(call(block, new EventId(event), piece), piece));
          opened.put(new EventId(event), calls.id(new EventId(event)).orElseThrow());
        }
      } else if (!isBlank(block)
          && !CompactionBlock.is(block)
          && !isLeftOut(block, piece, stored.position())) {
        blocks.add(new Messages.Sent(block, piece));
      }
    }
    dropLastThinking(blocks);
    messages.reply(blocks, opened);
    var note = reply.text("note");
    if (note != null) {
      say(stored.event().id(), note);
    }
  }

  /// A call cannot be left out, because its result remains; its input can.
  private Json.Obj call(Json.Obj block, EventId event, Piece piece) {
    var sent = calls.sent(block, event);
    return omissions.has(piece)
        ? Json.obj(
            "type",
            "tool_use",
            "id",
            sent.text("id"),
            "name",
            sent.text("name"),
            "input",
            Json.EMPTY)
        : sent;
  }

  private boolean isLeftOut(Json.Obj block, Piece piece, long position) {
    return omissions.has(piece) || (isThinking(block) && omissions.hasThinkingOf(position));
  }

  static void dropLastThinking(List<Messages.Sent> blocks) {
    while (!blocks.isEmpty() && isThinking(blocks.getLast().json())) {
      blocks.removeLast();
    }
  }

  static boolean isThinking(Json.Obj block) {
    var type = block.text("type");
    return "thinking".equals(type) || "redacted_thinking".equals(type);
  }
}
