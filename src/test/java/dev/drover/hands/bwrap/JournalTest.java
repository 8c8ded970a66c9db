package dev.drover.hands.bwrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Json;
import dev.drover.hands.HandSpec;
import dev.drover.hands.Sandbox;
import dev.drover.hands.ToolCall;
import dev.drover.hands.ToolResult;
import dev.drover.hands.local.HandSocket;
import dev.drover.hands.local.LocalSandbox;
import dev.drover.hands.local.SandboxSettings;
import dev.drover.session.EventId;
import dev.drover.session.SessionId;
import dev.drover.testing.Commands;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// What a hand keeps of its calls, on a real one: none runs twice, whatever breaks.
@Execution(ExecutionMode.CONCURRENT)
@Tag("sandbox")
final class JournalTest {
  private static final int PING = 1;
  private static final int CALL = 3;
  private static final int PONG = 17;
  private static final AtomicInteger NUMBERS = new AtomicInteger();
  private static BwrapBench bench;

  private final SessionId session = new SessionId("sesn_j" + NUMBERS.incrementAndGet());
  private final HandSpec spec = HandSpec.workspace(session);

  @BeforeAll
  static void open() {
    bench = new BwrapBench(SandboxSettings.DEFAULT);
  }

  @AfterAll
  static void close() {
    bench.close();
  }

  private static ToolCall bash(String id, String command) {
    return new ToolCall(new EventId("sevt_" + id), "bash", Json.obj("command", command));
  }

  private static ToolCall letters(String id, int count) {
    return bash(id, "echo " + id + " >> file; head -c " + count + " /dev/zero | tr '\\0' x; echo");
  }

  private Path file(String name) {
    return bench.data.resolve("workspaces/" + session + "/workspace/" + name);
  }

  /// A frame with a call of `bash`, as its bytes.
  private static ByteBuffer frame(ToolCall call) {
    var frame = ByteBuffer.allocate(1000).position(4).put((byte) CALL).putInt(1);
    for (var text :
        new String[] {call.id().value(), "bash", String.valueOf(call.input().text("command"))}) {
      var bytes = text.getBytes(StandardCharsets.UTF_8);
      frame.putInt(bytes.length).put(bytes);
    }
    frame.putInt(-1).putInt(-1);
    return frame.putInt(0, frame.position() - 4).flip();
  }

  private static SocketChannel connect(Sandbox sandbox) throws Exception {
    var directory = ((LocalSandbox) sandbox).leash().directory();
    var channel = SocketChannel.open(UnixDomainSocketAddress.of(HandSocket.in(directory)));
    var hello = ByteBuffer.allocate(13);
    while (hello.hasRemaining()) {
      assertThat(channel.read(hello)).isPositive();
    }
    return channel;
  }

  @Test
  void aResultThatIsCutByTheEndOfAConnectionComesWhole() throws Exception {
    var left = bench.provision(spec);
    left.leave();
    var call = letters("1", 90_000);
    try (var channel = connect(left)) {
      channel.write(frame(call));
      assertThat(channel.read(ByteBuffer.allocate(100))).isPositive();
    }
    try (var sandbox = bench.provision(spec)) {
      assertThat(sandbox.id()).isEqualTo(left.id());
      assertThat(sandbox.execute(call).text()).isEqualTo("x".repeat(90_000));
      assertThat(Files.readString(file("file"))).isEqualTo("1\n");
    }
  }

  @Test
  void aCallThatIsCutByTheEndOfAConnectionDoesNotRun() throws Exception {
    var left = bench.provision(spec);
    left.leave();
    var call = letters("1", 10);
    var frame = frame(call);
    try (var channel = connect(left)) {
      channel.write(frame.limit(frame.limit() - 1));
    }
    try (var sandbox = bench.provision(spec)) {
      assertThat(sandbox.id()).isEqualTo(left.id());
      sandbox.execute(bash("2", "echo 2 >> file"));
      assertThat(sandbox.execute(call).text()).isEqualTo("x".repeat(10));
      assertThat(Files.readString(file("file"))).isEqualTo("2\n1\n");
    }
  }

  @Test
  void aResultThatWasGivenUpIsAnErrorAndNotASecondRun() throws Exception {
    try (var sandbox = bench.provision(spec)) {
      for (int i = 1; i <= 140; i++) {
        sandbox.execute(letters(Integer.toString(i), 10));
      }
      var lost = sandbox.execute(letters("1", 10));
      assertThat(lost.isError()).isTrue();
      assertThat(lost.text()).contains("has run", "may have taken effect");
      assertThat(sandbox.execute(letters("140", 10))).isEqualTo(ToolResult.success("x".repeat(10)));
      assertThat(sandbox.execute(letters("20", 10))).isEqualTo(ToolResult.success("x".repeat(10)));
      assertThat(Files.readAllLines(file("file"))).hasSize(140).doesNotHaveDuplicates();
    }
  }

  /// Above the bound for results that were fetched, which go before those that were not.
  @Test
  void resultsThatNobodyFetchedAreKeptBeforeOthers() throws Exception {
    int most = 100_000;
    var sandbox = bench.provision(spec);
    for (int i = 0; i < 60; i++) {
      sandbox.execute(letters("a" + i, most));
    }
    sandbox.leave();
    try (var channel = connect(sandbox)) {
      channel.write(frame(bash("b", Commands.await("go"))));
      for (int i = 0; i < 60; i++) {
        channel.write(frame(letters("b" + i, most)));
      }
      channel.write(ByteBuffer.allocate(9).putInt(5).put((byte) PING).putInt(0).flip());
      var pong = ByteBuffer.allocate(9);
      assertThat(channel.read(pong)).isEqualTo(9);
      assertThat(pong.get(4)).as("all before it has arrived").isEqualTo((byte) PONG);
    }
    Files.createFile(file("go"));
    await().until(() -> Files.readAllLines(file("file")).size() == 120);
    try (var same = bench.provision(spec)) {
      var texts = new ArrayList<String>();
      for (int i = 0; i < 60; i++) {
        texts.add(same.execute(letters("b" + i, most)).text());
      }
      assertThat(texts).allMatch("x".repeat(most)::equals);
      assertThat(same.execute(letters("a0", most)).text()).contains("has run");
      assertThat(Files.readAllLines(file("file"))).hasSize(120).doesNotHaveDuplicates();
    }
  }
}
