package dev.drover.hands.bwrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Ids;
import dev.drover.base.Pause;
import dev.drover.hands.Egress;
import dev.drover.hands.HandSpec;
import dev.drover.hands.Sandbox;
import dev.drover.hands.local.Engine;
import dev.drover.hands.local.Leash;
import dev.drover.hands.local.LocalSandbox;
import dev.drover.hands.local.LocalSandboxes;
import dev.drover.hands.local.MemoryMounts;
import dev.drover.hands.local.SandboxSettings;
import dev.drover.hands.local.Tree;
import dev.drover.testing.SandboxesView;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A provider on a data directory of its own, which at its end proves that nothing is left.
final class BwrapBench implements SandboxesView {
  private static final SecureRandom RANDOM = new SecureRandom();

  final Path data;
  final SandboxSettings profile;
  private final LocalSandboxes sandboxes;
  private final Set<String> hands = ConcurrentHashMap.newKeySet();

  BwrapBench(SandboxSettings profile) {
    this(directory(), profile);
  }

  BwrapBench(SandboxSettings profile, Egress egress) {
    this(directory(), profile, BwrapEngine::new, egress);
  }

  private static Path directory() {
    try {
      return Files.createTempDirectory("drover-hands-");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// @param data emptied at the end
  BwrapBench(Path data, SandboxSettings profile) {
    this(data, profile, BwrapEngine::new, Egress.NONE);
  }

  private BwrapBench(Path data, SandboxSettings profile, Engine.Maker maker, Egress egress) {
    assertThat(BwrapEngine.bwrap())
        .as("these tests need bubblewrap: " + Diagnosis.NO_BWRAP)
        .isPresent();
    try {
      this.data = data;
      // Uids of its own, so that its processes can be told from those of another run.
      this.profile = profile.withFirstUid(1_000_000 + RANDOM.nextInt(10_000) * 65_536);
      this.sandboxes = provider(data, this.profile, maker, egress);
      assertThat(sandboxes.problem()).isEmpty();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /// What the engine knows of a hand.
  static BwrapTraces traces(Leash leash) {
    return BwrapTraces.read(leash.traces());
  }

  static Ids ids() {
    return new Ids(RANDOM);
  }

  /// One more server's, over that data directory. To be closed.
  static LocalSandboxes provider(Path data, SandboxSettings profile)
      throws IOException, InterruptedException {
    return provider(data, profile, BwrapEngine::new, Egress.NONE);
  }

  /// The same, with another engine and a way out. To be closed.
  static LocalSandboxes provider(
      Path data, SandboxSettings profile, Engine.Maker maker, Egress egress)
      throws IOException, InterruptedException {
    return new LocalSandboxes(
        data, profile, maker, MemoryMounts.NONE, egress, ids(), Pause.REAL, InstantSource.system());
  }

  @Override
  public LocalSandboxes sandboxes() {
    return sandboxes;
  }

  @Override
  public Sandbox provision(HandSpec spec) throws Unavailable, InterruptedException {
    var sandbox = sandboxes.provision(spec);
    hands.add(((LocalSandbox) sandbox).leash().directory().getFileName().toString());
    return sandbox;
  }

  /// Closes the provider; then there must be no process, mount, group, socket or directory.
  @Override
  public void close() {
    sandboxes.close();
    assertNothingIsLeft();
    try {
      Tree.remove(data);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  void assertNothingIsLeft() {
    await().untilAsserted(() -> assertThat(processes(profile.firstUid())).isEmpty());
    assertThat(names(data.resolve("hands"))).isEmpty();
    for (var mounts : Set.of("/proc/self/mountinfo", "/proc/net/unix")) {
      assertThat(text(Path.of(mounts))).doesNotContain(data.toString());
    }
    var groups = groups();
    assertThat(hands).noneMatch(groups::contains);
  }

  /// Living processes of uids that only this bench gives out.
  static Set<String> processes(int firstUid) {
    return names(Path.of("/proc")).stream()
        .filter(name -> Character.isDigit(name.charAt(0)))
        .filter(
            name -> {
              var status = text(Path.of("/proc", name, "status"));
              int at = status.indexOf("Uid:");
              if (at < 0 || status.contains("State:\tZ")) {
                return false;
              }
              int uid = Integer.parseInt(status.substring(at + 5, status.indexOf('\t', at + 5)));
              return uid >= firstUid && uid < firstUid + 65_536;
            })
        .collect(Collectors.toSet());
  }

  private static Set<String> groups() {
    try (var found =
        Files.find(
            Path.of("/sys/fs/cgroup"),
            8,
            (path, _) -> path.getFileName().toString().startsWith("hand_"))) {
      return found.map(path -> path.getFileName().toString()).collect(Collectors.toSet());
    } catch (IOException | UncheckedIOException e) {
      return Set.of();
    }
  }

  static Set<String> names(Path directory) {
    try (Stream<Path> names = Files.list(directory)) {
      return names.map(path -> path.getFileName().toString()).collect(Collectors.toSet());
    } catch (IOException e) {
      return Set.of();
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return "";
    }
  }
}
