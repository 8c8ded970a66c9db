package dev.drover.proof;

import dev.drover.testing.ChildJvm;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/// The TLC model checker, in a process of its own: it keeps much in statics.
///
/// @param specification a `.tla` file
/// @param scratch where it may write
record Tlc(Path specification, Path scratch) {
  private static final Pattern STATES = Pattern.compile("(\\d+) distinct states found, 0 states");
  private static final Pattern VIOLATED =
      Pattern.compile("(?:Invariant|Action property) (\\w+) is violated|Temporal properties were");

  /// What a run found.
  ///
  /// @param violated the invariant that broke, or `EverythingIsAnswered`; empty: none
  /// @param states distinct ones of the whole state space; 0 if the search ended early
  record Verdict(String violated, long states, String output) {}

  Verdict check(String configuration) throws IOException, InterruptedException {
    Files.writeString(scratch.resolve("model.cfg"), configuration);
    // Names, not paths: it takes them as seen from the specification's directory.
    var name = specification.getFileName().toString();
    Files.copy(specification, scratch.resolve(name));
    var output = scratch.resolve("output.txt");
    var process =
        new ProcessBuilder(
                ChildJvm.java(),
                "-Xmx512m",
                "-XX:+UseParallelGC",
                "-XX:TieredStopAtLevel=1",
                "-Djava.io.tmpdir=" + scratch,
                "-cp",
                jar().toString(),
                "tlc2.TLC",
                "-metadir",
                "states",
                "-config",
                "model.cfg",
                "-workers",
                "1",
                name)
            .directory(scratch.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      process.waitFor();
    } finally {
      process.destroyForcibly();
    }
    return verdict(Files.readString(output, StandardCharsets.UTF_8));
  }

  private static Verdict verdict(String output) {
    var violated = VIOLATED.matcher(output);
    if (violated.find()) {
      var invariant = violated.group(1);
      return new Verdict(invariant == null ? "EverythingIsAnswered" : invariant, 0, output);
    }
    var states = STATES.matcher(output);
    if (!output.contains("No error has been found") || !states.find()) {
      throw new AssertionError("TLC came to no verdict:\n" + output);
    }
    long last;
    do {
      last = Long.parseLong(states.group(1));
    } while (states.find());
    return new Verdict("", last, output);
  }

  private static File jar() {
    return new File(tlc2.TLC.class.getProtectionDomain().getCodeSource().getLocation().getPath());
  }
}
