package dev.drover.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/// The commands and flags of `drover`, and its help texts. They are built by hand, so that parsing
/// needs no reflection.
final class Grammar {
  static final String RUN = "run";
  static final String SERVE = "serve";
  static final String DOCTOR = "doctor";
  static final String CONFIG = "config";
  static final String CHECK = "check";
  static final String BENCH = "bench";
  static final String COMPLETION = "completion";
  static final String MAN = "man";
  static final String VERSION = "version";
  static final String HELP = "help";
  static final String MAN_DIRECTORY = "--directory";

  static final String OPEN = "--open";
  static final String CONSOLE_DIR = "--console-dir";

  /// A command on a running server, or a group of them.
  private record Group(String name, String about, Supplier<CommandSpec> spec) {}

  /// What is done often, each with one command.
  private static final List<Group> SINGLE =
      List.of(
          new Group(QuickstartCommand.NAME, QuickstartCommand.ABOUT, QuickstartCommand::spec),
          new Group(PsCommand.NAME, PsCommand.ABOUT, PsCommand::spec),
          new Group(LogsCommand.NAME, LogsCommand.ABOUT, LogsCommand::spec),
          new Group(ConnectCommand.ATTACH, ConnectCommand.ABOUT, ConnectCommand::attach),
          new Group(ConsoleCommand.NAME, ConsoleCommand.ABOUT, ConsoleCommand::spec),
          new Group(ApplyCommand.NAME, ApplyCommand.ABOUT, ApplyCommand::spec),
          new Group(CpCommand.NAME, CpCommand.ABOUT, CpCommand::spec),
          new Group(ReplayCommand.NAME, ReplayCommand.ABOUT, ReplayCommand::spec));

  private static final List<Group> GROUPS =
      List.of(
          new Group(AgentVerbs.NAME, AgentVerbs.ABOUT, AgentVerbs::spec),
          new Group(EnvironmentVerbs.NAME, EnvironmentVerbs.ABOUT, EnvironmentVerbs::spec),
          new Group(SessionVerbs.NAME, SessionVerbs.ABOUT, SessionVerbs::spec),
          new Group(EventVerbs.NAME, EventVerbs.ABOUT, EventVerbs::spec),
          new Group(FileVerbs.NAME, FileVerbs.ABOUT, FileVerbs::spec),
          new Group(SkillVerbs.NAME, SkillVerbs.ABOUT, SkillVerbs::spec),
          new Group(MemoryStoreVerbs.NAME, MemoryStoreVerbs.ABOUT, MemoryStoreVerbs::spec),
          new Group(MemoryVerbs.NAME, MemoryVerbs.ABOUT, MemoryVerbs::spec),
          new Group(ReceiptVerbs.NAME, ReceiptVerbs.ABOUT, ReceiptVerbs::spec),
          new Group(WebhookVerbs.NAME, WebhookVerbs.ABOUT, WebhookVerbs::spec),
          new Group(VaultVerbs.NAME, VaultVerbs.ABOUT, VaultVerbs::spec),
          new Group(CredentialVerbs.NAME, CredentialVerbs.ABOUT, CredentialVerbs::spec),
          new Group(ModelVerbs.NAME, ModelVerbs.ABOUT, ModelVerbs::spec),
          new Group(PolicyVerbs.NAME, PolicyVerbs.ABOUT, PolicyVerbs::spec),
          new Group(WorkspaceVerbs.NAME, WorkspaceVerbs.ABOUT, WorkspaceVerbs::spec),
          new Group(KeyVerbs.NAME, KeyVerbs.ABOUT, KeyVerbs::spec));

  /// Other names of commands, which the list of commands leaves out.
  private static final Map<String, String> SINGULAR =
      Map.ofEntries(
          Map.entry("agent", AgentVerbs.NAME),
          Map.entry("env", EnvironmentVerbs.NAME),
          Map.entry("environment", EnvironmentVerbs.NAME),
          Map.entry("session", SessionVerbs.NAME),
          Map.entry("event", EventVerbs.NAME),
          Map.entry("file", FileVerbs.NAME),
          Map.entry("skill", SkillVerbs.NAME),
          Map.entry("memory-store", MemoryStoreVerbs.NAME),
          Map.entry("memories", MemoryVerbs.NAME),
          Map.entry("open", ConsoleCommand.NAME),
          Map.entry("receipt", ReceiptVerbs.NAME),
          Map.entry("webhook", WebhookVerbs.NAME),
          Map.entry("vault", VaultVerbs.NAME),
          Map.entry("credential", CredentialVerbs.NAME),
          Map.entry("model", ModelVerbs.NAME),
          Map.entry("workspace", WorkspaceVerbs.NAME),
          Map.entry("key", KeyVerbs.NAME));

  private Grammar() {}

  /// The command line with the usual names of commands in place of others, such as `agent`.
  static List<String> canonical(List<String> words) {
    var canonical = new ArrayList<>(words);
    int command = !words.isEmpty() && List.of(HELP, MAN).contains(words.getFirst()) ? 1 : 0;
    if (command < words.size()) {
      canonical.set(command, SINGULAR.getOrDefault(words.get(command), words.get(command)));
    }
    return List.copyOf(canonical);
  }

  /// @param words of the command line. Groups that it does not name get no commands, because
  ///   creating them takes as long as a whole command
  static CommandLine commandLine(int width, List<String> words) {
    var root =
        Specs.command("drover", "Runs agents on your own machine, with the Managed Agents API.");
    root.addOption(
        OptionSpec.builder("-v", "-V", "--version")
            .versionHelp(true)
            .description("Print the version.")
            .build());
    root.usageMessage()
        .customSynopsis("drover COMMAND [OPTIONS]")
        .footer(
            "",
            "Examples:",
            "  drover run --dir . 'List the largest files'",
            "  drover serve --port 8080",
            "  drover quickstart",
            "  drover ps",
            "  drover attach sesn_...",
            "",
            "Run 'drover COMMAND --help' for details about a command.");
    var line = new CommandLine(root);
    boolean all = words.contains(COMPLETION) || words.contains(MAN) || words.contains(HELP);
    for (var command : List.of(run(), serve(), doctor(), config(), check(), bench())) {
      root.addSubcommand(command.name(), command);
    }
    for (var group : onServers().toList()) {
      root.addSubcommand(
          group.name,
          all || words.contains(group.name)
              ? group.spec.get()
              : Specs.command(group.name, group.about));
    }
    root.addSubcommand(COMPLETION, completion())
        .addSubcommand(MAN, man())
        .addSubcommand(VERSION, Specs.command(VERSION, "Prints the version."))
        .addSubcommand(HELP, help());
    line.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST_HEADING, _ -> "");
    line.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST, Grammar::commands);
    line.setUsageHelpWidth(Math.clamp(width, 60, 100));
    // '@' marks files in values.
    line.setExpandAtFiles(false);
    return line;
  }

  private static Stream<Group> onServers() {
    return Stream.concat(SINGLE.stream(), GROUPS.stream());
  }

  /// The list of commands, grouped by purpose.
  private static String commands(CommandLine.Help help) {
    return section("On this machine", help, List.of(RUN, SERVE, DOCTOR, CONFIG, CHECK, BENCH))
        + section("On a running server", help, SINGLE.stream().map(Group::name).toList())
        + section("Resources of a running server", help, GROUPS.stream().map(Group::name).toList())
        + section("About the command", help, List.of(COMPLETION, MAN, VERSION, HELP));
  }

  private static String section(String heading, CommandLine.Help help, List<String> names) {
    var commands = new LinkedHashMap<>(help.subcommands());
    commands.keySet().retainAll(names);
    return String.format("%n%s:%n", heading) + help.commandList(commands);
  }

  private static CommandSpec run() {
    var spec = Specs.command(RUN, "Runs one task and shows its events.");
    spec.addPositional(
        PositionalParamSpec.builder()
            .paramLabel("TASK")
            .arity("1..*")
            .type(List.class)
            .auxiliaryTypes(String.class)
            .description("The task for the agent. '-' reads it from standard input.")
            .build());
    spec.addOption(
        Specs.text(
            "--model",
            "ID",
            "The model. [default: DROVER_MODEL, or else the built-in"
                + " 'rehearsal', which needs no key]"));
    spec.addOption(Specs.text("--system", "TEXT", "The system prompt of the agent."));
    CopyOptions.addTo(spec);
    CopyOptions.addChangesTo(spec);
    spec.addOption(Specs.flag(Specs.JSON, "Print each event as a line of JSON, and nothing else."));
    addPlaces(spec);
    spec.usageMessage()
        .footer(
            "",
            "Ctrl-C interrupts the agent; a second Ctrl-C exits at once.",
            "With --dir, the changes of the agent are shown at the end, and applied if you agree.",
            "The exit status is 0 if the turn finished, 130 if Ctrl-C stopped it,",
            "2 if the command line is invalid, otherwise 1.",
            "",
            "Examples:",
            "  drover run --dir . 'Fix the failing test'",
            "  drover run --model claude-opus-4-8 'Write a haiku to poem.txt'",
            "  drover run --json - < task.md | jq -r .type");
    return spec;
  }

  private static CommandSpec serve() {
    var spec = Specs.command(SERVE, "Serves the API until Ctrl-C or SIGTERM.");
    addAddress(spec);
    addPlaces(spec);
    spec.addOption(
        Specs.flag(OPEN, "Open the console in the browser, or print a link to it, at the start."));
    spec.addOption(
        Specs.text(CONSOLE_DIR, "DIR", "Serve the files of the console from here, to develop it."));
    spec.usageMessage()
        .footer(
            "",
            "Prints one line when it is ready: drover listening on http://HOST:PORT",
            "SIGHUP reads the operator's policy again, unless the server is at a terminal.",
            "",
            "Examples:",
            "  drover serve",
            "  drover serve --open",
            "  drover serve --port 0 --data ./data");
    return spec;
  }

  private static CommandSpec doctor() {
    var spec =
        Specs.command(DOCTOR, "Checks what Drover needs on this machine, and suggests fixes.");
    spec.addOption(Specs.flag(Specs.JSON, "Print the checks as JSON."));
    addPlaces(spec);
    return spec;
  }

  private static CommandSpec check() {
    var spec = Specs.command(CHECK, "Verifies the sessions in a store.");
    spec.addOption(
        Specs.flag(Specs.JSON, "Print findings, notes and the summary as lines of JSON."));
    addPlaces(spec);
    spec.usageMessage()
        .footer(
            "",
            "Reads all sessions with their events, from the database in the data directory or the"
                + " one that DROVER_DATABASE_URL names. Needs no server, and writes nothing; a"
                + " server may run at the same time. Each finding is a line: session, position,"
                + " problem.",
            "",
            "The exit status is 0 without findings, 1 with findings, 2 if the check could not run.",
            "",
            "Examples:",
            "  drover check",
            "  drover check --data ./restored --json");
    return spec;
  }

  private static CommandSpec config() {
    var spec = Specs.command(CONFIG, "Prints all settings with the source of each value.");
    spec.addOption(Specs.flag(Specs.JSON, "Print the settings as one JSON object."));
    addAddress(spec);
    addPlaces(spec);
    spec.usageMessage()
        .footer(
            "",
            "Flags override the environment, the environment overrides the file, and the file"
                + " overrides the defaults. Secrets are never printed. The output can be used as a"
                + " settings file.",
            "",
            "Examples:",
            "  drover config",
            "  drover config --data ./data --json | jq '.\"drain_ms\"'");
    return spec;
  }

  private static void addAddress(CommandSpec spec) {
    spec.addOption(Specs.number("--port", "The port to listen on; 0 selects a free port."));
    spec.addOption(
        Specs.text(
            "--host", "H", "The address to listen on. By default only this machine can connect."));
  }

  private static CommandSpec bench() {
    var spec =
        Specs.command(
            BENCH, "Measures Drover on this machine, compared with a server that stores nothing.");
    spec.addPositional(
        PositionalParamSpec.builder()
            .paramLabel("MEASURE")
            .arity("0..*")
            .type(List.class)
            .auxiliaryTypes(String.class)
            .description(
                "ttft, concurrent, streams, tools, append, start, memory, long-log, recovery,"
                    + " failover, nodes, egress or context. [default: all]")
            .build());
    spec.addOption(Specs.flag("--quick", "Fewer repetitions: faster, but less precise."));
    spec.addOption(
        Specs.number("--streams", "The number of idle streams in 'memory'. [default: 10000]"));
    spec.addOption(Specs.flag(Specs.JSON, "Print the figures as JSON."));
    spec.addOption(
        Specs.flag("--markdown", "Print the table in the format of docs/benchmarks.md."));
    spec.usageMessage()
        .footer(
            "",
            "Uses only this machine, stops by itself, and leaves nothing behind. Run it on an idle"
                + " machine. DROVER_BENCH_DATABASE_URL names a PostgreSQL database to measure, too,"
                + " in a schema of its own that is dropped at the end.",
            "",
            "Examples:",
            "  drover bench --quick",
            "  drover bench ttft concurrent");
    return spec;
  }

  private static CommandSpec completion() {
    var spec = Specs.command(COMPLETION, "Prints a completion script for a shell.");
    spec.addPositional(
        PositionalParamSpec.builder()
            .paramLabel("SHELL")
            .arity("1")
            .type(String.class)
            .completionCandidates(List.of("bash", "zsh", "fish"))
            .description("bash, zsh or fish.")
            .build());
    spec.usageMessage()
        .footer(
            "",
            "In ~/.bashrc or ~/.zshrc:",
            "  source <(drover completion bash)",
            "  source <(drover completion zsh)",
            "In ~/.config/fish/config.fish:",
            "  drover completion fish | source");
    return spec;
  }

  private static CommandSpec man() {
    var spec = Specs.command(MAN, "Prints the manual page of a command, for man(1).");
    spec.addPositional(commandWords());
    spec.addOption(
        Specs.text(MAN_DIRECTORY, "DIR", "Write the pages of all commands into a directory."));
    spec.usageMessage()
        .footer(
            "",
            "Examples:",
            "  drover man agents create | man -l -",
            "  drover man --directory ~/.local/share/man/man1");
    return spec;
  }

  private static CommandSpec help() {
    return Specs.command(HELP, "Shows help for a command.").addPositional(commandWords());
  }

  private static PositionalParamSpec commandWords() {
    return PositionalParamSpec.builder()
        .paramLabel("COMMAND")
        .arity("0..*")
        .type(List.class)
        .auxiliaryTypes(String.class)
        .description("The command, such as 'agents create'.")
        .build();
  }

  private static void addPlaces(CommandSpec spec) {
    spec.addOption(Specs.text(Specs.DATA, "DIR", "The data directory, where sessions are stored."));
    spec.addOption(Specs.text("--config", "FILE", "The settings file, in YAML."));
  }
}
