package dev.drover.hands.bwrap;

import dev.drover.base.Ids;
import dev.drover.base.Pause;
import dev.drover.hands.FramedHand;
import dev.drover.hands.Resources;
import dev.drover.hands.Sandbox;
import dev.drover.hands.Sandboxes;
import dev.drover.session.SessionId;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Sandboxes by bubblewrap on this machine. A boundary for one tenant's own agents: the kernel is
/// shared. Never without isolation: what is missing is said, and no sandbox is made.
///
/// Below the data directory it keeps `workspaces` (durable, one per session), `hands` (one per live
/// hand), `bin` and `etc`. One server at a time: at its start it kills the hands that an earlier
/// one left behind. Safe for many threads.
public final class BwrapSandboxes implements Sandboxes {
  private static final int SOCKET_PATH = 100;

  private final Profile profile;
  private final Ids ids;
  private final Pause pause;
  private final Path hands;
  private final Path program;
  private final Etc etc;
  private final Workspaces workspaces;
  private final Cgroups cgroups;
  private final Spawner spawner;
  private final FileChannel lock;
  private final Set<BwrapSandbox> open = ConcurrentHashMap.newKeySet();

  /// @throws IOException when the data directory cannot be used, or another server uses it
  /// @throws InterruptedException when interrupted while it kills what an earlier server left
  public BwrapSandboxes(Path data, Profile profile, Ids ids, Pause pause)
      throws IOException, InterruptedException {
    var root = data.toAbsolutePath().normalize();
    this.profile = profile;
    this.ids = ids;
    this.pause = pause;
    this.hands = Workspaces.Directories.own(root.resolve("hands"));
    this.program = HandBinary.extract(Workspaces.Directories.own(root.resolve("bin")));
    this.etc = Etc.make(root.resolve("etc"));
    this.workspaces = new Workspaces(root.resolve("workspaces"), profile.firstUid());
    this.cgroups = Cgroups.find(profile.cgroups(), Files.readString(Path.of("/proc/self/cgroup")));
    this.lock = lock(hands.resolve(".lock"));
    try {
      reap();
    } catch (IOException | InterruptedException | RuntimeException e) {
      lock.close();
      throw e;
    }
    this.spawner = new Spawner();
  }

  /// What enforces the limits of a hand here.
  public String enforcement() {
    return switch (cgroups.level()) {
      case CGROUP_V2 -> "cgroup v2";
      case CGROUP_V1 -> "cgroup v1";
      case RLIMITS -> "rlimits";
    };
  }

  /// Makes a whole sandbox once and runs a trifle in it. Empty when all is well; else what is wrong
  /// and what helps.
  public Optional<String> problem() throws InterruptedException {
    var session = new SessionId("sesn_probe");
    try {
      var launch = launch(session, true);
      try {
        var process = spawner.start(launch.command().redirectOutput(launch.log().toFile()));
        if (!process.waitFor(profile.patience().toMillis(), TimeUnit.MILLISECONDS)) {
          process.destroyForcibly();
          return Optional.of("a sandbox does not start within " + profile.patience());
        }
        return process.exitValue() == 0
            ? Optional.empty()
            : Optional.of(Diagnosis.of(launch.log()));
      } finally {
        Leash.read(launch.directory()).pull(pause);
      }
    } catch (Unavailable e) {
      return Optional.of(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      return Optional.of("a sandbox could not be started: " + e.getMessage());
    } finally {
      discard(session);
    }
  }

  @Override
  public Sandbox provision(Resources resources) throws Unavailable, InterruptedException {
    Launch launch;
    try {
      launch = launch(resources.session(), false);
    } catch (IOException e) {
      throw new Unavailable("The sandbox could not be prepared: " + e.getMessage(), e);
    }
    var leash = Leash.read(launch.directory());
    try {
      var process = spawner.start(launch.command());
      leash = leash.withProcess(process.pid());
      leash.write();
      awaitListening(process, launch.log());
      var hand = attach(launch);
      leash = leash.withProcess(process.pid());
      leash.write();
      var sandbox = new BwrapSandbox[1];
      sandbox[0] = new BwrapSandbox(hand, leash, pause, () -> open.remove(sandbox[0]));
      open.add(sandbox[0]);
      return sandbox[0];
    } catch (IOException e) {
      leash.pull(pause);
      throw new Unavailable("The sandbox could not be started: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      leash.pull(pause);
      throw e;
    }
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

  private FramedHand attach(Launch launch) throws IOException, InterruptedException {
    var channel = connect(launch.directory());
    try {
      return FramedHand.attach(channel, profile.patience(), profile.heartbeat(), () -> {});
    } catch (IOException e) {
      throw new IOException(Diagnosis.of(launch.log()), e);
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

  /// Puts everything into place for a hand and writes down how to remove it.
  private Launch launch(SessionId session, boolean probe) throws Unavailable, IOException {
    var bwrap = Host.bwrap().orElseThrow(() -> new Unavailable(Diagnosis.NO_BWRAP));
    var id = ids.next("hand_");
    var directory = Workspaces.Directories.own(hands.resolve(id));
    var group = new Cgroups.Group(List.of());
    try {
      var workspace = workspaces.open(session);
      group = cgroups.create(id, profile.limits());
      new Leash(directory, group, List.of(), List.of()).write();
      return new Launch(program, bwrap, etc, profile, workspace, directory, group, probe);
    } catch (IOException e) {
      Cgroups.remove(group);
      Tree.remove(directory);
      throw e;
    }
  }

  @Override
  public void discard(SessionId session) {
    try {
      workspaces.discard(session);
    } catch (IOException e) {
      System.getLogger(BwrapSandboxes.class.getName())
          .log(System.Logger.Level.WARNING, "the workspace of " + session + " stays behind", e);
    }
  }

  /// Closes every sandbox; the workspaces stay.
  @Override
  public void close() {
    open.forEach(BwrapSandbox::close);
    spawner.close();
    try {
      lock.close();
    } catch (IOException e) {
      // The lock ends with the process at the latest.
    }
  }

  private void reap() throws IOException, InterruptedException {
    try (var left = Files.newDirectoryStream(hands, "hand_*")) {
      for (var directory : left) {
        Leash.read(directory).pull(pause);
      }
    }
  }

  private static FileChannel lock(Path file) throws IOException {
    var channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (channel.tryLock() != null) {
        return channel;
      }
    } catch (OverlappingFileLockException e) {
      // A second server within this process.
    }
    channel.close();
    throw new IOException("another server uses the data directory: " + file + " is locked");
  }
}
