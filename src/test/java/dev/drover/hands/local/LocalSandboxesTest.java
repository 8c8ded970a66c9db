package dev.drover.hands.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Ids;
import dev.drover.base.Json;
import dev.drover.base.Pause;
import dev.drover.hands.Egress;
import dev.drover.hands.HandName;
import dev.drover.hands.HandSpec;
import dev.drover.hands.Sandbox;
import dev.drover.hands.Sandboxes.Unavailable;
import dev.drover.hands.ToolCall;
import dev.drover.session.EventId;
import dev.drover.session.SessionId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What sandboxes of this machine have in common, with an engine that is not bubblewrap.
final class LocalSandboxesTest {
  private static final SandboxSettings SETTINGS =
      SandboxSettings.DEFAULT.withPatience(Duration.ofMillis(200)).withFirstUid(600_000);

  @TempDir Path data;
  private final Set<String> alive = ConcurrentHashMap.newKeySet();
  private final MemoryEngine engine = new MemoryEngine(alive);
  private final HandSpec spec = HandSpec.workspace(new SessionId("sesn_local"));
  private LocalSandboxes sandboxes;

  @BeforeEach
  void open() throws Exception {
    sandboxes = server(engine);
  }

  /// One more server over the same directory. To be closed, unless it is to look killed.
  private LocalSandboxes server(Engine by) throws Exception {
    return new LocalSandboxes(
        data,
        SETTINGS,
        _ -> by,
        MemoryMounts.NONE,
        Egress.NONE,
        new Ids(new SecureRandom()),
        Pause.REAL,
        InstantSource.system());
  }

  private static String run(Sandbox sandbox) throws InterruptedException {
    var call = new ToolCall(new EventId("sevt_1"), "bash", Json.obj("command", "true"));
    return sandbox.execute(call).text();
  }

  private List<String> hands() throws IOException {
    try (Stream<Path> names = Files.list(data.resolve("hands"))) {
      return names.map(path -> path.getFileName().toString()).toList();
    }
  }

  @Test
  void aSandboxIsStartedByTheEngineAndLeavesNothing() throws Exception {
    try (var _ = sandboxes) {
      try (var sandbox = sandboxes.provision(spec)) {
        assertThat(run(sandbox)).isEqualTo(sandbox.id().value());
        assertThat(hands()).containsExactly(sandbox.id().value());
      }
      assertThat(alive).isEmpty();
      assertThat(hands()).isEmpty();
    }
  }

  @Test
  void theNextServerFindsTheHandThatWasLeft() throws Exception {
    var left = sandboxes.provision(spec);
    left.leave();
    try (var next = server(new MemoryEngine(alive));
        var same = next.provision(spec)) {
      assertThat(same.id()).isEqualTo(left.id());
      assertThat(run(same)).isEqualTo(left.id().value());
    }
  }

  @Test
  void thatVeryHandIsAttachedToAndNoOther() throws Exception {
    var left = sandboxes.provision(spec);
    left.leave();
    try (var next = server(new MemoryEngine(alive))) {
      assertThat(next.attach(HandSpec.workspace(new SessionId("sesn_other")), left.id())).isEmpty();
      try (var same = next.attach(spec, left.id()).orElseThrow()) {
        assertThat(same.id()).isEqualTo(left.id());
      }
      assertThat(next.attach(spec, left.id())).isEmpty();
    }
  }

  @Test
  void aHandThatDoesNotAnswerIsKilledAndReplaced() throws Exception {
    var left = sandboxes.provision(spec);
    left.leave();
    engine.silent.put(left.id().value(), true);
    try (var other = sandboxes.provision(spec)) {
      assertThat(other.id()).isNotEqualTo(left.id());
      assertThat(alive).containsExactly(other.id().value());
      assertThat(hands()).containsExactly(other.id().value());
    }
  }

  @Test
  void aStartThatFailsLeavesNothing() throws Exception {
    engine.failure = Optional.of(new IOException("no image"));
    assertThatThrownBy(() -> sandboxes.provision(spec))
        .isInstanceOf(Unavailable.class)
        .hasMessage("The sandbox could not be started: no image");
    assertThat(alive).isEmpty();
    assertThat(hands()).isEmpty();
    assertThat(sandboxes.problem()).contains("a sandbox could not be started: no image");
    assertThat(hands()).isEmpty();
  }

  @Test
  void theDeadAreSweptAndTheLivingStay() throws Exception {
    var dead = sandboxes.provision(spec);
    dead.leave();
    var living = sandboxes.provision(HandSpec.workspace(new SessionId("sesn_living")));
    living.leave();
    alive.remove(dead.id().value());
    try (var next = server(new MemoryEngine(alive))) {
      assertThat(hands()).containsExactly(living.id().value());
      next.release(new SessionId("sesn_living"));
      assertThat(hands()).isEmpty();
      assertThat(alive).isEmpty();
    }
  }

  @Test
  void whatCannotBeKilledKeepsItsRecord() throws Exception {
    var stubborn = sandboxes.provision(spec);
    engine.unkillable = true;
    stubborn.close();
    assertThat(hands()).containsExactly(stubborn.id().value());
    try (var _ = server(new MemoryEngine(alive))) {
      assertThat(hands()).as("it lives").hasSize(1);
      alive.clear();
    }
    assertThat(hands()).isEmpty();
  }

  @Test
  void theHandOfAnotherEngineIsNotTouched() throws Exception {
    var left = sandboxes.provision(spec);
    left.leave();
    var record = data.resolve("hands/" + left.id() + "/leash");
    var lines = Files.readString(record).replace("memory ", "container ");
    Files.writeString(record, lines);
    try (var next = server(new MemoryEngine(alive))) {
      assertThat(next.attach(spec, left.id())).isEmpty();
      assertThatThrownBy(() -> next.provision(spec))
          .isInstanceOf(Unavailable.class)
          .hasMessageContaining("not a record of this engine");
    }
    assertThat(Files.readString(record)).isEqualTo(lines);
    assertThat(alive).containsExactly(left.id().value());
  }

  @Test
  void aDiscardedSessionHasNoDirectories() throws Exception {
    try (var _ = sandboxes) {
      sandboxes.provision(spec).leave();
      assertThat(sandboxes.kept()).containsExactly(spec.session());
      sandboxes.discard(spec.session());
      assertThat(sandboxes.kept()).isEmpty();
      assertThat(alive).isEmpty();
      assertThat(sandboxes.problem()).isEmpty();
      assertThat(sandboxes.kept()).isEmpty();
    }
  }

  private HandSpec other() {
    return new HandSpec(spec.session(), new HandName("other"));
  }

  @Test
  void twoHandsOfASessionLiveInOneWorkspace() throws Exception {
    var one = sandboxes.provision(spec);
    var two = sandboxes.provision(other());
    assertThat(alive).containsExactlyInAnyOrder(one.id().value(), two.id().value());
    one.leave();
    two.leave();
    try (var next = server(new MemoryEngine(alive))) {
      assertThat(next.attach(spec, two.id())).isEmpty();
      next.attach(other(), two.id()).orElseThrow().leave();
      assertThat(next.kept()).containsExactly(spec.session());
      next.release(spec.session());
      assertThat(alive).isEmpty();
      assertThat(hands()).isEmpty();
    }
  }

  @Test
  void twoHandsNeverMountOneDisk() throws Exception {
    var mounting = new MemoryEngine(alive);
    mounting.images = true;
    try (var server = server(mounting)) {
      var one = server.provision(spec);
      assertThatThrownBy(() -> server.provision(other()))
          .isInstanceOf(Unavailable.class)
          .hasMessage("The session's disk is in use by its hand workspace. Please retry later.");
      one.close();
      try (var two = server.provision(other())) {
        assertThat(run(two)).isEqualTo(two.id().value());
        assertThatThrownBy(() -> server.provision(spec)).isInstanceOf(Unavailable.class);
      }
    }
  }
}
