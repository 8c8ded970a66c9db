package dev.drover.errands;

import dev.drover.base.Ids;
import dev.drover.base.Problem;
import dev.drover.base.Scope;
import dev.drover.catalog.Blob;
import dev.drover.catalog.Blobs;
import dev.drover.catalog.FileId;
import dev.drover.catalog.WorkspaceId;
import dev.drover.files.FileNames;
import dev.drover.files.MediaTypes;
import dev.drover.files.Outputs;
import dev.drover.files.StoredFile;
import dev.drover.hands.HandFiles;
import dev.drover.hands.HandRoot;
import dev.drover.hands.HandTree;
import dev.drover.session.SessionId;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Makes files of the API from what an agent wrote to the directory of its outputs. Safe for many
/// threads, one at a time for each [SessionOutputs].
public final class OutputCollector {
  /// The number of files, and of bytes, that are recorded in one transaction.
  private static final int BATCH = 100;

  private static final long BATCH_BYTES = 64 << 20;

  /// The number of files that are read at once.
  private static final int AT_ONCE = 4;

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
  /// @param isWanted whether the collection should stop soon
  record Source(
      WorkspaceId workspace, SessionId session, HandFiles files, BooleanSupplier isWanted) {}

  /// Keeps the outputs that have changed and are ready.
  ///
  /// @return whether no process lives that could change more, and everything is kept or refused
  /// @throws IOException if the hand is gone
  /// @throws Problem if the store or the storage fails
  boolean collect(Source from, SessionOutputs known) throws IOException, InterruptedException {
    boolean quiet = !from.files.isAtWork();
    from.files
        .tree(HandRoot.OUTPUTS, known.cookie())
        .ifPresent(tree -> known.look(tree, clock.instant()));
    var batch = new ArrayList<HandTree.Entry>();
    long bytes = 0;
    for (var entry : known.ready(quiet, clock.instant())) {
      var refusal = refusal(entry, known, batch.size());
      if (refusal != null) {
        known.refuse(entry.path(), entry.stamp(), refusal);
        continue;
      }
      batch.add(entry);
      bytes += entry.stamp().size();
      if (batch.size() == BATCH || bytes >= BATCH_BYTES) {
        keep(from, known, batch);
        batch.clear();
        bytes = 0;
        if (from.isWanted.getAsBoolean()) {
          return false;
        }
      }
    }
    keep(from, known, batch);
    return quiet && known.isSettled();
  }

  private @Nullable String refusal(HandTree.Entry entry, SessionOutputs known, int waiting) {
    if (entry.stamp().size() > limits.bytes()) {
      return tooLarge(entry.stamp().size());
    }
    boolean isNew = !known.isKept(entry.path());
    return isNew && known.count() + waiting >= limits.files()
        ? "a session keeps at most %,d outputs".formatted(limits.files())
        : null;
  }

  private String tooLarge(long size) {
    return "%,d MB, the limit is %,d MB".formatted(size >> 20, limits.bytes() >> 20);
  }

  /// A content that was read, or why it was not.
  private record Reading(
      HandTree.Entry entry, Outputs.@Nullable Found found, @Nullable String refusal) {}

  private void keep(Source from, SessionOutputs known, List<HandTree.Entry> batch)
      throws IOException, InterruptedException {
    var found = new ArrayList<Outputs.Found>();
    var kept = new ArrayList<HandTree.Entry>();
    for (int start = 0; start < batch.size(); start += AT_ONCE) {
      var some = batch.subList(start, Math.min(start + AT_ONCE, batch.size()));
      for (var reading : read(from, some)) {
        if (reading.found != null) {
          found.add(reading.found);
          kept.add(reading.entry);
        } else if (reading.refusal != null) {
          known.refuse(reading.entry.path(), reading.entry.stamp(), reading.refusal);
        } else {
          known.lose(reading.entry.path());
        }
      }
    }
    record(from, known, kept, found);
  }

  private List<Reading> read(Source from, List<HandTree.Entry> entries)
      throws IOException, InterruptedException {
    try (var scope = new Scope()) {
      var tasks = entries.stream().map(entry -> scope.fork(() -> read(from, entry))).toList();
      var readings = new ArrayList<Reading>();
      for (var task : tasks) {
        readings.add(task.join());
      }
      return readings;
    } catch (IllegalStateException e) {
      if (e.getCause() instanceof IOException failure) {
        throw failure;
      }
      throw e;
    }
  }

  private Reading read(Source from, HandTree.Entry entry) throws IOException, InterruptedException {
    var stamp = Optional.of(entry.stamp());
    try (var content = from.files.get(HandRoot.OUTPUTS, entry.path(), stamp, limits.bytes())) {
      var blob = blobs.put(content, limits.bytes());
      var path = entry.path();
      return new Reading(
          entry,
          new Outputs.Found(
              path.bytes(), SessionOutputs.text(entry.stamp()), file(from, entry, blob), blob),
          null);
    } catch (HandFiles.Refused refused) {
      return switch (refused.why()) {
        case DENIED -> new Reading(entry, null, "it cannot be read; its mode is " + mode(entry));
        case FAILED, NO_ROOM -> new Reading(entry, null, "it cannot be read");
        case MISSING, DIFFERENT, UNFIT, TOO_LARGE -> new Reading(entry, null, null);
      };
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
        known.refuse(entry.path(), entry.stamp(), String.valueOf(e.getMessage()));
      }
    }
  }
}
