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
import dev.drover.brain.Brains;
import dev.drover.brain.ContextInspector;
import dev.drover.brain.HandErrand;
import dev.drover.brain.Harness;
import dev.drover.brain.JobRunner;
import dev.drover.brain.Keeper;
import dev.drover.brain.Replays;
import dev.drover.catalog.WorkspaceId;
import dev.drover.desk.AccessDesk;
import dev.drover.desk.AgentProfiles;
import dev.drover.desk.CatalogDesk;
import dev.drover.desk.MemoryDesk;
import dev.drover.desk.PolicyDesk;
import dev.drover.desk.SessionDesk;
import dev.drover.errands.MemoryErrand;
import dev.drover.hands.Egress;
import dev.drover.hands.Hands;
import dev.drover.hands.LiveOutput;
import dev.drover.hands.SandboxPool;
import dev.drover.model.Models;
import dev.drover.policy.PolicyFile;
import dev.drover.profile.Profiles;
import dev.drover.reading.GetEvents;
import dev.drover.session.EventLog;
import dev.drover.session.Feed;
import dev.drover.session.Nodes;
import dev.drover.session.Sessions;
import dev.drover.store.Store;
import dev.drover.store.StoreUnusable;
import dev.drover.telemetry.Facts;
import dev.drover.telemetry.FigureRing;
import dev.drover.telemetry.HandMeters;
import dev.drover.telemetry.MeteredBlobs;
import dev.drover.telemetry.MeteredJobs;
import dev.drover.telemetry.MeteredLog;
import dev.drover.telemetry.MeteredMcp;
import dev.drover.telemetry.MeteredModels;
import dev.drover.telemetry.MeteredTool;
import dev.drover.telemetry.Meters;
import dev.drover.telemetry.Metrics;
import dev.drover.telemetry.ProfileMeters;
import dev.drover.telemetry.RequestLog;
import dev.drover.templates.Templates;
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
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/// A whole server in this process, from the settings to the open port. It accepts requests from its
/// construction until [#close].
public final class Drover implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Drover.class.getName());

  /// How long one replay of a session's requests may take.
  private static final Duration REPLAY = Duration.ofSeconds(30);

  private final Deque<Runnable> open = new ArrayDeque<>();
  // Ids and keys must not be guessable, so the default generator of java.util.random is not enough.
  private final RandomGenerator random = new SecureRandom();
  private final Ids ids = new Ids(random);
  private final Config config;
  private final Wiring wiring;
  private final InstantSource clock;
  private final List<ServerTool> tools;
  private final Meters meters;
  private final Profiles profiles;
  private final Inventory inventory;
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
    noted(config.policy().file());
    var written = config.profiles().load();
    config.models().check(written);
    this.clock = wiring.clock();
    this.tools = wiring.tools(config, open::push);
    this.meters = new Meters(names(tools));
    var observed = written.observedBy(new ProfileMeters(meters));
    this.inventory = inventory();
    var seam = new MeteredLog.Seam(meters);
    this.feed = new Feed(seam.tap());
    try {
      DataDirectory.make(config.data());
      key = config.apiKey(ids);
      var store = store();
      profiles = observed.ofAgents(new AgentProfiles(store.catalogs()));
      profiles.remember(store.profileVersions());
      var log = seam.around(store.eventLog());
      var vaults =
          new VaultParts(config, store, wiring.guard(config), ids, random, clock, open::push);
      var secrets = new GitSecrets(store.sessions(), store.sessionResources(), vaults.keyring());
      var network =
          new NetworkParts(
              config,
              store.sessions(),
              vaults,
              wiring.guard(config),
              secrets,
              meters,
              ids,
              random,
              clock,
              open::push);
      var templates =
          new TemplateParts(config, wiring, network, store.sessions(), ids, clock, open::push);
      var hands = templates.around(hands(store, templates, network.gateway()));
      var models =
          new AllowedModels(
              new MeteredModels(wiring.models(config, ids, open::push), meters), config.policy());
      var jobs = new MeteredJobs(store.jobs(), meters);
      var blobs = new MeteredBlobs(wiring.blobs(config, ids), meters);
      open.push(blobs::close);
      OwnContents.claim(config, blobs, store.database());
      var contents =
          new Contents(
              config, store, jobs, blobs, hands, meters::memoryCompared, ids, clock, open::push);
      var errands = new ArrayList<>(contents.errands());
      errands.addAll(network.errands());
      var handlers = new HashMap<>(contents.handlers());
      handlers.putAll(vaults.handlers(jobs));
      var runner = new JobRunner(jobs, handlers, Pause.REAL);
      var brains =
          new Brains(
              harness(store, log, hands, contents, errands, network, vaults, models), runner::hint);
      open.push(brains::close);
      open.push(hands::leave); // before the brains are stopped: their calls go on
      var keeper = new Keeper(store.nodes(), brains, Pause.REAL, System::nanoTime);
      open.push(keeper::close);
      open.push(runner::close);
      var webhooks =
          new WebhookParts(
              config,
              store,
              new WebhookSecrets(vaults.envelope()),
              wiring.webhookGuard(config),
              meters,
              ids,
              random,
              clock,
              open::push);
      var readiness = new Readiness(() -> store.nodes().held());
      var sessions = seam.around(store.sessions());
      var backend =
          backend(
              store,
              sessions,
              log,
              brains,
              models,
              replays(models, contents),
              contents,
              vaults,
              webhooks,
              network,
              runner::hint);
      var figures = new FigureRing(meters, store.nodes(), brains::atWork, clock, Pause.REAL);
      open.push(figures::close);
      server =
          new Server(
              config.serving().with(List.of(new AccessKey(key, WorkspaceId.DEFAULT))),
              backend,
              operations(readiness, brains, figures));
      open.push(server::close);
      meters.watch(brains::atWork, server::openStreams);
      meters.watchStore(() -> store.work().statements(), () -> store.work().commits());
      figures.start(server::openStreams);
      meters.watchNodes(store.nodes(), store.jobs(), store.webhookQueue(), clock);
      int resumed = keeper.start();
      runner.start();
      webhooks.start();
      readiness.resumed();
      open.push(readiness::closing);
      drain =
          limit -> {
            readiness.closing();
            store.nodes().drain();
            long until = System.nanoTime() + limit.toNanos();
            boolean rested = brains.await(limit);
            contents.drain(Duration.ofNanos(until - System.nanoTime()));
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

  /// Notes which policy is in force, before anything is opened.
  private static void noted(PolicyFile policy) {
    policy
        .path()
        .ifPresent(
            file ->
                LOG.log(
                    Level.INFO,
                    "operator's policy",
                    Facts.of("file", file, "hash", policy.hash())));
  }

  private Store store() throws StoreUnusable {
    var store = wiring.store(config, feed, ids);
    open.push(store::close);
    open.push(() -> leave(store.nodes()));
    return store;
  }

  private SandboxPool hands(Store store, TemplateParts templates, Egress egress)
      throws IOException, InterruptedException {
    var hands =
        new SandboxPool(
            wiring.sandboxes(
                config,
                session -> MemoryErrand.of(store.sessionResources(), session),
                templates.mounts(),
                egress,
                LiveOutput.to(feed),
                ids),
            new HandMeters(meters),
            config.pool().most(),
            config.pool().idle());
    open.push(hands::close);
    return hands;
  }

  private Harness harness(
      Store store,
      EventLog log,
      Hands hands,
      Contents contents,
      List<HandErrand> errands,
      NetworkParts network,
      VaultParts vaults,
      Models models) {
    return new Harness(
        log,
        store.sessions(),
        feed,
        models,
        hands,
        errands,
        inventory,
        new AllowedMcp(
            new MeteredMcp(
                wiring.mcp(config, new McpSecrets(vaults.keyring()), open::push), meters),
            config.policy()),
        network.repositories(),
        profiles,
        wiring.retries(config),
        config.brain().maxToolRounds(),
        config.brain().onAmbiguous(),
        ids,
        clock,
        Pause.REAL,
        random,
        // A request waits for the memory of other turns as long as needed; it can be interrupted.
        new MemoryBudget(Runtime.getRuntime().maxMemory() * 3 / 10, Duration.ofDays(1)),
        contents.attached());
  }

  private Inventory inventory() {
    return Inventory.of(
            tools.stream().<ServerTool>map(tool -> new MeteredTool(tool, meters)).toList(),
            config.policy())
        .withReader(
            new MeteredTool(new GetEvents(System::nanoTime), meters), config.brain().getEvents());
  }

  private Replays replays(Models models, Contents contents) {
    return new Replays(
        models, inventory, profiles, Optional.of(contents.attached()), System::nanoTime, REPLAY);
  }

  /// The names of all tools of this server.
  private static Set<String> names(List<ServerTool> tools) {
    var names = new HashSet<>(Inventory.of(tools).names());
    names.add(GetEvents.NAME);
    return names;
  }

  private Backend backend(
      Store store,
      Sessions sessions,
      EventLog log,
      Brains brains,
      Models models,
      Replays replays,
      Contents contents,
      VaultParts vaults,
      WebhookParts webhooks,
      NetworkParts network,
      Runnable hint) {
    var desk =
        new SessionDesk(
            store.catalogs(),
            store.files(),
            store.skills(),
            store.vaults(),
            vaults.repositories(config),
            sessions,
            log,
            brains,
            models,
            config.policy(),
            profiles,
            ids,
            clock);
    return new Backend(
        desk,
        new ContextInspector(log, models, inventory, profiles),
        new CatalogDesk(
            store.catalogs(),
            store.skills(),
            models,
            Templates.managers(TemplateParts.ROOT, config.packages().aptSources()),
            config.policy(),
            profiles,
            ids,
            clock),
        contents.files(hint),
        new MemoryDesk(store.memories()),
        vaults.desk(hint, ids, clock),
        store.receipts(),
        contents.resources(vaults.repositories(config)),
        contents.access(),
        contents.skills(),
        webhooks.desk(),
        new PolicyDesk(config.policy(), new NetworkVerdicts(config.policy(), network::policy)),
        new AccessDesk(store.access(), desk, store.nodes(), ids, clock),
        log,
        store.nodes(),
        store.jobs(),
        feed,
        models,
        replays,
        config.serving().images(),
        config.uploads(),
        contents.scratch(),
        ids,
        clock);
  }

  private Operations operations(Readiness readiness, Brains brains, FigureRing figures) {
    return new Operations(
        readiness::reason,
        meters.metrics()::text,
        Metrics.CONTENT_TYPE,
        brains::awake,
        figures::figures,
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

  /// Reads the operator's policy again. If it cannot be read, the old one stays, and the log says
  /// so.
  public void reloadPolicy() {
    config.policy().reload();
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
