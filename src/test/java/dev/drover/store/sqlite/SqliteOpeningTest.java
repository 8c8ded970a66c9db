package dev.drover.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Ids;
import dev.drover.session.Feed;
import dev.drover.store.StoreUnusable;
import dev.drover.store.sql.Migrations;
import dev.drover.store.sql.SqlStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Random;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("database")
final class SqliteOpeningTest {
  @TempDir Path directory;

  private Path file() {
    return directory.resolve("drover.db");
  }

  private static SqlStore open(Path path) throws StoreUnusable {
    return SqliteStore.open(path, new Feed(), new Ids(new Random(7)), InstantSource.system());
  }

  private static AbstractThrowableAssert<?, ? extends Throwable> assertUnusable(Path path) {
    return assertThatThrownBy(() -> open(path).close()).isInstanceOf(StoreUnusable.class);
  }

  private void change(String sql) throws SQLException {
    try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file());
        var statement = connection.createStatement()) {
      statement.executeUpdate(sql);
    }
  }

  @Test
  void aFileHasOneStore() throws Exception {
    try (var store = open(file())) {
      assertThat(store.eventLog().unfinished()).isEmpty();
      assertUnusable(file())
          .hasMessage(
              file().toRealPath()
                  + " is already in use by another Drover (pid "
                  + ProcessHandle.current().pid()
                  + ").");
    }
    open(file()).close();
  }

  @Test
  void whatIsMadeIsForItsOwnerAlone() throws Exception {
    var nested = directory.resolve("a/b/drover.db");
    try (var store = open(nested)) {
      store.eventLog().unfinished();
      for (var name : Arrays.asList("drover.db", "drover.db-wal", "drover.db.lock")) {
        assertThat(modes(nested.resolveSibling(name))).as(name).isEqualTo("rw-------");
      }
      assertThat(modes(directory.resolve("a"))).isEqualTo("rwx------");
      assertThat(modes(directory.resolve("a/b"))).isEqualTo("rwx------");
    }
  }

  private static String modes(Path path) throws Exception {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  /// A directory's mode stops everyone but root; a directory that is a file stops root too.
  @Test
  void aDirectoryThatCannotBeWrittenIsNamed() throws Exception {
    var regular = Files.writeString(directory.resolve("regular"), "a file");
    assertUnusable(regular.resolve("below/drover.db"))
        .hasMessageStartingWith("Cannot write in " + regular.resolve("below"));
  }

  @Test
  void aNewerSchemaIsRefused() throws Exception {
    open(file()).close();
    change(
        "INSERT INTO schema_migration (version, name, checksum, applied_at)"
            + " VALUES (99, '0099-later', 'x', 0)");
    assertUnusable(file())
        .hasMessage(
            file().toRealPath()
                + " was written by a newer Drover: its schema has version 99, this Drover knows"
                + " version "
                + Migrations.newest()
                + ". Start the newer Drover, or restore a backup from before the"
                + " upgrade.");
  }

  @Test
  void aSchemaThatWasEditedIsRefused() throws Exception {
    open(file()).close();
    change("UPDATE schema_migration SET checksum = 'x' WHERE version = 1");
    assertUnusable(file())
        .hasMessageContaining("schema version 1 (0001-sessions-and-catalog) that differs");
  }

  @Test
  void anotherProgramsDatabaseIsRefusedAndLeftAlone() throws Exception {
    change("CREATE TABLE theirs (id INTEGER)");
    assertUnusable(file()).hasMessageEndingWith("a database of another program. Use another file.");
    assertUnusable(file()).hasMessageEndingWith("a database of another program. Use another file.");
  }

  @Test
  void aFileThatIsNoDatabaseIsRefusedAndLeftAlone() throws Exception {
    var text = "not a database ".repeat(1_000);
    Files.writeString(file(), text);
    assertUnusable(file())
        .hasMessageStartingWith(file().toRealPath() + " is damaged, or not a database");
    assertThat(file()).hasContent(text);
  }

  @Test
  void aDamagedFileIsRefused() throws Exception {
    open(file()).close();
    var bytes = Files.readAllBytes(file());
    Arrays.fill(bytes, 4_096 * 2, 4_096 * 6, (byte) 0x5a);
    Files.write(file(), bytes);
    assertUnusable(file()).hasMessageStartingWith(file().toRealPath() + " is damaged (");
  }

  @Test
  void aFileThatWasCutShortIsRefused() throws Exception {
    open(file()).close();
    var bytes = Files.readAllBytes(file());
    Files.write(file(), Arrays.copyOf(bytes, bytes.length / 2));
    assertUnusable(file()).hasMessageContaining(" is damaged (");
  }

  @Test
  void aRefusalLeavesTheFileFree() throws Exception {
    open(file()).close();
    change("UPDATE schema_migration SET version = 99 WHERE version = 6");
    assertUnusable(file()).hasMessageContaining("newer");
    change("UPDATE schema_migration SET version = 6 WHERE version = 99");
    open(file()).close();
  }
}
