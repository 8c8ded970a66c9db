package dev.drover.directory;

import dev.drover.pax.PaxEntry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/// The files of a directory that an agent gets.
///
/// @param entries files and links by their paths, in order
/// @param secrets paths that were left out because they look like secrets
/// @param sent paths that look like secrets and are among the entries, because git tracks them
/// @param ignored how the other files were chosen: what git ignores, or a list of directories
/// @param skipped the number of links that lead outside, special files, repositories within the
///   directory, and names that are not UTF-8
public record Selection(
    List<PaxEntry> entries, List<String> secrets, List<String> sent, Rule ignored, int skipped) {
  private static final int MAX_FILES = 50_000;
  private static final long MAX_BYTES = 1L << 30;
  private static final long MAX_FILE = 100L << 20;
  private static final int NAMED = 5;

  /// The rule by which files are ignored.
  public enum Rule {
    GIT,
    NAMES
  }

  /// What a user may ask for.
  ///
  /// @param withGit whether `.git` is among the entries
  /// @param with paths that are entries although they look like secrets
  public record Wish(boolean withGit, Set<String> with) {
    public Wish {
      with = Set.copyOf(with);
    }
  }

  public Selection {
    entries = List.copyOf(entries);
    secrets = List.copyOf(secrets);
    sent = List.copyOf(sent);
  }

  /// Selects the files of a directory. Links in it are not followed.
  public static Selection of(Path root, Wish wish) throws IOException, InterruptedException {
    return new Selecting(root, wish).select();
  }

  public long bytes() {
    return entries.stream().mapToLong(PaxEntry::size).sum();
  }

  /// Whether a user should be asked before so much is copied: over 50,000 files, 1 GiB together, or
  /// 100 MiB in one file.
  public boolean isLarge() {
    return entries.size() > MAX_FILES
        || bytes() > MAX_BYTES
        || entries.stream().anyMatch(one -> one.size() > MAX_FILE);
  }

  /// The five largest files.
  public List<PaxEntry> largest() {
    return entries.stream()
        .sorted(Comparator.comparingLong(PaxEntry::size).reversed())
        .limit(NAMED)
        .toList();
  }
}
