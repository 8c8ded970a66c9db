package dev.drover.cli;

import dev.drover.base.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The replay of a session's messages in new sessions, whose tools run in sandboxes of their own.
/// The recorded session is only read.
final class LiveReplay {
  static final String YES = "--yes";

  private static final String SESSIONS = "/v1/sessions/";

  /// The figures of the table, with their names.
  private static final List<List<String>> ROWS =
      List.of(
          List.of("turns", "turns"),
          List.of("model requests", "requests"),
          List.of("failed requests", "failed_requests"),
          List.of("tool calls", "tool_calls"),
          List.of("failed tool calls", "failed_tool_calls"),
          List.of("errors", "errors"),
          List.of("compactions", "compactions"),
          List.of("input, tokens", "input_tokens"),
          List.of("from the cache, tokens", "cache_read_input_tokens"),
          List.of("output, tokens", "output_tokens"));

  private final Invocation call;
  private final LiveBounds bounds;

  LiveReplay(Invocation call, LiveBounds bounds) {
    this.call = call;
    this.bounds = bounds;
  }

  /// What a new session has; empty: what the recorded one has.
  record Side(Optional<String> model, Optional<String> profile) {
    String label() {
      return model.orElse("") + profile.map(name -> "@" + name).orElse("");
    }
  }

  /// The sides for the named models and profiles: one that is named once is that of all.
  static List<Side> sides(List<String> models, List<String> profiles) {
    int count = Math.max(1, Math.max(models.size(), profiles.size()));
    var sides = new ArrayList<Side>();
    for (int i = 0; i < count; i++) {
      sides.add(new Side(of(models, i), of(profiles, i)));
    }
    return sides;
  }

  private static Optional<String> of(List<String> names, int index) {
    return names.isEmpty()
        ? Optional.empty()
        : Optional.of(names.get(Math.min(index, names.size() - 1)));
  }

  /// @return 1 if the replay was declined, or if a new session did not come to its end
  int run(List<Side> sides) throws Refusal, IOException, InterruptedException {
    var id = call.arguments().id();
    var recorded = call.api().get(SESSIONS + Api.segment(id));
    var script = LiveScript.read(call.api(), id, bounds.turns());
    if (script.sends().isEmpty()) {
      call.say("the session has no message to replay");
      return 1;
    }
    if (!agreed(recorded, script, sides.size())) {
      return 1;
    }
    var runs = new ArrayList<Json>();
    boolean complete = true;
    for (var side : sides) {
      var run = new LiveRun(call, bounds).run(fork(id, side), script.sends());
      runs.add(
          Json.obj("model", side.model().orElse(null), "profile", side.profile().orElse(null))
              .with("session_id", run.session())
              .with("stopped", run.stopped().orElse(null))
              .with("figures", run.figures().json()));
      complete = complete && run.stopped().isEmpty();
    }
    var answer =
        Json.obj(
            "type",
            "live_replay",
            "session_id",
            id,
            "messages",
            script.sends().size(),
            "messages_recorded",
            script.all(),
            "recorded",
            Json.obj("figures", script.figures().json()),
            "replayed",
            runs);
    print(answer, sides);
    return complete ? 0 : 1;
  }

  private String fork(String id, Side side) throws Refusal, IOException, InterruptedException {
    var body =
        Json.obj("at", 0, "workspace", "none", "title", "Live replay of " + id)
            .with("model", side.model().orElse(null));
    var fork =
        call.api()
            .post(
                "/drover/sessions/" + Api.segment(id) + "/fork",
                side.profile().map(name -> body.with("profile", name)).orElse(body));
    return Column.text(fork.object("session"), "id");
  }

  private boolean agreed(Json.Obj recorded, LiveScript script, int sides) throws IOException {
    if (call.arguments().has(YES)) {
      return true;
    }
    var question = new Question(call.shell());
    if (!question.isPossible()) {
      call.say("a live replay costs money and runs tools: confirm with " + YES);
      return false;
    }
    call.say(
        "%d of %d messages are sent to %d new %s, whose tools run. Limits of each: %s."
            .formatted(
                script.sends().size(),
                script.all(),
                sides,
                sides == 1 ? "session" : "sessions",
                bounds.words()));
    var figures = script.figures().json();
    call.say(
        String.format(
            Locale.ROOT,
            "The recording took %,d tokens%s.",
            script.figures().tokens(),
            cost(figures).map(text -> ", " + text).orElse("")));
    outside(recorded)
        .ifPresent(what -> call.say("What they change outside of their sandboxes stays: " + what));
    return question.isYes("Begin? [y]es  [n]o");
  }

  /// What the session's tools can reach outside of its sandbox, by name.
  private static Optional<String> outside(Json.Obj session) {
    var names = new ArrayList<String>();
    for (var item : session.items("resources")) {
      if (item instanceof Json.Obj resource) {
        switch (String.valueOf(resource.text("type"))) {
          case "memory_store" -> {
            if ("read_write".equals(resource.text("access"))) {
              names.add("memory store " + resource.text("memory_store_id"));
            }
          }
          case "github_repository" -> names.add("repository " + resource.text("url"));
          default -> {}
        }
      }
    }
    for (var item : session.items("vault_ids")) {
      if (item instanceof Json.Str(var vault)) {
        names.add("vault " + vault);
      }
    }
    for (var item : session.object("agent").items("mcp_servers")) {
      if (item instanceof Json.Obj server) {
        names.add("MCP server " + server.text("name"));
      }
    }
    return names.isEmpty()
        ? Optional.empty()
        : Optional.of(Sanitized.line(String.join(", ", names)));
  }

  private void print(Json.Obj answer, List<Side> sides) {
    if (call.output().json()) {
      call.print(answer);
      return;
    }
    var columns = new ArrayList<Column>();
    columns.add(Column.of("", "name"));
    columns.add(Column.of("RECORDED", "recorded"));
    for (int i = 0; i < sides.size(); i++) {
      var label = sides.get(i).label();
      columns.add(Column.of(label.isEmpty() ? "REPLAYED" : Sanitized.line(label), "replayed" + i));
    }
    call.output().rows(columns, rows(answer));
  }

  private static List<Json.Obj> rows(Json.Obj answer) {
    var sides = new ArrayList<Json.Obj>();
    for (var item : answer.items("replayed")) {
      sides.add((Json.Obj) item);
    }
    var recorded = answer.object("recorded").object("figures");
    var rows = new ArrayList<Json.Obj>();
    for (var row : ROWS) {
      rows.add(
          row(
              row.getFirst(),
              count(recorded, row.getLast()),
              sides.stream().map(side -> count(side.object("figures"), row.getLast())).toList()));
    }
    rows.add(
        row(
            "list cost",
            cost(recorded).orElse("-"),
            sides.stream().map(side -> cost(side.object("figures")).orElse("-")).toList()));
    rows.add(
        row("end", Column.text(recorded, "end"), sides.stream().map(LiveReplay::end).toList()));
    rows.add(
        row(
            "last message",
            Column.text(recorded, "last_message"),
            sides.stream()
                .map(side -> Column.text(side.object("figures"), "last_message"))
                .toList()));
    rows.add(
        row(
            "session",
            Column.text(answer, "session_id"),
            sides.stream().map(side -> Column.text(side, "session_id")).toList()));
    return rows;
  }

  private static String end(Json.Obj side) {
    var stopped = side.text("stopped");
    return stopped == null ? Column.text(side.object("figures"), "end") : stopped;
  }

  private static Json.Obj row(String name, String recorded, List<String> replayed) {
    var row = Json.obj("name", name, "recorded", recorded);
    for (int i = 0; i < replayed.size(); i++) {
      row = row.with("replayed" + i, replayed.get(i));
    }
    return row;
  }

  private static String count(Json.Obj figures, String field) {
    return String.format(Locale.ROOT, "%,d", figures.number(field, 0));
  }

  private static Optional<String> cost(Json.Obj figures) {
    return figures.get("list_cost_usd").orElse(Json.NULL) instanceof Json.Num dollars
        ? Optional.of(String.format(Locale.ROOT, "$%.2f", dollars.asDouble()))
        : Optional.empty();
  }
}
