package dev.drover.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/// The words that `drover` understands, and its help texts. Built by hand: nothing is looked up by
/// reflection to parse a line.
final class Grammar {
  static final String RUN = "run";
  static final String SERVE = "serve";
  static final String DOCTOR = "doctor";
  static final String CONFIG = "config";
  static final String CHECK = "check";
  static final String BENCH = "bench";
  static final String COMPLETION = "completion";
  static final String HELP = "help";

  private record Group(String name, String about, Supplier<CommandSpec> spec) {}

  private static final List<Group> GROUPS =
      List.of(
          new Group(AgentVerbs.NAME, AgentVerbs.ABOUT, AgentVerbs::spec),
          new Group(EnvironmentVerbs.NAME, EnvironmentVerbs.ABOUT, EnvironmentVerbs::spec),
          new Group(SessionVerbs.NAME, SessionVerbs.ABOUT, SessionVerbs::spec),
          new Group(EventVerbs.NAME, EventVerbs.ABOUT, EventVerbs::spec),
          new Group(ModelVerbs.NAME, ModelVerbs.ABOUT, ModelVerbs::spec),
          new Group(KeyVerbs.NAME, KeyVerbs.ABOUT, KeyVerbs::spec));

  private Grammar() {}

  /// @param words of the line: groups that it does not name are left without their commands, which
  ///   take as long to make as a command may take
  static CommandLine commandLine(int width, List<String> words) {
    var root =
        Specs.command("drover", "Runs agents on your own machine, behind the Managed Agents API.");
    root.addOption(
        OptionSpec.builder("-V", "--version")
            .versionHelp(true)
            .description("Print the version.")
            .build());
    root.usageMessage()
        .customSynopsis("drover COMMAND [OPTIONS]")
        .footer(
            "",
            "Examples:",
            "  drover run 'List the largest files here'",
            "  drover serve --port 8080",
            "  drover sessions connect sesn_...",
            "",
            "'drover COMMAND --help' says more about a command.");
    var line = new CommandLine(root);
    boolean all = words.contains(COMPLETION) || words.contains(HELP);
    for (var command : List.of(run(), serve(), doctor(), config(), check(), bench())) {
      root.addSubcommand(command.name(), command);
    }
    for (var group : GROUPS) {
      root.addSubcommand(
          group.name,
          all || words.contains(group.name)
              ? group.spec.get()
              : Specs.command(group.name, group.about));
    }
    root.addSubcommand(COMPLETION, completion()).addSubcommand(HELP, help());
    line.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST_HEADING, _ -> "");
    line.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST, Grammar::commands);
    line.setUsageHelpWidth(Math.clamp(width, 60, 100));
    // '@' is for the texts of requests.
    line.setExpandAtFiles(false);
    return line;
  }

  /// The list of commands, by what they are for.
  private static String commands(CommandLine.Help help) {
    return section("On this machine", help, List.of(RUN, SERVE, DOCTOR, CONFIG, CHECK))
        + section("On a running server", help, GROUPS.stream().map(Group::name).toList())
        + section("About the command", help, List.of(COMPLETION, HELP));
  }

  private static String section(String heading, CommandLine.Help help, List<String> names) {
    var commands = new LinkedHashMap<>(help.subcommands());
    commands.keySet().retainAll(names);
    return String.format("%n%s:%n", heading) + help.commandList(commands);
  }

  private static CommandSpec run() {
    var spec = Specs.command(RUN, "Runs one task to its end and shows what happens.");
    spec.addPositional(
        PositionalParamSpec.builder()
            .paramLabel("TASK")
            .arity("1..*")
            .type(List.class)
            .auxiliaryTypes(String.class)
            .description("What the agent shall do. '-' reads it from standard input.")
            .build());
    spec.addOption(
        Specs.text(
            "--model",
            "ID",
            "The model to ask. Without it what DROVER_MODEL says, else the built-in"
                + " 'rehearsal', which needs no key."));
    spec.addOption(Specs.text("--system", "TEXT", "The system prompt of the agent."));
    spec.addOption(Specs.flag(Specs.JSON, "Print each event as a line of JSON, and nothing else."));
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
    var spec = Specs.command(SERVE, "Serves the API until it is told to stop (Ctrl-C or SIGTERM).");
    addAddress(spec);
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
    var spec =
        Specs.command(DOCTOR, "Checks what Drover needs on this machine, and says what helps.");
    spec.addOption(Specs.flag(Specs.JSON, "Print the checks as JSON."));
    addPlaces(spec);
    return spec;
  }

  private static CommandSpec check() {
    var spec = Specs.command(CHECK, "Checks that a store's sessions are as Drover writes them.");
    spec.addOption(
        Specs.flag(Specs.JSON, "Print findings, notes and the summary as lines of JSON."));
    addPlaces(spec);
    spec.usageMessage()
        .footer(
            "",
            "Reads all sessions with their events, without a server and without writing anything:",
            "the file in the data directory, or the database that DROVER_DATABASE_URL names. A",
            "server may run meanwhile. Each finding is a line: session, position, what is wrong.",
            "",
            "The status is 0 without findings, 1 with some, 2 when it could not look.",
            "",
            "Examples:",
            "  drover check",
            "  drover check --data ./restored --json");
    return spec;
  }

  private static CommandSpec config() {
    var spec = Specs.command(CONFIG, "Prints all settings and where each value comes from.");
    spec.addOption(Specs.flag(Specs.JSON, "Print the settings as one JSON object."));
    addAddress(spec);
    addPlaces(spec);
    spec.usageMessage()
        .footer(
            "",
            "A flag goes before the environment, the environment before the file, the file before",
            "the default. Secrets are never printed. The output can serve as a settings file.",
            "",
            "Examples:",
            "  drover config",
            "  drover config --data ./data --json | jq '.\"drain_ms\"'");
    return spec;
  }

  private static void addAddress(CommandSpec spec) {
    spec.addOption(Specs.number("--port", "The port to listen on; 0 takes any that is free."));
    spec.addOption(
        Specs.text(
            "--host", "H", "The address to listen on. Without it only this machine gets through."));
  }

  private static CommandSpec bench() {
    var spec =
        Specs.command(
            BENCH, "Measures Drover on this machine, beside a server that keeps nothing.");
    spec.addPositional(
        PositionalParamSpec.builder()
            .paramLabel("MEASURE")
            .arity("0..*")
            .type(List.class)
            .auxiliaryTypes(String.class)
            .description(
                "ttft, concurrent, streams, tools, append, start, memory, long-log, recovery,"
                    + " failover or nodes; without any, all of them.")
            .build());
    spec.addOption(Specs.flag("--quick", "Fewer of everything: rougher figures, sooner."));
    spec.addOption(Specs.number("--streams", "How many idle streams 'memory' holds; else 10000."));
    spec.addOption(Specs.flag(Specs.JSON, "Print the figures as JSON."));
    spec.addOption(Specs.flag("--markdown", "Print the table as it stands in docs/benchmarks.md."));
    spec.usageMessage()
        .footer(
            "",
            "Stays on this machine, stops by itself, and leaves nothing behind. Measure on a"
                + " machine",
            "that does nothing else. DROVER_BENCH_DATABASE_URL names a PostgreSQL database to"
                + " measure, too:",
            "in a schema that is dropped at the end.",
            "",
            "Examples:",
            "  drover bench --quick",
            "  drover bench ttft concurrent");
    return spec;
  }

  private static CommandSpec completion() {
    var spec = Specs.command(COMPLETION, "Prints a script that completes commands for a shell.");
    spec.addPositional(
        PositionalParamSpec.builder()
            .paramLabel("SHELL")
            .arity("1")
            .type(String.class)
            .completionCandidates(List.of("bash", "zsh"))
            .description("bash or zsh.")
            .build());
    spec.usageMessage()
        .footer(
            "",
            "In ~/.bashrc or ~/.zshrc:",
            "  source <(drover completion bash)",
            "  source <(drover completion zsh)");
    return spec;
  }

  private static CommandSpec help() {
    var spec = Specs.command(HELP, "Says more about a command.");
    spec.addPositional(
        PositionalParamSpec.builder()
            .paramLabel("COMMAND")
            .arity("0..*")
            .type(List.class)
            .auxiliaryTypes(String.class)
            .description("The command, such as 'agents create'.")
            .build());
    return spec;
  }

  private static void addPlaces(CommandSpec spec) {
    spec.addOption(Specs.text(Specs.DATA, "DIR", "Where sessions are kept."));
    spec.addOption(Specs.text("--config", "FILE", "The settings, in YAML."));
  }
}
