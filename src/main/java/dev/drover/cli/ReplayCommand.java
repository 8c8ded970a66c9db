package dev.drover.cli;

import dev.drover.base.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;

/// `drover replay`: replays a recorded session, on the server that has it or from a bundle.
final class ReplayCommand {
  static final String NAME = "replay";
  static final String ABOUT = "Replays a recorded session with another model or other settings.";

  private static final String MODE = "--mode";
  private static final String MODEL = "--model";
  private static final String CONTEXT = "--context-tokens";
  private static final String STRATEGY = "--strategy";
  private static final String PROFILE = "--profile";
  private static final String POINTS = "--points";
  private static final String TIMES = "--times";
  private static final String REQUESTS = "requests";
  private static final String NEXT_STEP = "next-step";
  private static final String ASSUMPTIONS = "assumptions";
  private static final String LIVE = "live";

  /// The flags of each mode, besides `--model`.
  private static final Map<String, Set<String>> FLAGS =
      Map.of(
          REQUESTS, Set.of(CONTEXT, STRATEGY, PROFILE),
          NEXT_STEP, Set.of(POINTS, TIMES),
          ASSUMPTIONS, Set.of(CONTEXT, PROFILE, POINTS, TIMES),
          LIVE,
              Set.of(
                  PROFILE,
                  LiveBounds.TURNS,
                  LiveBounds.TOKENS,
                  LiveBounds.MINUTES,
                  LiveReplay.YES));

  private static final int MOST_TIMES = 10;
  private static final int MOST_POINTS = 1_000;

  private final Invocation call;
  private final Arguments arguments;
  private final Replaying replaying;

  ReplayCommand(Invocation call, Replaying replaying) {
    this.call = call;
    this.replaying = replaying;
    arguments = call.arguments();
  }

  static CommandSpec spec() {
    var spec =
        Specs.server(
            Specs.verb(NAME, ABOUT, call -> new ReplayCommand(call, call.replaying()).run()));
    spec.addPositional(
        Specs.word(0, "SESSION|BUNDLE", "1", "The session's id, or a file of 'sessions export'."));
    spec.addOption(
        Specs.text(
            MODE,
            "MODE",
            "'requests' makes the requests again without a model and compares their sizes, chapters"
                + " and cost. 'next-step' asks the model for the reply at recorded points and"
                + " compares it with the recorded one; no tool runs. 'assumptions' tries the"
                + " session without each assumption of its profile. 'live' sends the recorded"
                + " messages to new sessions, whose tools run, and compares how they end."
                + " [default: requests]"));
    spec.addOption(
        Specs.texts(MODEL, "ID", "Another model; twice for live. [default: the session's]"));
    spec.addOption(
        Specs.number(CONTEXT, "For requests and assumptions: another context, in tokens."));
    spec.addOption(
        Specs.text(
            STRATEGY,
            "NAME",
            "For requests: 'rolling', 'summary', or 'full', which leaves out nothing before it"
                + " must. [default: the profile's]"));
    spec.addOption(
        Specs.texts(
            PROFILE,
            "NAME",
            "For requests, assumptions and live: another profile; twice for live. [default: the"
                + " session's]"));
    spec.addOption(
        Specs.number(
            POINTS,
            "For next-step: the number of points. [default: 20] For assumptions: the number of"
                + " points at which the model is asked with and without each. [default: 0]"));
    spec.addOption(
        Specs.number(
            TIMES, "For next-step and assumptions: how often each is asked. [default: 2]"));
    LiveBounds.declare(spec);
    spec.addOption(Specs.flag(LiveReplay.YES, "For live: do not ask before it begins."));
    spec.usageMessage()
        .footer(
            "",
            "A session is replayed by the server that has it, with its models. A bundle is replayed"
                + " on this machine, with the models of its settings and without uploaded files."
                + " 'next-step', and 'assumptions' with --points, cost as much as the requests that"
                + " they make again; 'live' costs as much as the session.",
            "",
            "Examples:",
            "  drover replay sesn_... --context-tokens 32000",
            "  drover replay sesn_... --mode next-step --model claude-opus-5-5",
            "  drover replay sesn_... --mode assumptions --model claude-opus-5-5 --points 10",
            "  drover replay sesn_... --mode live --profile claude --profile claude-b",
            "  drover replay session.tar --strategy full --json");
    return spec;
  }

  int run() throws Refusal, IOException, InterruptedException {
    var mode = arguments.text(MODE).orElse(REQUESTS);
    var own = FLAGS.get(mode);
    if (own == null) {
      throw arguments.wrong(
          MODE + " must be " + String.join(", ", REQUESTS, NEXT_STEP, ASSUMPTIONS) + " or " + LIVE);
    }
    for (var flags : FLAGS.values()) {
      for (var flag : flags) {
        if (arguments.has(flag) && !own.contains(flag)) {
          throw arguments.wrong(flag + " is for another mode");
        }
      }
    }
    if (mode.equals(LIVE)) {
      return live();
    }
    try (var source = source()) {
      return switch (mode) {
        case NEXT_STEP -> steps(source);
        case ASSUMPTIONS -> assumptions(source);
        default -> requests(source);
      };
    }
  }

  private int live() throws Refusal, IOException, InterruptedException {
    if (isBundle()) {
      throw arguments.wrong("live is for sessions of a server: import the bundle first");
    }
    var sides = LiveReplay.sides(arguments.texts(MODEL), arguments.texts(PROFILE));
    if (sides.size() > 2) {
      throw arguments.wrong("live compares at most two models or profiles");
    }
    return new LiveReplay(call, LiveBounds.of(arguments)).run(sides);
  }

  private Optional<String> once(String flag) {
    var texts = arguments.texts(flag);
    if (texts.size() > 1) {
      throw arguments.wrong(flag + " can be given twice for live only");
    }
    return texts.stream().findFirst();
  }

  private Replaying.Settings settings() {
    return new Replaying.Settings(
        once(MODEL), arguments.number(CONTEXT, 1), arguments.text(STRATEGY), once(PROFILE));
  }

  private int requests(ReplaySource source) throws Refusal, IOException, InterruptedException {
    var answer = source.requests(settings());
    if (call.output().json()) {
      return call.print(answer);
    }
    call.output().rows(ReplayTables.COMPARED, ReplayTables.compared(answer));
    return 0;
  }

  private int steps(ReplaySource source) throws Refusal, IOException, InterruptedException {
    int points = bounded(POINTS, 20, MOST_POINTS);
    int times = bounded(TIMES, 2, MOST_TIMES);
    var model = once(MODEL);
    var positions = source.points(points);
    if (positions.isEmpty()) {
      call.say("the session has no model request with a reply");
      return 1;
    }
    var steps = new ArrayList<Json.Obj>();
    for (long position : positions) {
      for (int i = 0; i < times; i++) {
        var step = source.step(position, model);
        steps.add(step);
        call.output()
            .rows(
                ReplayTables.STEPS,
                List.of(call.output().json() ? step : ReplayTables.shown(step)));
      }
    }
    var summary = ReplayTables.summary(steps);
    if (call.output().json()) {
      return call.print(summary);
    }
    call.output().line("");
    return call.print(summary);
  }

  /// The trials without a model, and then what the model does with and without each assumption.
  private int assumptions(ReplaySource source) throws Refusal, IOException, InterruptedException {
    int points = arguments.has(POINTS) ? bounded(POINTS, 0, MOST_POINTS) : 0;
    int times = bounded(TIMES, 2, MOST_TIMES);
    var settings = settings();
    var answer = source.assumptions(settings, points);
    var with = new HashMap<Long, List<Json.Obj>>();
    var trials = new ArrayList<Json>();
    for (var item : answer.items("assumptions")) {
      if (item instanceof Json.Obj trial) {
        trials.add(asked(source, trial, settings, times, with));
      }
    }
    var whole = answer.with("assumptions", trials);
    if (call.output().json()) {
      return call.print(whole);
    }
    call.output().line(AssumptionTable.heading(whole));
    call.output().rows(AssumptionTable.COLUMNS, AssumptionTable.rows(whole));
    return 0;
  }

  /// @param with the replies with all assumptions, by position; they are the same for each trial
  private static Json.Obj asked(
      ReplaySource source,
      Json.Obj trial,
      Replaying.Settings settings,
      int times,
      Map<Long, List<Json.Obj>> with)
      throws Refusal, IOException, InterruptedException {
    var positions = ReplaySource.positions(trial);
    if (positions.isEmpty()) {
      return trial;
    }
    var name = Optional.of(Column.text(trial, "name"));
    var all = new ArrayList<Json.Obj>();
    var without = new ArrayList<Json.Obj>();
    for (long position : positions) {
      if (!with.containsKey(position)) {
        with.put(position, remade(source, position, settings, Optional.empty(), times));
      }
      all.addAll(with.getOrDefault(position, List.of()));
      without.addAll(remade(source, position, settings, name, times));
    }
    return AssumptionTable.asked(trial, all, without);
  }

  private static List<Json.Obj> remade(
      ReplaySource source,
      long position,
      Replaying.Settings settings,
      Optional<String> without,
      int times)
      throws Refusal, IOException, InterruptedException {
    var steps = new ArrayList<Json.Obj>();
    for (int i = 0; i < times; i++) {
      steps.add(source.remade(position, settings, without));
    }
    return steps;
  }

  private int bounded(String flag, int otherwise, int most) {
    int number = arguments.number(flag, 1).orElse(otherwise);
    if (number > most) {
      throw arguments.wrong(flag + " must be at most " + most);
    }
    return number;
  }

  private boolean isBundle() {
    try {
      return Files.isRegularFile(Path.of(arguments.word(0)));
    } catch (InvalidPathException _) {
      return false; // the server says that there is no such session
    }
  }

  private ReplaySource source() throws IOException, InterruptedException {
    if (isBundle()) {
      var flags = arguments.text(Specs.DATA).map(data -> Map.of("data", data)).orElse(Map.of());
      return new ReplaySource.FromBundle(replaying.open(Path.of(arguments.word(0)), flags));
    }
    return new ReplaySource.FromServer(
        call.api(), "/drover/sessions/" + Api.segment(arguments.id()) + "/replay");
  }
}
