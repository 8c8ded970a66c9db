package dev.drover.errands;

import dev.drover.base.Problem;
import dev.drover.hands.Grip;
import dev.drover.hands.HandArchives;
import dev.drover.hands.HandFiles;
import dev.drover.hands.HandRoot;
import dev.drover.hands.HandSpec;
import dev.drover.hands.Hands;
import dev.drover.hands.Sandboxes;
import dev.drover.session.Session;
import dev.drover.session.SessionId;
import dev.drover.session.Snapshots;
import dev.drover.session.Status;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Archives of the files of sessions, for clients. They are made and unpacked in the session's
/// hand; if none lives, one is made. Safe for many threads.
public final class FileAccess {
  private static final long MOST = 16L << 30;
  private static final Set<Status> AT_WORK = Set.of(Status.RUNNING, Status.RESCHEDULING);

  private final Hands hands;
  private final Snapshots snapshots;

  public FileAccess(Hands hands, Snapshots snapshots) {
    this.hands = hands;
    this.snapshots = snapshots;
  }

  /// Writes a file or a directory of the session as an archive.
  ///
  /// @param path in the sandbox
  /// @param live whether the agent may be at work meanwhile
  /// @throws Problem `CONFLICT` if the agent is at work, or if the files are on another node;
  ///   `NOT_FOUND` if there is no such path; `UNAVAILABLE` without a sandbox
  public void read(Session session, String path, boolean live, OutputStream to)
      throws InterruptedException {
    check(session, live);
    try (var grip = grip(session)) {
      archives(grip).packPath(path, MOST, to);
    } catch (IOException e) {
      throw problem(path, e);
    }
  }

  /// Unpacks an archive into a directory of the session, which is made if it is missing. Files that
  /// are there are replaced. After a failure, a part of the archive may be there.
  ///
  /// @throws Problem as [#read] does; `INVALID_REQUEST` if the archive or the path is not allowed
  public void write(Session session, String path, boolean live, InputStream from)
      throws InterruptedException {
    check(session, live);
    try (var grip = grip(session)) {
      settle(session.id());
      archives(grip).unpackPath(path, from);
      if (snapshots.isHeldElsewhere(session.id())) { // and may have got the files already
        throw Problem.conflict(
            "Another node began to work on this session meanwhile, which may not have these files."
                + " Send them again when the session is idle.");
      }
      check(session.id());
    } catch (IOException e) {
      if (e.getCause() instanceof RuntimeException unreadable) {
        throw unreadable; // the archive came to no end, or is too long
      }
      throw problem(path, e);
    }
  }

  /// The regular files in the workspace and the outputs of the session, the newest first; none if
  /// the session has not used a sandbox yet.
  ///
  /// @throws Problem as [#read] does
  public FileListing list(Session session, boolean live) throws InterruptedException {
    check(session, live);
    if (hands.home(session.id()).isEmpty()) {
      return FileListing.NONE;
    }
    try (var grip = grip(session)) {
      var files = files(grip);
      var workspace = files.tree(HandRoot.WORKSPACE, Optional.empty());
      var outputs = files.tree(HandRoot.OUTPUTS, Optional.empty());
      return FileListing.of(Map.of("/workspace/", workspace, "/mnt/session/outputs/", outputs));
    } catch (IOException e) {
      throw problem("/workspace", e);
    }
  }

  private void check(Session session, boolean live) {
    if (!live && AT_WORK.contains(session.status())) {
      throw Problem.conflict(
          "The agent of this session is at work. Wait until it is idle, or add live=true.");
    }
    check(session.id());
  }

  /// A hand that another server on this machine holds would be waited for in vain.
  private void check(SessionId session) {
    var right = snapshots.home(session);
    if (right.isPresent() && !right.map(Snapshots.Home::id).equals(hands.home(session))) {
      throw elsewhere(right);
    }
    if (hands.isElsewhere(session)) {
      throw Problem.conflict(
          "Another node is attached to the sandbox of this session. Ask that node, or wait until"
              + " the sandbox has been idle for a while and is closed.");
    }
  }

  /// The first command of the session, on whichever node, finds what is put into its directories.
  private void settle(SessionId session) {
    if (snapshots.home(session).isEmpty()
        && hands.home(session).filter(home -> snapshots.settle(session, home)).isEmpty()) {
      throw elsewhere(snapshots.home(session));
    }
  }

  private static Problem elsewhere(Optional<Snapshots.Home> right) {
    var node = right.filter(home -> !home.here()).flatMap(Snapshots.Home::node);
    return Problem.conflict(
        node.map(
                    name ->
                        "The files of this session are on another node, "
                            + name
                            + ". Ask that node;")
                .orElse("The files of this session are in a snapshot, or on a node that is away;")
            + " they are here after the session's next command on this node.");
  }

  private Grip grip(Session session) throws InterruptedException {
    try {
      return hands.provision(HandSpec.workspace(session.id()));
    } catch (Sandboxes.Unavailable e) {
      throw Problem.unavailable(String.valueOf(e.getMessage()), e);
    }
  }

  private static HandArchives archives(Grip grip) {
    return files(grip).archives();
  }

  private static HandFiles files(Grip grip) {
    return grip.files()
        .orElseThrow(
            () ->
                Problem.conflict(
                    "The sandbox of this session is of an older version. The next one can do"
                        + " this."));
  }

  private static Problem problem(String path, IOException e) {
    if (e instanceof HandFiles.Refused refused) {
      return switch (refused.why()) {
        case MISSING -> Problem.notFound(path + " does not exist in the session");
        case UNFIT -> Problem.invalid(path + " is not a file or directory, or is behind a link");
        case DENIED -> Problem.invalid(path + " cannot be opened: permission denied");
        case NO_ROOM -> Problem.invalid("The disk of the session is full");
        case FAILED, DIFFERENT, TOO_LARGE -> Problem.invalid(String.valueOf(e.getMessage()));
      };
    }
    return Problem.unavailable("The sandbox of the session failed. Please retry.", e);
  }
}
