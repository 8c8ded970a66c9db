package dev.drover.hands.bwrap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// The parsers of `hand serve`, built with the sanitizers, against random frames and calls. Needs
/// gcc with its sanitizer libraries, as Debian and Ubuntu install it.
@Execution(ExecutionMode.CONCURRENT)
@Tag("sandbox")
final class HandFuzzTest {
  private static final Path SOURCE = Path.of("src/main/c");

  @TempDir Path directory;

  private static void run(List<String> command) throws Exception {
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    // A leak at the end is none; and whoever looks for leaks must be allowed to trace.
    builder.environment().put("ASAN_OPTIONS", "detect_leaks=0");
    var process = builder.start();
    var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(String.join(" ", command) + "\n" + said).isZero();
  }

  private Path build() throws Exception {
    var program = directory.resolve("fuzz");
    var command =
        new ArrayList<>(List.of("gcc", "-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror"));
    command.addAll(List.of("-g", "-O1", "-fsanitize=address,undefined"));
    command.addAll(List.of("-fno-sanitize-recover=all", "-I", SOURCE.toString()));
    command.addAll(List.of("-Dkill=fuzz_kill", "-D_exit=fuzz_exit", "-Dfork=fuzz_fork"));
    command.addAll(List.of("-o", program.toString(), "src/test/c/fuzz.c"));
    command.addAll(parts());
    run(command);
    return program;
  }

  private static String name(Path file) {
    return file.getFileName().toString();
  }

  /// What the test program does not bring itself.
  private static List<String> parts() throws IOException {
    try (var files = Files.list(SOURCE)) {
      return files
          .filter(file -> file.toString().endsWith(".c"))
          .filter(file -> !List.of("main.c", "conn.c", "serve.c").contains(name(file)))
          .map(Path::toString)
          .sorted()
          .toList();
    }
  }

  @Test
  void noFrameReachesBeyondItsBytes() throws Exception {
    var program = build().toString();
    for (int seed = 1; seed <= 4; seed++) {
      run(List.of(program, Integer.toString(seed), "2500"));
    }
  }
}
