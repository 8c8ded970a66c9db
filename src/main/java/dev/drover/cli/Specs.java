package dev.drover.cli;

import java.util.List;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/// The common form of Drover's commands and flags.
final class Specs {
  static final String JSON = "--json";
  static final String URL = "--url";
  static final String DATA = "--data";
  static final String VERBOSE = "--verbose";

  private static final String QUIET = "--quiet";
  private static final String OUTPUT = "--output";

  /// The commands whose output is not about things with ids.
  private static final Set<String> WITHOUT_IDS =
      Set.of(
          "attach",
          "compact",
          "connect",
          "console",
          "context",
          "cp",
          "deliveries",
          "download",
          "explain",
          "export",
          "lint",
          "logs",
          "open",
          "quickstart",
          "read",
          "replay",
          "rotate",
          "show",
          "verify",
          "why");

  private Specs() {}

  static CommandSpec command(String name, String description) {
    return dressed(CommandSpec.create().name(name), description);
  }

  /// A command that runs on a running server.
  static CommandSpec verb(String name, String description, Verb verb) {
    var spec = CommandSpec.wrapWithoutInspection(verb).name(name);
    return dressed(spec, description);
  }

  /// A command with subcommands.
  static CommandSpec group(String name, String description, CommandSpec... verbs) {
    var spec = command(name, description);
    spec.usageMessage().customSynopsis("drover " + name + " COMMAND [OPTIONS]");
    for (var verb : verbs) {
      addServer(verb);
      spec.addSubcommand(verb.name(), verb);
    }
    return spec;
  }

  private static CommandSpec dressed(CommandSpec spec, String description) {
    spec.usageMessage().description(description).abbreviateSynopsis(true).sortOptions(false);
    spec.usageMessage()
        .synopsisHeading("Usage: ")
        .commandListHeading("%nCommands:%n")
        .parameterListHeading("%n")
        .optionListHeading("%n");
    spec.addOption(
        OptionSpec.builder("-h", "--help").usageHelp(true).description("Print this text.").build());
    return spec;
  }

  /// A command that is not in a group, with the flags of all commands on a running server.
  static CommandSpec server(CommandSpec spec) {
    addServer(spec);
    return spec;
  }

  private static void addServer(CommandSpec spec) {
    spec.addOption(flag(JSON, "Print the server's JSON, one object per line, and nothing else."));
    spec.addOption(
        option("-o", OUTPUT, spec)
            .paramLabel("FORMAT")
            .type(String.class)
            .description("json (the same as --json), yaml, or text. [default: text]")
            .build());
    if (!WITHOUT_IDS.contains(spec.name())) {
      spec.addOption(
          option("-q", QUIET, spec).type(boolean.class).description("Print only ids.").build());
    }
    spec.addOption(
        flag(VERBOSE, "Add to errors their type and the request's id in the server's log."));
    spec.addOption(
        text(
            URL, "URL", "The server's URL. [default: $DROVER_URL, or else this machine's server]"));
    spec.addOption(
        text(
            DATA,
            "DIR",
            "The data directory of the server on this machine, which contains its API key."));
  }

  /// An option, with its short name unless the command has another use for that.
  private static OptionSpec.Builder option(String brief, String name, CommandSpec spec) {
    return spec.findOption(brief) == null
        ? OptionSpec.builder(brief, name)
        : OptionSpec.builder(name);
  }

  /// The form of the output that the flags of a command ask for.
  static Output.Format format(Arguments arguments) {
    var named = arguments.text(OUTPUT);
    if (named.isPresent() && arguments.has(JSON)) {
      throw arguments.wrong("give " + JSON + " or " + OUTPUT + ", not both");
    }
    var format =
        arguments.has(JSON)
            ? Output.Format.JSON
            : switch (named.orElse("text")) {
              case "json" -> Output.Format.JSON;
              case "yaml" -> Output.Format.YAML;
              case "text" -> Output.Format.TEXT;
              default -> throw arguments.wrong(OUTPUT + " must be json, yaml or text");
            };
    if (!arguments.has(QUIET)) {
      return format;
    }
    if (format != Output.Format.TEXT) {
      throw arguments.wrong(QUIET + " prints ids and nothing else; leave out the other format");
    }
    return Output.Format.IDS;
  }

  static CommandSpec id(CommandSpec spec, String label, String description) {
    return spec.addPositional(word(0, label, "1", description));
  }

  /// A positional argument.
  ///
  /// @param arity `1`, or `0..1` if it may be missing
  static PositionalParamSpec word(int index, String label, String arity, String description) {
    return PositionalParamSpec.builder()
        .index(Integer.toString(index))
        .paramLabel(label)
        .arity(arity)
        .required(arity.equals("1"))
        .type(String.class)
        .description(description)
        .build();
  }

  static OptionSpec text(String name, String label, String description) {
    return text(new String[] {name}, label, description);
  }

  /// The names of a flag: itself and, if it ends with `-id`, what is before that.
  static String[] withoutId(String flag) {
    return flag.endsWith("-id")
        ? new String[] {flag, flag.substring(0, flag.length() - "-id".length())}
        : new String[] {flag};
  }

  static OptionSpec text(String[] names, String label, String description) {
    return OptionSpec.builder(names)
        .paramLabel(label)
        .type(String.class)
        .description(escaped(description))
        .build();
  }

  static OptionSpec texts(String name, String label, String description) {
    return OptionSpec.builder(name)
        .paramLabel(label)
        .arity("1")
        .type(List.class)
        .auxiliaryTypes(String.class)
        .description(escaped(description))
        .build();
  }

  static OptionSpec number(String name, String description) {
    return OptionSpec.builder(name)
        .paramLabel("N")
        .type(Integer.class)
        .description(escaped(description))
        .build();
  }

  static OptionSpec flag(String name, String description) {
    return OptionSpec.builder(name).type(boolean.class).description(escaped(description)).build();
  }

  /// picocli treats descriptions as format strings.
  private static String escaped(String text) {
    return text.replace("%", "%%");
  }
}
