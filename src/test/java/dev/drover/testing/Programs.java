package dev.drover.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Programs in other languages, run as their users run them.
public final class Programs {
  public static final Path TYPESCRIPT = Path.of("src/test/typescript").toAbsolutePath();
  public static final Path CONSOLE = Path.of("src/test/console").toAbsolutePath();
  public static final Path CONFORMANCE = Path.of("src/test/conformance").toAbsolutePath();
  private static final int PATIENCE_SECONDS = 300;

  private Programs() {}

  /// Runs a program to its end; fails with all that it said if it fails.
  ///
  /// @param environment beside this process's own, without anything of Drover or the vendor
  /// @return what it said on standard output and standard error
  public static String run(Path directory, Map<String, String> environment, String... command)
      throws IOException, InterruptedException {
    var output = Files.createTempFile("program", ".txt");
    try {
      var builder =
          new ProcessBuilder(command)
              .directory(directory.toFile())
              .redirectInput(new File("/dev/null"))
              .redirectErrorStream(true)
              .redirectOutput(output.toFile());
      builder
          .environment()
          .keySet()
          .removeIf(name -> name.startsWith("DROVER_") || name.startsWith("ANTHROPIC_"));
      builder.environment().putAll(environment);
      var process = builder.start();
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor();
      }
      var said = Files.readString(output, StandardCharsets.UTF_8);
      assertThat(process.exitValue()).as("%s%n%s", String.join(" ", command), said).isZero();
      return said;
    } finally {
      Files.deleteIfExists(output);
    }
  }

  /// Runs a Java source file with this test's class path, and with it the vendor's SDK.
  public static String runJava(Path directory, Map<String, String> environment, String file)
      throws IOException, InterruptedException {
    var withClasses = new HashMap<>(environment);
    withClasses.put("CLASSPATH", System.getProperty("java.class.path"));
    return run(directory, withClasses, ChildJvm.java(), "-XX:TieredStopAtLevel=1", file);
  }

  /// What the vendor's clients look for: the base URL and the key.
  public static Map<String, String> vendorsEnvironment(ServerProcess server) {
    return Map.of(
        "ANTHROPIC_BASE_URL", server.url().toString(), "ANTHROPIC_API_KEY", ServerProcess.KEY);
  }

  /// Installs the npm packages that the lock file in a directory names, unless they are there.
  public static synchronized void install(Path directory) throws IOException, InterruptedException {
    var lock = directory.resolve("package-lock.json").toFile();
    var installed = directory.resolve("node_modules/.package-lock.json").toFile();
    if (installed.lastModified() < lock.lastModified()) {
      run(directory, Map.of(), "npm", "ci", "--no-audit", "--no-fund");
      assertThat(installed.setLastModified(System.currentTimeMillis())).isTrue();
    }
  }
}
