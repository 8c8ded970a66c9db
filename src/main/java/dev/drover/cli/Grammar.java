package dev.drover.cli;

import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/// The words that `drover` understands, and its help texts. Built by hand: no command's class is
/// loaded, and nothing is looked up by reflection, to parse a line that means another.
final class Grammar {
  static final String RUN = "run";
  static final String SERVE = "serve";
  static final String DOCTOR = "doctor";
  static final String BENCH = "bench";

  private Grammar() {}

  static CommandLine commandLine(int width) {
    var root = spec("drover", "Runs agents on your own machine, behind the Managed Agents API.");
    root.addOption(
        OptionSpec.builder("-V", "--version")
            .versionHelp(true)
            .description("Print the version.")
            .build());
    root.usageMessage()
        .synopsisHeading("Usage: ")
        .customSynopsis("drover COMMAND [OPTIONS]")
        .footer(
            "",
            "Examples:",
            "  drover run 'List the largest files here'",
            "  drover serve --port 8080",
            "  drover doctor",
            "",
            "'drover COMMAND --help' says more about a command.");
    root.addSubcommand(RUN, run()).addSubcommand(SERVE, serve()).addSubcommand(DOCTOR, doctor());
    root.addSubcommand(BENCH, bench());
    var line = new CommandLine(root);
    line.setUsageHelpWidth(Math.clamp(width, 60, 100));
    return line;
  }

  private static CommandSpec run() {
    var spec = spec(RUN, "Runs one task to its end and shows what happens.");
    spec.addPositional(
        PositionalParamSpec.builder()
            .paramLabel("TASK")
            .arity("1..*")
            .type(List.class)
            .auxiliaryTypes(String.class)
            .description("What the agent shall do. '-' reads it from standard input.")
            .build());
    spec.addOption(
        text("--model", "ID")
            .description(
                "The model to ask. Without it what DROVER_MODEL says, else the built-in"
                    + " 'rehearsal', which needs no key.")
            .build());
    spec.addOption(text("--system", "TEXT").description("The system prompt of the agent.").build());
    spec.addOption(json("Print each event as a line of JSON, and nothing else."));
    addPlaces(spec);
    spec.usageMessage()
        .footer(
            "",
            "Ctrl-C asks the agent to stop; a second one leaves at once.",
            "The status is 0 when the turn was finished, 130 when it was stopped by Ctrl-C,",
            "2 when the command is not understood, else 1.",
            "",
            "Examples:",
            "  drover run 'What is in this directory?'",
            "  drover run --model claude-opus-4-8 'Write a haiku to poem.txt'",
            "  drover run --json - < task.md | jq -r .type");
    return spec;
  }

  private static CommandSpec serve() {
    var spec = spec(SERVE, "Serves the API until it is told to stop (Ctrl-C or SIGTERM).");
    spec.addOption(
        OptionSpec.builder("--port")
            .paramLabel("N")
            .type(Integer.class)
            .description("The port to listen on; 0 takes any that is free.")
            .build());
    spec.addOption(
        text("--host", "H")
            .description("The address to listen on. Without it only this machine gets through.")
            .build());
    addPlaces(spec);
    spec.usageMessage()
        .footer(
            "",
            "Prints one line when it accepts requests: drover listening on http://HOST:PORT",
            "",
            "Examples:",
            "  drover serve",
            "  drover serve --port 0 --data ./data");
    return spec;
  }

  private static CommandSpec doctor() {
    var spec = spec(DOCTOR, "Checks what Drover needs on this machine, and says how to mend it.");
    spec.addOption(json("Print the checks as JSON."));
    return spec;
  }

  private static CommandSpec bench() {
    var spec = spec(BENCH, "Measures Drover on this machine, beside a server that keeps nothing.");
    spec.addPositional(
        PositionalParamSpec.builder()
            .paramLabel("MEASURE")
            .arity("0..*")
            .type(List.class)
            .auxiliaryTypes(String.class)
            .description(
                "ttft, concurrent, streams, tools, append, start, memory or long-log; without any,"
                    + " all of them.")
            .build());
    spec.addOption(flag("--quick", "Fewer of everything: rougher figures, sooner."));
    spec.addOption(json("Print the figures as JSON."));
    spec.addOption(flag("--markdown", "Print the table as it stands in docs/benchmarks.md."));
    spec.usageMessage()
        .footer(
            "",
            "Stays on this machine, stops by itself, and leaves nothing behind. Measure on a"
                + " machine",
            "that does nothing else.",
            "",
            "Examples:",
            "  drover bench --quick",
            "  drover bench ttft concurrent");
    return spec;
  }

  private static CommandSpec spec(String name, String description) {
    var spec = CommandSpec.create().name(name);
    spec.usageMessage().description(description).abbreviateSynopsis(true).sortOptions(false);
    spec.usageMessage()
        .commandListHeading("%nCommands:%n")
        .parameterListHeading("%n")
        .optionListHeading("%n");
    spec.addOption(
        OptionSpec.builder("-h", "--help").usageHelp(true).description("Print this text.").build());
    return spec;
  }

  private static void addPlaces(CommandSpec spec) {
    spec.addOption(text("--data", "DIR").description("Where sessions are kept.").build());
    spec.addOption(text("--config", "FILE").description("The settings, in YAML.").build());
  }

  private static OptionSpec.Builder text(String name, String label) {
    return OptionSpec.builder(name).paramLabel(label).type(String.class);
  }

  private static OptionSpec json(String description) {
    return flag("--json", description);
  }

  private static OptionSpec flag(String name, String description) {
    return OptionSpec.builder(name).type(boolean.class).description(description).build();
  }
}
