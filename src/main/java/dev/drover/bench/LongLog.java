package dev.drover.bench;

import dev.drover.base.Ids;
import dev.drover.base.Json;
import dev.drover.session.Delivery;
import dev.drover.session.Emission;
import dev.drover.session.Emitted;
import dev.drover.session.Event;
import dev.drover.session.EventLog;
import dev.drover.session.Lease;
import dev.drover.session.SessionId;
import dev.drover.session.ThreadKey;
import dev.drover.wire.EventCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/// A generator of long logs. It fills a session's log with realistic turns: a message, a tool call
/// and an answer.
final class LongLog {
  private static final int TURNS_AT_ONCE = 100;

  /// The output of a call, and that of a call of a log in chapters: a chapter of about 4,000 events
  /// then fills a context of 200,000 tokens.
  private static final String OUTPUT = "312 tests, all of them passed";

  private static final String LONG_OUTPUT =
      "test/some/path/to/file_test.py::test_number PASSED\n".repeat(12) + OUTPUT;

  /// A line of an opening, and their number.
  private static final String LINE = "#4711 bash {\"command\":\"make test\"} → 40 characters\n";

  private static final int LINES = 1_000;

  private final EventLog log;
  private final Ids ids;
  private final int chapters;

  LongLog(EventLog log, Ids ids) {
    this(log, ids, 0);
  }

  /// @param chapters the number of chapters of the model's context that begin in the log, at equal
  ///   distances
  LongLog(EventLog log, Ids ids, int chapters) {
    this.log = log;
    this.ids = ids;
    this.chapters = chapters;
  }

  /// Appends turns until the log has at least `events` events. The session is then idle.
  void fill(SessionId session, int events) {
    int turns = turns(session, events);
    fill(session, turns, chapter -> (int) ((long) chapter * turns / (chapters + 1)));
  }

  /// Appends one turn, and then a chapter of at least `events` events, as those of [#fill] are. The
  /// session is then idle.
  void fillOneChapter(SessionId session, int events) {
    fill(session, 1 + turns(session, events), chapter -> chapter == 1 ? 1 : Integer.MAX_VALUE);
  }

  private int turns(SessionId session, int events) {
    int size = turn(message(session, 0)).size();
    return (events + size - 1) / size;
  }

  /// @param begins the number of turns before a chapter, from 1 on
  private void fill(SessionId session, int turns, IntUnaryOperator begins) {
    Lease lease = null;
    long head = 0;
    int chapter = 0;
    for (int done = 0; done < turns; ) {
      int next = begins.applyAsInt(chapter + 1);
      int now = Math.min(TURNS_AT_ONCE, Math.min(next, turns - 1) - done);
      now = turns - done == 1 ? 1 : Math.max(now, 1);
      var messages = new ArrayList<Event.FromClient>();
      var entries = new ArrayList<Emission.Entry>();
      for (int i = 0; i < now; i++) {
        var message = message(session, done + i);
        messages.add(message);
        entries.addAll(turn(message));
      }
      if (chapter > 0 && done == begins.applyAsInt(chapter)) {
        entries.addAll(1, opening(chapter, head - BACK));
      }
      var receipt = log.receive(session, messages, new Delivery(ids.next("fill_"), false));
      lease = receipt.lease().isPresent() ? receipt.lease().get() : lease;
      done += now;
      chapter += done == next && chapter < chapters ? 1 : 0;
      var rest =
          done == turns ? OptionalLong.of(log.inbox(session).received()) : OptionalLong.empty();
      if (lease == null) {
        throw new IllegalStateException("the session is held by somebody");
      }
      var emission = new Emission(entries, rest, rest.isPresent());
      if (!(log.emitEvents(lease, emission.knowing(head))
          instanceof Emitted.Appended(var appended))) {
        throw new IllegalStateException("an append was refused");
      }
      head = appended.getLast().position();
    }
  }

  /// The position of the last request of a turn, from its last event.
  private static final int BACK = 3;

  /// The beginning of a chapter in which the newest reply is kept.
  private List<Emission.Entry> opening(int chapter, long from) {
    return List.of(
        shown(event("agent.thread_context_compacted")),
        shown(
            event(
                "drover.context",
                "format",
                1,
                "chapter",
                chapter,
                "kind",
                "rolling",
                "cause",
                "threshold",
                "from",
                from,
                "opening",
                Json.arr(Json.obj("role", "user", "content", text(LINE.repeat(LINES)))),
                "result_characters",
                30_000,
                "before",
                134_400,
                "after",
                24_000,
                "window",
                200_000,
                "factor_percent",
                100,
                "inherited",
                Json.obj("in_a_row", 1, "standing", List.of(), "left_out", List.of()))));
  }

  private Event.FromClient message(SessionId session, int number) {
    var text = "Message " + number + " of " + session + ": go on with the next file, please.";
    return (Event.FromClient) event("user.message", "content", text(text));
  }

  private List<Emission.Entry> turn(Event.FromClient message) {
    var use = event("agent.tool_use", "name", "bash", "input", Json.obj("command", "make test"));
    var first = event("span.model_request_start");
    var second = event("span.model_request_start");
    var said = text("All tests of this file pass, so I go on with the one after it.");
    return List.of(
        shown(event("session.status_running")),
        shown(message),
        shown(first),
        shown(use),
        entry(
            end(first),
            reply(
                Json.arr(
                    Json.obj(
                        "type",
                        "tool_use",
                        "id",
                        "toolu_" + use.id().value(),
                        "name",
                        "bash",
                        "input",
                        Json.obj("command", "make test"))),
                "tool_use",
                List.of(use.id().value()))),
        shown(event("drover.tool_dispatched", "tool_use_id", use.id().value(), "attempt", 1)),
        shown(
            event(
                "agent.tool_result",
                "tool_use_id",
                use.id().value(),
                "is_error",
                false,
                "content",
                text((chapters == 0 ? OUTPUT : LONG_OUTPUT) + "\n[exit status 0]"))),
        shown(second),
        shown(event("agent.message", "content", said)),
        entry(end(second), reply(said, "end_turn", List.of())),
        shown(event("session.status_idle", "stop_reason", Json.obj("type", "end_turn"))));
  }

  private Event end(Event start) {
    return event(
        "span.model_request_end",
        "model_request_start_id",
        start.id().value(),
        "is_error",
        false,
        "model_usage",
        Json.obj("input_tokens", 20, "output_tokens", 12));
  }

  private static Json.Obj reply(Json.Arr content, String stopReason, List<String> uses) {
    return Json.obj("content", content, "stop_reason", stopReason, "tool_uses", uses);
  }

  private static Json.Arr text(String text) {
    return Json.arr(Json.obj("type", "text", "text", text));
  }

  private static Emission.Entry shown(Event event) {
    return entry(event, null);
  }

  private static Emission.Entry entry(Event event, Json.@Nullable Obj hidden) {
    return new Emission.Entry(ThreadKey.PRIMARY, event, hidden);
  }

  private Event event(String type, Object... fields) {
    var json = Json.obj("type", type, "id", ids.next("sevt_"));
    for (int i = 0; i < fields.length; i += 2) {
      json = json.with(String.valueOf(fields[i]), fields[i + 1]);
    }
    return EventCodec.read(json.toString());
  }
}
