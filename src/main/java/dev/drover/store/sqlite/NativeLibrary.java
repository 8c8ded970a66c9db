package dev.drover.store.sqlite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import org.sqlite.SQLiteJDBCLoader;

/// The native library of SQLite. The driver unpacks it into a file, which it deletes only if the
/// process exits normally. Here the file is deleted as soon as it is loaded, so a killed process
/// leaves no file.
final class NativeLibrary {
  /// The driver's setting for the directory of the file.
  private static final String PLACE = "org.sqlite.tmpdir";

  private static boolean loaded;

  private NativeLibrary() {}

  /// Loads the library. Idempotent.
  ///
  /// @throws SQLException if it cannot be unpacked or loaded
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
    } catch (Exception e) { // the driver declares no narrower type
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
