package dev.drover.cli;

import dev.drover.base.Json;
import dev.drover.base.Scope;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A session on one side, a keyboard on the other, until one of them has enough. Follows the
/// session through streams that break: each event is shown once, in its order. One thread.
final class Dialogue {
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  /// Before each next attempt to open the stream, while none succeeds.
  private static final List<Duration> PAUSES =
      List.of(
          Duration.ZERO,
          Duration.ofSeconds(1),
          Duration.ofSeconds(2),
          Duration.ofSeconds(4),
          Duration.ofSeconds(8),
          Duration.ofSeconds(16));

  /// Events that are fetched for what they tell of the session's state, shown or not.
  private static final int LEAST_TAIL = 20;

  /// Events that a broken stream may have left out.
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

  /// @param untilIdle whether the end of the input is followed by that of the turn
  /// @param tail how many events so far to show
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

    /// @param opened whether the stream was there at all
    /// @param any whether it brought anything
    record Broken(String why, boolean opened, boolean any) implements Heard {}
  }

  /// @return the exit status
  /// @throws Refusal when the server does not want us
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
          }
          var pause = opened && !any ? PAUSES.get(1) : PAUSES.get(failures);
          var status = pause.isZero() ? Optional.<Integer>empty() : answer(inputs.next(pause));
          if (status.isPresent()) {
            return status.get();
          }
        }
      }
    }
  }

  /// Opens the stream, then lists what was missed, then takes what comes. In this order nothing
  /// falls between.
  private Heard listen() throws Refusal, InterruptedException {
    int number = ++streams;
    boolean opened = false;
    boolean any = false;
    try (var scope = new Scope();
        var stream = api.stream(session, view.previews())) {
      var _ = scope.fork(() -> inputs.pump(number, stream));
      catchUp();
      opened = true;
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

  /// Takes what did not come by the stream.
  ///
  /// @return the exit status, if it is time to leave
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
    view.notice(
        "detached; the session continues. To reconnect: drover sessions connect " + session);
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
