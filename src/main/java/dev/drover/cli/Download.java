package dev.drover.cli;

import dev.drover.base.Ids;
import dev.drover.base.Json;
import dev.drover.base.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.function.Function;
import picocli.CommandLine.Model.PositionalParamSpec;

/// A content that a command writes to this machine.
///
/// @param path of the object in the API; its content is at `/content` below it
record Download(Invocation call, String path) {
  /// Stands for standard output, or input.
  static final String STREAM = "-";

  /// The second positional argument.
  static PositionalParamSpec to() {
    return Specs.word(
        1,
        "TO",
        "0..1",
        "A directory, or a name that is replaced if it exists; '-' for standard output."
            + " [default: its own name, in the current directory]");
  }

  /// @param filename the name of the object that the server describes, which is not trusted
  /// @return the exit status
  int as(Function<Json.Obj, String> filename) throws Refusal, IOException, InterruptedException {
    var to = call.arguments().word(1);
    if (to.equals(STREAM)) {
      try (var content = call.api().download(path + "/content")) {
        content.transferTo(call.shell().out());
      }
      call.shell().out().flush();
      return 0;
    }
    var file = call.api().get(path);
    var target = target(filename.apply(file), to);
    try (var content = call.api().download(path + "/content")) {
      write(content, target);
    }
    if (call.output().json()) {
      return call.print(file);
    }
    var size = ByteCount.of(Files.size(target));
    call.say("wrote " + Sanitized.line(target.toString()) + " (" + size + ")");
    return 0;
  }

  private Path target(String name, String to) throws IOException {
    try {
      var named = Path.of(to);
      if (!to.isEmpty() && !Files.isDirectory(named)) {
        return named;
      }
      var target = named.resolve(leaf(name));
      if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
        throw Problem.conflict(
            Sanitized.line(target.toString()) + " exists; name it as TO to replace it");
      }
      return target;
    } catch (InvalidPathException _) {
      throw call.arguments().wrong("not the name of a file");
    }
  }

  /// The name comes from the server: it must not lead anywhere.
  private static String leaf(String name) throws IOException {
    if (name.isEmpty()
        || name.equals(".")
        || name.equals("..")
        || name.chars().anyMatch(c -> c == '/' || c == '\\' || c == 0)) {
      throw new IOException("the file has no name for this machine; name TO");
    }
    return name;
  }

  /// The file is there when it is complete.
  static void write(InputStream content, Path target) throws IOException {
    var absolute = target.toAbsolutePath();
    var directory = absolute.getParent();
    if (directory == null || !Files.isDirectory(directory)) {
      throw new FileSystemException(target.toString(), null, "its directory does not exist");
    }
    var unfinished = directory.resolve(Ids.secure().next(".drover_"));
    try {
      try (var out = Files.newOutputStream(unfinished, StandardOpenOption.CREATE_NEW)) {
        content.transferTo(out);
      }
      Files.move(unfinished, absolute, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(unfinished);
    }
  }
}
