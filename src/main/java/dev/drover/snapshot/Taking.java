package dev.drover.snapshot;

import dev.drover.base.Ids;
import dev.drover.base.Scope;
import dev.drover.catalog.Blob;
import dev.drover.catalog.BlobId;
import dev.drover.catalog.Blobs;
import dev.drover.hands.Grip;
import dev.drover.hands.HandArchives;
import dev.drover.hands.PackedTree;
import dev.drover.session.SessionId;
import dev.drover.session.Snapshot;
import dev.drover.session.Snapshots;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/// Takes snapshots of the directories of a hand: as a layer on the newest one if the hand knows
/// that one, else as a whole.
///
/// @param most the size of an archive, in bytes
/// @param kept the number of snapshots of a session that are kept at least
record Taking(Snapshots snapshots, Blobs blobs, Ids ids, InstantSource clock, long most, int kept) {
  private static final int LAYERS = 8;
  private static final int PIPE = 1 << 18;

  private record Stored(PackedTree tree, Blob blob) {}

  /// Takes a snapshot of the session's directories, unless they are no longer the right ones, or
  /// nothing has changed.
  ///
  /// @param home the id of the directories of the hand that `grip` holds
  /// @return whether the newest snapshot is as the directories are
  /// @throws IOException if the directories cannot be packed; the message says why
  boolean take(SessionId session, String home, Grip grip) throws IOException, InterruptedException {
    if (snapshots.home(session).filter(right -> right.id().equals(home)).isEmpty()) {
      return false;
    }
    long position = snapshots.head(session);
    var name = ids.next("snap_");
    var base =
        snapshots
            .newest(session)
            .filter(newest -> newest.home().equals(home) && newest.layers().size() < LAYERS);
    var files = grip.files();
    if (files.isEmpty()) {
      return false; // a hand of an older version
    }
    var stored = store(files.get().archives(), base.map(Snapshot::name).orElse(""), name);
    boolean done = false;
    try {
      done =
          keep(
              session,
              new Snapshot(name, home, position, List.of(), 0, 0, "", clock.instant()),
              base,
              stored);
    } finally {
      if (!done) {
        blobs.delete(stored.blob.id());
      }
    }
    return done || unchanged(session, position, base, stored);
  }

  private boolean keep(SessionId session, Snapshot start, Optional<Snapshot> base, Stored stored) {
    var tree = stored.tree;
    if (tree.layer() && tree.changes() == 0) {
      return false;
    }
    var lower = tree.layer() && base.isPresent() ? base.get().layers() : List.<BlobId>of();
    var snapshot =
        new Snapshot(
            start.name(),
            start.home(),
            start.position(),
            lower,
            tree.files(),
            tree.bytes(),
            tree.left(),
            start.takenAt());
    return snapshots.keep(session, snapshot, stored.blob, kept);
  }

  private boolean unchanged(
      SessionId session, long position, Optional<Snapshot> base, Stored stored) {
    if (base.isEmpty() || !stored.tree.layer() || stored.tree.changes() > 0) {
      return false;
    }
    snapshots.unchanged(session, base.get(), position);
    return true;
  }

  /// The archive is compressed and stored while the hand makes it.
  private Stored store(HandArchives archives, String base, String name)
      throws IOException, InterruptedException {
    try (var scope = new Scope();
        var in = new PipedInputStream(PIPE)) {
      var out = new PipedOutputStream(in);
      var packing =
          scope.fork(
              () -> {
                try (var to = Zstd.compressing(out)) {
                  return archives.pack(base, name, most, to);
                }
              });
      var blob = blobs.put(in, Long.MAX_VALUE - 1);
      try {
        return new Stored(packing.join(), blob);
      } catch (IllegalStateException e) {
        blobs.delete(blob.id());
        throw e.getCause() instanceof IOException cause ? cause : new IOException(e);
      }
    }
  }
}
