package dev.drover.brain;

import dev.drover.base.Json;
import dev.drover.session.Event;
import dev.drover.session.Inherited;
import dev.drover.session.Standing;
import dev.drover.session.Stored;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The newest chapter of a thread's context, folded from the thread's log. Pure. One thread.
final class Chapter {
  /// The JSON to store with the end of a request that was refused because the context is full.
  static final Json.Obj REFUSAL = Json.obj("context_full", true);

  /// The Messages API's `stop_reason` of a reply that reached the end of the context.
  static final String CUT = "model_context_window_exceeded";

  private final List<Stored> recent;
  private final Past past;
  private @Nullable List<Stored> all;
  private Optional<Event.ContextOpened> opened = Optional.empty();
  private long position;
  private int inARow;
  private boolean overflowing;

  private Chapter(List<Stored> recent, Past past) {
    this.recent = recent;
    this.past = past;
  }

  /// @param log all events of the thread
  static Chapter of(List<Stored> log) {
    return of(log, Past.NONE);
  }

  /// @param recent the events of the thread that [RecentLog] has
  /// @param past the events before them
  static Chapter of(List<Stored> recent, Past past) {
    var chapter = new Chapter(recent, past);
    for (var stored : recent) {
      chapter.add(stored);
    }
    return chapter;
  }

  private void add(Stored stored) {
    switch (stored.event()) {
      case Event.ContextOpened e -> {
        opened = Optional.of(e);
        position = stored.position();
        inARow = e.inherited().map(Inherited::inARow).orElse(inARow + 1);
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

  /// The events from the beginning of the chapter on, and a few older ones.
  List<Stored> recent() {
    return recent;
  }

  /// What the opening of the next chapter is made from: [#recent], after the older events that an
  /// opening can hold. The older ones are read once.
  List<Stored> log() {
    if (all == null) {
      all = Stream.concat(past.events().stream(), recent.stream()).toList();
    }
    return all;
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
    return from == 0
        ? recent
        : recent.stream().filter(stored -> stored.position() > from).toList();
  }

  /// The number of chapters that began since the last reply, in the same turn.
  int inARow() {
    return inARow;
  }

  /// What a chapter that follows this one inherits.
  ///
  /// @param from the position from which that chapter keeps events
  /// @param session the events of all threads that [RecentLog] has
  Inherited inherited(long from, List<Stored> session) {
    var standing = new Standing();
    session.forEach(stored -> standing.add(stored.position(), stored.event()));
    var omissions = new Omissions();
    omissions.addAll(recent);
    return new Inherited(inARow + 1, standing.before(from), omissions.ofMessages(recent));
  }

  /// Whether the model server has refused a request of this chapter, or cut the last reply, because
  /// the context is full.
  boolean isOverflowing() {
    return overflowing;
  }
}
