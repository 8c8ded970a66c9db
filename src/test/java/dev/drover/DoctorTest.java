package dev.drover;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Ids;
import dev.drover.base.Secret;
import dev.drover.cli.Check;
import dev.drover.session.Feed;
import dev.drover.store.postgres.PostgresStore;
import dev.drover.store.sql.Migrations;
import dev.drover.testing.Postgres;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What the doctor says of a database.
@Timeout(60)
@Tag("database")
final class DoctorTest {
  @TempDir Path data;

  private final Postgres.Database database = Postgres.database();

  @AfterEach
  void drop() {
    database.close();
  }

  private Check look(String url) {
    return new Doctor(Map.of("HOME", data.toString(), "DROVER_DATABASE_URL", url))
        .look(Map.of("data", data.toString())).stream()
            .filter(check -> check.name().equals("database"))
            .findFirst()
            .orElseThrow();
  }

  private void execute(String sql) throws SQLException {
    try (var connection = database.connect();
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private long count(String sql) throws SQLException {
    try (var connection = database.connect();
        var statement = connection.createStatement();
        var row = statement.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    }
  }

  @Test
  void anEmptyDatabaseIsLeftEmpty() throws Exception {
    var check = look(database.url());
    assertThat(check.detail()).contains("postgres://", "schema version 0, which", "0 live nodes");
    assertThat(check.ok()).isTrue();
    assertThat(count("SELECT COUNT(*) FROM pg_tables WHERE schemaname = 'public'")).isZero();
    assertThat(data.resolve("drover.db")).doesNotExist();
  }

  @Test
  void aDatabaseInUse() throws Exception {
    int newest = Migrations.newest();
    try (var _ =
        PostgresStore.open(
            new Secret(database.url()),
            Duration.ofSeconds(60),
            new Feed(),
            new Ids(new Random(7)),
            InstantSource.system())) {
      assertThat(look(database.url()).detail())
          .contains("schema version " + newest + ", 1 live node")
          .doesNotContain("nodes");
      assertThat(count("SELECT COUNT(*) FROM node")).isEqualTo(1);
    }
    execute("DELETE FROM schema_migration WHERE version = " + newest);
    execute("DROP TABLE job"); // which the newest version has made
    assertThat(look(database.url()).detail())
        .contains("version " + (newest - 1) + ", which the next start migrates");
    execute("INSERT INTO schema_migration VALUES (" + newest + ", 'later', 'x', 0)");
    var other = look(database.url());
    assertThat(other.ok()).isFalse();
    assertThat(other.detail()).contains("Start the Drover that wrote it");
  }

  @Test
  void aDatabaseThatCannotBeUsed() throws Exception {
    var secret = "hunter2hunter2";
    for (var url :
        new String[] {
          "postgres://who:" + secret + "@127.0.0.1:1/drover",
          "mysql://who:" + secret + "@127.0.0.1/drover"
        }) {
      var check = look(url);
      assertThat(check.ok()).isFalse();
      assertThat(check.fix()).isNotEmpty();
      assertThat(check.detail() + check.fix()).doesNotContain(secret);
    }
  }

  @Test
  void aUserWhoMayNotWrite() throws Exception {
    try (var _ =
        PostgresStore.open(
            new Secret(database.url()),
            Duration.ofSeconds(60),
            new Feed(),
            new Ids(new Random(7)),
            InstantSource.system())) {
      // its tables are there
    }
    execute("REVOKE INSERT ON session FROM CURRENT_USER");
    boolean all =
        count("SELECT COUNT(*) FROM pg_user WHERE usename = current_user AND usesuper") == 1;
    var check = look(database.url());
    assertThat(check.ok()).isEqualTo(all); // nothing can be taken from a superuser
    assertThat(check.detail())
        .contains(all ? "schema version" : "does not allow this user to INSERT in table session");
  }
}
