package dev.drover.brain;

import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.Stored;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The files that an agent has read and written last with the tools for files, as the log says.
/// What its commands did is not known.
final class TouchedFiles {
  private static final int MOST = 40;
  private static final int LONGEST = 300;

  /// How far the list reaches back, as the estimate of the [Digest]. A brain that reads the log
  /// from its newest chapter on has more than that, see [Past].
  private static final double MOST_OF_DIGEST = 8_000;

  /// @param read the position of the last successful read; 0 for none
  /// @param written the same of a write or edit
  private record Touched(long read, long written) {
    static final Touched NEVER = new Touched(0, 0);

    String text() {
      var reading = read == 0 ? "" : "read #" + read;
      var writing = written == 0 ? "" : "written #" + written;
      return reading + (read == 0 || written == 0 ? "" : ", ") + writing;
    }
  }

  private record Call(long position, String path, boolean writes) {}

  private final Map<EventId, Call> calls = new HashMap<>();
  private final Map<String, Touched> files = new LinkedHashMap<>();

  private TouchedFiles() {}

  /// A line for each file, the one that was used last comes last.
  ///
  /// @param before the position before which events count
  static List<String> lines(List<Stored> log, long before) {
    var touched = new TouchedFiles();
    newest(log, before).forEach(touched::add);
    var lines = new ArrayList<String>();
    touched.files.forEach((path, file) -> lines.add(path + " (" + file.text() + ")"));
    return lines.subList(Math.max(0, lines.size() - MOST), lines.size());
  }

  /// The newest events before a position whose lines in a [Digest] are together not too long.
  private static List<Stored> newest(List<Stored> log, long before) {
    double left = MOST_OF_DIGEST;
    int end = log.size();
    while (end > 0 && log.get(end - 1).position() >= before) {
      end--;
    }
    int start = end;
    while (start > 0 && left > 0) {
      start--;
      left -= Digest.estimate(log.get(start).event());
    }
    return log.subList(start, end);
  }

  private void add(Stored stored) {
    switch (stored.event()) {
      case Event.AgentToolUse e -> {
        var path = e.input().text("file_path");
        if (isOfFile(e.name()) && path != null && path.length() <= LONGEST) {
          calls.put(e.id(), new Call(stored.position(), path, !e.name().equals("read")));
        }
      }
      case Event.AgentToolResult e when !e.isError() -> touch(calls.remove(e.toolUseId()));
      default -> {}
    }
  }

  private static boolean isOfFile(String tool) {
    return tool.equals("read") || tool.equals("write") || tool.equals("edit");
  }

  private void touch(@Nullable Call call) {
    if (call != null) {
      var earlier = files.remove(call.path());
      var file = earlier == null ? Touched.NEVER : earlier;
      files.put(
          call.path(),
          call.writes()
              ? new Touched(file.read(), call.position())
              : new Touched(call.position(), file.written()));
    }
  }
}
