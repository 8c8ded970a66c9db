package dev.drover.hands.bwrap;

import dev.drover.base.Ids;
import dev.drover.base.Pause;
import dev.drover.hands.ByteStream;
import dev.drover.hands.FramedHand;
import dev.drover.hands.Resources;
import dev.drover.hands.Sandbox;
import dev.drover.hands.Sandboxes;
import dev.drover.session.HandId;
import dev.drover.session.SessionId;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Sandboxes by bubblewrap on this machine. A boundary for one tenant's own agents: the kernel is
/// shared. Never without isolation: what is missing is said, and no sandbox is made.
///
/// Below the data directory it keeps `workspaces` (durable, one per session), `hands` (one per live
/// hand), `bin` and `etc`. Several servers of one machine may share them. A hand belongs to the
/// server that is attached to it, and no other touches it; one that is nobody's lives on for
/// [Profile#watchdog], and a sweep removes what is left of the dead. Safe for many threads.
public final class BwrapSandboxes implements Sandboxes {
  private static final System.Logger LOG = System.getLogger(BwrapSandboxes.class.getName());
  private static final int SOCKET_PATH = 100;
  private static final long SWEEP_LEAST = 100; // ms

  /// An empty group as old as that belongs to no hand that is just being made, however the clock
  /// jumps.
  private static final Duration FORGOTTEN = Duration.ofDays(1);

  private final Profile profile;
  private final Ids ids;
  private final Pause pause;
  private final InstantSource clock;
  private final Register register;
  private final Path program;
  private final Etc etc;
  private final Workspaces workspaces;
  private final Images images;
  private final Room room;
  private final Cgroups cgroups;
  private final Spawner spawner;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Set<BwrapSandbox> open = ConcurrentHashMap.newKeySet();
  private final Set<SessionId> discarding = ConcurrentHashMap.newKeySet();

  /// @throws IOException when the data directory cannot be used
  /// @throws InterruptedException when interrupted while it removes what an earlier server left
  public BwrapSandboxes(Path data, Profile profile, Ids ids, Pause pause, InstantSource clock)
      throws IOException, InterruptedException {
    var root = data.toAbsolutePath().normalize();
    this.profile = profile;
    this.ids = ids;
    this.pause = pause;
    this.clock = clock;
    this.register = new Register(Workspaces.Directories.own(root.resolve("hands")), pause);
    this.program = HandBinary.extract(Workspaces.Directories.own(root.resolve("bin")));
    this.etc = Etc.make(root.resolve("etc"));
    var homes = Workspaces.Directories.own(root.resolve("workspaces"));
    this.spawner = new Spawner(pause);
    this.images = Images.find(homes, program, profile, spawner);
    this.workspaces = new Workspaces(homes, profile.firstUid(), images.usable(), pause);
    this.room = new Room(root, profile.storage().floor());
    this.cgroups = Cgroups.find(profile.cgroups(), Files.readString(Path.of("/proc/self/cgroup")));
    register.sweep();
    Thread.ofVirtual().name("hand-janitor").start(this::sweepNowAndThen);
  }

  /// What enforces the limits of a hand here.
  public String enforcement() {
    return switch (cgroups.level()) {
      case CGROUP_V2 -> "cgroup v2";
      case CGROUP_V1 -> "cgroup v1";
      case RLIMITS -> "rlimits";
    };
  }

  /// What is limited here, and by what: memory and processes, then disk space.
  public String limits() {
    var kept =
        cgroups.level() == Cgroups.Level.RLIMITS
            ? "limits of processes by the kernel, of memory by a watchdog in each sandbox;"
                + " processor time is not limited. For limits by the kernel start it as root, or"
                + " with control groups of its own: systemd-run --user --scope -p Delegate=yes"
                + " drover serve"
            : "limits by " + enforcement();
    return kept + "; " + disks();
  }

  /// What keeps a session within its disk space here.
  String disks() {
    var kept = room.floor() == 0 ? "" : "; %d MiB are kept free".formatted(room.floor() >> 20);
    return (images.usable()
            ? "a disk of its own for each session, limited by the kernel"
            : "disk limits by a watchdog in each sandbox (" + images.reason() + ")")
        + kept;
  }

  /// Makes a whole sandbox once and runs a trifle in it. Empty when all is well; else what is wrong
  /// and what helps.
  public Optional<String> problem() throws InterruptedException {
    var session = new SessionId("sesn_probe");
    try {
      var held = register.make(newId(), session);
      try (var _ = held.claim()) {
        try {
          return look(prepare(held, session, true));
        } finally {
          Leash.read(held.leash().directory()).pull(pause);
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

  private Optional<String> look(Prepared prepared) throws IOException, InterruptedException {
    var launch = prepared.launch();
    var process = spawner.start(launch.command().redirectOutput(launch.log().toFile()));
    if (!process.waitFor(profile.patience().toMillis(), TimeUnit.MILLISECONDS)) {
      process.destroyForcibly();
      return Optional.of("a sandbox does not start within " + profile.patience());
    }
    return process.exitValue() == 0 ? Optional.empty() : Optional.of(Diagnosis.of(launch.log()));
  }

  @Override
  public Sandbox provision(Resources resources) throws Unavailable, InterruptedException {
    var session = resources.session();
    try (var _ = claim(session)) {
      var present = workspaces.hand(session);
      var living = present.isEmpty() ? Optional.<Sandbox>empty() : take(session, present.get());
      return living.isPresent() ? living.get() : start(session);
    } catch (IOException e) {
      heedInterrupt();
      throw new Unavailable("The sandbox could not be started: " + e.getMessage(), e);
    }
  }

  @Override
  public Optional<Sandbox> attach(Resources resources, HandId hand) throws InterruptedException {
    var session = resources.session();
    if (!workspaces.exists(session)) {
      return Optional.empty();
    }
    try (var _ = claim(session)) {
      return workspaces.hand(session).equals(Optional.of(hand))
          ? take(session, hand)
          : Optional.empty();
    } catch (IOException e) {
      heedInterrupt();
      LOG.log(Level.WARNING, "the hand of " + session + " is given up", e);
      return Optional.empty();
    }
  }

  /// Channels close when their thread is interrupted: that says nothing of what they led to.
  private static void heedInterrupt() throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
  }

  private Claim claim(SessionId session) throws IOException, InterruptedException {
    return workspaces.claim(session, profile.patience()).orElseThrow(Register.InUse::new);
  }

  /// The hand, if it lives and answers; else what is left of it is removed.
  ///
  /// @throws Register.InUse when another server stays attached to it
  private Optional<Sandbox> take(SessionId session, HandId hand)
      throws IOException, InterruptedException {
    var held = register.take(hand, profile.patience());
    if (held.isEmpty()) {
      return Optional.empty();
    }
    var leash = held.get().leash();
    boolean attached = false;
    try {
      if (leash.session().equals(session.value()) && leash.lives()) {
        try {
          var sandbox = sandbox(attach(leash.directory()), held.get());
          attached = true;
          return Optional.of(sandbox);
        } catch (IOException e) {
          heedInterrupt();
          LOG.log(Level.WARNING, "the hand of " + session + " does not answer", e);
        }
      }
      leash.pull(pause);
      return Optional.empty();
    } finally {
      if (!attached) {
        held.get().claim().close();
      }
    }
  }

  private Sandbox start(SessionId session) throws Unavailable, IOException, InterruptedException {
    room.check();
    var id = newId();
    var held = register.make(id, session);
    var leash = held.leash();
    boolean started = false;
    try {
      workspaces.hand(session, id);
      var prepared = prepare(held, session, false);
      leash = prepared.leash();
      var process = spawner.start(prepared.launch().command());
      leash = leash.withProcess(process.pid());
      leash.write();
      awaitListening(process, prepared.launch().log());
      var hand = attach(leash.directory());
      leash = leash.withProcess(process.pid());
      leash.write();
      started = true;
      return sandbox(hand, new Register.Held(leash, held.claim()));
    } finally {
      if (!started) {
        try (var _ = held.claim()) {
          leash.pull(pause);
        }
      }
    }
  }

  private Sandbox sandbox(FramedHand hand, Register.Held held) {
    var sandbox = new BwrapSandbox[1];
    sandbox[0] = new BwrapSandbox(hand, held, pause, () -> open.remove(sandbox[0]));
    open.add(sandbox[0]);
    return sandbox[0];
  }

  /// A read from a pipe cannot be given up, so a thread of its own does it; when the launcher is
  /// killed the pipe ends, and the thread with it.
  private void awaitListening(Process process, Path log) throws IOException, InterruptedException {
    var first = new CompletableFuture<Integer>();
    Thread.ofVirtual()
        .name("hand-listening")
        .start(
            () -> {
              try {
                first.complete(process.getInputStream().read());
              } catch (IOException e) {
                first.complete(-1);
              }
            });
    long millis = profile.patience().toMillis();
    try {
      if (first.get(millis, TimeUnit.MILLISECONDS) == '+') {
        return;
      }
    } catch (TimeoutException e) {
      throw new IOException("nothing listens in it within " + millis + " ms", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("a read without a result", e);
    }
    process.waitFor(millis, TimeUnit.MILLISECONDS);
    throw new IOException(Diagnosis.of(log));
  }

  private FramedHand attach(Path directory) throws IOException, InterruptedException {
    try {
      return FramedHand.attach(
          ByteStream.of(connect(directory)), profile.patience(), profile.heartbeat(), () -> {});
    } catch (IOException e) {
      throw new IOException(Diagnosis.of(directory.resolve(Launch.LOG)), e);
    }
  }

  /// A socket's address has room for a short path. A longer one is reached through a link, for the
  /// moment that connecting takes.
  private static SocketChannel connect(Path directory) throws IOException {
    var socket = directory.resolve(Launch.SOCKET);
    if (socket.toString().getBytes(StandardCharsets.UTF_8).length < SOCKET_PATH) {
      return SocketChannel.open(UnixDomainSocketAddress.of(socket));
    }
    var shelter = Files.createTempDirectory(Path.of("/tmp"), "drover-"); // for us alone
    var link = shelter.resolve("h");
    try {
      Files.createSymbolicLink(link, directory);
      return SocketChannel.open(UnixDomainSocketAddress.of(link.resolve(Launch.SOCKET)));
    } finally {
      Files.deleteIfExists(link);
      Files.deleteIfExists(shelter);
    }
  }

  private record Prepared(Launch launch, Leash leash) {}

  /// Puts everything into place for a hand and writes down how to remove it.
  private Prepared prepare(Register.Held held, SessionId session, boolean probe)
      throws Unavailable, IOException, InterruptedException {
    var bwrap = Host.bwrap().orElseThrow(() -> new Unavailable(Diagnosis.NO_BWRAP));
    var directory = held.leash().directory();
    var workspace = workspaces.open(session);
    var group = cgroups.create(held.leash().hand().value(), profile.limits());
    try {
      var leash = held.leash().withGroup(group);
      leash.write();
      var launch =
          new Launch(
              program,
              bwrap,
              etc,
              profile,
              workspace,
              directory,
              group,
              images,
              room.floor(),
              probe);
      return new Prepared(launch, leash);
    } catch (IOException e) {
      Cgroups.remove(group);
      throw e;
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
    try (var _ = claim(session)) {
      var present = workspaces.hand(session);
      var held =
          present.isEmpty()
              ? Optional.<Register.Held>empty()
              : register.take(present.get(), profile.patience());
      if (held.isPresent()) {
        try (var _ = held.get().claim()) {
          held.get().leash().pull(pause);
        }
      }
    } catch (IOException e) {
      LOG.log(Level.WARNING, "the hand of " + session + " stays behind", e);
    } catch (InterruptedException e) {
      interrupted = true; // it ends itself
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void discard(SessionId session) {
    if (!discarding.add(session)) {
      return; // two that remove one tree would be in each other's way
    }
    try {
      release(session);
      workspaces.discard(session);
    } catch (IOException e) {
      LOG.log(Level.WARNING, "the workspace of " + session + " stays behind for now", e);
    } finally {
      discarding.remove(session);
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

  /// Closes every sandbox that was not left; the workspaces stay.
  @Override
  public void close() {
    closed.countDown();
    open.forEach(BwrapSandbox::close);
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
          Math.max(SWEEP_LEAST, profile.watchdog().toMillis()), TimeUnit.MILLISECONDS)) {
        sweep();
      }
    } catch (InterruptedException e) {
      // Nobody has this thread to interrupt it.
    }
  }

  private void sweep() {
    try {
      register.sweep();
      cgroups.sweep(clock.instant().minus(FORGOTTEN));
    } catch (IOException e) {
      LOG.log(Level.WARNING, "what is left of dead hands stays behind", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
