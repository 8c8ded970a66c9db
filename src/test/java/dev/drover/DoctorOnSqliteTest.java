package dev.drover;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Ids;
import dev.drover.cli.Check;
import dev.drover.session.Feed;
import dev.drover.store.sql.Migrations;
import dev.drover.store.sql.SqlStore;
import dev.drover.store.sqlite.SqliteStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What the doctor says of a data directory with SQLite, and that it leaves it as it was.
@Timeout(60)
@Tag("database")
final class DoctorOnSqliteTest {
  @TempDir Path home;

  private Path data() {
    return home.resolve("data");
  }

  private Path file() {
    return data().resolve("drover.db");
  }

  private Check look() throws IOException {
    return look(data());
  }

  /// Looks, and finds everything as it was before.
  private Check look(Path data) throws IOException {
    var before = contents();
    var check =
        new Doctor(Map.of("HOME", home.toString()))
            .look(Map.of("data", data.toString())).stream()
                .filter(one -> one.name().equals("data directory"))
                .findFirst()
                .orElseThrow();
    assertThat(contents()).isEqualTo(before);
    return check;
  }

  private Map<String, List<Byte>> contents() throws IOException {
    var all = new TreeMap<String, List<Byte>>();
    try (var files = Files.walk(home)) {
      for (var path : files.toList()) {
        boolean mapped = path.toString().endsWith("-shm"); // a server writes it at any time
        var bytes = Files.isRegularFile(path) && !mapped ? Files.readAllBytes(path) : new byte[0];
        var boxed = new Byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
          boxed[i] = bytes[i];
        }
        all.put(path.toString(), List.of(boxed));
      }
    }
    return all;
  }

  private SqlStore open() throws Exception {
    return SqliteStore.open(file(), new Feed(), new Ids(new Random(7)), InstantSource.system());
  }

  private void execute(String sql) throws SQLException {
    try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file());
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Test
  void aDirectoryThatIsNotThereIsNotMade() throws Exception {
    var check = look();
    assertThat(check.ok()).isTrue();
    assertThat(check.detail())
        .contains("data, which the first start creates")
        .contains("without a database; the first start creates it");
    assertThat(data()).doesNotExist();
    assertThat(look(home.resolve("a/b/c")).ok()).isTrue();
    assertThat(home).isEmptyDirectory();
  }

  @Test
  void anEmptyDirectoryIsLeftEmpty() throws Exception {
    Files.createDirectory(data());
    assertThat(look().detail()).endsWith("data, without a database; the first start creates it");
    assertThat(data()).isEmptyDirectory();
    Files.createFile(file());
    assertThat(look().detail()).endsWith("data, without a database; the first start creates it");
  }

  @Test
  void aDatabaseOfThisVersion() throws Exception {
    open().close();
    assertThat(look().detail()).endsWith("data, schema version " + Migrations.newest());
  }

  @Test
  void anOlderDatabaseIsNotBroughtForward() throws Exception {
    open().close();
    int older = Migrations.newest() - 1;
    execute("DELETE FROM schema_migration WHERE version > " + older);
    var check = look();
    assertThat(check.ok()).isTrue();
    assertThat(check.detail())
        .endsWith("schema version " + older + ", which the next start migrates to " + (older + 1));
  }

  @Test
  void aDatabaseInUse() throws Exception {
    try (var _ = open()) {
      var check = look();
      assertThat(check.ok()).isTrue();
      assertThat(check.detail()).endsWith("data, in use by a running server");
    }
    assertThat(look().detail()).endsWith("data, schema version " + Migrations.newest());
  }

  @Test
  void aDatabaseThatAKilledServerLeft() throws Exception {
    open().close();
    var kept = home.resolve("kept");
    Files.createDirectory(kept);
    try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file());
        var statement = connection.createStatement()) {
      statement.execute("UPDATE schema_migration SET name = name");
      for (var end : List.of("", "-wal", "-shm")) {
        Files.copy(data().resolve("drover.db" + end), kept.resolve("drover.db" + end));
      }
    }
    assertThat(look(kept).detail()).endsWith("kept, schema version " + Migrations.newest());
    Files.delete(kept.resolve("drover.db-shm"));
    assertThat(look(kept).detail()).endsWith("kept, schema version " + Migrations.newest());
  }

  @Test
  void whatIsNoDatabaseOfOurs() throws Exception {
    open().close();
    execute("INSERT INTO schema_migration VALUES (9999, 'later', 'x', 0)");
    assertThat(look()).matches(check -> !check.ok());
    assertThat(look().detail()).contains("was written by a newer Drover");
    Files.delete(file());
    execute("CREATE TABLE theirs (id TEXT)");
    assertThat(look().detail()).contains("is a database of another program");
    Files.write(
        file(), "not a database at all, by far".repeat(100).getBytes(StandardCharsets.UTF_8));
    assertThat(look().detail()).contains("is damaged, or not a database at all");
    Files.delete(file());
    Files.createDirectory(file());
    assertThat(look()).matches(check -> !check.ok());
  }

  @Test
  void whereNothingCanBeKept() throws Exception {
    Files.writeString(home.resolve("file"), "");
    for (var place : List.of("file", "file/data", "file/a/b")) {
      var check = look(home.resolve(place));
      assertThat(check.ok()).isFalse();
      assertThat(check.detail()).endsWith("file is not a directory");
      assertThat(check.fix()).isNotEmpty();
    }
  }
}
