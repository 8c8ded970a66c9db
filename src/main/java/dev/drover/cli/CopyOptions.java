package dev.drover.cli;

import dev.drover.directory.Selection;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// The flags of commands that give an agent a copy of a directory.
///
/// @param directory empty if none was named
/// @param anySize whether to copy a large directory without a question
/// @param withGit whether to copy `.git`
/// @param with files to copy although they look like secrets
/// @param apply whether to apply the changes without a question
/// @param diff a file for the changes
record CopyOptions(
    Optional<String> directory,
    boolean anySize,
    boolean withGit,
    Set<String> with,
    boolean apply,
    Optional<Path> diff) {
  static final String DIRECTORY = "--dir";
  private static final String ANY_SIZE = "--any-size";
  private static final String WITH_GIT = "--with-git";
  private static final String WITH = "--with";
  private static final String APPLY = "--apply";
  private static final String DIFF = "--diff";

  /// Adds the flags for the copy.
  static void addTo(CommandSpec spec) {
    spec.addOption(
        Specs.text(DIRECTORY, "PATH", "A directory; the agent gets a copy of it in /workspace."));
    spec.addOption(
        Specs.flag(
            ANY_SIZE, "Copy more than 50,000 files, 1 GiB, or 100 MiB in a file without asking."));
    spec.addOption(Specs.flag(WITH_GIT, "Copy .git, too. It never comes back."));
    spec.addOption(
        Specs.texts(
            WITH, "FILE", "Copy this file although it looks like a secret. Can be repeated."));
  }

  /// Adds the flags for the changes.
  static void addChangesTo(CommandSpec spec) {
    spec.addOption(
        Specs.flag(APPLY, "Apply the changes to the directory without asking, or none of them."));
    spec.addOption(Specs.text(DIFF, "FILE", "Write the changes to a file that git can apply."));
  }

  static CopyOptions of(ParseResult line) {
    return new CopyOptions(
        text(line, DIRECTORY),
        line.hasMatchedOption(ANY_SIZE),
        line.hasMatchedOption(WITH_GIT),
        new HashSet<>(line.matchedOptionValue(WITH, List.<String>of())),
        line.hasMatchedOption(APPLY),
        text(line, DIFF).map(Path::of));
  }

  private static Optional<String> text(ParseResult line, String flag) {
    return line.commandSpec().findOption(flag) == null
        ? Optional.empty()
        : Optional.ofNullable(line.<String>matchedOptionValue(flag, null));
  }

  /// No directory was named.
  static CopyOptions none() {
    return new CopyOptions(Optional.empty(), false, false, Set.of(), false, Optional.empty());
  }

  CopyOptions at(String path) {
    return new CopyOptions(Optional.of(path), anySize, withGit, with, apply, diff);
  }

  Selection.Wish wish() {
    return new Selection.Wish(withGit, with);
  }
}
