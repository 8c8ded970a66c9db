package dev.drover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.testing.Audit;
import dev.drover.testing.FaultProxy;
import dev.drover.testing.FaultProxy.Direction;
import dev.drover.testing.Postgres;
import dev.drover.testing.Script;
import dev.drover.testing.ScriptedMessages;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A node whose way to the database is cut, or carries nothing in one direction or both: it says
/// so, its sessions go on elsewhere, and when the way is free again it is a node as before.
@Tag("proof")
@Timeout(120)
@Execution(ExecutionMode.CONCURRENT)
@Tag("database")
@Tag("sandbox")
final class CutOffNodeTest {
  enum Fault {
    CUT {
      @Override
      void on(FaultProxy proxy) {
        proxy.cut();
      }
    },
    HANGS {
      @Override
      void on(FaultProxy proxy) {
        proxy.hang();
      }
    },
    IS_NOT_HEARD {
      @Override
      void on(FaultProxy proxy) {
        proxy.hang(Direction.TO_SERVER);
      }
    },
    HEARS_NOTHING {
      @Override
      void on(FaultProxy proxy) {
        proxy.hang(Direction.TO_CLIENT);
      }
    };

    abstract void on(FaultProxy proxy);
  }

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource
  void itsSessionsGoOnElsewhereAndItComesBack(Fault fault) throws Exception {
    var never = new CountDownLatch(1);
    try (var database = Postgres.database();
        var proxy = FaultProxy.postgres(database.url());
        var model = ScriptedMessages.start()) {
      model.otherwise(_ -> Script.reply().text("whole"));
      String session;
      try (var a =
              NodeHere.start(
                  directory.resolve("a"), proxy.jdbcUrl() + "&socketTimeout=2", model, 500);
          var b = NodeHere.start(directory.resolve("b"), database.url(), model, 500)) {
        model.script(Script.reply().text("half").hold(never));
        session = a.client().session("scripted");
        assertThat(a.say(session, "Hi").isOk()).isTrue();
        model.request(1);

        fault.on(proxy);
        assertThat(a.say(session, "Anybody there?")).matches(NodeHere.Answer::isRefusal);
        assertThat(a.get("/v1/sessions/" + session)).matches(NodeHere.Answer::isRefusal);
        await()
            .atMost(Duration.ofSeconds(30))
            .untilAsserted(
                () ->
                    assertThat(b.client().events(session).toString())
                        .contains("whole")
                        .doesNotContain("half"));
        proxy.pass();
        var ids = a.acknowledged(session, "Back again");
        await()
            .atMost(Duration.ofSeconds(30))
            .until(
                () ->
                    b.client().types(session).getLast().equals("session.status_idle")
                        && b.client().events(session).toString().contains(ids.getFirst()));
        assertThat(a.client().events(session)).isEqualTo(b.client().events(session));
        assertThat(a.client().events(session).toString()).doesNotContain("half");
        var another = a.client().session("scripted"); // on connections that broke, unnoticed
        assertThat(a.say(another, "Hi").isOk()).isTrue();
        await().until(() -> a.count(another, "session.status_idle") == 1);
      }
      try (var connection = database.connect()) {
        assertThat(Audit.of(connection)).isEmpty();
      }
    }
  }
}
