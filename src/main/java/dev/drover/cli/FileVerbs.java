package dev.drover.cli;

import dev.drover.base.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;

/// `drover files`: files that clients upload, and those that agents write to their outputs.
final class FileVerbs {
  static final String NAME = "files";
  static final String ABOUT = "Files: uploads, and what agents write to their outputs.";

  private static final String PATH = "/v1/files";
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
    spec.addPositional(Specs.word(0, "PATH", "1", "The file; '-' for standard input."));
    spec.addOption(Specs.text(FILENAME, "NAME", "Another name for it."));
    spec.addOption(
        Specs.number(EXPIRES, "Delete it after this time: 3600 to 7776000. [default: never]"));
    return spec;
  }

  private static CommandSpec download() {
    var spec =
        VERBS.one(
            "download",
            "Downloads the content of a file.",
            call -> new Download(call, call.path(PATH)).as(file -> Column.text(file, "filename")));
    return spec.addPositional(Download.to());
  }

  private static int upload(Invocation call) throws Refusal, IOException, InterruptedException {
    var arguments = call.arguments();
    var path = arguments.word(0);
    var name = arguments.text(FILENAME);
    var expires = arguments.number(EXPIRES, 1);
    if (path.equals(Download.STREAM)) {
      return upload(call, form(name.orElse(""), expires, call.shell().in()));
    }
    try {
      var file = Path.of(path);
      if (!Files.isRegularFile(file)) {
        throw Problem.invalid(Sanitized.line(path) + " is not a file");
      }
      var leaf = String.valueOf(file.getFileName());
      try (var in = Files.newInputStream(file)) {
        return upload(call, form(name.orElse(leaf), expires, in));
      }
    } catch (InvalidPathException _) {
      throw arguments.wrong(Sanitized.line(path) + " is not the name of a file");
    }
  }

  private static Form form(String name, Optional<Integer> expires, InputStream content) {
    var form = new Form();
    expires.ifPresent(seconds -> form.text("expires_in_seconds", seconds.toString()));
    return form.file("file", name, content);
  }

  private static int upload(Invocation call, Form form)
      throws Refusal, IOException, InterruptedException {
    return call.print(call.api().send("POST", PATH, form.type(), form.body()));
  }
}
