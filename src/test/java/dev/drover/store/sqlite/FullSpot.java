package dev.drover.store.sqlite;

import dev.drover.store.sql.Inside;
import dev.drover.store.sql.SqlStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// A place that can be filled up, and freed again.
interface FullSpot {
  void fill() throws Exception;

  void free() throws Exception;

  /// A database that may not grow.
  record Quota(SqlStore store) implements FullSpot {
    @Override
    public void fill() {
      limit(0);
    }

    @Override
    public void free() {
      limit(1_000_000);
    }

    private void limit(int more) {
      Inside.writer(store)
          .call(
              "database",
              (db, _) -> {
                long pages = db.number("PRAGMA page_count") + more;
                return db.number("PRAGMA max_page_count = " + pages);
              });
    }
  }

  /// A small disk in memory. Only root may mount one.
  record Disk(Path mount, boolean isMounted) implements FullSpot, AutoCloseable {
    /// Not mounted where the system does not let us.
    static Disk mount(Path on) {
      return new Disk(on, run("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", on.toString()));
    }

    @Override
    public void fill() throws IOException {
      var filler = mount.resolve("filler");
      try (var out = Files.newOutputStream(filler, StandardOpenOption.CREATE_NEW)) {
        while (true) {
          out.write(new byte[4_096]);
        }
      } catch (IOException e) {
        if (Files.size(filler) == 0) {
          throw e;
        }
      }
    }

    @Override
    public void free() throws IOException {
      Files.delete(mount.resolve("filler"));
    }

    @Override
    public void close() throws IOException {
      if (isMounted && !run("umount", mount.toString())) {
        throw new IOException("still mounted: " + mount);
      }
    }

    private static boolean run(String... command) {
      try {
        var process =
            new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        return process.onExit().join().exitValue() == 0;
      } catch (IOException _) {
        return false;
      }
    }
  }
}
