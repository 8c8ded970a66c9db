package dev.drover.cli;

import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/// A completion script for fish, made from the grammar.
final class FishCompletion {
  private static final String NAME = "drover";

  private FishCompletion() {}

  static String of(CommandLine root) {
    var out = new StringBuilder();
    out.append("# Completion of ").append(NAME).append(" for fish.\n");
    out.append("complete -c ").append(NAME).append(" -f\n");
    commands(out, root, "__fish_use_subcommand");
    root.getSubcommands()
        .forEach(
            (name, group) -> {
              var inGroup = "__fish_seen_subcommand_from " + name;
              if (group.getSubcommands().isEmpty()) {
                options(out, group, inGroup);
                return;
              }
              var verbs = String.join(" ", group.getSubcommands().keySet());
              commands(out, group, inGroup + "; and not __fish_seen_subcommand_from " + verbs);
              group
                  .getSubcommands()
                  .forEach(
                      (verb, line) ->
                          options(
                              out, line, inGroup + "; and __fish_seen_subcommand_from " + verb));
            });
    return out.toString();
  }

  private static void commands(StringBuilder out, CommandLine line, String when) {
    line.getSubcommands()
        .forEach(
            (name, command) ->
                complete(out, when)
                    .append(" -a ")
                    .append(name)
                    .append(" -d ")
                    .append(quoted(ManPage.about(command)))
                    .append('\n'));
  }

  private static void options(StringBuilder out, CommandLine line, String when) {
    for (var option : line.getCommandSpec().options()) {
      complete(out, when);
      for (var name : option.names()) {
        out.append(name.startsWith("--") ? " -l " : " -s ").append(name.replaceFirst("^-+", ""));
      }
      if (takesValue(option)) {
        out.append(" -r -F");
      }
      out.append(" -d ").append(quoted(ManPage.text(option.description()))).append('\n');
    }
  }

  private static boolean takesValue(OptionSpec option) {
    return option.arity().max() > 0;
  }

  private static StringBuilder complete(StringBuilder out, String when) {
    return out.append("complete -c ").append(NAME).append(" -n '").append(when).append('\'');
  }

  private static String quoted(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }
}
