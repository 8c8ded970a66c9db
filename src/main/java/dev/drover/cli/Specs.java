package dev.drover.cli;

import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/// The common form of Drover's commands and flags.
final class Specs {
  static final String JSON = "--json";
  static final String URL = "--url";
  static final String DATA = "--data";

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
        text(URL, "URL", "The server. [default: DROVER_URL, or else the server on this machine]"));
    spec.addOption(
        text(
            DATA,
            "DIR",
            "The data directory of the server on this machine, which contains its API key."));
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
    return OptionSpec.builder(name)
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
