package dev.drover.model.anthropic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Scope;
import dev.drover.model.Answer;
import dev.drover.model.Listener;
import dev.drover.testing.Script;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

@Isolated("it counts what the whole process holds")
final class ConnectionTest extends MessagesCase {
  /// Whether the call ended as an interrupted one should.
  private FutureTask<Boolean> asking(Listener listener) {
    return new FutureTask<>(
        () -> {
          try {
            model.answer(HELLO, listener);
            return false;
          } catch (InterruptedException _) {
            return true;
          }
        });
  }

  @Test
  void anInterruptInMidStreamCutsTheConnection() throws Exception {
    server.script(Script.reply().text("Hello").stall());
    var heard = new CountDownLatch(1);
    var call =
        asking(
            new Listener() {
              @Override
              public void blockStarted(int index, String type) {}

              @Override
              public void text(int index, String delta) {
                heard.countDown();
              }
            });
    var thread = Thread.ofVirtual().start(call);
    heard.await();
    thread.interrupt();

    assertThat(call.get()).isTrue();
    server.request(1).awaitDisconnect();
  }

  @Test
  void anInterruptBeforeTheAnswerBeginsCutsTheConnection() throws Exception {
    server.script(Script.stream().stall());
    var call = asking(Listener.DEAF);
    var thread = Thread.ofVirtual().start(call);
    var request = server.request(1);
    thread.interrupt();

    assertThat(call.get()).isTrue();
    request.awaitDisconnect();
  }

  @Test
  void aThreadThatIsInterruptedAlreadyAsksNothing() {
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> model.answer(HELLO, Listener.DEAF))
        .isInstanceOf(InterruptedException.class);
    assertThat(server.requests()).isEmpty();
  }

  @Test
  void aListenerThatFailsCutsTheConnection() throws Exception {
    server.script(Script.reply().text("Hello").stall());
    var deaf =
        new Listener() {
          @Override
          public void blockStarted(int index, String type) {
            throw new IllegalStateException("deaf");
          }

          @Override
          public void text(int index, String delta) {}
        };
    assertThatThrownBy(() -> model.answer(HELLO, deaf)).hasMessage("deaf");
    server.request(1).awaitDisconnect();
  }

  @Test
  void textIsHeardBeforeTheReplyIsWhole() throws Exception {
    var heard = new CountDownLatch(1);
    server.script(Script.reply().text("Hel", "lo").hold(heard).text("!"));
    var answer =
        model.answer(
            HELLO,
            new Listener() {
              @Override
              public void blockStarted(int index, String type) {}

              @Override
              public void text(int index, String delta) {
                heard.countDown();
              }
            });
    assertThat(answer).isInstanceOf(Answer.Reply.class);
  }

  @Test
  void fiveHundredCallsUseOneConnectionAndLeaveNothingBehind() throws Exception {
    server.otherwise(
        request ->
            request.number() % 5 == 0
                ? Script.status(429)
                : request.number() % 7 == 0
                    ? Script.reply().text("x").errorInStream("overloaded_error")
                    : Script.reply().text("Hello"));
    IntStream.range(0, 20).forEach(_ -> call());
    long files = openFiles();
    int threads = threads();
    IntStream.range(0, 500).forEach(_ -> call());

    assertThat(server.connections()).isEqualTo(1);
    assertThat(openFiles()).isLessThanOrEqualTo(files + 4);
    assertThat(threads()).isLessThanOrEqualTo(threads + 4);
  }

  @Test
  void callsThatBreakLeaveNoConnectionBehind() throws Exception {
    server.otherwise(_ -> Script.reply().text("x").reset());
    call();
    long files = openFiles();
    IntStream.range(0, 200).forEach(_ -> call());
    assertThat(openFiles()).isLessThanOrEqualTo(files + 10);
  }

  @Test
  void fiftyCallsAtOnceAreAnsweredEach() {
    server.otherwise(request -> Script.reply().text(request.body().items("messages").toString()));
    try (var scope = new Scope()) {
      var calls =
          IntStream.range(0, 50)
              .mapToObj(i -> scope.fork(() -> model.answer(prompt("n" + i), Listener.DEAF)))
              .toList();
      for (int i = 0; i < calls.size(); i++) {
        assertThat(joined(calls.get(i)).toString()).contains("n" + i + "\\");
      }
    }
  }

  private static Answer joined(Scope.Task<Answer> call) {
    try {
      return call.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private void call() {
    try {
      model.answer(HELLO, Listener.DEAF);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static int threads() {
    return ManagementFactory.getThreadMXBean().getThreadCount();
  }

  private static long openFiles() {
    try (var files = Files.list(Path.of("/proc/self/fd"))) {
      return files.count();
    } catch (IOException _) {
      return 0; // not Linux: nothing to count
    }
  }
}
