package dev.drover.hands.bwrap;

import static org.assertj.core.api.Assertions.assertThat;

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

/// The relay of `hand serve`, built with the sanitizers, between random programs and a random host.
/// Needs gcc with its sanitizer libraries, as Debian and Ubuntu install it.
@Execution(ExecutionMode.CONCURRENT)
@Tag("sandbox")
final class HandRelayTest {
  private static final Path SOURCE = Path.of("src/main/c");

  @TempDir Path directory;

  private static String run(List<String> command) throws Exception {
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("ASAN_OPTIONS", "detect_leaks=0");
    var process = builder.start();
    var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(String.join(" ", command) + "\n" + said).isZero();
    return said;
  }

  private String build() throws Exception {
    var program = directory.resolve("relay").toString();
    var command = new ArrayList<>(List.of("gcc", "-std=c11", "-D_GNU_SOURCE", "-pthread"));
    command.addAll(List.of("-Wall", "-Wextra", "-Werror"));
    command.addAll(List.of("-g", "-O1", "-fsanitize=address,undefined"));
    command.addAll(List.of("-fno-sanitize-recover=all", "-I", SOURCE.toString()));
    command.addAll(List.of("-o", program, "src/test/c/relay.c"));
    for (var part : List.of("base", "capability", "datagrams", "descriptors", "flow")) {
      command.add(SOURCE.resolve(part + ".c").toString());
    }
    run(command);
    return program;
  }

  @Test
  void whatLooksCompleteIsCompleteWhateverBreaksOff() throws Exception {
    var program = build();
    for (int seed = 1; seed <= 3; seed++) {
      var own = Files.createDirectory(directory.resolve(Integer.toString(seed)));
      run(List.of(program, own.toString(), Integer.toString(seed), "2000"));
    }
  }
}
