package dev.drover.cli;

import dev.drover.base.Json;
import dev.drover.base.Scope;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Which idle sessions wait for their client: to allow a tool call, or to give a result. The status
/// in the API is the same for all idle sessions. Not safe for concurrent use.
final class Waiting {
  /// What people see in place of the status.
  static final String STATUS = "waiting";

  private static final String OVER_BUDGET = "over budget";
  private static final int PAGE = 100;

  /// The most sessions of the inbox that are read.
  private static final int MOST = 2_000;

  /// How many sessions are looked at together.
  private static final int TOGETHER = 8;

  private static final String CALLS =
      "&types%5B%5D=agent.tool_use&types%5B%5D=agent.mcp_tool_use"
          + "&types%5B%5D=agent.custom_tool_use";

  /// The newest calls among which those that wait are.
  private static final int NEWEST = 50;

  private final Api api;
  private @Nullable Set<String> known;

  Waiting(Api api) {
    this.api = api;
  }

  /// The sessions with the status that people see.
  List<Json.Obj> marked(List<Json.Obj> sessions) throws Refusal, IOException, InterruptedException {
    if (sessions.stream().noneMatch(Waiting::isIdle)) {
      return sessions;
    }
    var listed = known;
    if (listed == null) {
      var inbox = inbox();
      if (inbox.isEmpty()) {
        return lookedAt(sessions);
      }
      listed = new HashSet<>();
      for (var waiting : inbox.get()) {
        if (STATUS.equals(waiting.text("status"))) {
          listed.add(Column.text(waiting, "id"));
        }
      }
      known = listed;
    }
    var ids = listed;
    return sessions.stream()
        .map(
            session ->
                isIdle(session) && ids.contains(Column.text(session, "id"))
                    ? session.with("status", STATUS)
                    : session)
        .toList();
  }

  /// The sessions that wait, with their `id`, `status`, `since`, `agent`, `title`, and what they
  /// wait `for`. Without the server's help, only the newest idle sessions are looked at.
  List<Json.Obj> all() throws Refusal, IOException, InterruptedException {
    var inbox = inbox();
    if (inbox.isPresent()) {
      return inbox.get();
    }
    var found = new ArrayList<Json.Obj>();
    var idle = api.get("/v1/sessions?statuses%5B%5D=idle&limit=" + PAGE);
    for (var session : lookedAt(objects(idle))) {
      if (STATUS.equals(session.text("status"))) {
        var id = Column.text(session, "id");
        var words = words(id);
        found.add(
            Json.obj(
                "id",
                id,
                "status",
                STATUS,
                "since",
                session.text("updated_at"),
                "agent",
                session.object("agent").text("name"),
                "title",
                session.text("title"),
                "for",
                words));
      }
    }
    return found;
  }

  /// The inbox of the server; empty if it has none.
  private Optional<List<Json.Obj>> inbox() throws Refusal, IOException, InterruptedException {
    var found = new ArrayList<Json.Obj>();
    try {
      for (var page = Optional.of(""); page.isPresent() && found.size() < MOST; ) {
        var answer = api.get("/drover/inbox?limit=" + PAGE + page.get());
        objects(answer).stream().map(Waiting::item).forEach(found::add);
        page = Paging.after(answer);
      }
      return Optional.of(found);
    } catch (Refusal refusal) {
      if (refusal.status() == 404) {
        return Optional.empty();
      }
      throw refusal;
    }
  }

  private static Json.Obj item(Json.Obj item) {
    boolean overBudget = "budget".equals(item.text("waiting_for"));
    return Json.obj(
        "id", item.text("session_id"),
        "status", overBudget ? OVER_BUDGET : STATUS,
        "since", item.text("since"),
        "agent", item.object("agent").text("name"),
        "title", item.text("title"),
        "for",
            overBudget
                ? "a larger budget"
                : item.items("calls").stream()
                    .map(call -> call instanceof Json.Obj made ? words(made) : "")
                    .collect(Collectors.joining("; ")));
  }

  private static String words(Json.Obj call) {
    return ("result".equals(call.text("answer")) ? "the result of " : "permission for ")
        + ToolText.call(call);
  }

  private static List<Json.Obj> objects(Json.Obj answer) {
    return answer.items("data").stream()
        .filter(Json.Obj.class::isInstance)
        .map(Json.Obj.class::cast)
        .toList();
  }

  private static boolean isIdle(Json.Obj session) {
    return "idle".equals(session.text("status")) && session.text("archived_at") == null;
  }

  /// The sessions with the status that people see, by a look at each.
  private List<Json.Obj> lookedAt(List<Json.Obj> sessions) throws InterruptedException {
    var marked = new ArrayList<Json.Obj>();
    for (int from = 0; from < sessions.size(); from += TOGETHER) {
      var some = sessions.subList(from, Math.min(sessions.size(), from + TOGETHER));
      try (var scope = new Scope()) {
        var looks = some.stream().map(session -> scope.fork(() -> isWaiting(session))).toList();
        for (int i = 0; i < some.size(); i++) {
          var session = some.get(i);
          marked.add(looks.get(i).join() ? session.with("status", STATUS) : session);
        }
      }
    }
    return marked;
  }

  private boolean isWaiting(Json.Obj session) throws InterruptedException {
    try {
      return isIdle(session) && !calls(Column.text(session, "id")).isEmpty();
    } catch (Refusal | IOException _) {
      return false; // deleted meanwhile, or the next request says why there is no answer
    }
  }

  /// The ids of the calls for which an idle session waits.
  private List<String> calls(String session) throws Refusal, IOException, InterruptedException {
    var answer = api.get(events(session) + "1&types%5B%5D=session.status_idle");
    return objects(answer).stream()
        .map(event -> event.object("stop_reason"))
        .filter(reason -> TurnOutcome.type(reason).equals("requires_action"))
        .flatMap(reason -> reason.items("event_ids").stream())
        .map(id -> id instanceof Json.Str(var text) ? text : "")
        .toList();
  }

  /// What an idle session waits for, in one line.
  private String words(String session) throws Refusal, IOException, InterruptedException {
    var ids = calls(session);
    var pending = new Pending();
    for (var call : objects(api.get(events(session) + NEWEST + CALLS)).reversed()) {
      if (ids.contains(Column.text(call, "id"))) {
        pending.take(call);
      }
    }
    return pending.isEmpty() ? "an answer" : pending.words();
  }

  private static String events(String session) {
    return "/v1/sessions/" + Api.segment(session) + "/events?order=desc&limit=";
  }
}
