package dev.drover;

import dev.drover.api.AccessKey;
import dev.drover.api.Backend;
import dev.drover.api.Operations;
import dev.drover.api.Readiness;
import dev.drover.api.Server;
import dev.drover.base.Ids;
import dev.drover.base.MemoryBudget;
import dev.drover.base.Pause;
import dev.drover.base.Problem;
import dev.drover.base.Secret;
import dev.drover.brain.AttachedFiles;
import dev.drover.brain.BlobDeletion;
import dev.drover.brain.BlobSweep;
import dev.drover.brain.Brains;
import dev.drover.brain.FileAccess;
import dev.drover.brain.FileExpiry;
import dev.drover.brain.FileProvision;
import dev.drover.brain.HandErrand;
import dev.drover.brain.Harness;
import dev.drover.brain.JobHandler;
import dev.drover.brain.JobRunner;
import dev.drover.brain.Keeper;
import dev.drover.brain.MemoryCleanup;
import dev.drover.brain.MemoryErrand;
import dev.drover.brain.OutputCollection;
import dev.drover.brain.OutputCollector;
import dev.drover.brain.OutputErrand;
import dev.drover.brain.Profile;
import dev.drover.brain.SkillProvision;
import dev.drover.brain.WorkspaceRemoval;
import dev.drover.catalog.Blobs;
import dev.drover.catalog.WorkspaceId;
import dev.drover.desk.CatalogDesk;
import dev.drover.desk.FileDesk;
import dev.drover.desk.MemoryDesk;
import dev.drover.desk.SessionDesk;
import dev.drover.desk.SessionResourceDesk;
import dev.drover.desk.SkillDesk;
import dev.drover.hands.Hands;
import dev.drover.hands.SandboxPool;
import dev.drover.model.Models;
import dev.drover.session.EventLog;
import dev.drover.session.Feed;
import dev.drover.session.Job;
import dev.drover.session.Jobs;
import dev.drover.session.Nodes;
import dev.drover.session.Sessions;
import dev.drover.session.Snapshots;
import dev.drover.skills.Scratch;
import dev.drover.skills.SkillUnpacking;
import dev.drover.snapshot.SnapshotErrand;
import dev.drover.store.Store;
import dev.drover.store.StoreUnusable;
import dev.drover.telemetry.Facts;
import dev.drover.telemetry.HandMeters;
import dev.drover.telemetry.MeteredBlobs;
import dev.drover.telemetry.MeteredJobs;
import dev.drover.telemetry.MeteredLog;
import dev.drover.telemetry.MeteredModels;
import dev.drover.telemetry.MeteredTool;
import dev.drover.telemetry.Meters;
import dev.drover.telemetry.Metrics;
import dev.drover.telemetry.RequestLog;
import dev.drover.tools.Inventory;
import dev.drover.tools.ServerTool;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/// A whole server in this process, from the settings to the open port. It accepts requests from its
/// construction until [#close].
public final class Drover implements AutoCloseable {
  /// The workspace of the server's key. There is only this one so far.
  static final WorkspaceId WORKSPACE = new WorkspaceId("wrkspc_01Default");

  private static final System.Logger LOG = System.getLogger(Drover.class.getName());

  private final Deque<Runnable> open = new ArrayDeque<>();
  // Ids and keys must not be guessable, so the default generator of java.util.random is not enough.
  private final RandomGenerator random = new SecureRandom();
  private final Ids ids = new Ids(random);
  private final Config config;
  private final Wiring wiring;
  private final InstantSource clock;
  private final List<ServerTool> tools;
  private final Meters meters;
  private final Feed feed;
  private final Server server;
  private final Secret key;
  private final Drain drain;

  /// Opens the store, resumes every session with unfinished work, and listens.
  ///
  /// @throws Problem that says what the operator can fix; nothing is left open
  public Drover(Config config) throws InterruptedException {
    this(config, new Wiring());
  }

  /// @param wiring selects the implementations that this server uses
  Drover(Config config, Wiring wiring) throws InterruptedException {
    this.config = config;
    this.wiring = wiring;
    this.clock = wiring.clock();
    this.tools = wiring.tools();
    this.meters = new Meters(Inventory.of(tools).names());
    var seam = new MeteredLog.Seam(meters);
    this.feed = new Feed(seam.tap());
    try {
      DataDirectory.make(config.data());
      key = config.apiKey(ids);
      var store = store();
      var log = seam.around(store.eventLog());
      var hands = hands(store);
      var models = new MeteredModels(wiring.models(config, ids, open::push), meters);
      var jobs = new MeteredJobs(store.jobs(), meters);
      var blobs = new MeteredBlobs(wiring.blobs(config, ids), meters);
      open.push(blobs::close);
      OwnContents.claim(config, blobs, store.database());
      var outputs = outputs(store, jobs, blobs, hands);
      var snapshots = snapshots(store, blobs, hands);
      var handlers = handlers(store, jobs, blobs, hands);
      handlers.put(
          Job.COLLECT_OUTPUTS,
          new OutputCollection(jobs, store.sessions(), store.snapshots(), hands, outputs));
      handlers.put(Snapshots.TAKE, snapshots);
      var runner = new JobRunner(jobs, handlers, Pause.REAL);
      var provision = new FileProvision(store.sessionResources(), hands, blobs);
      var errands = new ArrayList<HandErrand>();
      if (config.snapshots().taken(config.store().database().isPresent())) {
        errands.add(snapshots); // first: the others add to what it restores
      }
      errands.add(provision);
      errands.add(new SkillProvision(store.skills(), new SkillUnpacking(blobs, scratch())));
      errands.add(new MemoryErrand(store.sessionResources(), store.memories()));
      errands.add(outputs);
      var attached =
          new AttachedFiles(
              store.files(),
              blobs,
              new MemoryBudget(Runtime.getRuntime().maxMemory() / 5, Duration.ofDays(1)),
              clock);
      var brains =
          new Brains(
              harness(store.sessions(), log, hands, errands, models, attached), runner::hint);
      open.push(brains::close);
      open.push(hands::leave); // before the brains are stopped: their calls go on
      var keeper = new Keeper(store.nodes(), brains, Pause.REAL, System::nanoTime);
      open.push(keeper::close);
      open.push(runner::close);
      var readiness = new Readiness(() -> store.nodes().held());
      var files =
          new FileDesk(store.files(), blobs, runner::hint, config.uploads().largest(), ids, clock);
      var resources =
          new SessionResourceDesk(
              store.sessionResources(), store.catalogs(), store.files(), provision, ids, clock);
      var access = new FileAccess(hands, store.snapshots()::home, store.nodes());
      var skills = new SkillDesk(store.skills(), blobs, scratch(), ids, clock);
      var backend =
          backend(
              store,
              seam.around(store.sessions()),
              log,
              brains,
              models,
              files,
              resources,
              access,
              skills);
      server =
          new Server(
              config.serving().with(List.of(new AccessKey(key, WORKSPACE))),
              backend,
              operations(readiness, brains));
      open.push(server::close);
      meters.watch(brains::atWork, server::openStreams);
      meters.watchNodes(store.nodes(), store.jobs(), clock);
      int resumed = keeper.start();
      runner.start();
      readiness.resumed();
      open.push(readiness::closing);
      drain =
          limit -> {
            readiness.closing();
            store.nodes().drain();
            long until = System.nanoTime() + limit.toNanos();
            boolean rested = brains.await(limit);
            snapshots.drain(Duration.ofNanos(until - System.nanoTime()));
            return rested;
          };
      LOG.log(Level.INFO, "server started", Facts.of("url", server.url(), "resumed", resumed));
    } catch (StoreUnusable | IOException e) {
      close();
      throw Problem.unavailable(String.valueOf(e.getMessage()), e);
    } catch (RuntimeException | InterruptedException e) {
      close();
      throw e;
    }
  }

  private Store store() throws StoreUnusable {
    var store = wiring.store(config, feed, ids);
    open.push(store::close);
    open.push(() -> leave(store.nodes()));
    return store;
  }

  private SandboxPool hands(Store store) throws IOException, InterruptedException {
    var hands =
        new SandboxPool(
            wiring.sandboxes(
                config, session -> MemoryErrand.of(store.sessionResources(), session), ids),
            new HandMeters(meters),
            config.pool().most(),
            config.pool().idle());
    open.push(hands::close);
    return hands;
  }

  private OutputErrand outputs(Store store, Jobs jobs, Blobs blobs, Hands hands) {
    var collector = new OutputCollector(store.outputs(), blobs, config.outputs(), ids, clock);
    var outputs = new OutputErrand(collector, hands, jobs);
    open.push(outputs::close);
    return outputs;
  }

  private SnapshotErrand snapshots(Store store, Blobs blobs, Hands hands) {
    var errand =
        new SnapshotErrand(
            store.snapshots(), blobs, hands, config.snapshots(), ids, clock, Pause.REAL);
    open.push(errand::close); // after the brains, before the hands
    errand.start();
    return errand;
  }

  private Map<String, JobHandler> handlers(Store store, Jobs jobs, Blobs blobs, Hands hands) {
    var handlers = new HashMap<>(MemoryCleanup.handlers(store.memories(), jobs, clock));
    handlers.put(Job.REMOVE_WORKSPACE, new WorkspaceRemoval(jobs, hands));
    handlers.put(Job.DELETE_BLOB, new BlobDeletion(blobs));
    handlers.put(
        BlobSweep.KIND, new BlobSweep(jobs, blobs, store.database(), store.files(), clock));
    handlers.put(FileExpiry.KIND, new FileExpiry(jobs, store.files(), clock));
    return handlers;
  }

  private Harness harness(
      Sessions sessions,
      EventLog log,
      Hands hands,
      List<HandErrand> errands,
      Models models,
      AttachedFiles attached) {
    return new Harness(
        log,
        sessions,
        feed,
        models,
        hands,
        errands,
        Inventory.of(
            tools.stream().<ServerTool>map(tool -> new MeteredTool(tool, meters)).toList()),
        Profile.DEFAULTS,
        wiring.retries(config),
        config.brain().maxToolRounds(),
        config.brain().onAmbiguous(),
        ids,
        clock,
        Pause.REAL,
        random,
        // A request waits for the memory of other turns as long as needed; it can be interrupted.
        new MemoryBudget(Runtime.getRuntime().maxMemory() * 3 / 10, Duration.ofDays(1)),
        attached);
  }

  private Scratch scratch() {
    return new Scratch(config.data().resolve("scratch"));
  }

  private Backend backend(
      Store store,
      Sessions sessions,
      EventLog log,
      Brains brains,
      Models models,
      FileDesk files,
      SessionResourceDesk resources,
      FileAccess access,
      SkillDesk skills) {
    var desk =
        new SessionDesk(
            store.catalogs(),
            store.files(),
            store.skills(),
            sessions,
            log,
            brains,
            models,
            ids,
            clock);
    return new Backend(
        desk,
        new CatalogDesk(store.catalogs(), store.skills(), models, ids, clock),
        files,
        new MemoryDesk(store.memories()),
        resources,
        access,
        skills,
        log,
        store.nodes(),
        store.jobs(),
        feed,
        models,
        config.serving().images(),
        config.uploads(),
        ids,
        clock);
  }

  private Operations operations(Readiness readiness, Brains brains) {
    return new Operations(
        readiness::reason,
        meters.metrics()::text,
        Metrics.CONTENT_TYPE,
        brains::awake,
        new RequestLog(meters));
  }

  public URI url() {
    return URI.create(server.url());
  }

  /// The API key, which gives access to every route.
  public Secret key() {
    return key;
  }

  /// Sets the action to run if this server can no longer accept connections.
  public void onFailure(Runnable action) {
    server.onFailure(action);
  }

  /// Takes on no new work, and waits until running turns have ended, at most as long as the
  /// settings allow. Requests are still answered; `readyz` reports that clients should use another
  /// node.
  public void drain() throws InterruptedException {
    if (!drain.within(config.drain())) {
      LOG.log(
          Level.INFO,
          "some turns have not ended; they continue on another node or at the next start");
    }
  }

  private interface Drain {
    boolean within(Duration limit) throws InterruptedException;
  }

  /// Releases the sessions of this node. If the database is unreachable, other nodes release them
  /// after the lapse.
  private static void leave(Nodes nodes) {
    try {
      nodes.leave();
    } catch (Problem e) {
      LOG.log(
          Level.WARNING,
          "other nodes could not be notified that this node is stopping: " + e.getMessage());
    }
  }

  /// Stops listening, stops every brain, and ends every sandbox in which no call runs. Running
  /// calls continue for a while; another node, or the next start, attaches to them. Idempotent.
  @Override
  public void close() {
    boolean stops = !open.isEmpty();
    while (!open.isEmpty()) {
      open.pop().run();
    }
    if (stops) {
      LOG.log(Level.INFO, "server stopped");
    }
  }
}
