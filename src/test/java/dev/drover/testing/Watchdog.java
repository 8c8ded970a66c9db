package dev.drover.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Tidies up behind this JVM however it ends, SIGKILL too: a shell that waits for the end of its
/// standard input, then ends the servers that still run, unmounts and deletes.
final class Watchdog {
  /// A path of `servers` is told by its processes' working directory, so no process is ended that
  /// only has a dead one's number.
  private static final String SCRIPT =
      """
      trap '' HUP INT TERM
      IFS='
      '
      while read -r line; do
        case $line in
          server*) servers="$servers${line#* }$IFS" ;;
          mount*) mounts="$mounts${line#* }$IFS" ;;
          directory*) directories="$directories${line#* }$IFS" ;;
        esac
      done
      each() {
        found=1
        for process in /proc/[0-9]*; do
          if [ "$(readlink "$process/cwd" 2>/dev/null)" = "$2" ]; then
            kill "-$1" "${process#/proc/}" 2>/dev/null && found=0
          fi
        done
        return $found
      }
      for server in $servers; do
        each CONT "$server" && each QUIT "$server"
        tries=0
        while each 0 "$server"; do
          tries=$((tries + 1))
          [ $tries -lt 50 ] || each KILL "$server"
          sleep 0.1
        done
      done
      for mount in $mounts; do umount -l "$mount" 2>/dev/null; done
      for directory in $directories; do rm -rf "$directory"; done
      """;

  private static @Nullable Watchdog instance;

  private final Writer lines;
  private final Path directory;

  private Watchdog() throws IOException {
    directory = Files.createTempDirectory("drover-tests-").toRealPath();
    lines =
        new ProcessBuilder("setsid", "sh", "-c", SCRIPT)
            .directory(Path.of("/").toFile())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start()
            .outputWriter(StandardCharsets.UTF_8);
    watch("directory", directory);
  }

  private static synchronized Watchdog get() throws IOException {
    if (instance == null) {
      instance = new Watchdog();
    }
    return instance;
  }

  /// A directory of this JVM's own that goes with it.
  static Path directory() throws IOException {
    return get().directory;
  }

  /// Ends all processes that work in `data` when this JVM has ended, and deletes it.
  static void server(Path data) throws IOException {
    get().watch("server", data);
    get().watch("directory", data);
  }

  /// Unmounts and deletes it when this JVM has ended.
  static void mount(Path directory) throws IOException {
    get().watch("mount", directory);
    get().watch("directory", directory);
  }

  private synchronized void watch(String kind, Path path) {
    try {
      lines.write(kind + " " + path.toAbsolutePath() + "\n");
      lines.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("the watchdog has gone", e);
    }
  }
}
