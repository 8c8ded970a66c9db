package dev.drover.cli;

import dev.drover.base.Json;
import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/// The files that exist in a session, for the end of a run.
///
/// @param shown those to name, with their paths as `drover cp` takes them
/// @param total the number of all files
record SessionFiles(List<Entry> shown, long total) {
  static final SessionFiles NONE = new SessionFiles(List.of(), 0);

  private static final int MOST = 5;
  private static final int ASKED = 1000;

  /// A file.
  record Entry(String path, long size) {
    /// Whether the file is probably not what the task is about, such as a cache.
    private boolean isAside() {
      return Arrays.stream(path.split("/", -1))
          .anyMatch(
              name ->
                  name.startsWith(".")
                      || name.equals("node_modules")
                      || name.equals("__pycache__"));
    }

    private long depth() {
      return path.startsWith("/") ? 0 : path.chars().filter(c -> c == '/').count();
    }
  }

  SessionFiles {
    shown = List.copyOf(shown);
  }

  /// Asks the server. What it cannot say is not shown: the run itself is over.
  ///
  /// @param all whether the files of the workspace count
  static SessionFiles of(Api api, String session, boolean all) throws InterruptedException {
    Json.Obj answer;
    try {
      var path = "/drover/sessions/" + Api.segment(session) + "/files/list?limit=" + ASKED;
      answer = api.get(path);
    } catch (Refusal | IOException _) {
      return NONE;
    }
    var files =
        answer.items("data").stream()
            .map(item -> item instanceof Json.Obj file ? file : Json.EMPTY)
            .map(file -> new Entry(local(Column.text(file, "path")), file.number("size_bytes", 0)))
            .filter(file -> all || file.path().startsWith("/"))
            .toList();
    var shown =
        files.stream()
            .filter(file -> !file.isAside() && Sanitized.line(file.path()).equals(file.path()))
            .sorted(Comparator.comparingLong(Entry::depth))
            .limit(MOST)
            .toList();
    return new SessionFiles(shown, all ? answer.number("total", 0) : files.size());
  }

  private static String local(String path) {
    var workspace = FilesAddress.WORKSPACE + "/";
    return path.startsWith(workspace) ? path.substring(workspace.length()) : path;
  }

  /// A line that names the files; empty without files.
  String line() {
    if (total == 0) {
      return "";
    }
    var names =
        shown.stream()
            .map(file -> file.path() + " (" + ByteCount.of(file.size()) + ")")
            .collect(Collectors.joining(", "));
    long more = total - shown.size();
    var rest = more == 0 ? "" : "%s%,d more".formatted(shown.isEmpty() ? "" : " and ", more);
    return "Files: " + names + rest + "\n";
  }

  /// How to get the first file, as more text; empty without files.
  String example(KeptSession session) {
    return shown.isEmpty() ? "" : "\nTo get a file: " + session.copy(shown.getFirst().path());
  }
}
