package dev.drover.hands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Json;
import dev.drover.base.Scope;
import dev.drover.session.EventId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The server's side of the protocol over one kind of stream, against a peer that lies.
abstract class FramedHandContract {
  private static final Duration LONG = Duration.ofSeconds(30);

  private ByteStream ours;
  private ByteStream peer;
  private final AtomicInteger deaths = new AtomicInteger();

  /// The two ends of a stream.
  record Ends(ByteStream ours, ByteStream peer) {}

  abstract Ends open() throws Exception;

  @BeforeEach
  void connect() throws Exception {
    var ends = open();
    ours = ends.ours();
    peer = ends.peer();
  }

  @AfterEach
  void close() throws Exception {
    ours.end().close();
    peer.end().close();
  }

  private void send(byte op, int id, byte... payload) throws IOException {
    write(new Frame(op, id, ByteBuffer.wrap(payload)).encoded());
  }

  private void write(byte[] bytes) throws IOException {
    peer.out().write(bytes);
    peer.out().flush();
  }

  private FramedHand hand(Duration heartbeat) throws Exception {
    send(Frame.HELLO, 0, (byte) 0, (byte) 0, (byte) 0, (byte) 1);
    return FramedHand.attach(ours, LONG, heartbeat, deaths::incrementAndGet);
  }

  private static ToolCall call() {
    return new ToolCall(new EventId("sevt_1"), "bash", Json.obj("command", "true"));
  }

  /// One call, and what the peer does when it has it.
  private ToolResult answered(Answer answer) throws Exception {
    try (var hand = hand(LONG);
        var scope = new Scope()) {
      var task = scope.fork(() -> hand.execute(call()));
      var frame = Frame.read(peer.in());
      assertThat(frame.op()).isEqualTo(Frame.CALL);
      answer.to(frame.id());
      return task.join();
    }
  }

  private interface Answer {
    void to(int id) throws IOException;
  }

  private void isDeath(Answer answer) throws Exception {
    assertThat(answered(answer)).isEqualTo(ToolResult.lost(FramedHand.LOST));
    assertThat(deaths).hasValue(1);
  }

  @Test
  void aResultMayComeInPieces() throws Exception {
    var result =
        answered(
            id -> {
              send(Frame.PART, id, "gr\u00fc".getBytes(StandardCharsets.ISO_8859_1));
              send(Frame.PART, id, "\0".getBytes(StandardCharsets.US_ASCII));
              send(Frame.RESULT, id, (byte) 1, (byte) 'n');
            });
    assertThat(result).isEqualTo(ToolResult.error("gr\uFFFD\uFFFDn"));
  }

  @Test
  void anAnswerToNoCallIsDeath() throws Exception {
    isDeath(id -> send(Frame.RESULT, id + 1, (byte) 0));
  }

  @Test
  void aSecondAnswerIsDeath() throws Exception {
    assertThat(
            answered(
                    id -> {
                      send(Frame.RESULT, id, (byte) 0, (byte) 'a');
                      send(Frame.RESULT, id, (byte) 0, (byte) 'b');
                    })
                .text())
        .isEqualTo("a");
    await().until(() -> deaths.get() == 1);
  }

  @Test
  void aResultWithoutItsFlagIsDeath() throws Exception {
    isDeath(id -> send(Frame.RESULT, id));
  }

  @Test
  void aResultWithAnotherFlagIsDeath() throws Exception {
    isDeath(id -> send(Frame.RESULT, id, (byte) 2));
  }

  @Test
  void anUnknownOperationIsDeath() throws Exception {
    isDeath(id -> send((byte) 99, id));
  }

  @Test
  void aSecondHelloIsDeath() throws Exception {
    isDeath(_ -> send(Frame.HELLO, 0, (byte) 0, (byte) 0, (byte) 0, (byte) 1));
  }

  @Test
  void anAnswerToNoPingIsDeath() throws Exception {
    isDeath(_ -> send(Frame.PONG, 0));
  }

  @Test
  void anOversizedFrameIsDeath() throws Exception {
    isDeath(
        _ -> write(ByteBuffer.allocate(9).putInt(Frame.MAX + 1).put(Frame.PART).putInt(1).array()));
  }

  @Test
  void aNegativeLengthIsDeath() throws Exception {
    isDeath(_ -> write(ByteBuffer.allocate(9).putInt(-1).put(Frame.PART).putInt(1).array()));
  }

  @Test
  void aFrameTooShortToBeOneIsDeath() throws Exception {
    isDeath(_ -> write(ByteBuffer.allocate(9).putInt(4).put(Frame.PART).putInt(1).array()));
  }

  @Test
  void aResultWithoutEndIsDeath() throws Exception {
    isDeath(
        id -> {
          try {
            for (int i = 0; i < 10; i++) {
              send(Frame.PART, id, new byte[Frame.MAX - 5]);
            }
          } catch (IOException e) {
            // The connection was closed on us, as it should be.
          }
        });
  }

  @Test
  void aConnectionThatEndsInAFrameIsDeath() throws Exception {
    isDeath(
        _ -> {
          write(ByteBuffer.allocate(6).putInt(100).put(Frame.RESULT).put((byte) 0).array());
          peer.end().close();
        });
  }

  @Test
  void silenceIsDeath() throws Exception {
    try (var hand = hand(Duration.ofMillis(20))) {
      assertThat(hand.execute(call()).lost()).isTrue();
      assertThat(hand.isAlive()).isFalse();
      var next = hand.execute(call());
      assertThat(next).isEqualTo(ToolResult.error(FramedHand.NOT_RUN));
    }
  }

  @Test
  void aCancellationThatIsNotConfirmedIsDeath() throws Exception {
    try (var hand = hand(LONG)) {
      var scope = new Scope();
      var task = scope.fork(() -> hand.execute(call()));
      Frame.read(peer.in());
      scope.close();
      assertThat(Frame.read(peer.in()).op()).isEqualTo(Frame.CANCEL);
      assertThatThrownBy(task::join).hasCauseInstanceOf(InterruptedException.class);
      assertThat(hand.isAlive()).isFalse();
    }
  }

  /// A call whose asker is gone, though the call is not.
  private int left(FramedHand hand) throws Exception {
    int id;
    try (var scope = new Scope()) {
      var _ = scope.fork(() -> hand.execute(call(), () -> true));
      id = Frame.read(peer.in()).id();
    }
    return id;
  }

  @Test
  void aCallThatIsLeftIsNotCancelledAndItsLateResultIsNoDeath() throws Exception {
    try (var hand = hand(LONG);
        var scope = new Scope()) {
      send(Frame.RESULT, left(hand), (byte) 0, (byte) 'a');
      var other = new ToolCall(new EventId("sevt_2"), "bash", Json.obj("command", "true"));
      var task = scope.fork(() -> hand.execute(other));
      var next = Frame.read(peer.in());
      assertThat(next.op()).isEqualTo(Frame.CALL);
      send(Frame.RESULT, next.id(), (byte) 0, (byte) 'b');
      assertThat(task.join().text()).isEqualTo("b");
    }
  }

  /// Asks, and returns once the answer is waited for.
  private static FutureTask<ToolResult> asked(FramedHand hand) {
    var task = new FutureTask<>(() -> hand.execute(call()));
    var thread = Thread.ofPlatform().daemon().start(task);
    await().until(() -> thread.getState() == Thread.State.TIMED_WAITING);
    return task;
  }

  @Test
  void whoAsksForACallThatWasLeftGoesOnWaitingForIt() throws Exception {
    try (var hand = hand(LONG)) {
      int id = left(hand);
      var task = asked(hand);
      send(Frame.PART, id, (byte) 'a');
      send(Frame.RESULT, id, (byte) 0, (byte) 'b');
      assertThat(task.get().text()).isEqualTo("ab");
      var again = asked(hand);
      var call = Frame.read(peer.in());
      assertThat(call.op()).as("the journal of the hand has it").isEqualTo(Frame.CALL);
      send(Frame.RESULT, call.id(), (byte) 0, (byte) 'c');
      assertThat(again.get().text()).isEqualTo("c");
    }
  }

  @Test
  void twoWhoAskForOneCallGetOneResult() throws Exception {
    try (var hand = hand(LONG)) {
      var one = asked(hand);
      var other = asked(hand);
      send(Frame.RESULT, Frame.read(peer.in()).id(), (byte) 0, (byte) 'a');
      assertThat(one.get().text()).isEqualTo("a");
      assertThat(other.get().text()).isEqualTo("a");
    }
  }

  @Test
  void callsThatAreLeftGiveTheirPlacesBackWhenTheyEnd() throws Exception {
    try (var hand = hand(LONG)) {
      for (int i = 0; i < 2 * FramedHand.CALLS; i++) {
        int id;
        var call = new ToolCall(new EventId("sevt_x" + i), "bash", Json.obj("command", "true"));
        try (var scope = new Scope()) {
          var _ = scope.fork(() -> hand.execute(call, () -> true));
          id = Frame.read(peer.in()).id();
        }
        send(Frame.RESULT, id, (byte) 0, (byte) 'a');
      }
      assertThat(hand.isAlive()).isTrue();
    }
  }

  @Test
  void ofACallThatTheHandMayKnowNobodyCanSayThatItDidNotRun() throws Exception {
    try (var hand = hand(LONG)) {
      peer.end().close();
      await().until(() -> !hand.isAlive());
      assertThat(hand.execute(call())).isEqualTo(ToolResult.error(FramedHand.NOT_RUN));
      var again = new ToolCall(call().id(), call().name(), call().input(), true);
      assertThat(hand.execute(again)).isEqualTo(ToolResult.lost(FramedHand.LOST));
    }
  }

  @Test
  void aHandOfAnOlderServerHasNoFiles() throws Exception {
    try (var hand = hand(LONG)) {
      assertThat(hand.files()).isEmpty();
    }
  }

  /// What a hand of this version does when it is asked for the files below a root.
  private void isDeathOfFiles(Answer answer) throws Exception {
    send(Frame.HELLO, 0, (byte) 0, (byte) 0, (byte) 0, (byte) 2);
    try (var hand = FramedHand.attach(ours, LONG, LONG, deaths::incrementAndGet);
        var scope = new Scope()) {
      var files = hand.files().orElseThrow();
      var task =
          scope.fork(
              () -> {
                try {
                  return files.tree(HandRoot.OUTPUTS, Optional.empty()).toString();
                } catch (IOException e) {
                  return String.valueOf(e.getMessage());
                }
              });
      var frame = Frame.read(peer.in());
      assertThat(frame.op()).isEqualTo(Frame.TREE);
      answer.to(frame.id());
      assertThat(task.join()).contains("the hand is gone");
      assertThat(deaths).hasValue(1);
    }
  }

  @Test
  void aHandThatAnOlderServerHasMadeReadsOneFileInAnOperation() throws Exception {
    send(Frame.HELLO, 0, (byte) 0, (byte) 0, (byte) 0, (byte) 2);
    try (var hand = FramedHand.attach(ours, LONG, LONG, deaths::incrementAndGet);
        var scope = new Scope()) {
      var files = hand.files().orElseThrow();
      var stamp = new FileStamp(0, 1, 2, 3, 0100644, 1);
      var entry = new HandTree.Entry(HandPath.of("f"), stamp, false);
      var task =
          scope.fork(
              () -> {
                var lengths = new ArrayList<Integer>();
                try (var contents = files.getAll(HandRoot.OUTPUTS, List.of(entry, entry), 9)) {
                  lengths.add(contents.next().readAllBytes().length);
                  lengths.add(contents.next().readAllBytes().length);
                }
                return lengths;
              });
      for (int n = 0; n < 2; n++) {
        Frame frame;
        do {
          frame = Frame.read(peer.in());
        } while (frame.op() == Frame.CANCEL); // of the first, whose end has crossed it
        assertThat(frame.op()).isEqualTo(Frame.GET);
        send(Frame.DATA, frame.id(), new byte[] {'S', 0, 0, 0, FileStamp.BYTES});
        send(Frame.DATA, frame.id(), stamp.encoded());
        send(Frame.DATA, frame.id(), new byte[] {'X', 0, 0, 0, 1, 0});
        send(Frame.DONE, frame.id(), (byte) 0);
      }
      assertThat(task.join()).containsExactly(0, 0);
    }
  }

  @Test
  void moreThanThereIsCreditForIsDeath() throws Exception {
    send(Frame.HELLO, 0, (byte) 0, (byte) 0, (byte) 0, (byte) 2);
    try (var hand = FramedHand.attach(ours, LONG, LONG, deaths::incrementAndGet);
        var scope = new Scope()) {
      var files = hand.files().orElseThrow();
      var path = HandPath.of("f");
      var task = scope.fork(() -> files.get(HandRoot.OUTPUTS, path, Optional.empty(), 1 << 30));
      int id = Frame.read(peer.in()).id();
      var stamp = new FileStamp(1 << 30, 1, 2, 3, 0100644, 1).encoded();
      send(Frame.DATA, id, new byte[] {'S', 0, 0, 0, (byte) stamp.length});
      send(Frame.DATA, id, stamp);
      try (var content = task.join()) {
        for (int sent = 0; sent < Transfer.WINDOW; sent += Transfer.PIECE) {
          assertThat(deaths).hasValue(0);
          send(Frame.DATA, id, new byte[Transfer.PIECE]);
        }
        await().until(() -> deaths.get() == 1);
        assertThatThrownBy(content::readAllBytes).isInstanceOf(IOException.class);
      }
    }
  }

  @Test
  void aCreditThatWasNotUsedIsDeath() throws Exception {
    isDeathOfFiles(id -> send(Frame.CREDIT, id, (byte) 0, (byte) 0, (byte) 0, (byte) 1));
  }

  @Test
  void anEndOfFilesWithoutItsFlagIsDeath() throws Exception {
    isDeathOfFiles(id -> send(Frame.DONE, id));
  }

  @Test
  void recordsThatNobodyAskedForEndTheOperationAndNotTheHand() throws Exception {
    var lies =
        List.of(
            new byte[] {'X', 0, 0, 0, 0},
            new byte[] {'X', 0, 0, 0, 1, 99},
            new byte[] {'S', 0, 0, 0, 1, 0},
            new byte[] {'Z', 0, 0, 0, 0},
            new byte[] {'L', 0, 0, 0, 1, 0},
            new byte[] {'E', -1, -1, -1, -1},
            new byte[] {'E', 0},
            new byte[0]);
    send(Frame.HELLO, 0, (byte) 0, (byte) 0, (byte) 0, (byte) 2);
    try (var hand = FramedHand.attach(ours, LONG, LONG, deaths::incrementAndGet);
        var scope = new Scope()) {
      var files = hand.files().orElseThrow();
      for (var lie : lies) {
        var task =
            scope.fork(
                () -> {
                  try {
                    return "listed " + files.tree(HandRoot.OUTPUTS, Optional.empty());
                  } catch (IOException e) {
                    return "failed";
                  }
                });
        var frame = Frame.read(peer.in());
        while (frame.op() != Frame.TREE) {
          frame = Frame.read(peer.in()); // the cancellation of the one before
        }
        send(Frame.DATA, frame.id(), lie);
        send(Frame.DONE, frame.id(), (byte) 0);
        assertThat(task.join()).isEqualTo("failed");
      }
      assertThat(hand.isAlive()).isTrue();
    }
  }

  /// A call of a hand of protocol 4, whose output arrives in `printed`.
  private FramedHand watched(List<String> printed) throws Exception {
    send(Frame.HELLO, 0, (byte) 0, (byte) 0, (byte) 0, (byte) 4);
    return FramedHand.attach(
        ours,
        LONG,
        LONG,
        deaths::incrementAndGet,
        (call, text, leftOut) -> printed.add(call + " " + leftOut + " " + text));
  }

  private void output(int id, int leftOut, String text) throws IOException {
    var bytes = text.getBytes(StandardCharsets.UTF_8);
    send(
        Frame.OUTPUT, id, ByteBuffer.allocate(4 + bytes.length).putInt(leftOut).put(bytes).array());
  }

  @Test
  void whatACommandPrintsArrivesBeforeItsResult() throws Exception {
    var printed = new CopyOnWriteArrayList<String>();
    try (var hand = watched(printed);
        var scope = new Scope()) {
      var task = scope.fork(() -> hand.execute(call()));
      int id = Frame.read(peer.in()).id();
      var watch = Frame.read(peer.in());
      assertThat(watch.op()).isEqualTo(Frame.WATCH);
      assertThat(watch.id()).isEqualTo(id);
      output(id, 0, "one\0");
      await().until(() -> printed.size() == 1);
      for (int i = 0; i < 1_000; i++) {
        output(id, 1, "x");
      }
      send(Frame.RESULT, id, (byte) 0, (byte) 'r');
      assertThat(task.join().text()).isEqualTo("r");
      assertThat(printed.getFirst()).isEqualTo("sevt_1 0 one\uFFFD");
      // Pieces that come too fast are left out, and counted by the next one.
      assertThat(printed).hasSizeBetween(100, 999);
      assertThat(hand.isAlive()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"other call", "empty", "too long", "old hand", "read"})
  void outputThatWasNotAskedForEndsTheHand(String how) throws Exception {
    var printed = new CopyOnWriteArrayList<String>();
    try (var hand = how.equals("old hand") ? hand(LONG) : watched(printed);
        var scope = new Scope()) {
      var call =
          how.equals("read")
              ? new ToolCall(new EventId("sevt_1"), "read", Json.obj("file_path", "x"))
              : call();
      var task = scope.fork(() -> hand.execute(call));
      int id = Frame.read(peer.in()).id();
      output(
          how.equals("other call") ? id + 1 : id,
          0,
          how.equals("empty") ? "" : how.equals("too long") ? "x".repeat(20_000) : "x");
      assertThat(task.join().lost()).isTrue();
      assertThat(hand.isAlive()).isFalse();
      assertThat(printed).isEmpty();
    }
  }

  @Test
  void aStrangerIsNotTakenForAHand() throws Exception {
    send(Frame.HELLO, 0, (byte) 0, (byte) 0, (byte) 0, (byte) 5);
    assertThatThrownBy(() -> FramedHand.attach(ours, LONG, LONG, () -> {}))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("not a hand of protocol 1 to 4");
  }

  @Test
  void whoSaysNothingIsNotTakenForAHand() {
    assertThatThrownBy(() -> FramedHand.attach(ours, Duration.ofMillis(50), LONG, () -> {}))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("within 50 ms");
  }
}
