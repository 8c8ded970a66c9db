package dev.drover.cli;

import dev.drover.base.Json;
import dev.drover.base.Scope;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A connection of a user to a session until one of them ends it. It reconnects broken streams, and
/// shows each event once and in order. Not safe for concurrent use.
final class Dialogue {
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  /// The pauses before consecutive attempts to open the stream.
  private static final List<Duration> PAUSES =
      List.of(
          Duration.ZERO,
          Duration.ofSeconds(1),
          Duration.ofSeconds(2),
          Duration.ofSeconds(4),
          Duration.ofSeconds(8),
          Duration.ofSeconds(16));

  /// The least number of events to fetch, shown or not, in order to know the state of the session.
  private static final int LEAST_TAIL = 20;

  /// The most events to fetch after a broken stream.
  private static final int MOST_MISSED = 10_000;

  private final Api api;
  private final String session;
  private final View view;
  private final Inputs inputs;
  private final boolean untilIdle;
  private final History history;
  private final SeenEvents seen = new SeenEvents();
  private final Pending pending = new Pending();
  private final TurnState turn;
  private final Answers answers;
  private int hidden;
  private int tail;
  private int streams;
  private boolean inputEnded;

  /// Whether the user was told that the stream broke, and not yet that there is another one.
  private boolean broken;

  /// @param untilIdle whether to wait for the end of the turn after the end of the input
  /// @param tail how many earlier events to show
  Dialogue(Api api, Json.Obj session, View view, Inputs inputs, boolean untilIdle, int tail) {
    this.api = api;
    this.session = Column.text(session, "id");
    this.view = view;
    this.inputs = inputs;
    this.untilIdle = untilIdle;
    this.tail = Math.max(tail, LEAST_TAIL);
    hidden = this.tail - tail;
    history = new History(api, this.session);
    turn = new TurnState(Column.text(session, "status"));
    answers = new Answers(api, this.session, view, pending, turn);
  }

  private sealed interface Heard {
    record End(int status) implements Heard {}

    /// @param opened whether the stream was open
    /// @param any whether any event arrived
    record Broken(String why, boolean opened, boolean any) implements Heard {}
  }

  /// @return the exit status
  /// @throws Refusal if the server refuses the request
  int hold() throws Refusal, InterruptedException {
    int failures = 0;
    boolean told = false;
    while (true) {
      switch (listen()) {
        case Heard.End(int status) -> {
          return status;
        }
        case Heard.Broken(var why, boolean opened, boolean any) -> {
          failures = opened ? 0 : failures + 1;
          if (failures == PAUSES.size()) {
            view.notice("lost the connection to the server: " + why);
            return Ending.Kind.LOST.status();
          }
          if (any || !told) {
            view.notice("the event stream broke (" + why + "); reconnecting");
            told = true;
            broken = true;
          }
          var pause = opened && !any ? PAUSES.get(1) : PAUSES.get(failures);
          var status = pause.isZero() ? Optional.<Integer>empty() : answer(inputs.next(pause));
          if (status.isEmpty()) {
            status = status(); // the input may have ended after the turn, and the stream between
          }
          if (status.isPresent()) {
            return status.get();
          }
        }
      }
    }
  }

  /// Opens the stream, then lists the missed events, then shows the events of the stream. In this
  /// order no event is missed.
  private Heard listen() throws Refusal, InterruptedException {
    int number = ++streams;
    boolean opened = false;
    boolean any = false;
    try (var scope = new Scope();
        var stream = api.stream(session, view.previews())) {
      var _ = scope.fork(() -> inputs.pump(number, stream));
      catchUp();
      opened = true;
      if (broken) {
        broken = false;
        view.notice("connected again");
      }
      while (true) {
        var status = status();
        if (status.isPresent()) {
          return new Heard.End(status.get());
        }
        var item = inputs.next(PATIENCE);
        switch (item) {
          case Inputs.Item.Came(int from, var event, var json) when from == number -> {
            any = true;
            take(event, json);
          }
          case Inputs.Item.Lost(int from, var why) when from == number -> {
            return new Heard.Broken(why, true, any);
          }
          case null, default -> {
            var left = answer(item);
            if (left.isPresent()) {
              return new Heard.End(left.get());
            }
          }
        }
      }
    } catch (IOException e) {
      return new Heard.Broken(Conversation.reason(e), opened, any);
    } catch (Refusal refusal) {
      if (refusal.status() < 500 && refusal.status() != 429) {
        throw refusal;
      }
      return new Heard.Broken(refusal.words(), opened, any);
    }
  }

  private void catchUp() throws Refusal, IOException, InterruptedException {
    var missed = history.unseen(seen, tail);
    int from = Math.max(0, hidden - (tail - missed.size()));
    for (int i = 0; i < missed.size(); i++) {
      var event = missed.get(i);
      fold(event);
      boolean again = seen.hasQueued(event);
      if (seen.add(event) && i >= from) {
        view.event(event, event.toString(), again);
      }
    }
    if (!missed.isEmpty() && !turn.isRunning()) {
      turn.idle().ifPresent(idle -> view.rests(idle, pending));
    }
    tail = MOST_MISSED;
    hidden = 0;
  }

  private void take(Json.Obj event, String json) {
    boolean again = seen.hasQueued(event);
    if (!seen.add(event)) {
      return;
    }
    fold(event);
    view.event(event, json, again);
    if (TurnOutcome.type(event).equals("session.status_idle")) {
      view.rests(event, pending);
    }
  }

  private void fold(Json.Obj event) {
    pending.take(event);
    turn.take(event);
  }

  /// Handles an item that is not an event of the stream.
  ///
  /// @return the exit status if the dialogue ends
  private Optional<Integer> answer(Inputs.@Nullable Item item) throws InterruptedException {
    return switch (item) {
      case Inputs.Item.Detach _ -> detached(untilIdle ? 130 : 0);
      case Inputs.Item.Line(var text) ->
          answers.give(InputLine.read(text)) ? Optional.empty() : detached(0);
      case Inputs.Item.TooLong _ -> {
        view.notice("a line of the input has more than %,d characters".formatted(Inputs.MAX_LINE));
        yield detached(1);
      }
      case Inputs.Item.End _ -> {
        inputEnded = true;
        yield untilIdle ? Optional.empty() : detached(answers.failed() ? 1 : 0);
      }
      case null, default -> Optional.empty();
    };
  }

  private Optional<Integer> detached(int status) {
    view.notice("detached; the session continues. To reconnect: drover attach " + session);
    return Optional.of(status);
  }

  private Optional<Integer> status() {
    if (view.isClosed()) {
      return Optional.of(0);
    }
    if (!turn.isOver() && !(untilIdle && inputEnded && turn.isSettled())) {
      return Optional.empty();
    }
    var ending =
        turn.isOver()
            ? Ending.of(Ending.Kind.TERMINATED)
            : turn.idle()
                .map(idle -> TurnOutcome.ending(idle, false, pending.words(), ""))
                .orElse(Ending.of(Ending.Kind.DONE));
    if (ending.kind() != Ending.Kind.DONE) {
      view.notice(ending.words());
    }
    return Optional.of(answers.failed() ? 1 : untilIdle ? ending.kind().status() : 0);
  }
}
