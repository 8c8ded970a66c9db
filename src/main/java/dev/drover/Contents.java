package dev.drover;

import dev.drover.base.Ids;
import dev.drover.base.MemoryBudget;
import dev.drover.base.Pause;
import dev.drover.brain.AttachedFiles;
import dev.drover.brain.HandErrand;
import dev.drover.brain.JobHandler;
import dev.drover.catalog.Blobs;
import dev.drover.desk.FileDesk;
import dev.drover.desk.RepositoryChoice;
import dev.drover.desk.SessionResourceDesk;
import dev.drover.desk.SkillDesk;
import dev.drover.errands.BlobDeletion;
import dev.drover.errands.BlobSweep;
import dev.drover.errands.FileAccess;
import dev.drover.errands.FileExpiry;
import dev.drover.errands.FileProvision;
import dev.drover.errands.MemoryCleanup;
import dev.drover.errands.MemoryErrand;
import dev.drover.errands.OutputCollection;
import dev.drover.errands.OutputCollector;
import dev.drover.errands.OutputErrand;
import dev.drover.errands.SkillProvision;
import dev.drover.errands.ToolOutputErrand;
import dev.drover.errands.WorkspaceRemoval;
import dev.drover.hands.Hands;
import dev.drover.session.Job;
import dev.drover.session.Jobs;
import dev.drover.session.Snapshots;
import dev.drover.skills.Scratch;
import dev.drover.skills.SkillUnpacking;
import dev.drover.snapshot.SnapshotErrand;
import dev.drover.store.Store;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// The parts of a server that work on what goes into sandboxes and comes out of them: the errands
/// of the brain, the jobs, and what the API needs. A new kind of content is connected here.
final class Contents {
  private final Config config;
  private final Store store;
  private final Jobs jobs;
  private final Blobs blobs;
  private final Hands hands;
  private final MemoryErrand.Tap memoryTap;
  private final Ids ids;
  private final InstantSource clock;
  private final Scratch scratch;
  private final SnapshotErrand snapshots;
  private final OutputErrand outputs;
  private final FileProvision provision;

  /// @param onClose accepts an action to run when the server closes, after its brains
  Contents(
      Config config,
      Store store,
      Jobs jobs,
      Blobs blobs,
      Hands hands,
      MemoryErrand.Tap memoryTap,
      Ids ids,
      InstantSource clock,
      Consumer<Runnable> onClose) {
    this.config = config;
    this.store = store;
    this.jobs = jobs;
    this.blobs = blobs;
    this.hands = hands;
    this.memoryTap = memoryTap;
    this.ids = ids;
    this.clock = clock;
    scratch = new Scratch(config.data().resolve("scratch"));
    provision = new FileProvision(store.sessionResources(), hands, blobs);
    outputs =
        new OutputErrand(
            new OutputCollector(store.outputs(), blobs, config.outputs(), ids, clock), hands, jobs);
    onClose.accept(outputs::close);
    snapshots =
        new SnapshotErrand(
            store.snapshots(), blobs, hands, config.snapshots(), ids, clock, Pause.REAL);
    onClose.accept(snapshots::close);
    snapshots.start();
  }

  /// In the order in which they run before calls: the others add to what a snapshot restores.
  List<HandErrand> errands() {
    var errands = new ArrayList<HandErrand>();
    if (config.snapshots().taken(config.store().database().isPresent())) {
      errands.add(snapshots);
    }
    errands.add(provision);
    errands.add(new SkillProvision(store.skills(), new SkillUnpacking(blobs, scratch)));
    errands.add(new ToolOutputErrand(store.toolOutputs(), blobs));
    errands.add(new MemoryErrand(store.sessionResources(), store.memories(), memoryTap));
    errands.add(outputs);
    return errands;
  }

  /// By the kind of job.
  Map<String, JobHandler> handlers() {
    var handlers = new HashMap<>(MemoryCleanup.handlers(store.memories(), jobs, clock));
    handlers.put(Job.REMOVE_WORKSPACE, new WorkspaceRemoval(jobs, hands));
    handlers.put(Job.DELETE_BLOB, new BlobDeletion(blobs));
    handlers.put(
        BlobSweep.KIND, new BlobSweep(jobs, blobs, store.database(), store.files(), clock));
    handlers.put(FileExpiry.KIND, new FileExpiry(jobs, store.files(), clock));
    handlers.put(
        Job.COLLECT_OUTPUTS,
        new OutputCollection(jobs, store.sessions(), store.snapshots(), hands, outputs));
    handlers.put(Snapshots.TAKE, snapshots);
    return handlers;
  }

  /// The contents of files to which messages refer. A request waits for the memory of others as
  /// long as needed; it can be interrupted.
  AttachedFiles attached() {
    var memory = new MemoryBudget(Runtime.getRuntime().maxMemory() / 5, Duration.ofDays(1));
    return new AttachedFiles(store.files(), blobs, memory, clock);
  }

  /// @param hint starts jobs that were just added
  FileDesk files(Runnable hint) {
    return new FileDesk(store.files(), blobs, hint, config.uploads().largest(), ids, clock);
  }

  SessionResourceDesk resources(RepositoryChoice repositories) {
    return new SessionResourceDesk(
        store.sessionResources(),
        store.catalogs(),
        store.files(),
        provision,
        repositories,
        ids,
        clock);
  }

  FileAccess access() {
    return new FileAccess(hands, store.snapshots());
  }

  /// The directory for temporary files.
  Scratch scratch() {
    return scratch;
  }

  SkillDesk skills() {
    return new SkillDesk(store.skills(), blobs, scratch, ids, clock);
  }

  /// Takes the snapshots that are due before the server ends.
  void drain(Duration limit) throws InterruptedException {
    snapshots.drain(limit);
  }
}
