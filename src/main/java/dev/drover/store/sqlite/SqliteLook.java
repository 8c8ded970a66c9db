package dev.drover.store.sqlite;

import dev.drover.store.StoreUnusable;
import dev.drover.store.sql.Migrations;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;

/// An inspection of a SQLite store as a start would find it. It creates, writes and migrates
/// nothing.
public final class SqliteLook {
  private SqliteLook() {}

  /// The state of the store.
  ///
  /// @param schema the version of the schema; 0 if the first start will create it
  /// @param newest the version to which a start migrates it
  /// @param inUse whether a running server uses the store; then the schema is unknown
  public record Report(int schema, int newest, boolean inUse) {}

  /// @param path the file, which may not exist yet
  /// @throws StoreUnusable if a start could not use it
  public static Report at(Path path) throws StoreUnusable {
    int newest = Migrations.newest();
    try {
      if (isHeld(path)) {
        return new Report(0, newest, true);
      }
      if (!Files.exists(path) || Files.size(path) == 0) {
        return new Report(0, newest, false);
      }
      if (!Files.isRegularFile(path) || !Files.isReadable(path) || !Files.isWritable(path)) {
        throw new StoreUnusable(path + " cannot be read and written.");
      }
      return new Report(schema(path), newest, false);
    } catch (IOException e) {
      throw new StoreUnusable(path + " cannot be opened: " + e, e);
    }
  }

  private static boolean isHeld(Path path) throws IOException {
    if (DataFile.isHeldHere(path)) {
      return true;
    }
    var beside = path.resolveSibling(path.getFileName() + ".lock");
    if (!Files.isRegularFile(beside)) {
      return false;
    }
    try (var channel = FileChannel.open(beside, StandardOpenOption.WRITE);
        var lock = channel.tryLock()) {
      return lock == null;
    }
  }

  private static int schema(Path path) throws StoreUnusable {
    try {
      NativeLibrary.load();
      try (var db = SqliteCheck.connect(path, SqliteCheck.isShared(path))) {
        Connections.check(db);
        return Migrations.version(db);
      }
    } catch (SQLException e) {
      throw new StoreUnusable(path + Connections.reason(e), e);
    } catch (StoreUnusable e) {
      throw new StoreUnusable(path + " " + e.getMessage(), e);
    }
  }
}
