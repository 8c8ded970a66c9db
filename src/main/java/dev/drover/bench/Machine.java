package dev.drover.bench;

import dev.drover.base.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;

/// The machine on which the figures were measured.
///
/// @param syncMillis the median time to write 4 kB to the disk of the temporary directory and sync
///   it, in milliseconds
record Machine(
    String cpu, int cores, long memoryMegabytes, double syncMillis, String java, String system) {
  private static final int SYNCS = 200;

  /// @param directory a directory on the disk that is measured
  static Machine look(Path directory) throws IOException {
    return new Machine(
        field("/proc/cpuinfo", "model name", System.getProperty("os.arch")),
        Runtime.getRuntime().availableProcessors(),
        Long.parseLong(field("/proc/meminfo", "MemTotal", "0").replaceAll("\\D", "")) / 1_024,
        sync(directory),
        System.getProperty("java.runtime.version"),
        field("/etc/os-release", "PRETTY_NAME", System.getProperty("os.name")).replace("\"", "")
            + ", kernel "
            + System.getProperty("os.version"));
  }

  private static double sync(Path directory) throws IOException {
    var file = Files.createTempFile(directory, "sync", "");
    var millis = new ArrayList<Double>();
    try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      for (int i = 0; i < SYNCS; i++) {
        long start = System.nanoTime();
        channel.write(ByteBuffer.allocate(4_096));
        channel.force(false);
        millis.add((System.nanoTime() - start) / 1e6);
      }
    }
    Files.delete(file);
    return new Samples(millis).median();
  }

  /// The value in the first line that begins with `name`, from a system file that may not exist.
  private static String field(String file, String name, String otherwise) throws IOException {
    var path = Path.of(file);
    return Files.exists(path)
        ? Files.readAllLines(path).stream()
            .filter(line -> line.startsWith(name))
            .map(line -> line.substring(name.length()).replaceFirst("^\\s*[:=]\\s*", "").strip())
            .findFirst()
            .orElse(otherwise)
        : otherwise;
  }

  String text() {
    return cpu
        + ", "
        + cores
        + " cores, "
        + memoryMegabytes
        + " MB; disk sync "
        + Figure.number(syncMillis)
        + " ms; JDK "
        + java
        + "; "
        + system;
  }

  Json json() {
    return Json.obj(
        "cpu", cpu,
        "cores", cores,
        "memory_mb", memoryMegabytes,
        "disk_sync_ms", syncMillis,
        "java", java,
        "system", system);
  }
}
