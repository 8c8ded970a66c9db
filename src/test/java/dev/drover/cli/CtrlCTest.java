package dev.drover.cli;

import static dev.drover.cli.Canned.DONE;
import static dev.drover.cli.Canned.RUNNING;
import static dev.drover.cli.Canned.START;
import static dev.drover.cli.CannedServer.SESSION;
import static dev.drover.cli.CannedServer.UNTIL_SENT;
import static dev.drover.cli.CannedServer.frame;
import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Scope;
import java.lang.reflect.InvocationTargetException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class CtrlCTest {
  private static final String INTERRUPT =
      frame("{\"type\":\"user.interrupt\",\"id\":\"sevt_50\",\"processed_at\":\"T\"}");

  private final CannedServer server = new CannedServer();
  private final TestShell shell = new TestShell();

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void theFirstAsksTheAgentToStopAndTheTurnEnds() throws Exception {
    server.stream(UNTIL_SENT, RUNNING, START, UNTIL_SENT, INTERRUPT, DONE);
    try (var scope = new Scope()) {
      var status = scope.fork(() -> shell.run(server, "run", "x"));
      shell.handlers.take().run();
      assertThat(status.join()).isEqualTo(130);
    }
    assertThat(server.bodies("POST /v1/sessions/" + SESSION + "/events").get(1))
        .isEqualTo("{\"events\":[{\"type\":\"user.interrupt\"}]}");
    assertThat(shell.err()).contains("stopping the agent").contains("drover: interrupted");
    assertThat(shell.left).isEmpty();
    assertThat(shell.handlers).isEmpty();
  }

  @Test
  void theSecondLeavesAtOnce() throws Exception {
    server.stream(UNTIL_SENT, RUNNING, START, UNTIL_SENT, UNTIL_SENT);
    try (var scope = new Scope()) {
      scope.fork(() -> shell.run(server, "run", "x"));
      var handler = shell.handlers.take();
      handler.run();
      handler.run();
      assertThat(shell.left).containsExactly(130);
    }
    assertThat(shell.err()).contains("exited at once");
  }

  @Test
  void signalsOfTheSystemArriveAndTheOldHandlerComesBack() throws Exception {
    var first = new CountDownLatch(1);
    var second = new CountDownLatch(1);
    var signals = new OsSignals();
    try (var _ = signals.handle(List.of("WINCH"), first::countDown)) {
      try (var _ = signals.handle(List.of("WINCH"), second::countDown)) {
        raise();
        second.await();
        assertThat(first.getCount()).isEqualTo(1);
      }
      raise();
      first.await();
    }
  }

  private static void raise()
      throws ClassNotFoundException,
          NoSuchMethodException,
          InvocationTargetException,
          InstantiationException,
          IllegalAccessException {
    var type = Class.forName("sun.misc.Signal");
    type.getMethod("raise", type)
        .invoke(null, type.getConstructor(String.class).newInstance("WINCH"));
  }
}
