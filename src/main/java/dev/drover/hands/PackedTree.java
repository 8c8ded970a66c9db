package dev.drover.hands;

import java.util.ArrayList;
import java.util.List;

/// What an archive of a hand's directories holds.
///
/// @param layer whether it holds only what has changed since an earlier archive
/// @param files the number of entries of the directories
/// @param bytes the size of all files in them
/// @param changes the number of entries in the archive, and of paths that it removes
/// @param left what is in the directories and not in the archive, in words; empty if nothing
public record PackedTree(boolean layer, long files, long bytes, long changes, String left) {
  private static final int FIXED = 5;
  private static final List<String> KINDS =
      List.of("socket", "FIFO", "device", "unreadable file", "deep path", "changing file");

  /// Reads the numbers that a hand gives.
  ///
  /// @throws IllegalArgumentException if they are malformed
  static PackedTree parse(String text) {
    var words = text.split(" ", -1);
    if (words.length != FIXED + KINDS.size()) {
      throw new IllegalArgumentException("not the numbers of an archive");
    }
    var left = new ArrayList<String>();
    for (int i = 0; i < KINDS.size(); i++) {
      long count = Long.parseLong(words[FIXED + i]);
      if (count > 0) {
        left.add(count + " " + KINDS.get(i) + (count == 1 ? "" : "s"));
      }
    }
    return new PackedTree(
        words[0].equals("1"),
        Long.parseLong(words[1]),
        Long.parseLong(words[2]),
        Long.parseLong(words[3]) + Long.parseLong(words[4]),
        String.join(", ", left));
  }
}
