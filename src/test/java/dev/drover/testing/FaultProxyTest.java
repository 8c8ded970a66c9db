package dev.drover.testing;

import static dev.drover.testing.PostgresTest.ask;
import static dev.drover.testing.PostgresTest.execute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Scope;
import dev.drover.testing.FaultProxy.Direction;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Between a client and a real PostgreSQL.
@Timeout(60)
@Tag("database")
final class FaultProxyTest {
  private Postgres.Database database;
  private FaultProxy proxy;
  private Connection direct;

  @BeforeEach
  void start() throws Exception {
    database = Postgres.database();
    proxy = FaultProxy.postgres(database.url());
    direct = database.connect();
    execute(direct, "CREATE TABLE t (i int PRIMARY KEY)");
  }

  @AfterEach
  void stop() throws Exception {
    direct.close();
    proxy.close();
    database.close();
  }

  private Connection connect() throws SQLException {
    return DriverManager.getConnection(proxy.jdbcUrl());
  }

  private String rows() throws SQLException {
    return ask(direct, "SELECT coalesce(string_agg(i::text, ' ' ORDER BY i), '') FROM t");
  }

  private static void commit(Connection connection, int row) throws SQLException {
    connection.setAutoCommit(false);
    execute(connection, "INSERT INTO t VALUES (" + row + ")");
    connection.commit();
  }

  @Test
  void aCommitWhoseAnswerIsLostHasHappened() throws Exception {
    try (var unlucky = connect();
        var other = connect()) {
      commit(unlucky, 1);
      proxy.loseAnswer("COMMIT", 2);
      commit(other, 2);
      unlucky.setAutoCommit(false);
      execute(unlucky, "INSERT INTO t VALUES (3)");
      assertThat(proxy.lost()).isZero();
      assertThatThrownBy(unlucky::commit)
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).startsWith("08"));
      assertThat(proxy.lost()).isOne();
      assertThat(rows()).isEqualTo("1 2 3");
      commit(other, 4);
      try (var again = connect()) {
        assertThatThrownBy(() -> commit(again, 3))
            .isInstanceOfSatisfying(
                SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("23505"));
      }
      assertThat(rows()).isEqualTo("1 2 3 4");
    }
    assertThat(proxy.lost()).isOne();
  }

  @Test
  void aStatementThatIsATransactionLosesItsAnswerToo() throws Exception {
    try (var connection = connect()) {
      proxy.loseAnswer("INSERT", 1);
      assertThatThrownBy(() -> execute(connection, "INSERT INTO t VALUES (1)"))
          .isInstanceOf(SQLException.class);
      assertThat(rows()).isEqualTo("1");
    }
  }

  @Test
  void cutItResetsWhatIsThereAndWhatComes() throws Exception {
    try (var connection = connect()) {
      assertThat(ask(connection, "SELECT 1")).isEqualTo("1");
      proxy.cut();
      assertThatThrownBy(() -> ask(connection, "SELECT 1")).isInstanceOf(SQLException.class);
      assertThatThrownBy(() -> connect().close()).isInstanceOf(SQLException.class);
      proxy.pass();
      try (var again = connect()) {
        assertThat(ask(again, "SELECT 1")).isEqualTo("1");
      }
    }
    await().until(() -> proxy.connections() == 0);
  }

  @Test
  void cutOnceItTakesNewConnections() throws Exception {
    try (var connection = connect()) {
      proxy.cutOnce();
      assertThatThrownBy(() -> ask(connection, "SELECT 1")).isInstanceOf(SQLException.class);
      try (var again = connect()) {
        assertThat(ask(again, "SELECT 1")).isEqualTo("1");
      }
    }
  }

  @Test
  void withAnswersHeldBackTheServerStillDoesAsItIsTold() throws Exception {
    try (var connection = connect();
        var scope = new Scope()) {
      proxy.hang(Direction.TO_CLIENT);
      var insert = scope.fork(() -> insert(connection, 1));
      await().until(() -> rows().equals("1"));
      assertThat(insert.isDone()).isFalse();
      proxy.pass();
      assertThat(insert.join()).isTrue();
    }
  }

  @Test
  void withQuestionsHeldBackTheServerHearsNothingUntilTheyPass() throws Exception {
    try (var connection = connect();
        var scope = new Scope()) {
      proxy.hang(Direction.TO_SERVER);
      var insert = scope.fork(() -> insert(connection, 1));
      commit(direct, 2); // time for the other to arrive, if it could
      assertThat(rows()).isEqualTo("2");
      proxy.pass();
      assertThat(insert.join()).isTrue();
      assertThat(rows()).isEqualTo("1 2");
    }
  }

  @Test
  void hungItTakesConnectionsThatGetNoAnswer() throws Exception {
    proxy.hang();
    assertThatThrownBy(() -> DriverManager.getConnection(proxy.jdbcUrl() + "&loginTimeout=1"))
        .isInstanceOf(SQLException.class);
    proxy.pass();
    try (var connection = connect()) {
      assertThat(ask(connection, "SELECT 1")).isEqualTo("1");
    }
  }

  @Test
  void whatIsHeldBackWhenItIsCutIsDropped() throws Exception {
    try (var connection = connect();
        var scope = new Scope()) {
      proxy.hang(Direction.TO_SERVER);
      var insert = scope.fork(() -> insert(connection, 1));
      proxy.cut();
      assertThat(insert.join()).isFalse();
      proxy.pass();
      await().until(() -> proxy.connections() == 0);
      assertThat(rows()).isEmpty();
    }
  }

  @Test
  void aDelayIsALowerBound() throws Exception {
    var delay = Duration.ofMillis(50);
    try (var connection = connect()) {
      proxy.delay(delay);
      long before = System.nanoTime();
      assertThat(ask(connection, "SELECT 1")).isEqualTo("1");
      assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(2 * delay.toNanos());
    }
  }

  private static boolean insert(Connection connection, int row) {
    try {
      execute(connection, "INSERT INTO t VALUES (" + row + ")");
      return true;
    } catch (SQLException _) {
      return false;
    }
  }
}
