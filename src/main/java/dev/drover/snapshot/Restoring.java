package dev.drover.snapshot;

import dev.drover.base.Problem;
import dev.drover.catalog.BlobFiles;
import dev.drover.catalog.BlobId;
import dev.drover.catalog.Blobs;
import dev.drover.hands.Grip;
import dev.drover.hands.HandArchives;
import dev.drover.session.SessionId;
import dev.drover.session.Snapshot;
import dev.drover.session.Snapshots;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// Restores the newest snapshot of a session in a new hand.
record Restoring(Snapshots snapshots, Blobs blobs) {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss 'UTC'").withZone(ZoneOffset.UTC);

  private static final String GONE =
      " Running processes, shell variables, /tmp and /home/user are gone.";

  /// @return the lines for the model
  /// @throws IOException if the snapshot cannot be restored; the hand must not be used then
  String restore(SessionId session, Grip grip) throws IOException, InterruptedException {
    var newest = snapshots.newest(session);
    if (newest.isEmpty()) {
      return "[sandbox] This is a new sandbox, and the files of the earlier one are lost: there is"
          + " no snapshot of them."
          + GONE;
    }
    var snapshot = newest.get();
    try (var files = new Layers()) {
      for (var layer : snapshot.layers()) {
        files.add(content(layer));
      }
      archives(grip).unpack(files.archives());
    }
    return text(snapshot, snapshots.callsAfter(session, snapshot.position()));
  }

  private static HandArchives archives(Grip grip) throws IOException {
    return grip.files()
        .orElseThrow(() -> new IOException("the sandbox is of an older version"))
        .archives();
  }

  private BlobFiles.Held content(BlobId layer) throws IOException, InterruptedException {
    try {
      return blobs
          .file(layer)
          .orElseThrow(
              () -> new IOException("the content " + layer + " of its snapshot is missing"));
    } catch (Problem e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /// The contents of a snapshot, compared with their digests before the first byte is read.
  private static final class Layers implements AutoCloseable {
    private final List<BlobFiles.Held> held = new ArrayList<>();
    private final List<InputStream> open = new ArrayList<>();

    void add(BlobFiles.Held file) throws IOException {
      held.add(file);
      open.add(Zstd.expanding(Files.newInputStream(file.path())));
    }

    InputStream archives() {
      return new SequenceInputStream(Collections.enumeration(open));
    }

    @Override
    public void close() throws IOException {
      for (var one : open) {
        one.close();
      }
      held.forEach(BlobFiles.Held::close);
    }
  }

  private static String text(Snapshot snapshot, long calls) {
    var later =
        calls == 0
            ? ""
            : calls == 1
                ? "; 1 later command may have changed files, and its changes are gone"
                : "; %d later commands may have changed files, and their changes are gone"
                    .formatted(calls);
    var left = snapshot.left().isEmpty() ? "" : " Not restored: " + snapshot.left() + ".";
    return "[sandbox] This is a new sandbox. Its files were restored from a snapshot taken at "
        + TIME.format(snapshot.takenAt())
        + later
        + "."
        + GONE
        + left;
  }
}
