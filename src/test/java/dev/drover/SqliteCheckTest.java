package dev.drover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Problem;
import dev.drover.cli.Checking;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("database")
@Tag("sandbox")
final class SqliteCheckTest extends CheckContract {
  @Override
  Map<String, String> environment() {
    return Map.of();
  }

  @Override
  Connection connect() throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + data.resolve("drover.db"));
  }

  private static Map<String, String> files(Path directory) throws Exception {
    var files = new TreeMap<String, String>();
    try (var all = Files.list(directory)) {
      for (var file : all.filter(Files::isRegularFile).toList()) {
        files.put(
            file.getFileName().toString(),
            Arrays.hashCode(Files.readAllBytes(file)) + " " + Files.getLastModifiedTime(file));
      }
    }
    return files;
  }

  private void check(Path directory) {
    new Auditor(Map.of("HOME", directory.toString()))
        .run(Map.of("data", directory.toString()), new Deaf());
  }

  private static final class Deaf implements Checking.Hearer {
    @Override
    public void finding(String session, long position, String sentence) {}

    @Override
    public void note(String session, String sentence) {}
  }

  @Test
  void nothingIsWritten() throws Exception {
    var before = files(data);
    check(new ArrayList<>());
    assertThat(files(data)).isEqualTo(before);
  }

  @Test
  void nothingIsWrittenToWhatAKilledServerLeft(@TempDir Path copy) throws Exception {
    Files.copy(data.resolve("drover.db"), copy.resolve("drover.db"));
    try (var left = DriverManager.getConnection("jdbc:sqlite:" + copy.resolve("drover.db"))) {
      left.createStatement().execute("PRAGMA wal_autocheckpoint = 0");
      left.createStatement().execute("DELETE FROM node");
      var killed = Files.createDirectory(copy.resolve("odd % name#?"));
      for (var name : new String[] {"drover.db", "drover.db-wal"}) {
        Files.copy(copy.resolve(name), killed.resolve(name));
      }
      var before = files(killed);
      check(killed);
      assertThat(files(killed)).containsAllEntriesOf(before);
    }
  }

  @Test
  void aStoreThatIsNotThere(@TempDir Path empty) {
    assertThatThrownBy(() -> check(empty))
        .isInstanceOf(Problem.class)
        .hasMessageContaining("drover.db does not exist.");
    assertThat(empty).isEmptyDirectory();
  }

  @Test
  void aFileThatIsNoDatabaseOrOfAnotherSchema(@TempDir Path other) throws Exception {
    var file = other.resolve("drover.db");
    Files.writeString(file, "this is a text, and rather a long one, but no database at all");
    assertThatThrownBy(() -> check(other)).hasMessageContaining("not a database");
    Files.delete(file);
    Files.createFile(file);
    assertThatThrownBy(() -> check(other)).hasMessageContaining("was not written by Drover");
    Files.delete(file);
    Files.copy(data.resolve("drover.db"), file);
    execute(file, "INSERT INTO schema_migration VALUES (99, 'later', 'x', 0)");
    assertThatThrownBy(() -> check(other)).hasMessageContaining("newer Drover");
    execute(file, "DELETE FROM schema_migration WHERE version > 4");
    assertThatThrownBy(() -> check(other)).hasMessageContaining("has schema version 4");
  }

  private static void execute(Path file, String sql) throws SQLException {
    try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Test
  void rowsOfNoSession() throws Exception {
    var told = new ArrayList<Told>();
    execute(
        "INSERT INTO inbox (session_key, sequence, send, received_at, sent_at, head, id,"
            + " fingerprint, json) VALUES (77, 1, 1, 0, 0, 0, 'sevt_1', '', '{}')");
    check(told);
    execute("DELETE FROM inbox WHERE session_key = 77");
    assertThat(told)
        .filteredOn(one -> one.session().isEmpty())
        .singleElement()
        .satisfies(one -> assertThat(one.line()).startsWith("0 the row inbox 77 belongs to no"));
  }
}
