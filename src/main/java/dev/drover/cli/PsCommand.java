package dev.drover.cli;

import dev.drover.base.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;

/// `drover ps`: the sessions that are at work, and those that wait for somebody.
final class PsCommand {
  static final String NAME = "ps";
  static final String ABOUT = "Lists the sessions that are at work or wait for an answer.";

  private static final String WAITING = "--waiting";
  private static final int MOST = 100;
  private static final List<Column> COLUMNS =
      List.of(
          Column.of("SESSION", "id"),
          Column.of("STATUS", "status"),
          Column.time("SINCE", "since").ranked(1),
          Column.of("AGENT", "agent").ranked(2),
          Column.of("TITLE", "title").ranked(3),
          Column.of("WAITS FOR", "for"));

  private final Invocation call;

  private PsCommand(Invocation call) {
    this.call = call;
  }

  static CommandSpec spec() {
    var spec = Specs.verb(NAME, ABOUT, call -> new PsCommand(call).run());
    spec.addOption(Specs.flag(WAITING, "Only sessions that wait for an answer."));
    spec.usageMessage()
        .footer(
            "",
            "A session that waits needs you: to allow a tool call, or to give the result of a"
                + " custom tool. 'drover attach SESSION' shows the call and takes the answer.",
            "",
            "Of the sessions at work, those are shown that have not moved for longest, at most"
                + " 100.",
            "",
            "Examples:",
            "  drover ps",
            "  drover ps --waiting -q");
    return Specs.server(spec);
  }

  private int run() throws Refusal, IOException, InterruptedException {
    var rows = new ArrayList<>(new Waiting(call.api()).all());
    if (!call.arguments().has(WAITING)) {
      rows.addAll(atWork());
    }
    call.output().rows(COLUMNS, rows);
    return 0;
  }

  private List<Json.Obj> atWork() throws Refusal, IOException, InterruptedException {
    var rows = new ArrayList<Json.Obj>();
    for (var item : call.api().get("/drover/sessions?limit=" + MOST).items("data")) {
      if (item instanceof Json.Obj standing && !waits(standing)) {
        rows.add(row(standing));
      }
    }
    return rows;
  }

  /// Whether the session is among those that wait for somebody.
  private static boolean waits(Json.Obj standing) {
    return List.of("requires_action", "budget_reached")
        .contains(TurnOutcome.type(standing.object("reason")));
  }

  private Json.Obj row(Json.Obj standing) throws Refusal, IOException, InterruptedException {
    var id = Column.text(standing, "id");
    var session = call.api().get("/v1/sessions/" + Api.segment(id));
    return Json.obj(
        "id", id,
        "status", standing.text("status"),
        "since", standing.object("last_event").text("processed_at"),
        "agent", session.object("agent").text("name"),
        "title", session.text("title"),
        "for", reason(standing.object("reason")));
  }

  /// What a session at work waits for.
  private static String reason(Json.Obj reason) {
    return switch (TurnOutcome.type(reason)) {
      case "model_request" -> "the model";
      case "tool_calls" ->
          reason.items("calls").stream()
              .map(item -> item instanceof Json.Obj made ? Column.text(made, "name") : "")
              .collect(Collectors.joining(", "));
      case "queued", "node_gone", "node_silent", "brain_missing" -> "a node";
      case "backing_off" -> "the next attempt, after an error";
      default -> "";
    };
  }
}
