package dev.drover.cli;

import dev.drover.base.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/// `drover events`.
final class EventVerbs {
  static final String NAME = "events";
  static final String ABOUT = "The events of a session.";

  private static final String BODY = "--body";
  private static final String MESSAGE = "--message";
  private static final String INTERRUPT = "--interrupt";
  private static final String ALLOW = "--allow";
  private static final String DENY = "--deny";
  private static final String DENY_MESSAGE = "--deny-message";
  private static final String RESULT = "--result";
  private static final String EVENT = "--event";
  private static final PagedList EVENTS =
      new PagedList(
          1000,
          List.of(
              Filter.order("oldest first"),
              Filter.many("types", "--type", "TYPE", "agent.message, ... Can be repeated."),
              Filter.time("gt", "Processed after this time, such as 2026-11-01T00:00:00Z."),
              Filter.time("gte", "Processed at or after this time."),
              Filter.time("lt", "Processed before this time."),
              Filter.time("lte", "Processed at or before this time.")),
          List.of());
  private static final PagedList FOUND =
      new PagedList(
          1000,
          List.of(
              Filter.one("text", "TEXT", "Only events that contain TEXT; case does not matter."),
              Filter.one("tool", "NAME", "Only calls of this tool, with their results."),
              Filter.many("types", "--type", "TYPE", "agent.message, ... Can be repeated."),
              Filter.one(
                  "before",
                  "PLACE",
                  "Only events before this time, or before this position in the log."),
              Filter.one(
                  "after",
                  "PLACE",
                  "Only events after this time or position. They are shown from the oldest on.")),
          List.of());

  private EventVerbs() {}

  static CommandSpec spec() {
    var spec = Specs.group(NAME, ABOUT, send(), list(), search(), stream());
    spec.usageMessage()
        .footer(
            "",
            "Examples:",
            "  drover events send sesn_... --message 'List the files'",
            "  drover events list sesn_... --order desc --limit 20",
            "  drover events search sesn_... --text 'No space left' --tool bash",
            "  drover events stream sesn_... --json | jq -r .type");
    return spec;
  }

  private static CommandSpec send() {
    var spec =
        id(
            "send",
            "Sends events to a session, in the order in which the flags are listed.",
            invocation -> {
              var answer = invocation.api().post(path(invocation), events(invocation.arguments()));
              var stored =
                  answer.items("data").stream()
                      .filter(Json.Obj.class::isInstance)
                      .map(Json.Obj.class::cast)
                      .toList();
              invocation.output().rows(EventLine.columns(), stored);
              return 0;
            });
    spec.addOption(Specs.flag(INTERRUPT, "Interrupt the agent."));
    spec.addOption(Specs.texts(ALLOW, "ID", "Allow the tool call with this id."));
    spec.addOption(Specs.texts(DENY, "ID", "Deny the tool call with this id."));
    spec.addOption(
        Specs.text(DENY_MESSAGE, "TEXT", "The reason for the denials, sent to the agent."));
    spec.addOption(
        Specs.texts(RESULT, "ID=TEXT", "The result of a custom tool call, or ID=@FILE."));
    spec.addOption(Specs.texts(MESSAGE, "TEXT", "A message, or @FILE."));
    spec.addOption(Specs.texts(EVENT, "EVENT", "Any event, in JSON or YAML, or @FILE."));
    spec.addOption(
        Specs.text(
            BODY,
            "BODY",
            "The whole body {events: [...]} instead of the other flags: JSON or YAML, @FILE, or"
                + " -."));
    return spec;
  }

  private static CommandSpec list() {
    var spec =
        id(
            "list",
            "Lists the events of a session.",
            invocation -> EVENTS.print(invocation, path(invocation), EventLine.columns()));
    EVENTS.declare(spec);
    return spec;
  }

  private static CommandSpec search() {
    var spec =
        id(
            "search",
            "Searches the processed events of a session, from the newest on.",
            invocation ->
                FOUND.print(
                    invocation,
                    invocation.path("/drover/sessions") + "/events",
                    EventLine.columns()));
    FOUND.declare(spec);
    return spec;
  }

  private static CommandSpec stream() {
    var spec =
        id(
            "stream",
            "Shows new events of a session as they happen.",
            invocation -> new StreamCommand(invocation).run());
    spec.addOption(
        Specs.flag(StreamCommand.DELTAS, "Also show texts piece by piece while they are written."));
    spec.addOption(Specs.flag(StreamCommand.UNTIL_IDLE, "Exit when the session becomes idle."));
    return spec;
  }

  private static Json.Obj events(Arguments arguments) {
    var events = new ArrayList<Json>();
    if (arguments.has(INTERRUPT)) {
      events.add(Outgoing.interrupt());
    }
    arguments.texts(ALLOW).forEach(id -> events.add(Outgoing.allow(id)));
    var why = arguments.text(DENY_MESSAGE).orElse("");
    arguments.texts(DENY).forEach(id -> events.add(Outgoing.deny(id, why)));
    for (var result : arguments.texts(RESULT)) {
      int equals = result.indexOf('=');
      if (equals < 1) {
        throw arguments.wrong(RESULT + " must be ID=TEXT");
      }
      var text = arguments.content(RESULT, result.substring(equals + 1));
      events.add(Outgoing.result(result.substring(0, equals), text));
    }
    for (var text : arguments.texts(MESSAGE)) {
      events.add(Outgoing.message(arguments.content(MESSAGE, text)));
    }
    arguments.texts(EVENT).forEach(text -> events.add(arguments.object(EVENT, text)));
    var body = arguments.text(BODY);
    if (body.isPresent() != events.isEmpty()) {
      throw arguments.wrong(
          "give "
              + String.join(", ", MESSAGE, INTERRUPT, ALLOW, DENY, RESULT, EVENT)
              + ", or else "
              + BODY);
    }
    return body.map(text -> arguments.object(BODY, text))
        .orElseGet(() -> Json.obj("events", List.copyOf(events)));
  }

  private static String path(Invocation invocation)
      throws Refusal, IOException, InterruptedException {
    return invocation.path("/v1/sessions") + "/events";
  }

  private static CommandSpec id(String name, String description, Verb verb) {
    return Specs.id(Specs.verb(name, description, verb), "SESSION", "The session's id.");
  }
}
