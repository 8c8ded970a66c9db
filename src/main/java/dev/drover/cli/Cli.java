package dev.drover.cli;

import dev.drover.base.Problem;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/// The command `drover`. It does not end the process: [#run] returns the exit status.
public final class Cli {
  private static final int NOT_UNDERSTOOD = 2;
  private static final int OUTPUT_LOST = 1;

  private final Shell shell;
  private final ServerFactory host;
  private final Function<Map<String, String>, List<Check>> doctor;
  private final Measuring measuring;
  private final Checking checking;
  private final Replaying replaying;
  private final StoredLogs stored;

  /// A command line on a machine without a store.
  ///
  /// @param doctor runs the checks of the machine, with the given flags by the name of their
  ///   setting
  public Cli(
      Shell shell,
      ServerFactory host,
      Function<Map<String, String>, List<Check>> doctor,
      Measuring measuring,
      Checking checking,
      Replaying replaying) {
    this(shell, host, doctor, measuring, checking, replaying, StoredLogs.NONE);
  }

  /// @param doctor runs the checks of the machine, with the given flags by the name of their
  ///   setting
  /// @param stored the logs of this machine, for the time in which no server runs
  public Cli(
      Shell shell,
      ServerFactory host,
      Function<Map<String, String>, List<Check>> doctor,
      Measuring measuring,
      Checking checking,
      Replaying replaying,
      StoredLogs stored) {
    this.shell = shell;
    this.host = host;
    this.doctor = doctor;
    this.measuring = measuring;
    this.checking = checking;
    this.replaying = replaying;
    this.stored = stored;
  }

  /// Runs one command line.
  ///
  /// @return the exit status of the process: never 0 if output was lost, except to a closed pipe
  public int run(String... args) {
    int status = understand(Grammar.canonical(List.of(args)).toArray(String[]::new));
    var loss = shell.out().loss();
    if (loss.isEmpty()) {
      return status;
    }
    shell.err().println("drover: the output cannot be written: " + Sanitized.line(loss.get()));
    return args.length > 0 && args[0].equals(Grammar.CHECK)
        ? CheckCommand.COULD_NOT_LOOK
        : OUTPUT_LOST;
  }

  private int understand(String... args) {
    var line = Grammar.commandLine(shell.width(), List.of(args));
    try {
      return carryOut(line.parseArgs(args));
    } catch (ParameterException e) {
      return explain(e);
    } catch (Problem problem) {
      shell.err().println("drover: " + Sanitized.output(problem.getMessage()));
      return 1;
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return Ending.Kind.INTERRUPTED.status();
    } catch (OutOfMemoryError _) {
      // the input is limited in bytes, but 16 million numbers take much more memory than 32 MiB
      shell.err().println("drover: the input or the answer takes too much memory");
      return 1;
    } catch (RuntimeException e) {
      shell.err().println("drover: internal error; please report this");
      e.printStackTrace(shell.err());
      return 1;
    }
  }

  private int carryOut(ParseResult root) throws InterruptedException {
    var command = root;
    while (command.hasSubcommand()) {
      command = command.subcommand();
    }
    var line = command.commandSpec().commandLine();
    if (command.isUsageHelpRequested()) {
      return usage(line);
    }
    if (command.isVersionHelpRequested()) {
      return printVersion();
    }
    if (command.commandSpec().userObject() instanceof Verb verb) {
      try (var call = new Invocation(shell, host, replaying, stored, command)) {
        return call.run(verb);
      }
    }
    return onThisMachine(root, command);
  }

  private int onThisMachine(ParseResult root, ParseResult command) throws InterruptedException {
    return switch (command.commandSpec().name()) {
      case Grammar.RUN ->
          new RunCommand(shell, System::nanoTime, host).run(task(command), flags(command));
      case Grammar.SERVE ->
          new ServeCommand(shell, host).run(flags(command), command.hasMatchedOption(Grammar.OPEN));
      case Grammar.DOCTOR -> {
        var flags = flags(command);
        yield new DoctorCommand(shell, () -> everything(flags))
            .run(command.hasMatchedOption("--json"));
      }
      case Grammar.CONFIG ->
          new ConfigCommand(shell, host).run(flags(command), command.hasMatchedOption(Specs.JSON));
      case Grammar.CHECK ->
          new CheckCommand(shell, checking)
              .run(flags(command), command.hasMatchedOption(Specs.JSON));
      case Grammar.BENCH ->
          new BenchCommand(shell, measuring)
              .run(
                  command.matchedPositionalValue(0, List.of()),
                  command.hasMatchedOption("--quick"),
                  streams(command),
                  form(command));
      case Grammar.COMPLETION -> complete(root, command);
      case Grammar.MAN -> man(root, command);
      case Grammar.VERSION -> printVersion();
      case Grammar.HELP -> help(root, command);
      default -> {
        command.commandSpec().commandLine().usage(shell.err(), Ansi.OFF);
        yield NOT_UNDERSTOOD;
      }
    };
  }

  /// The checks of this machine, and of the server on it if one is running.
  private List<Check> everything(Map<String, String> flags) {
    var checks = new ArrayList<>(doctor.apply(flags));
    LocalServer local;
    try {
      local = host.local(flags);
    } catch (Problem _) {
      return checks; // the settings are invalid, which is already among the checks
    }
    try {
      var target = TargetServer.of(Optional.empty(), shell.variables(), () -> local);
      checks.addAll(ServerChecks.of(target));
    } catch (Problem problem) {
      checks.add(
          new Check(
              "server",
              false,
              Sanitized.line(problem.getMessage()),
              "Fix it: it decides which server commands use."));
    }
    return checks;
  }

  private int printVersion() {
    shell.out().println("drover " + version());
    return 0;
  }

  private int usage(CommandLine line) {
    line.usage(shell.out(), shell.live() ? Ansi.ON : Ansi.OFF);
    return 0;
  }

  private int help(ParseResult root, ParseResult command) {
    return usage(named(root, command));
  }

  /// The command that the words after `help` or `man` name.
  private static CommandLine named(ParseResult root, ParseResult command) {
    var line = root.commandSpec().commandLine();
    for (String word : command.matchedPositionalValue(0, List.<String>of())) {
      var next = line.getSubcommands().get(word);
      if (next == null) {
        throw new UnmatchedArgumentException(line, List.of(word));
      }
      line = next;
    }
    return line;
  }

  private int man(ParseResult root, ParseResult command) {
    var directory = Cli.<String>option(command, Grammar.MAN_DIRECTORY);
    if (directory.isEmpty()) {
      shell.out().print(ManPage.of(named(root, command)));
      shell.out().flush();
      return 0;
    }
    try {
      ManPage.writeAll(root.commandSpec().commandLine(), Path.of(directory.get()));
      return 0;
    } catch (IOException e) {
      shell.err().println("drover: " + Conversation.reason(e));
      return 1;
    } catch (InvalidPathException _) {
      throw new ParameterException(
          command.commandSpec().commandLine(),
          Sanitized.line(directory.get()) + " is not the name of a directory");
    }
  }

  /// zsh uses the script of bash through its own `bashcompinit`, which the script loads.
  private int complete(ParseResult root, ParseResult command) {
    var line = root.commandSpec().commandLine();
    var script =
        switch (command.matchedPositionalValue(0, "")) {
          case "bash", "zsh" -> AutoComplete.bash("drover", line);
          case "fish" -> FishCompletion.of(line);
          default ->
              throw new ParameterException(
                  command.commandSpec().commandLine(), "the shells are bash, zsh and fish");
        };
    shell.out().print(script);
    shell.out().flush();
    return 0;
  }

  private static String unknown(CommandLine line, String word) {
    if (word.startsWith("-")) {
      return "unknown option";
    }
    return line.getSubcommands().isEmpty() ? "unexpected argument" : "unknown command";
  }

  private int explain(ParameterException e) {
    var line = e.getCommandLine();
    var command = line.getCommandSpec().qualifiedName();
    if (e instanceof UnmatchedArgumentException unmatched) {
      var word = unmatched.getUnmatched().getFirst();
      shell.err().println(command + ": " + unknown(line, word) + " '" + Sanitized.line(word) + "'");
      var suggestions = suggestions(line, word);
      if (!suggestions.isEmpty()) {
        shell.err().println("Did you mean " + String.join(" or ", suggestions) + "?");
      } else if (!line.getSubcommands().isEmpty()) {
        shell
            .err()
            .println("The commands are " + String.join(", ", line.getSubcommands().keySet()));
      }
    } else if (e instanceof MissingParameterException missing && !missing.getMissing().isEmpty()) {
      shell.err().println(command + ": " + label(missing.getMissing().getFirst()) + " is missing");
    } else {
      shell.err().println(command + ": " + e.getMessage());
    }
    shell.err().println("Try '" + command + " --help'.");
    return NOT_UNDERSTOOD;
  }

  private static List<String> suggestions(CommandLine line, String word) {
    var options = line.getCommandSpec().optionsMap().keySet();
    if (options.contains("--" + word)) {
      return List.of("--" + word);
    }
    int value = word.indexOf('=');
    return word.startsWith("-")
        ? LikelyWords.of(value < 0 ? word : word.substring(0, value), options)
        : LikelyWords.of(word, line.getSubcommands().keySet());
  }

  /// The name of an argument, as the help shows it.
  private static String label(ArgSpec argument) {
    return argument instanceof OptionSpec option ? option.longestName() : argument.paramLabel();
  }

  private static Measuring.Form form(ParseResult command) {
    if (command.hasMatchedOption("--json")) {
      return Measuring.Form.JSON;
    }
    return command.hasMatchedOption("--markdown") ? Measuring.Form.MARKDOWN : Measuring.Form.TABLE;
  }

  private static RunCommand.Task task(ParseResult command) {
    List<String> words = command.matchedPositionalValue(0, List.of());
    return new RunCommand.Task(
        String.join(" ", words),
        option(command, "--model"),
        option(command, "--system"),
        command.hasMatchedOption("--json"),
        CopyOptions.of(command));
  }

  private static OptionalInt streams(ParseResult command) {
    var streams = Cli.<Integer>option(command, "--streams");
    if (streams.isPresent() && (streams.get() < 1 || streams.get() > 25_000)) {
      throw new ParameterException(
          command.commandSpec().commandLine(), "--streams must be from 1 to 25000");
    }
    return streams.isPresent() ? OptionalInt.of(streams.get()) : OptionalInt.empty();
  }

  private static Map<String, String> flags(ParseResult command) {
    var port = Cli.<Integer>option(command, "--port");
    if (port.isPresent() && (port.get() < 0 || port.get() > 65_535)) {
      throw new ParameterException(
          command.commandSpec().commandLine(), "--port must be from 0 to 65535");
    }
    var flags = new HashMap<String, String>();
    port.ifPresent(number -> flags.put("port", number.toString()));
    for (var name : List.of("host", "data", "config")) {
      Cli.<String>option(command, "--" + name).ifPresent(text -> flags.put(name, text));
    }
    Cli.<String>option(command, Grammar.CONSOLE_DIR)
        .ifPresent(text -> flags.put("console.directory", text));
    return flags;
  }

  private static <T> Optional<T> option(ParseResult command, String name) {
    return command.commandSpec().findOption(name) == null
        ? Optional.empty()
        : Optional.ofNullable(command.<T>matchedOptionValue(name, null));
  }

  private static String version() {
    var version = Cli.class.getPackage().getImplementationVersion();
    return version == null ? "(not from a jar)" : version;
  }
}
