package dev.drover.errands;

import dev.drover.files.Outputs;
import dev.drover.hands.FileStamp;
import dev.drover.hands.HandPath;
import dev.drover.hands.HandTree;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// What a node knows of the outputs of one session: those that are kept, those that have changed,
/// and those that were refused. Without it, everything is found again. Not safe for many threads,
/// except [#takeLines].
final class SessionOutputs {
  /// How long a file must stay as it is while processes could still write to it.
  static final Duration STEADY = Duration.ofSeconds(1);

  /// After how long a file is tried again that was refused for a reason that can pass.
  static final Duration AGAIN = Duration.ofSeconds(30);

  /// The number of lines for the model.
  private static final int LINES = 10;

  /// Why a state of a file is not kept.
  enum Reason {
    /// It can never be kept.
    LASTING,
    UNREADABLE,
    TOO_MANY,
    QUOTA
  }

  private record Seen(FileStamp stamp, Instant since) {}

  /// @param reason the latest one
  /// @param reported the reasons that the model has got
  private record Refused(FileStamp stamp, Reason reason, Set<Reason> reported, Instant at) {}

  private final Map<HandPath, String> kept = new HashMap<>();
  private final Map<HandPath, Seen> changed = new HashMap<>();
  private final Map<HandPath, Refused> refused = new HashMap<>();
  private final Set<HandPath> present = new HashSet<>();
  private final List<String> lines = new ArrayList<>();
  private int unsaid;
  private boolean cut;
  private boolean lost;
  private Optional<HandTree.Cookie> cookie = Optional.empty();

  SessionOutputs(List<Outputs.Output> known) {
    known.forEach(output -> kept.put(new HandPath(output.path()), output.stamp()));
    present.addAll(kept.keySet());
  }

  Optional<HandTree.Cookie> cookie() {
    return cookie;
  }

  /// The number of outputs whose files exist, or existed until a client deleted them after the
  /// latest [#setPresent].
  int count() {
    return present.size();
  }

  /// Whether there is a file of this path, as far as is known.
  boolean isPresent(HandPath path) {
    return present.contains(path);
  }

  /// @param paths those of the outputs whose files exist
  void setPresent(Set<String> paths) {
    present.clear();
    paths.forEach(path -> present.add(new HandPath(path)));
  }

  /// Whether everything is kept or refused, as far as the last tree shows.
  boolean isSettled() {
    return changed.isEmpty() && !lost;
  }

  static String text(FileStamp stamp) {
    return "%d %d %d %d %o %d"
        .formatted(
            stamp.size(),
            stamp.inode(),
            stamp.modified(),
            stamp.changed(),
            stamp.mode(),
            stamp.links());
  }

  /// Compares a tree with what is known.
  void look(HandTree tree, Instant now) {
    cookie = Optional.of(tree.cookie());
    var before = Map.copyOf(changed);
    changed.clear();
    lost = false;
    var paths = tree.entries().stream().map(HandTree.Entry::path).collect(Collectors.toSet());
    refused.keySet().retainAll(paths);
    for (var entry : tree.entries()) {
      var stamp = entry.stamp();
      if (isRefused(entry)
          || text(stamp).equals(kept.get(entry.path()))
          || (stamp.isDirectory() && !entry.isClosed())) {
        continue;
      }
      if (stamp.isFile()) {
        var seen = before.get(entry.path());
        changed.put(
            entry.path(), seen != null && seen.stamp.equals(stamp) ? seen : new Seen(stamp, now));
      } else {
        refuse(entry, Reason.LASTING, unfit(entry), now);
      }
    }
    if (tree.isCut() && !cut) {
      cut = true;
      say("outputs: there are too many files and directories; not all were looked at");
    }
  }

  private boolean isRefused(HandTree.Entry entry) {
    var before = refused.get(entry.path());
    return before != null && before.stamp.equals(entry.stamp());
  }

  /// Takes refused files for changed ones if the reason may have passed.
  ///
  /// @param all whether also those that were refused within [#AGAIN]
  void retry(boolean all, Instant now) {
    refused.forEach(
        (path, one) -> {
          if (one.reason != Reason.LASTING && (all || !one.at.plus(AGAIN).isAfter(now))) {
            changed.putIfAbsent(path, new Seen(one.stamp, one.at));
          }
        });
  }

  private static String unfit(HandTree.Entry entry) {
    return entry.isClosed()
        ? "the directory cannot be read, or is nested too deeply"
        : "it is not a regular file";
  }

  /// The changed files that are ready to be read, by path.
  ///
  /// @param quiet whether no process could write to them
  List<HandTree.Entry> ready(boolean quiet, Instant now) {
    return changed.entrySet().stream()
        .filter(one -> quiet || !one.getValue().since.plus(STEADY).isAfter(now))
        .map(one -> new HandTree.Entry(one.getKey(), one.getValue().stamp, false))
        .sorted((a, b) -> a.path().compareTo(b.path()))
        .toList();
  }

  void keep(HandPath path, FileStamp stamp) {
    changed.remove(path);
    refused.remove(path);
    kept.put(path, text(stamp));
    present.add(path);
  }

  /// Notes that a file could not be read, because it has changed or is gone. The next tree has it,
  /// if it is still there.
  void lose(HandPath path) {
    changed.remove(path);
    cookie = Optional.empty();
    lost = true;
  }

  /// Notes that this state of a file is not kept, and why. The model gets each reason once.
  void refuse(HandTree.Entry entry, Reason reason, String why, Instant now) {
    var path = entry.path();
    changed.remove(path);
    var before = refused.get(path);
    var reported =
        before != null && before.stamp.equals(entry.stamp())
            ? EnumSet.copyOf(before.reported)
            : EnumSet.noneOf(Reason.class);
    if (reported.add(reason)) {
      say("outputs: " + path.shown().replaceAll("\\p{Cntrl}", "_") + " was not kept: " + why);
    }
    refused.put(path, new Refused(entry.stamp(), reason, reported, now));
  }

  private void say(String line) {
    synchronized (lines) {
      if (lines.contains(line)) {
        return;
      }
      if (lines.size() < LINES) {
        lines.add(line);
      } else {
        unsaid++;
      }
    }
  }

  /// The lines that the model has not got yet. Any thread may take them, also while another one
  /// collects.
  List<String> takeLines() {
    synchronized (lines) {
      var reported = new ArrayList<>(lines);
      if (unsaid > 0) {
        reported.add("outputs: " + unsaid + " more were not kept");
      }
      lines.clear();
      unsaid = 0;
      return reported;
    }
  }
}
