package dev.drover.directory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/// A change as text, in the format that `git apply` reads. It contains what the agent wrote: clean
/// it before it is shown on a terminal.
///
/// @param lines without line breaks
/// @param omission why the lines only say that there is a change, and `git apply` refuses them;
///   empty if they contain the change
public record TextDiff(List<String> lines, int added, int removed, Optional<String> omission) {
  /// The file is binary, or larger than 1 MB or 20,000 lines.
  private static final String NOT_SHOWN = "binary or large";

  /// The file in the directory is no longer the one before the change.
  static final String CHANGED = "changed here meanwhile";

  private static final long MAX_BYTES = 1_000_000;
  private static final int MAX_LINES = 20_000;
  private static final int CONTEXT = 3;
  private static final String NO_NEWLINE = "\\ No newline at end of file";

  public TextDiff {
    lines = List.copyOf(lines);
  }

  /// The difference of a change.
  ///
  /// @param root the directory, which has the content before the change
  public static TextDiff of(Change change, Path root) throws IOException {
    if (change.isReplacement()) {
      return replacement(change, root);
    }
    var head = head(change);
    boolean same =
        change.before().isPresent()
            && change.after().isPresent()
            && change.before().get().sameContent(change.after().get());
    if (same) {
      return new TextDiff(head, 0, 0, Optional.empty());
    }
    var here = root.resolve(change.path());
    var before = lines(change.before(), Optional.of(here));
    var after = lines(change.after(), change.content());
    if (before.isEmpty() && isOther(change.before().orElseThrow(), here)) {
      head.add(name("a/", change.path()) + " " + CHANGED);
      return new TextDiff(head, 0, 0, Optional.of(CHANGED));
    }
    if (before.isEmpty() || after.isEmpty()) {
      head.add(
          "Binary files %s and %s differ: %s to %s bytes"
              .formatted(
                  name("a/", change.path()),
                  name("b/", change.path()),
                  change.before().map(FileState::size).orElse(0L),
                  change.after().map(FileState::size).orElse(0L)));
      return new TextDiff(head, 0, 0, Optional.of(NOT_SHOWN));
    }
    return text(change, head, before.get(), after.get());
  }

  /// A link in place of a file, or the reverse: git describes them as a deletion and an addition.
  private static TextDiff replacement(Change change, Path root) throws IOException {
    var path = change.path();
    var old = of(new Change(path, change.before(), Optional.empty(), Optional.empty()), root);
    var made = of(new Change(path, Optional.empty(), change.after(), change.content()), root);
    var lines = new ArrayList<>(old.lines());
    lines.addAll(made.lines());
    return new TextDiff(
        lines, made.added(), old.removed(), old.omission().or(() -> made.omission()));
  }

  private static TextDiff text(
      Change change, List<String> lines, List<String> before, List<String> after) {
    var edits = LineEdits.of(before, after);
    if (!edits.isEmpty()) {
      lines.add("--- " + (change.before().isEmpty() ? "/dev/null" : name("a/", change.path())));
      lines.add("+++ " + (change.after().isEmpty() ? "/dev/null" : name("b/", change.path())));
    }
    int from = 0;
    while (from < edits.size()) {
      int to = from + 1;
      while (to < edits.size() && edits.get(to).from() - edits.get(to - 1).to() <= 2 * CONTEXT) {
        to++;
      }
      hunk(lines, edits.subList(from, to), before, after);
      from = to;
    }
    return new TextDiff(
        lines,
        edits.stream().mapToInt(edit -> edit.newTo() - edit.newFrom()).sum(),
        edits.stream().mapToInt(edit -> edit.to() - edit.from()).sum(),
        Optional.empty());
  }

  private static void hunk(
      List<String> lines, List<LineEdits.Edit> edits, List<String> before, List<String> after) {
    int lead = Math.min(CONTEXT, edits.getFirst().from());
    int tail = Math.min(CONTEXT, before.size() - edits.getLast().to());
    int from = edits.getFirst().from() - lead;
    int to = edits.getLast().to() + tail;
    int newFrom = edits.getFirst().newFrom() - lead;
    int newTo = edits.getLast().newTo() + tail;
    lines.add("@@ -" + range(from, to) + " +" + range(newFrom, newTo) + " @@");
    int at = from;
    for (var edit : edits) {
      add(lines, ' ', before.subList(at, edit.from()));
      add(lines, '-', before.subList(edit.from(), edit.to()));
      add(lines, '+', after.subList(edit.newFrom(), edit.newTo()));
      at = edit.to();
    }
    add(lines, ' ', before.subList(at, to));
  }

  private static String range(int from, int to) {
    return (to == from ? from : from + 1) + "," + (to - from);
  }

  private static void add(List<String> lines, char mark, List<String> texts) {
    for (var text : texts) {
      boolean ends = text.endsWith("\n");
      lines.add(mark + (ends ? text.substring(0, text.length() - 1) : text));
      if (!ends) {
        lines.add(NO_NEWLINE);
      }
    }
  }

  /// The lines before those of the contents.
  static List<String> head(Change change) {
    var head = new ArrayList<String>();
    head.add("diff --git " + name("a/", change.path()) + " " + name("b/", change.path()));
    if (change.before().isEmpty()) {
      head.add("new file mode " + mode(change.after().orElseThrow()));
    } else if (change.after().isEmpty()) {
      head.add("deleted file mode " + mode(change.before().get()));
    } else if (!mode(change.before().get()).equals(mode(change.after().get()))) {
      head.add("old mode " + mode(change.before().get()));
      head.add("new mode " + mode(change.after().get()));
    }
    return head;
  }

  private static String mode(FileState state) {
    return state.isLink() ? "120000" : state.executable() ? "100755" : "100644";
  }

  private static String name(String side, String path) {
    return QuotedPath.of(side + path);
  }

  /// The lines with their line breaks; empty if the content is not short text, or is not the one
  /// that the state describes.
  private static Optional<List<String>> lines(Optional<FileState> state, Optional<Path> content)
      throws IOException {
    if (state.isEmpty()) {
      return Optional.of(List.of());
    }
    if (state.get().isLink()) {
      return Optional.of(List.of(state.get().digest()));
    }
    if (state.get().size() > MAX_BYTES
        || content.isEmpty()
        || !Files.isRegularFile(content.get())
        || Files.size(content.get()) > MAX_BYTES) {
      return Optional.empty();
    }
    var bytes = Files.readAllBytes(content.get());
    return digest(bytes).equals(state.get().digest()) ? split(bytes) : Optional.empty();
  }

  /// Whether a file is not the one that the state describes. Of a large file, only the size is
  /// compared.
  private static boolean isOther(FileState state, Path file) throws IOException {
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || Files.size(file) != state.size()) {
      return true;
    }
    return state.size() <= MAX_BYTES && !digest(Files.readAllBytes(file)).equals(state.digest());
  }

  private static String digest(byte[] bytes) {
    return HexFormat.of().formatHex(Digests.sha256().digest(bytes));
  }

  private static Optional<List<String>> split(byte[] bytes) {
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException _) {
      return Optional.empty();
    }
    var lines = new ArrayList<String>();
    for (int from = 0; from < text.length(); ) {
      int end = text.indexOf('\n', from) + 1;
      int to = end == 0 ? text.length() : end;
      lines.add(text.substring(from, to));
      from = to;
    }
    return lines.size() > MAX_LINES || text.indexOf('\0') >= 0
        ? Optional.empty()
        : Optional.of(lines);
  }
}
