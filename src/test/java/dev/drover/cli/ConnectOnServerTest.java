package dev.drover.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.base.Scope;
import dev.drover.testing.Stage;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A dialogue with a session of the real server.
@Timeout(30)
final class ConnectOnServerTest {
  private final Stage stage = new Stage();
  private final StageServer host = new StageServer(stage);
  private final Endpoint server = host.serve(Map.of());
  private final TestShell shell = new TestShell();

  @AfterEach
  void close() {
    server.close();
    stage.close();
  }

  private int connect(String... args) {
    var all = new java.util.ArrayList<>(java.util.List.of("sessions", "connect"));
    all.add(stage.session().value());
    all.addAll(List.of(args));
    return shell.run(host, all.toArray(String[]::new));
  }

  @Test
  void linesAreMessagesAndTheTurnIsWaitedFor() {
    stage.model().thenText("Hello.").thenText("Still here.");
    shell.input = "hi\n";
    assertThat(connect("--until-idle")).isZero();
    assertThat(shell.out()).containsSubsequence("> hi", "Hello.", "(idle)");
    shell.out.reset();
    shell.input = "again\n";
    assertThat(connect("--until-idle", "--tail", "0")).isZero();
    assertThat(shell.out()).contains("> again", "Still here.").doesNotContain("Hello.");
    shell.out.reset();
    shell.input = "";
    assertThat(connect("--until-idle")).isZero();
    assertThat(shell.out())
        .containsSubsequence("> hi", "Hello.", "> again", "Still here.", "(idle)");
    assertThat(shell.err()).isEmpty();
  }

  @Test
  void anInterruptStopsTheModel() throws Exception {
    var begun = new CountDownLatch(1);
    stage.model().thenStall(begun);
    var keyboard = new PipedOutputStream();
    try (var scope = new Scope()) {
      shell.keyboard = new PipedInputStream(keyboard);
      var status = scope.fork(() -> connect("--until-idle", "--json"));
      keyboard.write("work\n".getBytes(StandardCharsets.UTF_8));
      keyboard.flush();
      begun.await();
      keyboard.write("/interrupt\n".getBytes(StandardCharsets.UTF_8));
      keyboard.close();
      assertThat(status.join()).isZero();
    }
    assertThat(shell.out().lines().map(line -> ((Json.Obj) Json.trusted(line)).text("type")))
        .contains("user.interrupt")
        .endsWith("session.status_idle");
  }

  @Test
  void anInterruptOfARestingSessionNeedsNoTurn() {
    stage.model().thenText("Hello.");
    shell.input = "hi\n";
    assertThat(connect("--until-idle")).isZero();
    shell.input = "/interrupt\n";
    assertThat(connect("--until-idle")).isZero();
  }

  @Test
  void aSessionThatIsNotThereIsSaid() {
    assertThat(shell.run(host, "sessions", "connect", "sesn_01Nobody")).isEqualTo(1);
    assertThat(shell.err()).contains("not found");
  }
}
