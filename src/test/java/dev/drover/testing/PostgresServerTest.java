package dev.drover.testing;

import static dev.drover.testing.PostgresTest.ask;
import static dev.drover.testing.PostgresTest.execute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Scope;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// A server that is stopped, hung, starved and left alone.
@Timeout(120)
@Execution(ExecutionMode.CONCURRENT)
@Tag("database")
@Tag("sandbox")
final class PostgresServerTest {
  private static final String ROW = "INSERT INTO t VALUES (repeat('x', 2000))";

  @TempDir Path directory;

  @Test
  void whatItAcknowledgedOutlivesAnImmediateStop() throws Exception {
    try (var server = PostgresServer.in(directory).start()) {
      try (var connection = connect(server)) {
        execute(connection, "CREATE TABLE t (s text)");
        execute(connection, ROW);
        server.stopImmediately();
        assertThat(server.isRunning()).isFalse();
        assertThatThrownBy(() -> execute(connection, ROW)).isInstanceOf(SQLException.class);
      }
      assertThatThrownBy(() -> connect(server).close()).isInstanceOf(SQLException.class);
      server.start();
      try (var connection = connect(server)) {
        assertThat(ask(connection, "SELECT count(*) FROM t")).isEqualTo("1");
      }
    }
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void hungItAnswersNobodyUntilItGoesOn() throws Exception {
    try (var server = PostgresServer.in(directory).start();
        var connection = connect(server);
        var scope = new Scope()) {
      server.hang();
      assertThatThrownBy(
              () -> DriverManager.getConnection(server.url() + "&loginTimeout=1").close())
          .isInstanceOf(SQLException.class);
      connection.setNetworkTimeout(Runnable::run, 60_000);
      var answer = scope.fork(() -> ask(connection, "SELECT 1"));
      assertThat(answer.isDone()).isFalse();
      server.resume();
      assertThat(answer.join()).isEqualTo("1");
    }
  }

  @Test
  void hungItCanBeStopped() throws Exception {
    try (var server = PostgresServer.in(directory).start();
        var _ = connect(server)) {
      server.hang();
      server.stopImmediately();
      assertThat(server.isRunning()).isFalse();
    }
  }

  @Test
  void withoutRoomForRowsItRefusesAndStays() throws Exception {
    try (var disk = Tmpfs.mount(128);
        var server = PostgresServer.in(disk.directory()).wal(directory).start();
        var connection = connect(server)) {
      execute(connection, "CREATE TABLE t (s text)");
      disk.fill();
      int rows = writeUntilRefused(connection);
      assertThat(ask(connection, "SELECT count(*) FROM t")).isEqualTo(Integer.toString(rows));
      disk.free();
      execute(connection, ROW);
      assertThat(server.isRunning()).isTrue();
    }
  }

  @Test
  void withoutRoomForItsLogItPanicsAndKeepsWhatItAcknowledged() throws Exception {
    try (var disk = Tmpfs.mount(64);
        var server = PostgresServer.in(directory).wal(disk.directory()).start()) {
      int rows;
      try (var connection = connect(server)) {
        execute(connection, "CREATE TABLE t (s text)");
        disk.fill();
        rows = writeUntilRefused(connection);
      }
      await().atMost(Duration.ofMinutes(3)).until(() -> !server.isRunning());
      assertThat(server.log()).contains("PANIC");
      disk.free();
      server.start();
      try (var connection = connect(server)) {
        assertThat(ask(connection, "SELECT count(*) FROM t")).isEqualTo(Integer.toString(rows));
      }
    }
  }

  @Test
  void aKilledJvmLeavesNeitherProcessesNorFiles() throws Exception {
    var command = ChildJvm.command();
    command.addAll(List.of(LeftAlone.class.getName(), directory.toString()));
    var jvm = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    var out =
        new BufferedReader(new InputStreamReader(jvm.getInputStream(), StandardCharsets.UTF_8));
    var server = ProcessHandle.of(Long.parseLong(out.readLine())).orElseThrow();
    var itsDirectory = Path.of(out.readLine());
    assertThat(server.isAlive()).isTrue();
    assertThat(itsDirectory).isDirectory();
    jvm.destroyForcibly().waitFor();
    await().until(() -> !server.isAlive() && Files.notExists(itsDirectory));
    await().until(() -> Files.notExists(directory.resolve("data")));
  }

  /// What the killed JVM runs.
  static final class LeftAlone {
    private LeftAlone() {}

    public static void main(String[] arguments) throws Exception {
      PostgresServer.in(Path.of(arguments[0])).start().hang();
      var server =
          ProcessHandle.current()
              .children()
              .filter(child -> child.info().command().orElse("").endsWith("/postgres"))
              .findAny()
              .orElseThrow();
      System.out.println(server.pid());
      System.out.println(Watchdog.directory());
      Thread.sleep(Duration.ofMinutes(2));
    }
  }

  private static Connection connect(PostgresServer server) throws SQLException {
    return DriverManager.getConnection(server.url());
  }

  /// The number of rows that it acknowledged.
  private static int writeUntilRefused(Connection connection) {
    for (int rows = 0; rows < 100_000; rows++) {
      try {
        execute(connection, ROW);
      } catch (SQLException _) {
        return rows;
      }
    }
    throw new AssertionError("the disk does not get full");
  }
}
