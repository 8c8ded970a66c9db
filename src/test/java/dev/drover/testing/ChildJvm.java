package dev.drover.testing;

import dev.drover.hands.local.Tree;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.spi.ToolProvider;

/// A JVM beside that of the tests, for what is killed, or measured, or stopped by a signal.
///
/// The class directories are packed into jars, and what a rehearsal loads and links is kept beside
/// them (an ahead-of-time cache, which takes jars alone), so that a server starts with little more
/// than half of the work. Both are made by the first test that needs them, and again after a
/// compilation. Without a cache a child runs, too: the JVM ignores one that does not fit.
public final class ChildJvm {
  private static final List<String> FLAGS =
      List.of(
          "--enable-native-access=ALL-UNNAMED",
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "-XX:-UsePerfData",
          // A warning of the JVM is not for those who read what a child prints.
          "-Xlog:disable");

  private ChildJvm() {}

  /// Made when the first child starts.
  private static final class Classes {
    static final List<String> FLAGS = classes();

    private Classes() {}
  }

  /// The path of the `java` that runs the tests.
  public static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  /// The beginning of a command; the flags of the JVM, the main class and its arguments follow. The
  /// class path is that of the tests.
  public static List<String> command() {
    var command = new ArrayList<String>();
    command.add(java());
    command.addAll(FLAGS);
    command.addAll(Classes.FLAGS);
    return command;
  }

  private static List<String> classes() {
    var own = new ArrayList<Path>();
    for (var entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      if (Files.isDirectory(Path.of(entry))) {
        own.add(Path.of(entry));
      }
    }
    try {
      var kept = Files.createDirectories(own.getFirst().resolveSibling("child-jvm"));
      // One process of tests makes it, and the others wait.
      try (var lock =
              FileChannel.open(
                  kept.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          var _ = lock.lock()) {
        return classes(kept, own);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static List<String> classes(Path kept, List<Path> own)
      throws IOException, InterruptedException {
    var path = System.getProperty("java.class.path");
    boolean changed = false;
    for (var directory : own) {
      var jar = kept.resolve(directory.getFileName() + ".jar");
      changed |= pack(directory, jar);
      path = path.replace(directory.toString(), jar.toString());
    }
    var cache = kept.resolve("drover.aot");
    if (changed || !Files.exists(cache)) {
      Files.deleteIfExists(cache);
      rehearse(path, cache);
    }
    return Files.exists(cache)
        ? List.of("-XX:AOTCache=" + cache, "-cp", path)
        : List.of("-cp", path);
  }

  /// Packs a directory, unless its jar is newer than all that is in it.
  private static boolean pack(Path directory, Path jar) throws IOException {
    FileTime newest;
    try (var files = Files.walk(directory)) {
      newest =
          files
              .map(ChildJvm::changed)
              .max(Comparator.naturalOrder())
              .orElse(FileTime.fromMillis(0));
    }
    if (Files.exists(jar) && changed(jar).compareTo(newest) > 0) {
      return false;
    }
    var tool = ToolProvider.findFirst("jar").orElseThrow();
    if (tool.run(System.out, System.err, "-c0f", jar.toString(), "-C", directory.toString(), ".")
        != 0) {
      throw new IOException("no jar could be made of " + directory);
    }
    return true;
  }

  private static FileTime changed(Path file) {
    try {
      return Files.getLastModifiedTime(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// A server with one turn of the built-in model, ended in good order.
  private static void rehearse(String path, Path cache) throws IOException, InterruptedException {
    var data = Files.createTempDirectory("drover-rehearsal-");
    try {
      var command = new ArrayList<String>();
      command.add(java());
      command.addAll(FLAGS);
      command.addAll(List.of("-XX:AOTCacheOutput=" + cache, "-cp", path, "dev.drover.Main"));
      command.addAll(List.of("serve", "--data", data.toString(), "--port", "0"));
      var log = cache.resolveSibling("rehearsal.log").toFile();
      try (var server = ServerProcess.start(command, log, Map.of());
          var client = server.client()) {
        var session = client.session("rehearsal");
        client.say(session, "Hi");
        client.awaitIdle(session);
        server.stop();
      }
    } finally {
      Tree.remove(data);
    }
  }
}
