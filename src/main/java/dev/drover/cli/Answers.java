package dev.drover.cli;

import dev.drover.base.Json;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// The part of a dialogue that sends typed lines to the session. Not safe for concurrent use.
final class Answers {
  /// `y`, or `n` with or without a reason.
  private static final Pattern REPLY =
      Pattern.compile("\\s*(?:(y|yes)|(?:n|no)(?:[\\s,:]+(.+))?)\\s*", Pattern.CASE_INSENSITIVE);

  private final Api api;
  private final String session;
  private final View view;
  private final Pending pending;
  private final TurnState turn;
  private boolean failed;

  Answers(Api api, String session, View view, Pending pending, TurnState turn) {
    this.api = api;
    this.session = session;
    this.view = view;
    this.pending = pending;
    this.turn = turn;
  }

  /// Whether a line was invalid or its action failed.
  boolean failed() {
    return failed;
  }

  /// Carries out a typed line.
  ///
  /// @return false if the line detaches
  boolean give(InputLine typed) throws InterruptedException {
    switch (typed) {
      case InputLine.Quit _ -> {
        return false;
      }
      case InputLine.Nothing _ -> {}
      case InputLine.Help _ -> InputLine.HELP.lines().forEach(view::notice);
      case InputLine.Wrong(var why) -> fail(why);
      case InputLine.Message(var text) -> message(text);
      case InputLine.Interrupt _ -> send(Outgoing.interrupt());
      case InputLine.Result(var id, var text) -> send(Outgoing.result(id, text));
      case InputLine.Allow(var id) -> {
        var call = id.isEmpty() ? only() : Optional.of(id);
        if (call.isPresent()) {
          send(Outgoing.allow(call.get()));
        }
      }
      case InputLine.Deny(var words) -> deny(words);
    }
    return true;
  }

  /// A message, or the answer to the first call that waits for permission. The session takes no
  /// message before its calls are answered.
  private void message(String text) throws InterruptedException {
    if (pending.isEmpty()) {
      send(Outgoing.message(text));
      return;
    }
    var first = pending.asking().stream().findFirst();
    var reply = REPLY.matcher(text);
    if (first.isPresent() && reply.matches()) {
      var why = reply.group(2);
      if (reply.group(1) == null) {
        send(Outgoing.deny(first.get(), why == null ? "" : why));
      } else {
        send(Outgoing.allow(first.get()));
      }
      return;
    }
    fail(
        "not sent: the session waits for "
            + pending.words()
            + (first.isPresent()
                ? ". Type y or n, or /interrupt to give up the turn"
                : ". Type /result ID TEXT, or /interrupt to give up the turn"));
  }

  private void deny(String words) throws InterruptedException {
    var parts = words.split("\\s+", 2);
    if (pending.has(parts[0]) || parts[0].startsWith("sevt_")) {
      send(Outgoing.deny(parts[0], parts.length > 1 ? parts[1] : ""));
      return;
    }
    var call = only();
    if (call.isPresent()) {
      send(Outgoing.deny(call.get(), words));
    }
  }

  /// The only call that waits for permission.
  private Optional<String> only() {
    var asking = pending.asking();
    if (asking.size() == 1) {
      return Optional.of(asking.getFirst());
    }
    fail(
        asking.isEmpty()
            ? "no call is waiting for permission"
            : asking.size() + " calls are waiting for permission; give the id of one");
    return Optional.empty();
  }

  private void send(Json.Obj event) throws InterruptedException {
    try {
      var answer =
          api.post(
              "/v1/sessions/" + Api.segment(session) + "/events",
              Json.obj("events", List.of(event)));
      for (var item : answer.items("data")) {
        if (item instanceof Json.Obj stored) {
          turn.sent(stored);
          pending.take(stored);
          view.sent(stored);
        }
      }
    } catch (Refusal refusal) {
      fail("not sent: " + refusal.words());
    } catch (IOException e) {
      fail("it may or may not have been sent: " + Conversation.reason(e));
    }
  }

  private void fail(String why) {
    failed = true;
    view.notice(why);
  }
}
