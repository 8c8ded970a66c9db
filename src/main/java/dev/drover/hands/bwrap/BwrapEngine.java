package dev.drover.hands.bwrap;

import dev.drover.base.Pause;
import dev.drover.hands.ByteStream;
import dev.drover.hands.Egress;
import dev.drover.hands.Sandboxes;
import dev.drover.hands.local.Engine;
import dev.drover.hands.local.HandSocket;
import dev.drover.hands.local.SandboxSettings;
import dev.drover.hands.local.Spawner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/// Sandboxes made with bubblewrap. They are a boundary for one tenant's own agents, since the
/// kernel is shared. A sandbox is always isolated: if something is missing for that, no sandbox is
/// created, and the error says what is missing.
public final class BwrapEngine implements Engine {
  private final Machine machine;
  private final SandboxSettings settings;
  private final Spawner spawner;
  private final Pause pause;
  private final EtcDirectories etc;
  private final Images images;
  private final Cgroups cgroups;
  private final Ports ports;
  private final Supplier<Optional<Path>> bwrap;

  /// @throws IOException when disk images are required and cannot be used
  public BwrapEngine(Machine machine) throws IOException, InterruptedException {
    this(machine, machine.program(), BwrapEngine::bwrap);
  }

  /// @param ports tells whether ports can be bound in sandboxes, as `hand network` does
  /// @param bwrap finds bubblewrap
  BwrapEngine(Machine machine, Path ports, Supplier<Optional<Path>> bwrap)
      throws IOException, InterruptedException {
    this.machine = machine;
    this.bwrap = bwrap;
    this.settings = machine.settings();
    this.spawner = machine.spawner();
    this.pause = machine.pause();
    this.etc = new EtcDirectories(machine.data(), settings.etc());
    this.images = Images.find(machine.homes(), machine.program(), settings, spawner);
    this.ports = new Ports(ports, spawner, settings.patience());
    this.cgroups = Cgroups.find(settings.cgroups(), Files.readString(Path.of("/proc/self/cgroup")));
  }

  @Override
  public Running start(Site site, Trail trail)
      throws Sandboxes.Unavailable, IOException, InterruptedException {
    var launch = prepare(site, trail, false);
    var process = spawner.start(launch.command());
    var traces = BwrapTraces.of(launch.group());
    trail.write(traces.withProcess(process.pid()).lines());
    awaitListening(process, launch.log());
    return () -> traces.withProcess(process.pid()).lines();
  }

  /// Prepares everything that a hand needs and records how to remove it.
  private Launch prepare(Site site, Trail trail, boolean probe)
      throws Sandboxes.Unavailable, IOException, InterruptedException {
    var program = bwrap.get().orElseThrow(() -> new Sandboxes.Unavailable(Diagnosis.NO_BWRAP));
    boolean open = site.egress() && ports.usable(program);
    var group = cgroups.create(site.name(), settings.limits());
    try {
      trail.write(BwrapTraces.of(group).lines());
    } catch (IOException e) {
      Cgroups.remove(group);
      throw e;
    }
    return new Launch(machine, program, etc(site), site, group, images, open, probe);
  }

  /// A sandbox whose git is configured for it has an `/etc` of its own.
  private Etc etc(Site site) throws IOException {
    var surroundings = site.surroundings();
    var shown = etc.of(surroundings.authority());
    return surroundings.gitConfig().isEmpty()
        ? shown
        : shown.with(surroundings.gitConfig(), site.directory().resolve("etc"));
  }

  /// The bubblewrap of the distribution: on Ubuntu, no other copy may create namespaces.
  static Optional<Path> bwrap() {
    return List.of("/usr/bin/bwrap", "/bin/bwrap", "/usr/local/bin/bwrap").stream()
        .map(Path::of)
        .filter(Files::isExecutable)
        .findFirst();
  }

  /// A read from a pipe cannot be interrupted, so a separate thread does it. When the launcher is
  /// killed, the pipe ends, and so does the thread.
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
    long millis = settings.patience().toMillis();
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

  @Override
  public Optional<String> problem(Site site, Trail trail)
      throws Sandboxes.Unavailable, IOException, InterruptedException {
    var launch = prepare(site, trail, true);
    var process = spawner.start(launch.command().redirectOutput(launch.log().toFile()));
    if (!process.waitFor(settings.patience().toMillis(), TimeUnit.MILLISECONDS)) {
      process.destroyForcibly();
      return Optional.of("a sandbox does not start within " + settings.patience());
    }
    if (process.exitValue() != 0) {
      return Optional.of(Diagnosis.of(launch.log()));
    }
    ports.usable(launch.bwrap());
    return Optional.empty();
  }

  @Override
  public ByteStream connect(Path directory) throws IOException {
    return HandSocket.connect(directory);
  }

  @Override
  public Optional<Egress.Dial> egress(Path directory) {
    return HandSocket.dial(directory);
  }

  @Override
  public String diagnosis(Path directory) {
    return Diagnosis.of(directory.resolve(Launch.LOG));
  }

  @Override
  public boolean understands(List<String> traces) {
    try {
      BwrapTraces.read(traces);
      return true;
    } catch (RuntimeException e) {
      return false;
    }
  }

  @Override
  public boolean lives(List<String> traces) {
    return BwrapTraces.read(traces).live();
  }

  @Override
  public boolean kill(List<String> traces) throws InterruptedException {
    return BwrapTraces.read(traces).kill(pause);
  }

  /// What enforces the limits of a hand here.
  String enforcement() {
    return switch (cgroups.level()) {
      case CGROUP_V2 -> "cgroup v2";
      case CGROUP_V1 -> "cgroup v1";
      case RLIMITS -> "rlimits";
    };
  }

  @Override
  public String limits() {
    var kept =
        cgroups.level() == Cgroups.Level.RLIMITS
            ? "process limits by the kernel, memory limits by a watchdog in each sandbox;"
                + " processor time is not limited. For kernel limits, start Drover as root, or"
                + " with control groups of its own: systemd-run --user --scope -p Delegate=yes"
                + " drover serve"
            : "limits by " + enforcement();
    return kept + "; " + disks() + ports.limits();
  }

  /// What enforces the disk limits of a session here.
  private String disks() {
    long floor = machine.floor();
    var kept = floor == 0 ? "" : "; %d MiB are kept free".formatted(floor >> 20);
    return (images.usable()
            ? "one disk image per session, limited by the kernel"
            : "disk limits by a watchdog in each sandbox (" + images.reason() + ")")
        + kept;
  }

  @Override
  public boolean mountsImages() {
    return images.usable();
  }

  @Override
  public void sweep(Instant before) {
    cgroups.sweep(before);
  }
}
