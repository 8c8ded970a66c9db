package dev.drover.session;

import dev.drover.base.Problem;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// The place of a file in a sandbox: below `/mnt/session/uploads`, which agents can only read.
///
/// @param below the path below that directory, without a slash at its beginning
public record MountPath(String below) {
  private static final String ROOT = "/mnt/session/uploads";

  /// In bytes.
  private static final int MAX_LENGTH = 1024;

  /// In bytes; the limit of Linux.
  private static final int MAX_SEGMENT = 255;

  /// Reads a path that a client sent. A path that does not begin with `/mnt/session/uploads` is
  /// placed below it, whether it is absolute or relative; segments `.` are dropped.
  ///
  /// @throws Problem `INVALID_REQUEST`
  public static MountPath of(String sent) {
    if (bytes(sent) > MAX_LENGTH) {
      throw Problem.invalid("must have at most " + MAX_LENGTH + " bytes");
    }
    if (sent.chars().anyMatch(Character::isISOControl)) {
      throw Problem.invalid("must not contain control characters");
    }
    var path =
        sent.equals(ROOT) || sent.startsWith(ROOT + "/") ? sent.substring(ROOT.length()) : sent;
    var segments = segments(path.startsWith("/") ? path.substring(1) : path);
    if (segments.isEmpty()) {
      throw Problem.invalid("must name a file, not the directory " + ROOT);
    }
    return new MountPath(String.join("/", segments));
  }

  private static List<String> segments(String path) {
    var segments = new ArrayList<String>();
    if (path.isEmpty()) {
      return segments;
    }
    for (var segment : path.split("/", -1)) {
      if (segment.isEmpty()) {
        throw Problem.invalid("must not contain an empty segment");
      }
      if (segment.equals("..")) {
        throw Problem.invalid("must not contain \"..\"");
      }
      if (bytes(segment) > MAX_SEGMENT) {
        throw Problem.invalid("must not contain a segment of more than " + MAX_SEGMENT + " bytes");
      }
      if (!segment.equals(".")) {
        segments.add(segment);
      }
    }
    if (path.endsWith("/.")) {
      throw Problem.invalid("must name a file, not a directory");
    }
    return segments;
  }

  private static int bytes(String text) {
    try {
      return StandardCharsets.UTF_8
          .newEncoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .encode(CharBuffer.wrap(text))
          .remaining();
    } catch (CharacterCodingException e) {
      throw Problem.invalid("must be valid Unicode");
    }
  }

  /// The place of a file for which the client names none.
  public static MountPath of(dev.drover.catalog.FileId file) {
    return new MountPath(file.value());
  }

  /// Whether the two cannot be files of one directory: they are the same, or one would be a
  /// directory that contains the other.
  public boolean excludes(MountPath other) {
    return below.equals(other.below)
        || below.startsWith(other.below + "/")
        || other.below.startsWith(below + "/");
  }

  /// The absolute path inside the sandbox.
  public String value() {
    return ROOT + "/" + below;
  }

  @Override
  public String toString() {
    return value();
  }
}
