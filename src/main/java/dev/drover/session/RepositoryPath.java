package dev.drover.session;

import dev.drover.base.Problem;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;

/// The place of a repository in a sandbox: a directory below `/workspace`.
///
/// @param below the path below that directory, without a slash at its beginning and end
public record RepositoryPath(String below) {
  private static final String ROOT = "/workspace";

  /// In bytes.
  private static final int MAX_LENGTH = 1024;

  /// In bytes; the limit of Linux.
  private static final int MAX_SEGMENT = 255;

  /// Reads a path that a client sent: an absolute path below `/workspace`, or one that is relative
  /// to it.
  ///
  /// @throws Problem `INVALID_REQUEST` if it is another path
  public static RepositoryPath of(String sent) {
    if (sent.chars().anyMatch(c -> Character.isISOControl(c) || Character.isSurrogate((char) c))) {
      throw Problem.invalid("must not contain control characters or characters beyond U+FFFF");
    }
    if (bytes(sent) > MAX_LENGTH) {
      throw Problem.invalid("must have at most " + MAX_LENGTH + " bytes");
    }
    if (sent.startsWith("/") && !sent.startsWith(ROOT + "/")) {
      throw Problem.invalid("must be a path below " + ROOT);
    }
    var path = sent.endsWith("/") ? sent.substring(0, sent.length() - 1) : sent;
    var below = path.startsWith("/") ? path.substring(ROOT.length() + 1) : path;
    var segments = new ArrayList<String>();
    for (var segment : below.split("/", -1)) {
      if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) {
        throw Problem.invalid("must not contain an empty segment, \".\" or \"..\"");
      }
      if (bytes(segment) > MAX_SEGMENT) {
        throw Problem.invalid("must not contain a segment of more than " + MAX_SEGMENT + " bytes");
      }
      segments.add(segment);
    }
    return new RepositoryPath(String.join("/", segments));
  }

  /// The place of a repository for which the client names none.
  public static RepositoryPath of(RepositoryUrl url) {
    return new RepositoryPath(url.name());
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  /// Whether the two cannot be directories beside each other: they are the same, or one contains
  /// the other.
  public boolean excludes(RepositoryPath other) {
    return (below + "/").startsWith(other.below + "/")
        || (other.below + "/").startsWith(below + "/");
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
