package dev.drover;

import dev.drover.api.AccessKey;
import dev.drover.api.Backend;
import dev.drover.api.Operations;
import dev.drover.api.Server;
import dev.drover.base.Ids;
import dev.drover.base.MemoryBudget;
import dev.drover.base.Pause;
import dev.drover.base.Problem;
import dev.drover.base.Secret;
import dev.drover.brain.Brains;
import dev.drover.brain.Harness;
import dev.drover.brain.JobRunner;
import dev.drover.brain.Keeper;
import dev.drover.brain.Profile;
import dev.drover.brain.Retries;
import dev.drover.brain.WorkspaceRemoval;
import dev.drover.catalog.WorkspaceId;
import dev.drover.desk.SessionDesk;
import dev.drover.hands.SandboxPool;
import dev.drover.hands.bwrap.BwrapEngine;
import dev.drover.hands.local.LocalSandboxes;
import dev.drover.model.Model;
import dev.drover.model.ModelRouter;
import dev.drover.model.anthropic.MessagesModel;
import dev.drover.model.http.ApiKey;
import dev.drover.model.http.ModelHost;
import dev.drover.model.http.Timeouts;
import dev.drover.model.openai.ChatModel;
import dev.drover.model.rehearsal.RehearsalModel;
import dev.drover.session.Feed;
import dev.drover.session.Job;
import dev.drover.session.Nodes;
import dev.drover.store.Store;
import dev.drover.store.StoreUnusable;
import dev.drover.store.postgres.PostgresStore;
import dev.drover.store.sql.NodeProcess;
import dev.drover.store.sqlite.SqliteStore;
import dev.drover.telemetry.Facts;
import dev.drover.telemetry.MeteredHands;
import dev.drover.telemetry.MeteredJobs;
import dev.drover.telemetry.MeteredLog;
import dev.drover.telemetry.MeteredModels;
import dev.drover.telemetry.MeteredSandboxes;
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
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/// A whole server in this process, from settings to an open port. Accepts requests from
/// construction to [#close].
public final class Drover implements AutoCloseable {
  /// The workspace that the server's key opens: there is no other yet.
  static final WorkspaceId WORKSPACE = new WorkspaceId("wrkspc_01Default");

  private static final System.Logger LOG = System.getLogger(Drover.class.getName());

  private final Deque<Runnable> open = new ArrayDeque<>();
  private final Config config;
  private final Server server;
  private final Secret key;
  private final Drain drain;

  /// Opens the store, resumes every session that was running, and listens.
  ///
  /// @throws Problem that says what the operator can mend; nothing is left open
  public Drover(Config config) throws InterruptedException {
    this(config, config.brain().retries(), ModelHost::timeouts, Around.NOTHING);
  }

  /// @param around stands around the parts
  Drover(Config config, Around around) throws InterruptedException {
    this(config, config.brain().retries(), ModelHost::timeouts, around);
  }

  /// @param retries how failed model requests are made again
  /// @param timeouts how long a model's server may be silent, whatever the settings say
  Drover(Config config, Retries retries, Timeouts timeouts) throws InterruptedException {
    this(config, retries, _ -> timeouts, Around.NOTHING);
  }

  private Drover(
      Config config, Retries retries, Function<ModelHost, Timeouts> timeouts, Around around)
      throws InterruptedException {
    this.config = config;
    var clock = around.clock();
    // Unguessable ids and keys; java.util.random's default generator is neither.
    RandomGenerator random = new SecureRandom();
    var ids = new Ids(random);
    var tools = around.tools(List.of()); // what runs in this process: no tool yet
    var meters = new Meters(Inventory.of(tools).names());
    var seam = new MeteredLog.Seam(meters);
    var feed = new Feed(seam.tap());
    try {
      config.makeData();
      key = config.apiKey(ids);
      var store = around.store(store(config, feed, ids, clock));
      open.push(store::close);
      open.push(() -> leave(store.nodes()));
      var log = seam.around(store.eventLog());
      var sandboxes =
          new LocalSandboxes(
              config.data(), config.sandboxes(), BwrapEngine::new, ids, Pause.REAL, clock);
      var hands =
          new SandboxPool(
              new MeteredSandboxes(around.sandboxes(sandboxes), meters),
              config.pool().most(),
              config.pool().idle());
      open.push(hands::close);
      var models = new MeteredModels(around.models(models(config, timeouts, clock, ids)), meters);
      var metered = new MeteredHands(hands, meters);
      var harness =
          new Harness(
              log,
              store.sessions(),
              feed,
              models,
              metered,
              inventory(tools, meters),
              Profile.DEFAULTS,
              retries,
              config.brain().maxToolRounds(),
              config.brain().onAmbiguous(),
              ids,
              clock,
              Pause.REAL,
              random,
              // Whoever waits for it waits for other turns, and can be interrupted.
              new MemoryBudget(Runtime.getRuntime().maxMemory() * 3 / 10, Duration.ofDays(1)));
      var jobs = new MeteredJobs(store.jobs(), meters);
      var runner =
          new JobRunner(
              jobs, Map.of(Job.REMOVE_WORKSPACE, new WorkspaceRemoval(jobs, metered)), Pause.REAL);
      var brains = new Brains(harness, runner::hint);
      open.push(brains::close);
      open.push(hands::leave); // before the brains are stopped: their calls go on
      var keeper = new Keeper(store.nodes(), brains, Pause.REAL, System::nanoTime);
      open.push(keeper::close);
      open.push(runner::close);
      var readiness = new Readiness(() -> store.nodes().held());
      var desk =
          new SessionDesk(
              store.agents(),
              store.environments(),
              store.sessions(),
              log,
              brains,
              models,
              ids,
              clock);
      server =
          new Server(
              config.serving().with(List.of(new AccessKey(key, WORKSPACE))),
              new Backend(
                  desk,
                  store.agents(),
                  store.environments(),
                  log,
                  store.nodes(),
                  store.jobs(),
                  feed,
                  models,
                  config.serving().images(),
                  ids,
                  clock),
              new Operations(
                  readiness::reason,
                  meters.metrics()::text,
                  Metrics.CONTENT_TYPE,
                  brains::awake,
                  new RequestLog(meters)));
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
            return brains.await(limit);
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

  public URI url() {
    return URI.create(server.url());
  }

  /// Opens every route.
  public Secret key() {
    return key;
  }

  /// Has something run if this accepts no connections any more, and never will.
  public void onFailure(Runnable action) {
    server.onFailure(action);
  }

  /// Takes on nothing more, and waits until what runs has ended, for at most as long as the
  /// settings say. Requests are still answered; `readyz` says that they had better go elsewhere.
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

  /// Frees what this node holds. A database that is away frees it when the node has lapsed.
  private static void leave(Nodes nodes) {
    try {
      nodes.leave();
    } catch (Problem e) {
      LOG.log(
          Level.WARNING,
          "other nodes could not be notified that this node is stopping: " + e.getMessage());
    }
  }

  /// Names this server's data directory among those of all nodes.
  private static String place(Config config) {
    return NodeProcess.host() + ":" + config.data().toAbsolutePath().normalize();
  }

  private static Store store(Config config, Feed feed, Ids ids, InstantSource clock)
      throws StoreUnusable {
    var database = config.store().database();
    return database.isPresent()
        ? PostgresStore.open(
            database.get(), config.store().lapse(), place(config), feed, ids, clock)
        : SqliteStore.open(config.data().resolve("drover.db"), feed, ids, clock);
  }

  /// Stops listening, stops every brain where it is, ends every sandbox in which no call runs. What
  /// was running goes on, for a while, and is taken up on another node, or at the next start.
  /// Idempotent.
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

  private ModelRouter models(
      Config config, Function<ModelHost, Timeouts> timeouts, InstantSource clock, Ids ids) {
    Optional<Model> messages = Optional.empty();
    if (config.models().messages().isPresent()) {
      var host = config.models().messages().get();
      var model = new MessagesModel(host.base(), apiKey(host), timeouts.apply(host), clock);
      open.push(model::close);
      messages = Optional.of(model);
    }
    Optional<Model> chat = Optional.empty();
    if (config.models().chat().isPresent()) {
      var host = config.models().chat().get();
      var model =
          new ChatModel(
              host.base(), apiKey(host), timeouts.apply(host), clock, ids, host.reasoningField());
      open.push(model::close);
      chat = Optional.of(model);
    }
    var rehearsal = new RehearsalModel(config.models().firstToken(), Pause.REAL);
    return new ModelRouter(
        rehearsal, messages, chat, config.models().mapped(), config.models().settings());
  }

  private static Inventory inventory(List<ServerTool> tools, Meters meters) {
    return Inventory.of(
        tools.stream().<ServerTool>map(tool -> new MeteredTool(tool, meters)).toList());
  }

  private static ApiKey apiKey(ModelHost host) {
    return host.key().map(secret -> new ApiKey(secret.reveal())).orElse(ApiKey.NONE);
  }
}
