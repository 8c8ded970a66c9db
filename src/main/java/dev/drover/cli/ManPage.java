package dev.drover.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/// Manual pages in the format of man(7), made from the grammar.
final class ManPage {
  private ManPage() {}

  /// The page of a command.
  static String of(CommandLine line) {
    var spec = line.getCommandSpec();
    var words = spec.qualifiedName(" ");
    var out = new StringBuilder();
    out.append(".TH \"").append(escaped(spec.qualifiedName("-").toUpperCase(Locale.ROOT)));
    out.append("\" 1 \"\" \"Drover\" \"Drover Manual\"\n");
    section(out, "NAME");
    out.append(escaped(spec.qualifiedName("-"))).append(" \\- ");
    out.append(escaped(about(line).replaceFirst("\\.$", ""))).append('\n');
    section(out, "SYNOPSIS");
    out.append("\\fB").append(escaped(words)).append("\\fR");
    out.append(line.getSubcommands().isEmpty() ? "" : " COMMAND").append(" [OPTIONS]");
    spec.positionalParameters().forEach(one -> out.append(' ').append(escaped(one.paramLabel())));
    out.append('\n');
    if (!line.getSubcommands().isEmpty()) {
      section(out, "COMMANDS");
      line.getSubcommands()
          .forEach((name, command) -> entry(out, bold(words + " " + name), about(command)));
    }
    if (!spec.positionalParameters().isEmpty()) {
      section(out, "ARGUMENTS");
      spec.positionalParameters().forEach(one -> entry(out, bold(one.paramLabel()), text(one)));
    }
    section(out, "OPTIONS");
    spec.options().forEach(option -> entry(out, names(option), text(option)));
    footer(out, List.of(spec.usageMessage().footer()));
    section(out, "SEE ALSO");
    out.append(spec.parent() == null ? "The documents in docs/." : reference(line)).append('\n');
    return out.toString();
  }

  private static String reference(CommandLine line) {
    var parent = line.getCommandSpec().parent();
    return "\\fB" + escaped(parent.qualifiedName("-")) + "\\fR(1)";
  }

  /// Writes the pages of a command and of all commands below it, which replaces older ones.
  static void writeAll(CommandLine line, Path directory) throws IOException {
    Files.createDirectories(directory);
    var name = line.getCommandSpec().qualifiedName("-") + ".1";
    Files.writeString(directory.resolve(name), of(line));
    for (var command : line.getSubcommands().values()) {
      writeAll(command, directory);
    }
  }

  /// What a command does, in a sentence.
  static String about(CommandLine line) {
    return text(line.getCommandSpec().usageMessage().description());
  }

  /// A description as plain text: picocli treats it as a format.
  static String text(String[] description) {
    return String.join(" ", description).replace("%%", "%").replace("%n", " ").strip();
  }

  private static String text(ArgSpec argument) {
    return text(argument.description());
  }

  private static String names(OptionSpec option) {
    var names = new ArrayList<String>();
    for (var name : option.names()) {
      names.add(bold(name));
    }
    var value = option.arity().max() > 0 ? " \\fI" + escaped(option.paramLabel()) + "\\fR" : "";
    return String.join(", ", names) + value;
  }

  /// The end of the help: sentences, and examples, which are indented.
  private static void footer(StringBuilder out, List<String> lines) {
    boolean examples = false;
    if (lines.stream().anyMatch(line -> !line.isBlank())) {
      section(out, "NOTES");
    }
    for (var raw : lines) {
      for (var line : raw.lines().toList()) {
        var text = line.replace("%%", "%");
        if (text.startsWith("  ") != examples) {
          out.append(examples ? ".fi\n.RE\n" : ".PP\n.RS\n.nf\n");
          examples = !examples;
        }
        out.append(text.isBlank() ? ".PP" : escaped(text.strip())).append('\n');
      }
    }
    if (examples) {
      out.append(".fi\n.RE\n");
    }
  }

  private static void section(StringBuilder out, String name) {
    out.append(".SH ").append(name).append('\n');
  }

  private static void entry(StringBuilder out, String name, String text) {
    out.append(".TP\n").append(name).append('\n').append(escaped(text)).append('\n');
  }

  private static String bold(String text) {
    return "\\fB" + escaped(text) + "\\fR";
  }

  /// A text in which nothing is a request or an escape of the format.
  private static String escaped(String text) {
    var escaped = text.replace("\\", "\\e").replace("-", "\\-");
    return escaped.startsWith(".") || escaped.startsWith("'") ? "\\&" + escaped : escaped;
  }
}
