package dev.drover.hands.bwrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Json;
import dev.drover.base.Scope;
import dev.drover.hands.HandSpec;
import dev.drover.hands.Sandbox;
import dev.drover.hands.Sandboxes;
import dev.drover.hands.ToolCall;
import dev.drover.hands.ToolResult;
import dev.drover.hands.local.Host;
import dev.drover.hands.local.LocalSandbox;
import dev.drover.hands.local.LocalSandboxes;
import dev.drover.hands.local.SandboxSettings;
import dev.drover.session.EventId;
import dev.drover.session.SessionId;
import dev.drover.testing.Commands;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// A hand passes from one server to the next, with what runs in it.
@Execution(ExecutionMode.CONCURRENT)
@Tag("sandbox")
final class TakeoverTest {
  private static final AtomicInteger NUMBERS = new AtomicInteger();

  private final SessionId session = new SessionId("sesn_o" + NUMBERS.incrementAndGet());
  private final HandSpec spec = HandSpec.workspace(session);
  private final BwrapBench first = new BwrapBench(SandboxSettings.DEFAULT);

  @AfterEach
  void close() {
    first.close(); // proves that nothing is left
  }

  private LocalSandboxes another(SandboxSettings profile) throws Exception {
    return BwrapBench.provider(first.data, profile);
  }

  private LocalSandboxes another() throws Exception {
    return another(first.profile);
  }

  private LocalSandboxes impatient() throws Exception {
    return another(first.profile.withPatience(Duration.ofMillis(300)));
  }

  private Path file(String name) {
    return first.data.resolve("workspaces/" + session + "/workspace/" + name);
  }

  private static ToolCall bash(String id, String command) {
    return new ToolCall(new EventId("sevt_" + id), "bash", Json.obj("command", command));
  }

  private static ToolCall again(ToolCall call) {
    return new ToolCall(call.id(), call.name(), call.input(), true);
  }

  private static ToolCall waiting(String id) {
    return bash(id, "echo ran >> file; " + Commands.await("go") + "; echo out");
  }

  /// A server begins the calls and stops once there are the files, as if it were killed.
  private Sandbox begin(List<ToolCall> calls, String... files) throws Exception {
    var sandbox = first.provision(spec);
    try (var scope = new Scope()) {
      calls.forEach(call -> scope.fork(() -> sandbox.execute(call, () -> true)));
      for (var name : files) {
        await().until(() -> Files.exists(file(name)));
      }
    }
    sandbox.leave();
    return sandbox;
  }

  private static Sandbox found(Optional<Sandbox> sandbox) {
    return sandbox.orElseThrow();
  }

  @Test
  void aCommandThatRunsIsWaitedForAndTheShellIsAsItWas() throws Exception {
    var call = waiting("1");
    var sandbox = first.provision(spec);
    sandbox.execute(bash("0", "X=kept; cd /tmp; sleep 1000 &"));
    sandbox.leave();
    try (var second = another();
        var same = found(second.attach(spec, sandbox.id()))) {
      same.execute(bash("2", "cd /workspace"));
      same.leave();
    }
    var id = begin(List.of(call), "file").id();
    assertThat(id).isEqualTo(sandbox.id());
    try (var third = another();
        var same = found(third.attach(spec, id));
        var scope = new Scope()) {
      var task = scope.fork(() -> same.execute(again(call)));
      Files.createFile(file("go"));
      assertThat(task.join()).isEqualTo(ToolResult.success("out"));
      assertThat(same.execute(bash("3", "cat file; echo $X; jobs")).text())
          .startsWith("ran\nkept\n")
          .contains("Running");
      assertThat(same.execute(again(call))).isEqualTo(ToolResult.success("out"));
      assertThat(Files.readString(file("file"))).isEqualTo("ran\n");
    }
  }

  @Test
  void whatEndedWhileNobodyListenedIsTold() throws Exception {
    var call = bash("1", "echo ran >> file; " + Commands.await("go") + "; touch over");
    var id = begin(List.of(call), "file").id();
    Files.createFile(file("go"));
    await().until(() -> Files.exists(file("over")));
    try (var second = another();
        var same = found(second.attach(spec, id))) {
      assertThat(same.execute(again(call))).isEqualTo(ToolResult.success("(no output)"));
      assertThat(Files.readString(file("file"))).isEqualTo("ran\n");
    }
  }

  @Test
  void aCallThatNeverArrivedRunsOnce() throws Exception {
    var id = begin(List.of()).id();
    var call = bash("1", "echo ran >> file");
    try (var second = another();
        var same = found(second.attach(spec, id))) {
      same.execute(again(call));
      same.execute(again(call));
      assertThat(Files.readString(file("file"))).isEqualTo("ran\n");
    }
  }

  @Test
  void ofTwoCallsOneIsOverAndOneRuns() throws Exception {
    var slow = waiting("1");
    var quick =
        new ToolCall(
            new EventId("sevt_2"), "write", Json.obj("file_path", "quick", "content", "mine"));
    var id = begin(List.of(slow, quick), "file", "quick").id();
    Files.writeString(file("quick"), "theirs");
    try (var second = another();
        var same = found(second.attach(spec, id));
        var scope = new Scope()) {
      var task = scope.fork(() -> same.execute(again(slow)));
      assertThat(same.execute(again(quick)).isError()).isFalse();
      Files.createFile(file("go"));
      assertThat(task.join().text()).isEqualTo("out");
      assertThat(Files.readString(file("quick"))).isEqualTo("theirs");
      assertThat(Files.readString(file("file"))).isEqualTo("ran\n");
    }
  }

  @Test
  void outputThatFlowsWhileTheServersChangeIsWhole() throws Exception {
    var call =
        bash("1", "i=0; touch file; while [ ! -e go ]; do echo line $i; i=$((i+1)); done; echo $i");
    var id = begin(List.of(call), "file").id();
    try (var second = another()) {
      for (int i = 0; i < 5; i++) {
        var same = found(second.attach(spec, id));
        try (var scope = new Scope()) {
          var _ = scope.fork(() -> same.execute(again(call), () -> true));
        }
        same.leave();
      }
      try (var same = found(second.attach(spec, id));
          var scope = new Scope()) {
        var task = scope.fork(() -> same.execute(again(call)));
        Files.createFile(file("go"));
        var lines = task.join().text().lines().filter(line -> !line.startsWith("[")).toList();
        int last = Integer.parseInt(lines.getLast());
        var numbers = lines.subList(1, lines.size() - 1); // the first may be cut
        assertThat(numbers)
            .isEqualTo(
                IntStream.range(last - numbers.size(), last).mapToObj(i -> "line " + i).toList());
      }
    }
  }

  @Test
  void anInterruptStopsWhatAnEarlierServerBegan() throws Exception {
    var call = waiting("1");
    var id = begin(List.of(call), "file").id();
    try (var second = another();
        var same = found(second.attach(spec, id))) {
      same.stop(new EventId("sevt_unheard"));
      same.stop(call.id());
      assertThat(same.execute(bash("2", "cat file")).text())
          .startsWith("[The command before this one was interrupted, and its shell stopped. ")
          .endsWith("]\nran");
      assertThat(same.execute(again(call)).text()).contains("interrupted before completion");
    }
  }

  @Test
  void provisionFindsTheHandThatLives() throws Exception {
    var id = begin(List.of()).id();
    try (var second = another();
        var same = second.provision(spec)) {
      assertThat(same.id()).isEqualTo(id);
    }
  }

  @Test
  void aHandThatDoesNotAnswerIsReplaced() throws Exception {
    var left = (LocalSandbox) begin(List.of());
    new ProcessBuilder(
            "kill",
            "-STOP",
            Long.toString(BwrapBench.traces(left.leash()).inner().getFirst().pid()))
        .start()
        .waitFor();
    try (var second = impatient()) {
      assertThat(second.attach(spec, left.id())).isEmpty();
      assertThat(left.leash().lives()).isFalse();
      assertThat(hands()).isEmpty();
    }
    try (var third = another();
        var other = third.provision(spec)) {
      assertThat(other.id()).isNotEqualTo(left.id());
    }
  }

  @Test
  void whoIsInterruptedTakesNoLivingHandForDead() throws Exception {
    var left = (LocalSandbox) begin(List.of());
    try (var second = another()) {
      Thread.currentThread().interrupt();
      try {
        assertThat(left.leash().lives()).isTrue();
        second.attach(spec, left.id()).ifPresent(Sandbox::leave);
      } catch (InterruptedException e) {
        // As it should be; the flag is down.
      } finally {
        var _ = Thread.interrupted();
      }
      assertThat(left.leash().lives()).isTrue();
      try (var same = found(second.attach(spec, left.id()))) {
        assertThat(same.execute(bash("1", "echo on")).text()).isEqualTo("on");
      }
    }
  }

  @Test
  void aHandThatIsGoneIsNotFound() throws Exception {
    var left = (LocalSandbox) begin(List.of());
    BwrapBench.traces(left.leash()).inner().forEach(being -> Host.kill(being.pid(), being.start()));
    await().until(() -> !left.leash().lives());
    try (var second = another()) {
      assertThat(hands()).isEmpty();
      assertThat(second.attach(spec, left.id())).isEmpty();
      try (var other = second.provision(spec)) {
        assertThat(other.id()).isNotEqualTo(left.id());
        assertThat(second.attach(spec, left.id())).isEmpty();
      }
    }
  }

  @Test
  void aHandThatAServerHoldsIsNobodyElses() throws Exception {
    var held = first.provision(spec);
    held.execute(bash("0", "X=kept"));
    try (var second = impatient()) {
      assertThatThrownBy(() -> second.provision(spec))
          .isInstanceOf(Sandboxes.Unavailable.class)
          .hasMessageContaining("another server is still attached");
      assertThat(second.attach(spec, held.id())).isEmpty();
      second.release(session);
      assertThat(held.execute(bash("1", "echo $X")).text()).isEqualTo("kept");
    }
    held.leave();
    try (var third = another();
        var same = third.provision(spec)) {
      assertThat(same.id()).isEqualTo(held.id());
      assertThat(same.execute(bash("2", "echo $X")).text()).isEqualTo("kept");
    }
  }

  @Test
  void whoWaitsGetsTheHandWhenItIsLetGo() throws Exception {
    var held = first.provision(spec);
    try (var second = another();
        var scope = new Scope()) {
      var waits = scope.fork(() -> second.provision(spec));
      await().until(() -> !waits.isDone());
      held.leave();
      try (var same = waits.join()) {
        assertThat(same.id()).isEqualTo(held.id());
      }
    }
  }

  @Test
  void aServerThatClosesTakesOnlyItsOwnHands() throws Exception {
    var held = first.provision(spec);
    try (var second = another()) {
      var theirs = second.provision(HandSpec.workspace(new SessionId(session + "x")));
      assertThat(hands()).hasSize(2);
      assertThat(theirs.isAlive()).isTrue();
    }
    assertThat(hands()).containsExactly(held.id().value());
    assertThat(held.execute(bash("1", "echo on")).text()).isEqualTo("on");
  }

  @Test
  void onlyTheOtherServerSeesThatAHandIsElsewhere() throws Exception {
    var held = first.provision(spec);
    try (var second = another()) {
      assertThat(second.isElsewhere(spec.session())).isTrue();
      assertThat(first.isElsewhere(spec.session())).isFalse();
      assertThat(second.isElsewhere(new SessionId("sesn_none"))).isFalse();
      held.leave();
      assertThat(second.isElsewhere(spec.session())).isFalse();
      found(second.attach(spec, held.id())).close();
    }
  }

  @Test
  void aRecordOfAnotherStartOfTheMachineIsOnlyRemoved() throws Exception {
    var left = (LocalSandbox) begin(List.of());
    var record = left.leash().directory().resolve("leash");
    Files.write(
        record,
        Files.readAllLines(record).stream()
            .map(line -> line.startsWith("boot ") ? "boot 0-another" : line)
            .toList());
    try (var second = another()) {
      assertThat(hands()).isEmpty();
      assertThat(second.attach(spec, left.id())).isEmpty();
      try (var other = second.provision(spec)) {
        assertThat(other.id()).isNotEqualTo(left.id());
      }
      assertThat(left.leash().lives()).as("a stranger's process").isTrue();
    } finally {
      left.leash().pull();
    }
  }

  @Test
  void aHandThatNobodyWantsEndsAndItsTracesGo() throws Exception {
    try (var brief = another(first.profile.withWatchdog(Duration.ofMillis(400)))) {
      var sandbox = (LocalSandbox) brief.provision(spec);
      sandbox.execute(bash("1", "sleep 1000 & setsid sleep 1001 &"));
      var groups = BwrapBench.traces(sandbox.leash()).group().directories();
      assertThat(groups).allMatch(Files::exists);
      sandbox.leave();
      await().until(() -> hands().isEmpty());
      assertThat(groups).noneMatch(Files::exists);
      assertThat(BwrapBench.processes(first.profile.firstUid())).isEmpty();
    }
  }

  @Test
  void aServerThatSharesTheDirectoryCountsUidsOnTogether() throws Exception {
    try (var second = another();
        var scope = new Scope()) {
      var tasks =
          IntStream.range(0, 20)
              .mapToObj(
                  i ->
                      scope.fork(
                          () -> {
                            var id = new SessionId(session + "u" + i);
                            try (var _ =
                                (i % 2 == 0 ? first : second).provision(HandSpec.workspace(id))) {
                              return Host.owner(
                                  first.data.resolve("workspaces/" + id + "/workspace"));
                            }
                          }))
              .toList();
      var uids = new HashSet<Integer>();
      for (var task : tasks) {
        uids.add(task.join());
      }
      assertThat(uids).hasSize(Host.isRoot() ? 20 : 1);
    }
  }

  private Set<String> hands() {
    return BwrapBench.names(first.data.resolve("hands"));
  }
}
