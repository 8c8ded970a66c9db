package dev.drover.cli;

import dev.drover.base.Json;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/// `drover sessions`.
final class SessionVerbs {
  static final String NAME = "sessions";
  static final String ABOUT = "Agents at work, each with its log.";

  private static final String PATH = "/v1/sessions";
  private static final ResourceVerbs VERBS = new ResourceVerbs(PATH, "SESSION");
  private static final List<Field> CREATED =
      List.of(
          new Field(
              "agent",
              Field.Kind.REFERENCE,
              "ID",
              "The agent, in its newest version, or {type: agent, id: ID, version: N}."),
          new Field(
              "environment_id",
              Field.Kind.REFERENCE,
              "ID",
              "The environment that its tools run in."),
          Field.text("title", "What it is called."),
          Field.metadata(false));
  private static final List<Field> UPDATED =
      List.of(Field.text("title", "What it is called."), Field.metadata(true));
  private static final Listing SESSIONS =
      new Listing(
          100,
          List.of(
              Filter.order("newest first"),
              Filter.one("agent_id", "ID", "Of this agent."),
              Filter.one("agent_version", "N", "Of this version of the agent."),
              Filter.many("statuses", "--status", "STATUS", "idle, running, ... Can be repeated."),
              Filter.archived(),
              Filter.time("gt", "Made after, such as 2026-11-01T00:00:00Z."),
              Filter.time("gte", "Made then or later."),
              Filter.time("lt", "Made before."),
              Filter.time("lte", "Made then or earlier.")),
          List.of(
              Column.of("ID", "id"),
              Column.of("STATUS", "status"),
              new Column("AGENT", item -> Column.text(item.object("agent"), "name")),
              Column.time("CREATED", "created_at"),
              Column.of("TITLE", "title")));

  private SessionVerbs() {}

  static CommandSpec spec() {
    var spec =
        Specs.group(
            NAME,
            ABOUT,
            VERBS.create("Makes a session.", CREATED),
            VERBS.retrieve("Shows a session."),
            VERBS.update("Changes a session.", UPDATED),
            VERBS.list("Lists sessions.", SESSIONS),
            VERBS.archive("Ends a session for good and keeps its log."),
            VERBS.delete("Deletes a session and its log."),
            VERBS.one("why", "Says why a session moves, or does not.", SessionVerbs::why),
            connect());
    spec.usageMessage()
        .footer(
            "",
            "Examples:",
            "  drover sessions create --agent agent_... --environment-id env_...",
            "  drover sessions list --status running",
            "  drover sessions why sesn_...",
            "  drover sessions connect sesn_...");
    return spec;
  }

  private static int why(Call call) throws Refusal, IOException, InterruptedException {
    var standing = call.api().get(call.path("/drover/sessions"));
    if (call.output().json()) {
      return call.print(standing);
    }
    call.output().line(Neutral.line(Column.text(standing, "why")));
    var holder = standing.object("holder");
    var last = standing.object("last_event");
    var error = standing.object("last_error");
    return call.print(
        Json.obj(
            "status",
            standing.text("status"),
            "held by",
            holder.text("node") == null
                ? null
                : "%s (%s, pid %s), epoch %s"
                    .formatted(
                        holder.text("node"),
                        Column.text(holder, "host"),
                        Column.text(holder, "pid"),
                        Column.text(holder, "epoch")),
            "waiting",
            standing.object("inbox").number("waiting", 0),
            "last event",
            last.text("type") == null
                ? null
                : last.text("type") + " at " + Column.seconds(Column.text(last, "processed_at")),
            "last error",
            error.text("message") == null
                ? null
                : "%s at %s: %s"
                    .formatted(
                        error.text("type"),
                        Column.seconds(Column.text(error, "processed_at")),
                        error.text("message"))));
  }

  private static CommandSpec connect() {
    var spec =
        VERBS.one(
            "connect",
            "Follows a session live, and sends what you type.",
            call -> new ConnectCommand(call).run());
    spec.addOption(
        Specs.flag(
            ConnectCommand.UNTIL_IDLE,
            "Leave when standard input has ended and the turn is over; without it the end of"
                + " standard input detaches."));
    spec.addOption(
        Specs.number(
            ConnectCommand.TAIL,
            "How many of the events so far to show first; "
                + ConnectCommand.USUAL_TAIL
                + " without it."));
    spec.usageMessage()
        .footer(
            "",
            "A line is a message to the agent, or a command:",
            "",
            Typed.HELP.indent(2).stripTrailing(),
            "",
            "Ctrl-C detaches: the session goes on. With --until-idle the status tells how the",
            "turn ended: 0 when it is over, 1 when it failed or waits for you.",
            "",
            "Examples:",
            "  drover sessions connect sesn_...",
            "  echo 'List the files' | drover sessions connect sesn_... --until-idle --tail 0");
    return spec;
  }
}
