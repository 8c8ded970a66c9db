package dev.drover.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Opens the user's browser, where there is one. The link is not an argument of a process, which
/// every user of the machine could read: the browser gets a file that only this user can read, and
/// that leads to the link.
final class BrowserOpener {
  private static final String OURS = "DROVER_";

  private BrowserOpener() {}

  /// Opens a link that works once. Does nothing if that is not possible.
  ///
  /// @param variables the environment of the user
  static void open(String url, Map<String, String> variables) {
    var program = program(variables);
    if (program.isEmpty()) {
      return;
    }
    try {
      var file = page(url, variables);
      var builder = new ProcessBuilder(program.get().toString(), file.toString());
      builder.environment().clear();
      variables.forEach(
          (name, value) -> {
            if (!name.startsWith(OURS)) { // the API key is nothing for a browser
              builder.environment().put(name, value);
            }
          });
      builder
          .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .redirectError(ProcessBuilder.Redirect.DISCARD)
          .start(); // it ends by itself, perhaps with the browser
    } catch (IOException | UnsupportedOperationException _) {
      // the link was printed
    }
  }

  /// The program that opens a file; empty without a screen, and if the user is on another machine.
  private static Optional<Path> program(Map<String, String> variables) {
    boolean isElsewhere =
        !variables.getOrDefault("SSH_CONNECTION", "").isEmpty()
            || !variables.getOrDefault("SSH_TTY", "").isEmpty();
    boolean hasScreen =
        !variables.getOrDefault("DISPLAY", "").isEmpty()
            || !variables.getOrDefault("WAYLAND_DISPLAY", "").isEmpty();
    if (isElsewhere || !hasScreen) {
      return Optional.empty();
    }
    return List.of(variables.getOrDefault("PATH", "").split(":", -1)).stream()
        .filter(directory -> directory.startsWith("/"))
        .map(directory -> Path.of(directory, "xdg-open"))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /// A page that leads to the link. It stays behind; the link does not work any more by then.
  private static Path page(String url, Map<String, String> variables) throws IOException {
    var runtime = variables.getOrDefault("XDG_RUNTIME_DIR", "");
    var directory =
        runtime.startsWith("/") && Files.isDirectory(Path.of(runtime))
            ? Path.of(runtime)
            : Path.of(System.getProperty("java.io.tmpdir"));
    var only = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    var file = Files.createTempFile(directory, "drover-console-", ".html", only);
    var escaped = url.replace("&", "&amp;").replace("\"", "&quot;").replace("<", "&lt;");
    return Files.writeString(
        file,
        """
        <!doctype html>
        <meta charset="utf-8">
        <meta name="referrer" content="no-referrer">
        <meta http-equiv="refresh" content="0;url=%1$s">
        <title>Drover</title>
        <a href="%1$s">Open the console</a>
        """
            .formatted(escaped));
  }
}
