package dev.drover.brain;

import dev.drover.base.Json;
import dev.drover.session.Compaction;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.Inherited;
import dev.drover.session.ProfileUse;
import dev.drover.session.Standing;
import dev.drover.session.Stored;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The newest chapter of a thread's context, folded from the thread's log. Pure. One thread.
final class Chapter {
  /// The JSON to store with the end of a request that was refused because the context is full.
  static final Json.Obj REFUSAL = Json.obj("context_full", true);

  private static final String LIMIT = "limit";

  /// The Messages API's `stop_reason` of a reply that reached the end of the context.
  static final String CUT = "model_context_window_exceeded";

  private final List<Stored> recent;
  private final Past past;
  private @Nullable List<Stored> all;
  private Optional<Event.ContextOpened> opened = Optional.empty();
  private long position;
  private int inARow;
  private Optional<ProfileUse> profile = Optional.empty();
  private Optional<Event.CompactionRequested> requested = Optional.empty();
  private long requestedAt;
  private boolean overflowing;
  private long proven;
  private double counted;
  private Optional<Event.CompactionFailed> failure = Optional.empty();
  private boolean serverRefused;
  private long thinkingFrom;
  private long lastResult;
  private boolean handsOver;
  private int requestsSinceAsked;
  private final Map<EventId, String> notes = new HashMap<>();
  private Optional<String> note = Optional.empty();
  private @Nullable ResultLimits limits;

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
    if (stored.event() instanceof Event.ToolResult) {
      lastResult = stored.position();
    }
    switch (stored.event()) {
      case Event.ContextOpened e -> {
        opened = Optional.of(e);
        profile = e.profile();
        requested = Optional.empty();
        position = stored.position();
        inARow = e.inherited().map(Inherited::inARow).orElse(inARow + 1);
        overflowing = false;
        proven = 0;
        counted = 0;
        failure = Optional.empty();
        handsOver = false;
        notes.clear();
        note = Optional.empty();
        thinkingFrom = e.keepsThinking() ? thinkingFrom : stored.position();
        serverRefused = e.inherited().map(Inherited::serverRefused).orElse(serverRefused);
      }
      case Event.CompactionFailed e -> {
        failure = Optional.of(e);
        serverRefused |= e.isRefusalOfServer();
      }
      case Event.Continued _ -> serverRefused = false;
      case Event.CompactionRequested e -> {
        requested = Optional.of(e);
        requestedAt = stored.position();
      }
      case Event.HandOverAsked _ -> {
        handsOver = true;
        requestsSinceAsked = 0;
      }
      case Event.ModelRequestStart _ when !Compaction.is(stored) -> started(stored.hidden());
      case Event.ModelRequestEnd _ when Compaction.is(stored) -> {}
      case Event.ModelRequestEnd e when e.isError() -> failed(stored.hidden());
      case Event.ModelRequestEnd e -> {
        inARow = 0;
        counted = Gauge.input(e.usage());
        overflowing = stored.hidden() != null && CUT.equals(stored.hidden().text("stop_reason"));
      }
      case Event.AgentToolUse e when handsOver && HandOver.isCall(e) ->
          HandOver.note(e.input()).ifPresent(text -> notes.put(e.id(), text));
      case Event.AgentToolResult e when !e.isError() && notes.containsKey(e.toolUseId()) ->
          note = Optional.ofNullable(notes.get(e.toolUseId()));
      case Event.StatusIdle e when !e.reason().isPause() -> inARow = 0;
      case Event.ThreadIdle e when !e.reason().isPause() -> inARow = 0;
      default -> {}
    }
  }

  private void started(Json.@Nullable Obj hidden) {
    requestsSinceAsked++;
    if (profile.isEmpty() && hidden != null) {
      profile = ProfileUse.read(hidden.object(ProfileUse.HIDDEN));
    }
  }

  private void failed(Json.@Nullable Obj hidden) {
    if (hidden != null && isRefusal(hidden)) {
      overflowing = true;
      proven = hidden.number(LIMIT, 0);
    }
    if (hidden != null && opened.isPresent()) {
      var block = new Piece(opened.get().id(), Rendering.BLOCK);
      serverRefused |=
          Opening.block(opened.get()).isPresent()
              && Omission.read(hidden).filter(one -> one.pieces().contains(block)).isPresent();
    }
  }

  /// The JSON to store as [#REFUSAL] if the server has shown how much it keeps of a prompt.
  static Json.Obj refusal(long limit) {
    return REFUSAL.with(LIMIT, limit);
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

  /// The profile of the chapter; empty before its first request, or if an older version made it.
  Optional<ProfileUse> profile() {
    return profile;
  }

  /// The newest request of a client for a new chapter; empty if there is none since this one began.
  Optional<Event.CompactionRequested> requested() {
    return requested;
  }

  /// The position of [#requested].
  OptionalLong requestedAt() {
    return requested.isPresent() ? OptionalLong.of(requestedAt) : OptionalLong.empty();
  }

  /// The position of the beginning of the chapter; 0 in chapter 0.
  long position() {
    return position;
  }

  /// Whether the thinking of a reply is sent, as far as chapters decide it.
  boolean sendsThinkingOf(Stored stored) {
    return stored.position() > thinkingFrom;
  }

  /// Whether the model server has refused to make a block, or to read its own.
  boolean isServerRefused() {
    return serverRefused;
  }

  /// The shortening of results.
  ResultLimits limits() {
    if (limits == null) {
      limits =
          opened
              .map(e -> ResultLimits.of(events(), e.resultCharacters(), e.roundCharacters()))
              .orElse(ResultLimits.NONE);
    }
    return limits;
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
    return from == 0 ? recent : recent.stream().filter(stored -> stored.position() > from).toList();
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
    return new Inherited(
        inARow + 1, standing.before(from), omissions.ofMessages(recent), serverRefused);
  }

  /// Whether the model server has refused a request of this chapter, or cut the last reply, because
  /// the context is full.
  boolean isOverflowing() {
    return overflowing;
  }

  /// The context that the server has, as the last refusal says; 0 if it does not say it.
  long proven() {
    return proven;
  }

  /// The tokens that the server counted for the last prompt of this chapter; 0 before the first.
  double counted() {
    return counted;
  }

  /// The last failure to get a summary of this chapter; empty if there was none.
  Optional<Event.CompactionFailed> failure() {
    return failure;
  }

  /// Whether the agent was asked to hand its work over.
  boolean handsOver() {
    return handsOver;
  }

  /// The number of requests since then.
  int requestsSinceAsked() {
    return requestsSinceAsked;
  }

  /// The position of the last result of a call; 0 if there is none. After a hand-over, nothing up
  /// to it is kept.
  long lastResult() {
    return lastResult;
  }

  /// The note with which the agent has handed its work over; empty if it has not.
  Optional<String> note() {
    return note;
  }
}
