package dev.drover.testing;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;
import org.jspecify.annotations.Nullable;

/// PostgreSQL's programs, unpacked from the class path once per JVM.
final class PostgresBinaries {
  private static final String ARCHIVE = "/postgres-linux-x86_64.txz";

  private static @Nullable Path unpacked;

  private PostgresBinaries() {}

  /// A command line. PostgreSQL refuses to run as root, so root's runs in a user namespace in which
  /// it is nobody in particular. Outside it stays root, and may use any directory of the test's.
  static List<String> command(String program, String... arguments) throws IOException {
    var command = new ArrayList<String>();
    if ("root".equals(System.getProperty("user.name"))) {
      command.addAll(List.of("unshare", "--user"));
    }
    command.add(directory().resolve("bin").resolve(program).toString());
    command.addAll(List.of(arguments));
    return command;
  }

  private static synchronized Path directory() throws IOException {
    if (unpacked == null) {
      var system = System.getProperty("os.name") + " on " + System.getProperty("os.arch");
      if (!system.equals("Linux on amd64")) {
        throw new IllegalStateException(
            "the tests bring PostgreSQL for Linux on amd64 alone, and this is %s; name a server in %s"
                .formatted(system, Postgres.ENVIRONMENT));
      }
      var directory = Watchdog.directory().resolve("postgres");
      unpack(directory);
      unpacked = directory;
    }
    return unpacked;
  }

  private static void unpack(Path directory) throws IOException {
    var archive = PostgresBinaries.class.getResourceAsStream(ARCHIVE);
    if (archive == null) {
      throw new IllegalStateException(ARCHIVE + " is not on the class path");
    }
    try (var tar =
        new TarArchiveInputStream(new XZCompressorInputStream(new BufferedInputStream(archive)))) {
      for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        var file = directory.resolve(entry.getName());
        if (entry.isDirectory()) {
          Files.createDirectories(file);
        } else if (entry.isSymbolicLink()) {
          Files.createDirectories(file.getParent());
          Files.createSymbolicLink(file, Path.of(entry.getLinkName()));
        } else {
          Files.createDirectories(file.getParent());
          Files.copy(tar, file);
          if ((entry.getMode() & 0100) != 0 && !file.toFile().setExecutable(true, false)) {
            throw new IOException(file + " cannot be made a program");
          }
        }
      }
    }
  }
}
