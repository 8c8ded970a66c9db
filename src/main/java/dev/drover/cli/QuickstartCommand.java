package dev.drover.cli;

import dev.drover.base.Json;
import java.io.IOException;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;

/// `drover quickstart`: from a running server to a first session with one command.
final class QuickstartCommand {
  static final String NAME = "quickstart";
  static final String ABOUT =
      "Makes an environment, an agent and a session, and runs a first turn.";

  private static final String MODEL = "--model";
  private static final String MESSAGE = "--message";
  private static final String AGENT = "Quickstart";
  private static final String REHEARSAL = "rehearsal";

  /// What the built-in model, which carries out the instructions in a message, is asked.
  private static final String REHEARSED = "$ uname -a";

  private static final String ASKED =
      "Which operating system do you run on? Use a tool to find out.";

  private final Invocation call;

  private QuickstartCommand(Invocation call) {
    this.call = call;
  }

  static CommandSpec spec() {
    var spec = Specs.verb(NAME, ABOUT, call -> new QuickstartCommand(call).run());
    spec.addOption(
        Specs.text(
            MODEL,
            "ID",
            "The model. [default: $DROVER_MODEL, or else the built-in 'rehearsal', which needs no"
                + " key]"));
    spec.addOption(Specs.text(MESSAGE, "TEXT", "The first message. [default: a small task]"));
    spec.usageMessage()
        .footer(
            "",
            "Needs a running server: drover serve. What exists is used again: the environment"
                + " 'default', and the agent of an earlier call with the same model.",
            "",
            "Examples:",
            "  drover quickstart",
            "  drover quickstart --model claude-opus-4-8 --message 'Write a haiku to poem.txt'");
    return Specs.server(spec);
  }

  private int run() throws Refusal, IOException, InterruptedException {
    call.output().refuseYaml(call.arguments());
    var model = NewSession.model(call.arguments().text(MODEL), call.shell());
    var making = new NewSession(call.api());
    var environment = making.environment();
    note("environment " + NewSession.ENVIRONMENT, environment);
    var agent = agent(making, model);
    note("agent " + name(model), agent);
    var message =
        call.arguments().text(MESSAGE).orElse(model.equals(REHEARSAL) ? REHEARSED : ASKED);
    var session =
        call.api()
            .post(
                "/v1/sessions",
                Json.obj(
                    "agent",
                    agent,
                    "environment_id",
                    environment,
                    "title",
                    NewSession.title(message)));
    note("message", message);
    int status = new FollowedTurn(call, Column.text(session, "id")).run(model, message);
    var drover = call.shell().command();
    call.say("your own agent: " + drover + " agents create --name NAME --model ID --tool all");
    call.say(
        "a session with it: " + drover + " sessions create --agent NAME --message TEXT --follow");
    return status;
  }

  private static String name(String model) {
    return AGENT + " " + model;
  }

  private void note(String what, String value) {
    call.say(Sanitized.line(what + ": " + value));
  }

  /// The id of the agent, which is made if there is none with this model.
  private String agent(NewSession making, String model)
      throws Refusal, IOException, InterruptedException {
    var known = call.lookup().activeByName(IdLookup.Kind.AGENT, name(model));
    return known.isPresent()
        ? known.get()
        : Column.text(making.agent(name(model), model, Optional.empty()), "id");
  }
}
