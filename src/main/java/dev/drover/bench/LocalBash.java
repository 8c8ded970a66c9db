package dev.drover.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/// Commands on this machine, outside of every sandbox, without a proxy.
///
/// @param directory in which the commands run; it exists
/// @param variables environment variables, besides those of this process
record LocalBash(Path directory, Map<String, String> variables) {
  /// Runs a command and returns its output, without white space at its ends.
  ///
  /// @throws IOException if the command fails
  String run(String command) throws IOException, InterruptedException {
    var builder =
        new ProcessBuilder("bash", "-c", command)
            .directory(directory.toFile())
            .redirectErrorStream(true);
    var environment = builder.environment();
    environment.keySet().removeIf(name -> name.toLowerCase(Locale.ROOT).endsWith("_proxy"));
    environment.putAll(variables);
    var process = builder.start();
    var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException("a command failed: " + output.strip());
    }
    return output.strip();
  }
}
