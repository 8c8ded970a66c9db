package dev.drover.hands.bwrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Json;
import dev.drover.hands.HandSpec;
import dev.drover.hands.ToolCall;
import dev.drover.hands.local.SandboxSettings;
import dev.drover.hands.local.Tree;
import dev.drover.session.EventId;
import dev.drover.session.SessionId;
import dev.drover.testing.ChildJvm;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// A server that is killed: the next one takes its hands over, or they end themselves.
@Execution(ExecutionMode.CONCURRENT)
@Tag("sandbox")
final class ServerDeathTest {
  private static final int UIDS = 700_000_000 + new SecureRandom().nextInt(2_500) * 262_144;
  private static final AtomicInteger NUMBERS = new AtomicInteger();

  private Path data;

  @BeforeEach
  void open() throws Exception {
    data = Files.createTempDirectory("drover-death-");
  }

  @AfterEach
  void remove() throws Exception {
    Tree.remove(data);
  }

  /// A server with one hand that runs `sleep`, killed.
  public static void main(String[] args) throws Exception {
    var sandboxes = BwrapBench.provider(Path.of(args[0]), profile(args[1], args[2]));
    var sandbox = sandboxes.provision(HandSpec.workspace(new SessionId("sesn_d")));
    var call =
        new ToolCall(
            new EventId("sevt_1"),
            "bash",
            Json.obj("command", "echo kept > f; sleep 1000 & setsid sleep 1001 & echo"));
    sandbox.execute(call);
    System.out.println("ready");
    new CountDownLatch(1).await();
  }

  private static SandboxSettings profile(String watchdogMillis, String firstUid) {
    return SandboxSettings.DEFAULT
        .withWatchdog(Duration.ofMillis(Long.parseLong(watchdogMillis)))
        .withFirstUid(Integer.parseInt(firstUid));
  }

  private void serveAndDie(int watchdogMillis, int firstUid) throws Exception {
    var command = ChildJvm.command();
    command.addAll(
        List.of(
            "-Xmx64m",
            ServerDeathTest.class.getName(),
            data.toString(),
            Integer.toString(watchdogMillis),
            Integer.toString(firstUid)));
    var process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try (var out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      assertThat(out.readLine()).isEqualTo("ready");
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  @Test
  void aHandEndsItselfWhenNobodyAttaches() throws Exception {
    serveAndDie(700, UIDS);
    await().until(() -> BwrapBench.processes(UIDS).isEmpty());
    try (var _ = BwrapBench.provider(data, profile("700", Integer.toString(UIDS)))) {
      assertThat(BwrapBench.names(data.resolve("hands"))).isEmpty();
    }
  }

  @Test
  void theNextServerTakesTheHandOver() throws Exception {
    int uids = UIDS + NUMBERS.incrementAndGet() * 65_536;
    serveAndDie(600_000, uids);
    var hand = BwrapBench.names(data.resolve("hands"));
    assertThat(hand).hasSize(1);
    try (var next = BwrapBench.provider(data, profile("600000", Integer.toString(uids)))) {
      try (var sandbox = next.provision(HandSpec.workspace(new SessionId("sesn_d")))) {
        assertThat(hand).containsExactly(sandbox.id().value());
        assertThat(sandbox.execute(call("sevt_2", "jobs; cat f")).text())
            .contains("Running", "sleep 1000", "kept");
        assertThat(sandbox.execute(call("sevt_1", "echo never > f")).text())
            .as("the result that the journal has")
            .isEqualTo("(no output)");
        assertThat(sandbox.execute(call("sevt_3", "cat f")).text()).isEqualTo("kept");
      }
      await().until(() -> BwrapBench.processes(uids).isEmpty());
      assertThat(BwrapBench.names(data.resolve("hands"))).isEmpty();
    }
  }

  @Test
  void aSessionThatEndsTakesItsOldHandWithIt() throws Exception {
    int uids = UIDS + NUMBERS.incrementAndGet() * 65_536;
    serveAndDie(600_000, uids);
    try (var next = BwrapBench.provider(data, profile("600000", Integer.toString(uids)))) {
      assertThat(BwrapBench.processes(uids)).hasSizeGreaterThanOrEqualTo(4);
      next.release(new SessionId("sesn_other"));
      assertThat(BwrapBench.names(data.resolve("hands"))).hasSize(1);
      next.release(new SessionId("sesn_d"));
      assertThat(BwrapBench.names(data.resolve("hands"))).isEmpty();
      await().until(() -> BwrapBench.processes(uids).isEmpty());
      assertThat(Files.exists(data.resolve("workspaces/sesn_d/workspace/f"))).isTrue();
      next.discard(new SessionId("sesn_d"));
      assertThat(Files.exists(data.resolve("workspaces/sesn_d"))).isFalse();
    }
  }

  private static ToolCall call(String id, String command) {
    return new ToolCall(new EventId(id), "bash", Json.obj("command", command));
  }
}
