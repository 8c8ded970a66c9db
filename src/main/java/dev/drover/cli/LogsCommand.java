package dev.drover.cli;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.http.Unreachable;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/// `drover logs`: the transcript of a session, and what happens in it from now on.
final class LogsCommand {
  static final String NAME = "logs";
  static final String ABOUT = "Prints the transcript of a session, and follows it with -f.";

  private static final String FOLLOW = "--follow";
  private static final String SINCE = "--since";
  private static final String TAIL = "--tail";
  private static final String FAILED = "--failed";
  private static final String PREFIX = "sesn_";
  private static final int PAGE = 1000;

  /// How many sessions are named if the beginning of an id stands for several.
  private static final int NAMED = 10;

  /// How many earlier events are shown when a session is followed.
  private static final int USUAL_TAIL = 1000;

  private static final Pattern AGO = Pattern.compile("([1-9]\\d{0,8})([smhd])");

  private final Invocation call;
  private final Arguments arguments;

  private LogsCommand(Invocation call) {
    this.call = call;
    arguments = call.arguments();
  }

  static CommandSpec spec() {
    var spec = Specs.verb(NAME, ABOUT, call -> new LogsCommand(call).run());
    Specs.id(spec, "SESSION", "The session's id, or its beginning.");
    spec.addOption(
        OptionSpec.builder("-f", FOLLOW)
            .type(boolean.class)
            .description("Show what happens from now on, too.")
            .build());
    spec.addOption(
        Specs.text(
            SINCE,
            "TIME",
            "Only events since then: 90s, 10m, 2h or 3d ago, or since 2026-11-01T00:00:00Z."));
    spec.addOption(
        Specs.number(
            TAIL,
            "Only the last N events. [default: all, or with -f the last " + USUAL_TAIL + "]"));
    spec.addOption(Specs.flag(FAILED, "Only tool calls that failed, and errors."));
    spec.usageMessage()
        .footer(
            "",
            "Results of tools are cut after some lines; 'drover events list --json' has all of"
                + " them. Ctrl-C ends -f, and the session continues. If no server runs on this"
                + " machine, the events are read from its data directory.",
            "",
            "Examples:",
            "  drover logs sesn_...",
            "  drover logs sesn_... -f --since 10m",
            "  drover logs sesn_... --failed");
    return Specs.server(spec);
  }

  private int run() throws Refusal, IOException, InterruptedException {
    call.output().refuseYaml(arguments);
    var since = arguments.text(SINCE).map(this::instant);
    var tail = arguments.number(TAIL, 0);
    var renderer = Renderer.of(call.shell(), call.output().json());
    var view = new View(renderer, false, new Sieve(since, arguments.has(FAILED)));
    Json.Obj session;
    try {
      session = call.api().get(call.path("/v1/sessions"));
    } catch (Unreachable e) {
      var store =
          e.isNoServer() && !arguments.has(FOLLOW)
              ? call.store()
              : Optional.<StoredLogs.Opened>empty();
      if (store.isEmpty()) {
        throw e;
      }
      return read(store.get(), since, tail, view);
    }
    if (arguments.has(FOLLOW)) {
      return follow(session, view, tail.orElse(USUAL_TAIL));
    }
    if (tail.isPresent()) {
      var told = new Told(view);
      new History(call.api(), Column.text(session, "id"))
          .unseen(new SeenEvents(), tail.get())
          .forEach(told::event);
      told.end();
      return 0;
    }
    print(call.path("/v1/sessions"), since, view);
    return 0;
  }

  /// Events of the past, with the ends of turns, and with what the session waits for now.
  private static final class Told {
    private final View view;
    private final Pending pending = new Pending();
    private Json.Obj idle = Json.EMPTY;

    Told(View view) {
      this.view = view;
    }

    void event(Json.Obj event) {
      pending.take(event);
      view.event(event, event.toString(), false);
      if (TurnOutcome.type(event).equals("session.status_idle")) {
        idle = event;
        if (pending.isEmpty()) {
          view.rests(event, pending);
        }
      }
    }

    void end() {
      if (!pending.isEmpty() && !idle.equals(Json.EMPTY)) {
        view.rests(idle, pending);
      }
    }
  }

  private void print(String session, Optional<Instant> since, View view)
      throws Refusal, IOException, InterruptedException {
    var from = since.map(time -> "&created_at%5Bgte%5D=" + encoded(time.toString())).orElse("");
    var told = new Told(view);
    for (var page = Optional.of(""); page.isPresent() && !view.isClosed(); ) {
      var answer = call.api().get(session + "/events?order=asc&limit=" + PAGE + from + page.get());
      for (var item : answer.items("data")) {
        if (item instanceof Json.Obj event) {
          told.event(event);
        }
      }
      page = Paging.after(answer);
    }
    told.end();
  }

  /// Prints the transcript from the store of this machine, while its server does not run.
  private int read(
      StoredLogs.Opened store, Optional<Instant> since, Optional<Integer> tail, View view) {
    try (store) {
      var session = session(store);
      call.say("no server is running; these are the events in " + store.name());
      var told = new Told(view);
      var last = new ArrayDeque<Json.Obj>();
      store.events(
          session,
          event -> {
            if (since.isPresent() && !isSince(event, since.get())) {
              return true;
            }
            if (tail.isEmpty()) {
              told.event(event);
              return !view.isClosed();
            }
            last.add(event);
            if (last.size() > tail.get()) {
              last.removeFirst();
            }
            return true;
          });
      last.forEach(told::event);
      told.end();
    }
    return 0;
  }

  /// Whether an event was processed at a time or after it.
  private static boolean isSince(Json.Obj event, Instant time) {
    try {
      var processed = event.text("processed_at");
      return processed != null && !Instant.parse(processed).isBefore(time);
    } catch (DateTimeParseException _) {
      return false;
    }
  }

  /// The id that the argument stands for.
  private String session(StoredLogs.Opened store) {
    var text = arguments.id();
    var beginning = text.startsWith(PREFIX) ? text : PREFIX + text;
    var found = store.sessions(beginning, NAMED);
    if (found.isEmpty()) {
      throw Problem.notFound("no session begins with " + Sanitized.line(beginning));
    }
    if (found.size() > 1) {
      throw Problem.invalid(
          "several sessions begin with %s; name one by its id: %s"
              .formatted(Sanitized.line(beginning), String.join(", ", found)));
    }
    return found.getFirst();
  }

  private int follow(Json.Obj session, View view, int tail) throws Refusal, InterruptedException {
    var inputs = new Inputs();
    var dialogue = new Dialogue(call.api(), session, view, inputs, false, tail);
    try (var _ = call.shell().signals().handle(List.of("INT"), inputs::detach)) {
      return dialogue.hold();
    }
  }

  private Instant instant(String text) {
    var ago = AGO.matcher(text);
    try {
      if (!ago.matches()) {
        return Instant.parse(text);
      }
      long number = Long.parseLong(ago.group(1));
      var before =
          switch (ago.group(2)) {
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
          };
      return call.shell().clock().instant().minus(before);
    } catch (DateTimeParseException _) {
      throw arguments.wrong(SINCE + " must be like 90s, 10m, 2h, 3d or 2026-11-01T00:00:00Z");
    }
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
