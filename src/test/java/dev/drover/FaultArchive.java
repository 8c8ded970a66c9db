package dev.drover;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.spi.ToolProvider;

/// Class data that all child servers of this JVM share, so that they start in half the time. Made
/// once, by the first of them to end in good order.
final class FaultArchive {
  private static List<String> flags = List.of();

  private FaultArchive() {}

  /// How a child gets its classes.
  static synchronized List<String> flags() throws IOException {
    if (flags.isEmpty()) {
      flags = List.of("-cp", System.getProperty("java.class.path"));
    }
    return flags;
  }

  /// Makes the archive.
  ///
  /// @param run starts a child, which uses [#flags], and ends it in good order
  static synchronized void make(Run run) throws Exception {
    if (flags.size() > 2) {
      return;
    }
    var directory = Files.createTempDirectory("drover-classes-");
    directory.toFile().deleteOnExit(); // last of all, for it came first
    var path = new ArrayList<String>();
    for (var entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      path.add(Files.isDirectory(Path.of(entry)) ? jar(directory, entry) : entry);
    }
    var classes = String.join(File.pathSeparator, path);
    var archive = directory.resolve("classes.jsa");
    archive.toFile().deleteOnExit();
    flags = List.of("-XX:ArchiveClassesAtExit=" + archive, "-Xlog:cds=off", "-cp", classes);
    run.run();
    flags = List.of("-XX:SharedArchiveFile=" + archive, "-Xlog:cds=off", "-cp", classes);
  }

  interface Run {
    void run() throws Exception;
  }

  /// An archive of classes takes jars alone.
  private static String jar(Path directory, String classes) throws IOException {
    var jar = Files.createTempFile(directory, "classes", ".jar");
    jar.toFile().deleteOnExit();
    var tool = ToolProvider.findFirst("jar").orElseThrow();
    if (tool.run(System.out, System.err, "-c0f", jar.toString(), "-C", classes, ".") != 0) {
      throw new IOException("no jar could be made of " + classes);
    }
    return jar.toString();
  }
}
