package dev.drover.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("database")
final class PostgresTest {
  @Test
  void databasesDoNotMeet() throws Exception {
    try (var one = Postgres.database();
        var other = Postgres.database();
        var here = one.connect();
        var there = other.connect()) {
      execute(here, "CREATE TABLE t (i int)");
      execute(here, "INSERT INTO t VALUES (1)");
      execute(there, "CREATE TABLE t (i int)");
      assertThat(ask(here, "SELECT count(*) FROM t")).isEqualTo("1");
      assertThat(ask(there, "SELECT count(*) FROM t")).isEqualTo("0");
    }
  }

  @Test
  void aClosedDatabaseIsGoneThoughSomebodyUsesIt() throws Exception {
    var database = Postgres.database();
    try (var connection = database.connect()) {
      assertThat(ask(connection, "SELECT 1")).isEqualTo("1");
      database.close();
      assertThatThrownBy(() -> ask(connection, "SELECT 1")).isInstanceOf(SQLException.class);
      assertThatThrownBy(() -> database.connect().close())
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("does not exist");
    }
  }

  @Test
  void databasesSpeakUtf8AndSortByCodePoint() throws Exception {
    try (var database = Postgres.database();
        var connection = database.connect()) {
      assertThat(ask(connection, "SHOW server_encoding")).isEqualTo("UTF8");
      assertThat(ask(connection, "SELECT 'Z' < 'a'")).isEqualTo("t");
    }
  }

  static void execute(Connection connection, String sql) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  static String ask(Connection connection, String sql) throws SQLException {
    try (var statement = connection.createStatement();
        var answer = statement.executeQuery(sql)) {
      assertThat(answer.next()).isTrue();
      return answer.getString(1);
    }
  }
}
