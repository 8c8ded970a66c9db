package dev.drover.cli;

import dev.drover.base.Json;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/// `drover events`.
final class EventVerbs {
  static final String NAME = "events";
  static final String ABOUT = "What happens in a session.";

  private static final String BODY = "--body";
  private static final String MESSAGE = "--message";
  private static final String INTERRUPT = "--interrupt";
  private static final String ALLOW = "--allow";
  private static final String DENY = "--deny";
  private static final String DENY_MESSAGE = "--deny-message";
  private static final String RESULT = "--result";
  private static final String EVENT = "--event";
  private static final Listing EVENTS =
      new Listing(
          1000,
          List.of(
              Filter.order("oldest first"),
              Filter.many("types", "--type", "TYPE", "agent.message, ... Can be repeated."),
              Filter.time("gt", "Processed after, such as 2026-11-01T00:00:00Z."),
              Filter.time("gte", "Processed then or later."),
              Filter.time("lt", "Processed before."),
              Filter.time("lte", "Processed then or earlier.")),
          EventLine.COLUMNS);

  private EventVerbs() {}

  static CommandSpec spec() {
    var spec = Specs.group(NAME, ABOUT, send(), list(), stream());
    spec.usageMessage()
        .footer(
            "",
            "Examples:",
            "  drover events send sesn_... --message 'List the files'",
            "  drover events list sesn_... --order desc --limit 20",
            "  drover events stream sesn_... --json | jq -r .type");
    return spec;
  }

  private static CommandSpec send() {
    var spec =
        id(
            "send",
            "Sends events to a session, in the order of the flags below.",
            call -> {
              var answer = call.api().post(path(call), events(call.arguments()));
              var stored =
                  answer.items("data").stream()
                      .filter(Json.Obj.class::isInstance)
                      .map(Json.Obj.class::cast)
                      .toList();
              call.output().rows(EventLine.COLUMNS, stored);
              return 0;
            });
    spec.addOption(Specs.flag(INTERRUPT, "Stop what the agent does."));
    spec.addOption(Specs.texts(ALLOW, "ID", "Let the tool call with this id run."));
    spec.addOption(Specs.texts(DENY, "ID", "Do not let it run."));
    spec.addOption(Specs.text(DENY_MESSAGE, "TEXT", "What the agent hears of the denials."));
    spec.addOption(Specs.texts(RESULT, "ID=TEXT", "What a custom tool's call gave, or ID=@FILE."));
    spec.addOption(Specs.texts(MESSAGE, "TEXT", "A message, or @FILE."));
    spec.addOption(Specs.texts(EVENT, "EVENT", "Any event, in JSON or YAML, or @FILE."));
    spec.addOption(
        Specs.text(BODY, "BODY", "The whole body {events: [...]} instead, or @FILE, or -."));
    return spec;
  }

  private static CommandSpec list() {
    var spec = id("list", "Lists the events of a session.", call -> EVENTS.print(call, path(call)));
    EVENTS.declare(spec);
    return spec;
  }

  private static CommandSpec stream() {
    var spec =
        id(
            "stream",
            "Shows the events of a session as they happen, from now on.",
            call -> new StreamCommand(call).run());
    spec.addOption(
        Specs.flag(StreamCommand.DELTAS, "Texts while they are written, too, piece by piece."));
    spec.addOption(Specs.flag(StreamCommand.UNTIL_IDLE, "End when the session goes idle."));
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
      throw arguments.wrong("give either events or " + BODY);
    }
    return body.map(text -> arguments.object(BODY, text))
        .orElseGet(() -> Json.obj("events", List.copyOf(events)));
  }

  private static String path(Call call) {
    return call.path("/v1/sessions") + "/events";
  }

  private static CommandSpec id(String name, String description, Verb verb) {
    return Specs.id(Specs.verb(name, description, verb), "SESSION", "The session's id.");
  }
}
