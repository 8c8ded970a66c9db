package dev.drover.hands.local;

import dev.drover.base.FileLock;
import dev.drover.base.FreeSpace;
import dev.drover.base.Ids;
import dev.drover.base.Pause;
import dev.drover.hands.Egress;
import dev.drover.hands.FramedHand;
import dev.drover.hands.HandSpec;
import dev.drover.hands.LiveOutput;
import dev.drover.hands.Sandbox;
import dev.drover.hands.Sandboxes;
import dev.drover.session.HandId;
import dev.drover.session.SessionId;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Sandboxes on this machine, made with one [Engine].
///
/// Below the data directory it keeps `workspaces` (durable, one per session), `hands` (one per live
/// hand) and `bin`. Several servers of one machine may share them. A hand belongs to the server
/// that is attached to it, and no other server uses it. A hand without a server lives for
/// [SandboxSettings#watchdog], and a sweep removes the remains of dead hands. Safe for many
/// threads.
public final class LocalSandboxes implements Sandboxes {
  private static final System.Logger LOG = System.getLogger(LocalSandboxes.class.getName());
  private static final long SWEEP_LEAST = 100; // ms

  /// An empty group of this age belongs to no hand that is being created, even if the clock jumps.
  private static final Duration FORGOTTEN = Duration.ofDays(1);

  private final SandboxSettings settings;
  private final Ids ids;
  private final InstantSource clock;
  private final Engine engine;
  private final Register register;
  private final Workspaces workspaces;
  private final MemoryMounts mounts;
  private final PackageMounts packages;
  private final Egress egress;
  private final LiveOutput output;
  private final FreeSpace room;
  private final Spawner spawner;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Set<LocalSandbox> open = ConcurrentHashMap.newKeySet();
  private final Set<SessionId> discarding = ConcurrentHashMap.newKeySet();

  /// Sandboxes without packages of environments.
  ///
  /// @param mounts which memory stores the sandboxes of a session show
  /// @param egress the way out of sandboxes
  /// @throws IOException when the data directory cannot be used, or the engine cannot be made
  /// @throws InterruptedException when interrupted while it removes what an earlier server left
  public LocalSandboxes(
      Path data,
      SandboxSettings settings,
      Engine.Maker maker,
      MemoryMounts mounts,
      Egress egress,
      Ids ids,
      Pause pause,
      InstantSource clock)
      throws IOException, InterruptedException {
    this(
        data,
        settings,
        maker,
        mounts,
        PackageMounts.NONE,
        egress,
        LiveOutput.NONE,
        ids,
        pause,
        clock);
  }

  /// @param mounts which memory stores the sandboxes of a session show
  /// @param packages which packages they show
  /// @param egress the way out of sandboxes
  /// @param output receives what commands print while they run
  /// @throws IOException when the data directory cannot be used, or the engine cannot be made
  /// @throws InterruptedException when interrupted while it removes what an earlier server left
  public LocalSandboxes(
      Path data,
      SandboxSettings settings,
      Engine.Maker maker,
      MemoryMounts mounts,
      PackageMounts packages,
      Egress egress,
      LiveOutput output,
      Ids ids,
      Pause pause,
      InstantSource clock)
      throws IOException, InterruptedException {
    var root = data.toAbsolutePath().normalize();
    this.settings = settings;
    this.mounts = mounts;
    this.packages = packages;
    this.egress = egress;
    this.output = output;
    this.ids = ids;
    this.clock = clock;
    var hands = Workspaces.Directories.own(root.resolve("hands"));
    var homes = Workspaces.Directories.own(root.resolve("workspaces"));
    var program = HandBinary.extract(Workspaces.Directories.own(root.resolve("bin")));
    this.room = new FreeSpace(root, settings.storage().floor());
    this.spawner = new Spawner(pause);
    this.engine =
        maker.make(
            new Engine.Machine(root, homes, program, room.floor(), settings, spawner, pause));
    this.register = new Register(hands, engine, pause);
    this.workspaces = new Workspaces(homes, settings.firstUid(), engine.mountsImages(), ids, pause);
    register.sweep();
    Thread.ofVirtual().name("hand-janitor").start(this::sweepNowAndThen);
  }

  /// The limits on this machine, and what enforces them.
  public String limits() {
    return engine.limits();
  }

  /// Creates a complete sandbox once and runs a small check in it. Empty if it succeeds; otherwise
  /// the problem and how to fix it.
  public Optional<String> problem() throws InterruptedException {
    // Of its own, because two servers may check one data directory at the same time.
    var session = new SessionId(ids.next("sesn_probe"));
    try {
      var held = register.make(newId(), session);
      try (var _ = held.lock()) {
        try {
          return engine.problem(
              site(
                  held,
                  workspaces.open(session, List.of()),
                  Optional.empty(),
                  false,
                  Egress.Surroundings.NONE),
              new Recorder(held.leash()));
        } finally {
          register.read(held.leash().directory()).pull();
        }
      }
    } catch (Unavailable e) {
      return Optional.of(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      return Optional.of("a sandbox could not be started: " + e.getMessage());
    } finally {
      discard(session);
    }
  }

  private static Engine.Site site(
      Register.Held held,
      Workspaces.Workspace workspace,
      Optional<Path> packages,
      boolean egress,
      Egress.Surroundings surroundings) {
    var leash = held.leash();
    return new Engine.Site(
        leash.hand().value(), leash.directory(), workspace, packages, egress, surroundings);
  }

  @Override
  public Sandbox provision(HandSpec spec) throws Unavailable, InterruptedException {
    var session = spec.session();
    try (var _ = lock(session)) {
      var present = workspaces.hand(spec);
      var living = present.isEmpty() ? Optional.<Sandbox>empty() : take(session, present.get());
      return living.isPresent() ? living.get() : start(spec);
    } catch (IOException e) {
      heedInterrupt();
      throw new Unavailable("The sandbox could not be started: " + e.getMessage(), e);
    }
  }

  @Override
  public Optional<Sandbox> attach(HandSpec spec, HandId hand) throws InterruptedException {
    var session = spec.session();
    if (!workspaces.exists(session)) {
      return Optional.empty();
    }
    try (var _ = lock(session)) {
      return workspaces.hand(spec).equals(Optional.of(hand))
          ? take(session, hand)
          : Optional.empty();
    } catch (IOException e) {
      heedInterrupt();
      LOG.log(Level.WARNING, "the hand of " + session + " is abandoned", e);
      return Optional.empty();
    }
  }

  /// A channel closes when its thread is interrupted, which says nothing about the hand.
  private static void heedInterrupt() throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
  }

  private FileLock lock(SessionId session) throws IOException, InterruptedException {
    return workspaces.lock(session, settings.patience()).orElseThrow(Register.InUse::new);
  }

  /// Returns the hand if it is alive and answers; otherwise removes its remains.
  ///
  /// @throws Register.InUse when another server remains attached to it
  private Optional<Sandbox> take(SessionId session, HandId hand)
      throws IOException, InterruptedException {
    var held = register.take(hand, settings.patience());
    if (held.isEmpty()) {
      return Optional.empty();
    }
    var leash = held.get().leash();
    boolean attached = false;
    try {
      if (leash.session().equals(session.value()) && leash.lives()) {
        try {
          var sandbox = sandbox(attach(session, leash.directory()), held.get());
          attached = true;
          return Optional.of(sandbox);
        } catch (IOException e) {
          heedInterrupt();
          LOG.log(Level.WARNING, "the hand of " + session + " does not answer", e);
        }
      }
      leash.pull();
      return Optional.empty();
    } finally {
      if (!attached) {
        held.get().lock().close();
      }
    }
  }

  /// Below the floor only existing sandboxes may clean up.
  private void checkRoom() throws IOException, Unavailable {
    if (room.isShort()) {
      throw new Unavailable(
          "The server's disk is nearly full: %d bytes are free, %d are kept free. No sandbox was"
                  .formatted(room.free(), room.floor())
              + " started. Delete sessions, or free some space.");
    }
  }

  /// Two sandboxes must not mount one disk.
  private void checkDisk(HandSpec spec, Workspaces.Workspace workspace)
      throws Unavailable, IOException {
    if (workspace.image().isEmpty()) {
      return;
    }
    for (var other : workspaces.hands(spec.session())) {
      var hand = workspaces.hand(other);
      if (!other.equals(spec) && hand.isPresent() && register.lives(hand.get())) {
        throw new Unavailable(
            "The session's disk is in use by its hand " + other.name() + ". Please retry later.");
      }
    }
  }

  private Sandbox start(HandSpec spec) throws Unavailable, IOException, InterruptedException {
    var session = spec.session();
    checkRoom();
    var workspace = workspaces.open(session, mounts.of(session));
    checkDisk(spec, workspace);
    boolean leadsOut = egress.offers(session);
    var surroundings = egress.surroundings(session);
    var id = newId();
    var held = register.make(id, session);
    var record = new Recorder(held.leash());
    boolean started = false;
    try {
      var shown = packages.of(session, held.leash().directory());
      workspaces.hand(spec, id);
      var running = engine.start(site(held, workspace, shown, leadsOut, surroundings), record);
      var hand = attach(session, record.leash().directory());
      record.write(running.traces());
      started = true;
      return sandbox(hand, new Register.Held(record.leash(), held.lock()));
    } finally {
      if (!started) {
        try (var _ = held.lock()) {
          record.leash().pull();
        }
      }
    }
  }

  private Sandbox sandbox(FramedHand hand, Register.Held held) {
    var session = new SessionId(held.leash().session());
    var leash = held.leash();
    var way =
        engine.egress(leash.directory()).map(dial -> egress.open(session, leash.hand(), dial));
    var sandbox = new LocalSandbox[1];
    sandbox[0] =
        new LocalSandbox(
            hand,
            held,
            way,
            workspaces.uploads(session),
            workspaces.skills(session),
            slug -> workspaces.memory(session, slug),
            () -> open.remove(sandbox[0]));
    open.add(sandbox[0]);
    return sandbox[0];
  }

  private FramedHand attach(SessionId session, Path directory)
      throws IOException, InterruptedException {
    try {
      return FramedHand.attach(
          engine.connect(directory),
          settings.patience(),
          settings.heartbeat(),
          () -> {},
          (call, text, leftOut) -> output.printed(session, call, text, leftOut));
    } catch (IOException e) {
      throw new IOException(engine.diagnosis(directory), e);
    }
  }

  private HandId newId() {
    return new HandId(ids.next(HandId.PREFIX));
  }

  @Override
  public void release(SessionId session) {
    if (!workspaces.exists(session)) {
      return;
    }
    boolean interrupted = Thread.interrupted();
    try (var _ = lock(session)) {
      for (var spec : workspaces.hands(session)) {
        pull(workspaces.hand(spec));
      }
    } catch (IOException e) {
      LOG.log(Level.WARNING, "the hand of " + session + " could not be removed", e);
    } catch (InterruptedException e) {
      interrupted = true; // it ends by itself
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void pull(Optional<HandId> hand) throws IOException, InterruptedException {
    var held =
        hand.isEmpty()
            ? Optional.<Register.Held>empty()
            : register.take(hand.get(), settings.patience());
    if (held.isPresent()) {
      try (var _ = held.get().lock()) {
        held.get().leash().pull();
      }
    }
  }

  @Override
  public void discard(SessionId session) {
    if (!discarding.add(session)) {
      return; // two removals of one tree would conflict
    }
    try {
      release(session);
      workspaces.discard(session);
    } catch (IOException e) {
      LOG.log(Level.WARNING, "the workspace of " + session + " could not be removed yet", e);
    } finally {
      discarding.remove(session);
    }
  }

  @Override
  public boolean isElsewhere(SessionId session) {
    if (!workspaces.exists(session)) {
      return false;
    }
    try {
      for (var spec : workspaces.hands(session)) {
        var hand = workspaces.hand(spec);
        if (hand.isPresent() && !isHere(hand.get()) && register.isHeld(hand.get())) {
          return true;
        }
      }
    } catch (IOException e) {
      LOG.log(Level.WARNING, "the hands of " + session + " cannot be found", e);
    }
    return false;
  }

  private boolean isHere(HandId hand) {
    return open.stream().anyMatch(sandbox -> sandbox.id().equals(hand));
  }

  @Override
  public Optional<String> home(SessionId session) {
    try {
      return workspaces.id(session);
    } catch (IOException e) {
      LOG.log(Level.WARNING, "the directories of " + session + " cannot be identified", e);
      return Optional.empty();
    }
  }

  @Override
  public Set<SessionId> kept() {
    try {
      return workspaces.sessions();
    } catch (IOException e) {
      LOG.log(Level.WARNING, "the workspaces cannot be listed", e);
      return Set.of();
    }
  }

  /// Closes every sandbox that was not left; the workspaces are kept.
  @Override
  public void close() {
    closed.countDown();
    open.forEach(LocalSandbox::close);
    spawner.close();
    boolean interrupted = Thread.interrupted();
    sweep();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void sweepNowAndThen() {
    try {
      while (!closed.await(
          Math.max(SWEEP_LEAST, settings.watchdog().toMillis()), TimeUnit.MILLISECONDS)) {
        sweep();
      }
    } catch (InterruptedException e) {
      // No other code has a reference to this thread, so it is never interrupted.
    }
  }

  private void sweep() {
    try {
      register.sweep();
      engine.sweep(clock.instant().minus(FORGOTTEN));
    } catch (IOException e) {
      LOG.log(Level.WARNING, "the files of dead hands could not be removed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
