package dev.drover.errands;

import dev.drover.base.Ids;
import dev.drover.base.Problem;
import dev.drover.catalog.Blob;
import dev.drover.catalog.Blobs;
import dev.drover.catalog.FileId;
import dev.drover.catalog.WorkspaceId;
import dev.drover.errands.SessionOutputs.Reason;
import dev.drover.files.FileNames;
import dev.drover.files.MediaTypes;
import dev.drover.files.Outputs;
import dev.drover.files.StoredFile;
import dev.drover.hands.HandFiles;
import dev.drover.hands.HandRoot;
import dev.drover.hands.HandTree;
import dev.drover.session.SessionId;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/// Makes files of the API from what an agent wrote to the directory of its outputs. Safe for many
/// threads, one at a time for each [SessionOutputs].
public final class OutputCollector {
  /// The number of files, and of bytes, that are read, stored and recorded together.
  private static final int BATCH = Math.min(HandFiles.SEVERAL, Blobs.Batch.MOST);

  private static final long BATCH_BYTES = 64 << 20;

  private final Outputs outputs;
  private final Blobs blobs;
  private final OutputLimits limits;
  private final Ids ids;
  private final InstantSource clock;

  public OutputCollector(
      Outputs outputs, Blobs blobs, OutputLimits limits, Ids ids, InstantSource clock) {
    this.outputs = outputs;
    this.blobs = blobs;
    this.limits = limits;
    this.ids = ids;
    this.clock = clock;
  }

  Outputs outputs() {
    return outputs;
  }

  /// Whose outputs are collected, and how they are reached.
  ///
  /// @param isAtRest whether no calls run
  /// @param isWanted whether the collection should stop soon
  record Source(
      WorkspaceId workspace,
      SessionId session,
      HandFiles files,
      boolean isAtRest,
      BooleanSupplier isWanted) {}

  /// Keeps the outputs that have changed and are ready. What was refused for a reason that can pass
  /// is tried again at the rest without processes, and otherwise after [SessionOutputs#AGAIN].
  ///
  /// @return whether no process lives that could change more, and everything is kept or refused
  /// @throws IOException if the hand is gone
  /// @throws Problem if the store or the storage fails
  boolean collect(Source from, SessionOutputs known) throws IOException, InterruptedException {
    boolean quiet = !from.files.isAtWork();
    from.files
        .tree(HandRoot.OUTPUTS, known.cookie())
        .ifPresent(tree -> known.look(tree, clock.instant()));
    known.retry(quiet && from.isAtRest, clock.instant());
    var ready = known.ready(quiet, clock.instant());
    if (known.count() + ready.size() > limits.files()) {
      known.setPresent(outputs.present(from.session)); // clients may have deleted some
    }
    var batch = new ArrayList<HandTree.Entry>();
    long bytes = 0;
    int added = 0;
    for (var entry : ready) {
      if (entry.stamp().size() > limits.bytes()) {
        refuse(known, entry, Reason.LASTING, tooLarge(entry.stamp().size()));
        continue;
      }
      if (!known.isPresent(entry.path())) {
        if (known.count() + added >= limits.files()) {
          refuse(known, entry, Reason.TOO_MANY, tooMany());
          continue;
        }
        added++;
      }
      batch.add(entry);
      bytes += entry.stamp().size();
      if (batch.size() == BATCH || bytes >= BATCH_BYTES) {
        keep(from, known, batch);
        batch.clear();
        bytes = 0;
        added = 0;
        if (from.isWanted.getAsBoolean()) {
          return false;
        }
      }
    }
    keep(from, known, batch);
    return quiet && known.isSettled();
  }

  private void refuse(SessionOutputs known, HandTree.Entry entry, Reason reason, String why) {
    known.refuse(entry, reason, why, clock.instant());
  }

  private String tooMany() {
    return "a session keeps at most %,d outputs".formatted(limits.files());
  }

  private String tooLarge(long size) {
    return "%,d bytes, the limit is %,d bytes".formatted(size, limits.bytes());
  }

  /// The contents that are not recorded yet, each with the entry that it was read from.
  private record Kept(List<HandTree.Entry> entries, List<Outputs.Found> contents) {
    Kept() {
      this(new ArrayList<>(), new ArrayList<>());
    }
  }

  private void keep(Source from, SessionOutputs known, List<HandTree.Entry> entries)
      throws IOException, InterruptedException {
    if (entries.isEmpty()) {
      return;
    }
    var kept = new Kept();
    try (var batch = blobs.batch()) {
      try (var contents = from.files.getAll(HandRoot.OUTPUTS, entries, limits.bytes())) {
        for (var entry : entries) {
          read(from, known, entry, contents, batch, kept);
        }
      }
      batch.complete();
    } catch (InterruptedIOException e) {
      Thread.interrupted();
      throw (InterruptedException) new InterruptedException("interrupted").initCause(e);
    }
    record(from, known, kept.entries, kept.contents);
  }

  private void read(
      Source from,
      SessionOutputs known,
      HandTree.Entry entry,
      HandFiles.Contents contents,
      Blobs.Batch batch,
      Kept kept)
      throws IOException, InterruptedException {
    try {
      var blob = batch.add(contents.next(), limits.bytes());
      var path = entry.path().bytes();
      var stamp = SessionOutputs.text(entry.stamp());
      kept.contents.add(new Outputs.Found(path, stamp, file(from, entry, blob), blob));
      kept.entries.add(entry);
    } catch (HandFiles.Refused refused) {
      switch (refused.why()) {
        case DENIED ->
            refuse(known, entry, Reason.LASTING, "it cannot be read; its mode is " + mode(entry));
        case FAILED, NO_ROOM -> refuse(known, entry, Reason.UNREADABLE, "it cannot be read");
        case MISSING, DIFFERENT, UNFIT, TOO_LARGE -> known.lose(entry.path());
      }
    }
  }

  private static String mode(HandTree.Entry entry) {
    return "%03o".formatted(entry.stamp().mode() & 0777);
  }

  private StoredFile file(Source from, HandTree.Entry entry, Blob blob) {
    var name = FileNames.clean(entry.path().name().shown());
    return new StoredFile(
        new FileId(ids.next(FileId.PREFIX)),
        from.workspace,
        name,
        MediaTypes.ofName(name),
        blob.size(),
        Optional.empty(),
        Optional.of(from.session),
        Optional.of(entry.path().shown()),
        clock.instant(),
        Optional.empty());
  }

  private void record(
      Source from, SessionOutputs known, List<HandTree.Entry> entries, List<Outputs.Found> contents)
      throws InterruptedException {
    if (contents.isEmpty()) {
      return;
    }
    try {
      outputs.add(from.workspace, from.session, contents);
      entries.forEach(entry -> known.keep(entry.path(), entry.stamp()));
    } catch (Problem e) {
      if (e.kind() != Problem.Kind.INVALID_REQUEST) {
        throw e;
      }
      alone(from, known, entries, contents);
    }
  }

  /// Not all of the contents fit into the quota; some may.
  private void alone(
      Source from, SessionOutputs known, List<HandTree.Entry> entries, List<Outputs.Found> contents)
      throws InterruptedException {
    for (int i = 0; i < contents.size(); i++) {
      var entry = entries.get(i);
      try {
        outputs.add(from.workspace, from.session, List.of(contents.get(i)));
        known.keep(entry.path(), entry.stamp());
      } catch (Problem e) {
        if (e.kind() != Problem.Kind.INVALID_REQUEST) {
          throw e;
        }
        blobs.delete(contents.get(i).content().id());
        refuse(known, entry, Reason.QUOTA, String.valueOf(e.getMessage()));
      }
    }
  }
}
