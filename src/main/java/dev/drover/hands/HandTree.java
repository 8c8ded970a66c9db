package dev.drover.hands;

import java.util.List;

/// What is below a root: files, directories and whatever else there is, in no order. Unfinished
/// files of [HandFiles#put] are not in it.
///
/// @param cookie stands for exactly these entries
/// @param isCut whether entries are missing because there are too many
public record HandTree(Cookie cookie, List<Entry> entries, boolean isCut) {
  public HandTree {
    entries = List.copyOf(entries);
  }

  /// A sum over all entries.
  public record Cookie(long first, long second) {}

  /// An entry. A directory has the kind and permissions only; what is in it has its own entries.
  ///
  /// @param isClosed whether it is a directory that was not looked into, because it cannot be read
  ///   or is nested too deeply
  public record Entry(HandPath path, FileStamp stamp, boolean isClosed) {}
}
