package dev.drover.cli;

import dev.drover.base.Ids;
import dev.drover.base.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/// `drover files`: files that clients upload, and those that agents write to their outputs.
final class FileVerbs {
  static final String NAME = "files";
  static final String ABOUT = "Files: uploads, and what agents write to their outputs.";

  private static final String PATH = "/v1/files";
  private static final String STREAM = "-";
  private static final String FILENAME = "--filename";
  private static final String EXPIRES = "--expires-in-seconds";
  private static final ResourceVerbs VERBS = new ResourceVerbs(PATH, "FILE");
  private static final PagedList FILES =
      new PagedList(
          1000,
          List.of(Filter.one("scope_id", "SESSION", "Only files of this session.")),
          List.of(
              Column.of("ID", "id"),
              new Column("SIZE", file -> ByteCount.of(file.number("size_bytes", 0))),
              Column.time("CREATED", "created_at"),
              new Column("SESSION", file -> Column.text(file.object("scope"), "id")),
              Column.of("NAME", "filename")));

  private FileVerbs() {}

  static CommandSpec spec() {
    var spec =
        Specs.group(
            NAME,
            ABOUT,
            VERBS.list("Lists files, the newest first.", FILES),
            upload(),
            VERBS.retrieve("Shows a file, without its content."),
            download(),
            VERBS.delete("Deletes a file."));
    spec.usageMessage()
        .footer(
            "",
            "To copy any file of a session, whether it is an output or not: drover cp.",
            "",
            "Examples:",
            "  drover files upload data.csv",
            "  drover files list --scope-id sesn_...",
            "  drover files download file_...",
            "  drover files download file_... - | head");
    return spec;
  }

  private static CommandSpec upload() {
    var spec = Specs.verb("upload", "Uploads a file.", FileVerbs::upload);
    spec.addPositional(word(0, "PATH", "1", "The file; '-' for standard input."));
    spec.addOption(Specs.text(FILENAME, "NAME", "Another name for it."));
    spec.addOption(
        Specs.number(EXPIRES, "Delete it after this time: 3600 to 7776000. [default: never]"));
    return spec;
  }

  private static CommandSpec download() {
    var spec =
        VERBS.one("download", "Downloads the content of a file.", call -> new Download(call).run());
    return spec.addPositional(
        word(
            1,
            "TO",
            "0..1",
            "A directory, or a name that is replaced if it exists; '-' for standard output."
                + " [default: the name of the file, in the current directory]"));
  }

  private static PositionalParamSpec word(
      int index, String label, String arity, String description) {
    return PositionalParamSpec.builder()
        .index(Integer.toString(index))
        .paramLabel(label)
        .arity(arity)
        .type(String.class)
        .description(description)
        .build();
  }

  private static int upload(Invocation call) throws Refusal, IOException, InterruptedException {
    var arguments = call.arguments();
    var path = arguments.word(0);
    var name = arguments.text(FILENAME);
    var expires = arguments.number(EXPIRES, 1);
    if (path.equals(STREAM)) {
      return upload(call, new UploadForm(name, expires, call.shell().in()));
    }
    try {
      var file = Path.of(path);
      if (!Files.isRegularFile(file)) {
        throw arguments.wrong(Sanitized.line(path) + " is not a file");
      }
      var leaf = Optional.of(String.valueOf(file.getFileName()));
      try (var in = Files.newInputStream(file)) {
        return upload(call, new UploadForm(name.or(() -> leaf), expires, in));
      }
    } catch (InvalidPathException _) {
      throw arguments.wrong(Sanitized.line(path) + " is not the name of a file");
    }
  }

  private static int upload(Invocation call, UploadForm form)
      throws Refusal, IOException, InterruptedException {
    return call.print(call.api().send("POST", PATH, form.type(), form.body()));
  }

  /// The content of a file, written to this machine.
  private record Download(Invocation call) {
    int run() throws Refusal, IOException, InterruptedException {
      var path = call.path(PATH);
      var to = call.arguments().word(1);
      if (to.equals(STREAM)) {
        try (var content = call.api().download(path + "/content")) {
          content.transferTo(call.shell().out());
        }
        call.shell().out().flush();
        return 0;
      }
      var file = call.api().get(path);
      var target = target(file, to);
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

    private Path target(Json.Obj file, String to) throws IOException {
      try {
        var named = Path.of(to);
        if (!to.isEmpty() && !Files.isDirectory(named)) {
          return named;
        }
        var target = named.resolve(leaf(Column.text(file, "filename")));
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
          throw call.arguments()
              .wrong(Sanitized.line(target.toString()) + " exists; name it as TO to replace it");
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
    private static void write(InputStream content, Path target) throws IOException {
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
}
