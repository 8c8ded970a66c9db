package dev.drover.store.sqlite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import org.sqlite.SQLiteJDBCLoader;

/// SQLite itself. The driver unpacks it into a file and deletes that when the process ends in good
/// order; here it is deleted as soon as it is loaded, so that one that is killed leaves nothing.
final class NativeLibrary {
  /// The driver's setting: where it unpacks.
  private static final String PLACE = "org.sqlite.tmpdir";

  private static boolean loaded;

  private NativeLibrary() {}

  /// Idempotent.
  ///
  /// @throws SQLException when there is no place from which it can be loaded
  static synchronized void load() throws SQLException {
    if (loaded) {
      return;
    }
    var place = System.getProperty(PLACE, System.getProperty("java.io.tmpdir"));
    try {
      var directory = Files.createTempDirectory(Path.of(place), "drover-sqlite-");
      try {
        System.setProperty(PLACE, directory.toString());
        SQLiteJDBCLoader.initialize();
        loaded = true;
      } finally {
        System.setProperty(PLACE, place);
        remove(directory);
      }
    } catch (Exception e) { // the driver declares no other
      throw new SQLException("SQLite cannot be loaded from " + place + ": " + e.getMessage(), e);
    }
  }

  private static void remove(Path directory) throws IOException {
    try (var files = Files.newDirectoryStream(directory)) {
      for (var file : files) {
        Files.delete(file);
      }
    }
    Files.delete(directory);
  }
}
