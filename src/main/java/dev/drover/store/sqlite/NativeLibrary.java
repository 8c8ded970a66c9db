package dev.drover.store.sqlite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import org.sqlite.SQLiteJDBCLoader;
import org.sqlite.util.LibraryLoaderUtil;
import org.sqlite.util.OSInfo;

/// The native library of SQLite. The driver would unpack it into a file, compare the two byte by
/// byte, which takes longer than all else at the start of a store, and delete it only if the
/// process exits normally. Here it is unpacked and deleted as soon as it is loaded, so a killed
/// process leaves no file.
final class NativeLibrary {
  /// The driver's setting for the directory of a library that is there already; see its
  /// `SQLiteJDBCLoader`.
  private static final String PLACE = "org.sqlite.lib.path";

  private static boolean loaded;

  private NativeLibrary() {}

  /// Loads the library. Idempotent. Where an operator names a library by the driver's setting, that
  /// one is loaded.
  ///
  /// @throws SQLException if it cannot be unpacked or loaded
  static synchronized void load() throws SQLException {
    if (loaded) {
      return;
    }
    try {
      if (System.getProperty(PLACE) == null) {
        unpackAndLoad();
      } else {
        SQLiteJDBCLoader.initialize();
      }
      loaded = true;
    } catch (Exception e) { // the driver declares no narrower type
      throw new SQLException("SQLite cannot be loaded: " + e.getMessage(), e);
    }
  }

  private static void unpackAndLoad() throws Exception {
    var name = LibraryLoaderUtil.getNativeLibName();
    var directory = Files.createTempDirectory("drover-sqlite-");
    try {
      try (var in = SQLiteJDBCLoader.class.getResourceAsStream(resources() + "/" + name)) {
        if (in == null) {
          throw new IOException("there is no library for this machine: " + name);
        }
        Files.copy(in, directory.resolve(name));
      }
      System.setProperty(PLACE, directory.toString());
      SQLiteJDBCLoader.initialize();
    } finally {
      System.clearProperty(PLACE);
      remove(directory);
    }
  }

  /// Where the driver keeps the library of this machine. On Linux the driver would run `uname` to
  /// find out whether that is Android, where Drover does not run.
  private static String resources() {
    return "Linux".equals(System.getProperty("os.name"))
        ? "/org/sqlite/native/%s/%s"
            .formatted(OSInfo.isMusl() ? "Linux-Musl" : "Linux", OSInfo.getArchName())
        : LibraryLoaderUtil.getNativeLibResourcePath();
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
