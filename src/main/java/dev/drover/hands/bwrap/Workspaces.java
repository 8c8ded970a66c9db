package dev.drover.hands.bwrap;

import dev.drover.session.SessionId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.OptionalInt;

/// The directories of sessions: what a hand reads and writes and what outlives it. When the server
/// is root each belongs to a uid of its own, the same for every hand of the session, so that one
/// session's hand can neither read another's files nor count against its limits.
///
/// The root of a session's directories is the server's alone; a hand is shown the four inside it.
final class Workspaces {
  private static final int UIDS = 65_536;

  private final Path root;
  private final boolean isRoot;
  private final int firstUid;

  /// @param uid whose the directories are; empty when the server is not root
  record Workspace(Path workspace, Path outputs, Path uploads, Path toolOutputs, OptionalInt uid) {}

  Workspaces(Path root, int firstUid) throws IOException {
    this.root = Directories.own(root);
    this.isRoot = Host.isRoot();
    this.firstUid = firstUid;
  }

  /// The session's directories, made if they are missing.
  Workspace open(SessionId session) throws IOException {
    var home = Directories.own(home(session));
    var made =
        new Workspace(
            Directories.made(home.resolve("workspace"), "rwx------"),
            Directories.made(home.resolve("outputs"), "rwx------"),
            Directories.made(home.resolve("uploads"), "rwxr-xr-x"),
            Directories.made(home.resolve("tool_outputs"), "rwx------"),
            OptionalInt.empty());
    if (!isRoot) {
      return made;
    }
    int uid = Host.owner(made.workspace);
    if (uid == 0) {
      uid = nextUid();
    } else if (uid < firstUid || uid >= firstUid + UIDS) {
      throw new IOException(
          "the workspace of " + session + " belongs to uid " + uid + ", which is not a hand's");
    }
    Host.give(made.outputs, uid);
    Host.give(made.toolOutputs, uid);
    Host.give(made.workspace, uid); // last: it is the record
    return new Workspace(
        made.workspace, made.outputs, made.uploads, made.toolOutputs, OptionalInt.of(uid));
  }

  void discard(SessionId session) throws IOException {
    Tree.remove(home(session));
  }

  private Path home(SessionId session) {
    return root.resolve(SessionId.of(session.value()).value());
  }

  /// Counts up for good, so a uid comes back only after all others. Where it begins depends on the
  /// directory: two servers on one host hardly ever share a uid, whose processes the kernel counts
  /// together.
  private synchronized int nextUid() throws IOException {
    var counter = root.resolve(".next-uid");
    int n =
        Files.exists(counter)
            ? Integer.parseInt(Files.readString(counter).strip())
            : Math.floorMod(root.toAbsolutePath().hashCode(), UIDS);
    var next = root.resolve(".next-uid.new");
    Files.writeString(next, Integer.toString((n + 1) % UIDS));
    Files.move(next, counter, StandardCopyOption.ATOMIC_MOVE);
    return firstUid + n;
  }

  /// Directories that the server makes.
  static final class Directories {
    private Directories() {}

    /// For the server alone.
    static Path own(Path path) throws IOException {
      Files.createDirectories(path.toAbsolutePath().getParent());
      return made(path, "rwx------");
    }

    static Path made(Path path, String mode) throws IOException {
      if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
        Files.createDirectory(path);
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
      }
      return path;
    }
  }
}
