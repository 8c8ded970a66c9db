package dev.drover.brain;

import dev.drover.base.Json;
import dev.drover.session.Event;
import dev.drover.session.Stored;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The newest chapter of a thread's context, folded from the thread's log. Pure. One thread.
final class Chapter {
  /// The JSON to store with the end of a request that was refused because the context is full.
  static final Json.Obj REFUSAL = Json.obj("context_full", true);

  /// The Messages API's `stop_reason` of a reply that reached the end of the context.
  static final String CUT = "model_context_window_exceeded";

  private final List<Stored> log;
  private Optional<Event.ContextOpened> opened = Optional.empty();
  private long position;
  private int inARow;
  private boolean overflowing;

  private Chapter(List<Stored> log) {
    this.log = log;
  }

  /// @param log all events of the thread
  static Chapter of(List<Stored> log) {
    var chapter = new Chapter(log);
    for (var stored : log) {
      chapter.add(stored);
    }
    return chapter;
  }

  private void add(Stored stored) {
    switch (stored.event()) {
      case Event.ContextOpened e -> {
        opened = Optional.of(e);
        position = stored.position();
        inARow++;
        overflowing = false;
      }
      case Event.ModelRequestEnd e when e.isError() ->
          overflowing = overflowing || isRefusal(stored.hidden());
      case Event.ModelRequestEnd _ -> {
        inARow = 0;
        overflowing = stored.hidden() != null && CUT.equals(stored.hidden().text("stop_reason"));
      }
      case Event.StatusIdle e when !e.reason().isPause() -> inARow = 0;
      case Event.ThreadIdle e when !e.reason().isPause() -> inARow = 0;
      default -> {}
    }
  }

  /// Whether the end of a failed request has [#REFUSAL].
  static boolean isRefusal(Json.@Nullable Obj hidden) {
    return hidden != null && hidden.get("context_full").equals(Optional.of(Json.of(true)));
  }

  List<Stored> log() {
    return log;
  }

  /// The beginning of the chapter; empty in chapter 0.
  Optional<Event.ContextOpened> opened() {
    return opened;
  }

  /// The position of the beginning of the chapter; 0 in chapter 0. Replies before it are sent
  /// without their thinking, see [Omissions].
  long position() {
    return position;
  }

  /// The number of characters to which results are shortened; 0 if they are whole.
  int resultCharacters() {
    return opened.map(Event.ContextOpened::resultCharacters).orElse(0);
  }

  /// The position after which events are sent.
  long from() {
    return opened.map(Event.ContextOpened::from).orElse(0L);
  }

  int number() {
    return opened.map(Event.ContextOpened::chapter).orElse(0);
  }

  /// The events that are sent after the opening.
  List<Stored> events() {
    long from = from();
    return from == 0 ? log : log.stream().filter(stored -> stored.position() > from).toList();
  }

  /// The number of chapters that began since the last reply, in the same turn.
  int inARow() {
    return inARow;
  }

  /// Whether the model server has refused a request of this chapter, or cut the last reply, because
  /// the context is full.
  boolean isOverflowing() {
    return overflowing;
  }
}
