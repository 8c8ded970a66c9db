package dev.drover.cli;

import dev.drover.base.Json;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

  /// Where the answers come from.
  private interface Source extends AutoCloseable {
    Json.Obj requests(Replaying.Settings settings)
        throws Refusal, IOException, InterruptedException;

    List<Long> points(int most) throws Refusal, IOException, InterruptedException;

    Json.Obj step(long position, Optional<String> model)
        throws Refusal, IOException, InterruptedException;

    @Override
    void close();
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
                + " compares it with the recorded one; no tool runs. [default: requests]"));
    spec.addOption(Specs.text(MODEL, "ID", "Another model. [default: the session's]"));
    spec.addOption(Specs.number(CONTEXT, "For requests: another context, in tokens."));
    spec.addOption(
        Specs.text(
            STRATEGY,
            "NAME",
            "For requests: 'rolling', 'summary', or 'full', which leaves out nothing before it"
                + " must. [default: the profile's]"));
    spec.addOption(
        Specs.text(PROFILE, "NAME", "For requests: another profile. [default: the session's]"));
    spec.addOption(Specs.number(POINTS, "For next-step: the number of points. [default: 20]"));
    spec.addOption(Specs.number(TIMES, "For next-step: how often each is asked. [default: 2]"));
    spec.usageMessage()
        .footer(
            "",
            "A session is replayed by the server that has it, with its models. A bundle is replayed"
                + " on this machine, with the models of its settings and without uploaded files."
                + " 'next-step' costs as much as the requests that it makes again.",
            "",
            "Examples:",
            "  drover replay sesn_... --context-tokens 32000",
            "  drover replay sesn_... --mode next-step --model claude-opus-5-5",
            "  drover replay session.tar --strategy full --json");
    return spec;
  }

  int run() throws Refusal, IOException, InterruptedException {
    var mode = arguments.text(MODE).orElse(REQUESTS);
    boolean steps = mode.equals(NEXT_STEP);
    if (!steps && !mode.equals(REQUESTS)) {
      throw arguments.wrong(MODE + " must be " + REQUESTS + " or " + NEXT_STEP);
    }
    for (var flag : steps ? List.of(CONTEXT, STRATEGY, PROFILE) : List.of(POINTS, TIMES)) {
      if (arguments.has(flag)) {
        throw arguments.wrong(flag + " is for the other mode");
      }
    }
    try (var source = source()) {
      return steps ? steps(source) : requests(source);
    }
  }

  private int requests(Source source) throws Refusal, IOException, InterruptedException {
    var settings =
        new Replaying.Settings(
            arguments.text(MODEL),
            arguments.number(CONTEXT, 1),
            arguments.text(STRATEGY),
            arguments.text(PROFILE));
    var answer = source.requests(settings);
    if (call.output().json()) {
      return call.print(answer);
    }
    call.output().rows(ReplayTables.COMPARED, ReplayTables.compared(answer));
    return 0;
  }

  private int steps(Source source) throws Refusal, IOException, InterruptedException {
    int points = bounded(POINTS, 20, MOST_POINTS);
    int times = bounded(TIMES, 2, MOST_TIMES);
    var positions = source.points(points);
    if (positions.isEmpty()) {
      call.say("the session has no model request with a reply");
      return 1;
    }
    var steps = new ArrayList<Json.Obj>();
    for (long position : positions) {
      for (int i = 0; i < times; i++) {
        var step = source.step(position, arguments.text(MODEL));
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

  private int bounded(String flag, int otherwise, int most) {
    int number = arguments.number(flag, 1).orElse(otherwise);
    if (number > most) {
      throw arguments.wrong(flag + " must be at most " + most);
    }
    return number;
  }

  private Source source() throws IOException, InterruptedException {
    var name = arguments.word(0);
    try {
      var file = Path.of(name);
      if (Files.isRegularFile(file)) {
        var flags = arguments.text(Specs.DATA).map(data -> Map.of("data", data)).orElse(Map.of());
        return new FromBundle(replaying.open(file, flags));
      }
    } catch (InvalidPathException _) {
      // the server says that there is no such session
    }
    return new FromServer(call, "/drover/sessions/" + Api.segment(arguments.id()) + "/replay");
  }

  private record FromBundle(Replaying.Recorded recorded) implements Source {
    @Override
    public Json.Obj requests(Replaying.Settings settings) {
      return recorded.requests(settings);
    }

    @Override
    public List<Long> points(int most) {
      return recorded.points(most);
    }

    @Override
    public Json.Obj step(long position, Optional<String> model) throws InterruptedException {
      return recorded.step(position, model);
    }

    @Override
    public void close() {
      recorded.close();
    }
  }

  private record FromServer(Invocation call, String path) implements Source {
    @Override
    public Json.Obj requests(Replaying.Settings settings)
        throws Refusal, IOException, InterruptedException {
      var query = new ArrayList<String>();
      settings.model().ifPresent(id -> query.add("model=" + Api.segment(id)));
      settings.contextTokens().ifPresent(tokens -> query.add("context_tokens=" + tokens));
      settings.strategy().ifPresent(name -> query.add("strategy=" + Api.segment(name)));
      settings.profile().ifPresent(name -> query.add("profile=" + Api.segment(name)));
      return call.api().get(path + "?" + String.join("&", query));
    }

    @Override
    public List<Long> points(int most) throws Refusal, IOException, InterruptedException {
      return call.api().get(path + "?points=" + most).items("points").stream()
          .map(point -> point instanceof Json.Num number ? number.asLong().orElse(0L) : 0L)
          .toList();
    }

    /// A model may think for longer than a server usually takes to answer.
    @Override
    public Json.Obj step(long position, Optional<String> model)
        throws Refusal, IOException, InterruptedException {
      var body = Json.obj("position", position, "model", model.orElse(null)).toString();
      return call.api()
          .send(
              "POST",
              path,
              "application/json",
              new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8)));
    }

    @Override
    public void close() {}
  }
}
