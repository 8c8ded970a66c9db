package dev.drover.memory;

import dev.drover.base.Problem;
import dev.drover.base.Utf8;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The path of a memory in its store, such as `/notes/todo.md`.
///
/// @see <a href="https://platform.claude.com/docs/en/managed-agents/memory">Memory</a>
public record MemoryPath(String value) {
  /// The maximum number of segments.
  public static final int SEGMENTS = 20;

  /// The maximum length, in bytes of UTF-8.
  public static final int BYTES = 1_024;

  /// The marker that the SDKs' workers put into the directory of a store.
  private static final String MARKER = "/.anthropic-memory-store";

  /// A path from outside.
  ///
  /// @throws Problem `INVALID_REQUEST` that names the field `path` if it is not allowed
  public static MemoryPath of(String value) {
    var fault = fault(value);
    if (fault.isPresent()) {
      throw Problem.invalid("path: " + fault.get());
    }
    return new MemoryPath(value);
  }

  /// Why a text is not the path of a memory; empty if it is.
  public static Optional<String> fault(String value) {
    if (!value.startsWith("/")) {
      return Optional.of("must start with \"/\"");
    }
    if (Utf8.length(value) > BYTES) {
      return Optional.of("must have at most " + BYTES + " bytes");
    }
    if (value.codePoints().anyMatch(MemoryPath::isForbidden)) {
      return Optional.of(
          "must not contain control or format characters, or line or paragraph separators");
    }
    if (!Normalizer.isNormalized(value, Normalizer.Form.NFC)) {
      return Optional.of("must be in Unicode Normalization Form C");
    }
    return faultOfSegments(List.of(value.substring(1).split("/", -1)), value);
  }

  private static Optional<String> faultOfSegments(List<String> segments, String value) {
    if (segments.size() > SEGMENTS) {
      return Optional.of("must have at most " + SEGMENTS + " segments");
    }
    if (segments.contains("")) {
      return Optional.of("must not contain an empty segment");
    }
    if (segments.contains(".") || segments.contains("..")) {
      return Optional.of("must not contain the segment \".\" or \"..\"");
    }
    return value.equals(MARKER)
        ? Optional.of("\"" + MARKER + "\" is reserved for clients that sync a store")
        : Optional.empty();
  }

  private static boolean isForbidden(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          true;
      default -> false;
    };
  }

  /// The paths of the directories that contain it, without the root: none of them may be a memory.
  public List<String> ancestors() {
    var ancestors = new ArrayList<String>();
    for (int at = value.indexOf('/', 1); at > 0; at = value.indexOf('/', at + 1)) {
      ancestors.add(value.substring(0, at));
    }
    return ancestors;
  }

  @Override
  public String toString() {
    return value;
  }
}
