package dev.drover.hands.bwrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Json;
import dev.drover.base.Scope;
import dev.drover.hands.HandSpec;
import dev.drover.hands.HandTap;
import dev.drover.hands.Limits;
import dev.drover.hands.Sandbox;
import dev.drover.hands.SandboxPool;
import dev.drover.hands.Sandboxes;
import dev.drover.hands.ToolCall;
import dev.drover.hands.ToolResult;
import dev.drover.hands.local.Host;
import dev.drover.hands.local.Leash;
import dev.drover.hands.local.LocalSandbox;
import dev.drover.hands.local.SandboxSettings;
import dev.drover.session.EventId;
import dev.drover.session.SessionId;
import dev.drover.testing.Calls;
import dev.drover.testing.SandboxesView;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@Execution(ExecutionMode.CONCURRENT)
@Tag("sandbox")
final class BwrapFaultsTest {
  private static final AtomicInteger NUMBERS = new AtomicInteger();
  private static BwrapBench bench;

  private final SessionId session = new SessionId("sesn_f" + NUMBERS.incrementAndGet());

  @BeforeAll
  static void open() {
    bench = new BwrapBench(SandboxSettings.DEFAULT);
  }

  @AfterAll
  static void close() {
    bench.close();
  }

  private static ToolCall bash(String command) {
    return new ToolCall(
        new EventId("sevt_f" + NUMBERS.incrementAndGet()), "bash", Json.obj("command", command));
  }

  private static void signal(String name, long pid) throws Exception {
    assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start().waitFor())
        .isZero();
  }

  private static Leash leash(Sandbox sandbox) {
    return ((LocalSandbox) sandbox).leash();
  }

  /// Waits until a command of the session has made the file.
  private void awaitFile(String name) {
    var file = bench.data.resolve("workspaces/" + session + "/workspace/" + name);
    await().until(() -> Files.exists(file));
  }

  @Test
  void aKilledHandLosesItsCallAndTheNextOneGoesOnInTheSameWorkspace() throws Exception {
    var unclosed = new Unclosed();
    try (var hands = new SandboxPool(unclosed, HandTap.NONE, 10, Duration.ofMinutes(1));
        var scope = new Scope()) {
      var running =
          scope.fork(() -> Calls.run(hands, session, bash("echo kept > f; touch on; sleep 1000")));
      awaitFile("on");
      BwrapBench.traces(unclosed.made.getLast().leash())
          .inner()
          .forEach(being -> Host.kill(being.pid(), being.start()));
      var lost = running.join();
      assertThat(lost.lost()).isTrue();
      assertThat(lost.isError()).isTrue();
      assertThat(lost.text()).contains("may or may not have taken effect");
      assertThat(Calls.run(hands, session, bash("cat f"))).isEqualTo(ToolResult.success("kept"));
    }
  }

  @Test
  void aDeadHandSaysThatACallDidNotRun() throws Exception {
    try (var sandbox = bench.provision(HandSpec.workspace(session))) {
      BwrapBench.traces(leash(sandbox))
          .inner()
          .forEach(being -> Host.kill(being.pid(), being.start()));
      await().until(() -> !sandbox.isAlive());
      var result = sandbox.execute(bash("true"));
      assertThat(result.isError()).isTrue();
      assertThat(result.lost()).isFalse();
      assertThat(result.text()).contains("did not run");
    }
  }

  @Test
  void aHandWhoseBubblewrapIsKilledLeavesNothingBehind() throws Exception {
    try (var sandbox = bench.provision(HandSpec.workspace(session))) {
      BwrapBench.traces(leash(sandbox))
          .outer()
          .forEach(being -> Host.kill(being.pid(), being.start()));
      await().until(() -> !BwrapBench.traces(leash(sandbox)).outer().getFirst().lives());
      assertThat(sandbox.execute(bash("echo on")).text()).isEqualTo("on");
    }
  }

  @Test
  void aStoppedHandIsFoundDeadAndABusyOneIsNot() throws Exception {
    try (var quick = new BwrapBench(SandboxSettings.DEFAULT.withHeartbeat(Duration.ofMillis(400)));
        var sandbox = quick.provision(HandSpec.workspace(session))) {
      assertThat(sandbox.execute(bash("sleep 2; echo on")).text()).isEqualTo("on");
      signal("STOP", BwrapBench.traces(leash(sandbox)).inner().getFirst().pid());
      assertThat(sandbox.execute(bash("true")).lost()).isTrue();
      assertThat(sandbox.isAlive()).isFalse();
    }
  }

  @Test
  void anInterruptStopsTheCommandAndNotTheSandbox() throws Exception {
    try (var sandbox = bench.provision(HandSpec.workspace(session))) {
      var scope = new Scope();
      var running = scope.fork(() -> sandbox.execute(bash("touch on; sleep 1001; touch never")));
      awaitFile("on");
      var behind = new Scope();
      var waiting = behind.fork(() -> sandbox.execute(bash("touch never")));
      behind.close(); // interrupts and waits
      scope.close();
      assertThatThrownBy(running::join).hasCauseInstanceOf(InterruptedException.class);
      assertThatThrownBy(waiting::join).hasCauseInstanceOf(InterruptedException.class);
      assertThat(sandbox.isAlive()).isTrue();
      assertThat(
              sandbox
                  .execute(bash("grep -lx sleep /proc/[0-9]*/comm 2>/dev/null | wc -l; ls"))
                  .text())
          .startsWith("[The command before this one was interrupted, and its shell stopped. ")
          .endsWith("]\n0\non");
    }
  }

  @Test
  void closingTwiceIsClosingOnce() throws Exception {
    var sandbox = bench.provision(HandSpec.workspace(session));
    sandbox.close();
    sandbox.close();
    assertThat(sandbox.isAlive()).isFalse();
  }

  @Test
  void aDataDirectoryMayHaveALongPath() throws Exception {
    var deep = bench.data.resolve("d".repeat(150));
    try (var other = BwrapBench.provider(deep, bench.profile)) {
      assertThat(other.problem()).isEmpty();
      try (var sandbox = other.provision(HandSpec.workspace(session))) {
        assertThat(sandbox.execute(bash("echo on")).text()).isEqualTo("on");
      }
      assertThat(BwrapBench.names(deep.resolve("hands"))).isEmpty();
    }
  }

  @Test
  void aLauncherThatHangsIsGivenUpAndRemoved() throws Exception {
    var data = bench.data.resolve("hanging");
    var profile = bench.profile.withPatience(Duration.ofMillis(200));
    try (var other = BwrapBench.provider(data, profile)) {
      var program = program(data);
      Files.delete(program);
      script(program, "#!/bin/sh\nexec /bin/sleep 1234567\n");
      assertThatThrownBy(() -> other.provision(HandSpec.workspace(session)))
          .isInstanceOf(Sandboxes.Unavailable.class)
          .hasMessageContaining("nothing listens in it within 200 ms");
      assertThat(ProcessHandle.allProcesses().map(p -> p.info().commandLine().orElse("")))
          .noneMatch(line -> line.contains("sleep 1234567"));
      assertThat(BwrapBench.names(data.resolve("hands"))).isEmpty();
    }
  }

  /// Where the kernel has no control groups for us there is no quota, and that is told.
  @Test
  void greedyProcessesGetNoMoreThanTheirShareOfTheProcessor() throws Exception {
    // So small that a machine which is busy otherwise has it to give, too.
    var profile = SandboxSettings.DEFAULT.withLimits(Limits.DEFAULT.withCpus(0.05));
    try (var slow = new BwrapBench(profile);
        var sandbox = slow.provision(HandSpec.workspace(session))) {
      var greedy = sandbox.execute(bash("for i in 1 2 3 4; do (while :; do :; done) & done"));
      assertThat(greedy.isError()).as(greedy.text()).isFalse();
      var stats =
          BwrapBench.traces(leash(sandbox)).group().directories().stream()
              .map(group -> group.resolve("cpu.stat"))
              .filter(Files::exists)
              .toList();
      assertThat(stats.isEmpty())
          .isEqualTo(!slow.sandboxes().limits().startsWith("limits by cgroup"));
      for (var stat : stats) {
        await()
            .untilAsserted(
                () -> assertThat(Files.readString(stat)).doesNotContain("nr_throttled 0\n"));
      }
      assertThat(sandbox.execute(bash("echo on")).text()).isEqualTo("on");
    }
  }

  @Test
  void aKeyOfTheServersSessionIsNotSeenInside() throws Exception {
    var data = bench.data.resolve("keys");
    try (var other = BwrapBench.provider(data, bench.profile)) {
      var program = program(data);
      var real = data.resolve("bin/real");
      Files.move(program, real);
      script(
          program,
          """
          #!/usr/bin/perl
          my $arm = -e '/lib/ld-linux-aarch64.so.1';
          my ($t, $d, $p) = ('user', 'drover-canary', 'secret');
          syscall($arm ? 219 : 250, 1, 0) > 0 or die "no session keyring: $!";
          syscall($arm ? 217 : 248, $t, $d, $p, 6, -3) > 0 or die "no key: $!";
          open my $keys, '<', '/proc/keys';
          grep { /drover-canary/ } <$keys> or die 'the key is not seen outside';
          # Busy as long as a process that another test forks still has it open for writing.
          for (1..500) { exec { '%s' } 'hand', @ARGV; select undef, undef, undef, 0.01 }
          die "not started: $!";
          """
              .formatted(real));
      try (var sandbox = other.provision(HandSpec.workspace(session))) {
        assertThat(sandbox.execute(bash("cat /proc/keys; echo on")).text())
            .doesNotContain("drover-canary")
            .endsWith("on");
      }
    }
  }

  private static Path program(Path data) throws IOException {
    try (var programs = Files.list(data.resolve("bin"))) {
      return programs.filter(Files::isExecutable).findFirst().orElseThrow();
    }
  }

  private static void script(Path file, String text) throws IOException {
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @Test
  void twoHundredHandsLiveAtOnce() throws Exception {
    int count = 200;
    try (var hands = new SandboxPool(new Unclosed(), HandTap.NONE, count, Duration.ofMinutes(5))) {
      try (var scope = new Scope()) {
        var tasks =
            IntStream.range(0, count)
                .mapToObj(
                    i ->
                        scope.fork(
                            () ->
                                Calls.run(
                                    hands,
                                    new SessionId(session.value() + "x" + i),
                                    bash("echo " + i))))
                .toList();
        for (int i = 0; i < count; i++) {
          assertThat(tasks.get(i).join()).isEqualTo(ToolResult.success(Integer.toString(i)));
        }
      }
      for (int i = 0; i < count; i++) {
        assertThat(
                Calls.run(hands, new SessionId(session.value() + "x" + i), bash("echo again"))
                    .text())
            .isEqualTo("again");
      }
    }
  }

  /// The bench, for an owner that closes what it is given.
  private static final class Unclosed implements SandboxesView {
    final List<LocalSandbox> made = new CopyOnWriteArrayList<>();

    @Override
    public Sandboxes sandboxes() {
      return bench;
    }

    @Override
    public Sandbox provision(HandSpec spec) throws Unavailable, InterruptedException {
      var sandbox = (LocalSandbox) bench.provision(spec);
      made.add(sandbox);
      return sandbox;
    }

    @Override
    public void close() {}
  }
}
