package dev.drover.cli;

import dev.drover.directory.Extracting;
import dev.drover.directory.PackedPath;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/// `drover cp`: copies files between this machine and a session.
final class CpCommand {
  static final String NAME = "cp";
  static final String ABOUT = "Copies files between this machine and a session.";

  private static final String LIVE = "--live";
  private static final String FOLLOW = "--follow-links";
  private static final int MOST_LINKS = 20;
  private static final String STREAM = "-";
  private static final Pattern REMOTE = Pattern.compile("(sesn_[A-Za-z0-9]+):(.*)", Pattern.DOTALL);

  private final Invocation call;

  /// A path in a session.
  private record Remote(String session, String path) {}

  private CpCommand(Invocation call) {
    this.call = call;
  }

  static CommandSpec spec() {
    var spec = Specs.server(Specs.verb(NAME, ABOUT, call -> new CpCommand(call).run()));
    spec.addPositional(word(0, "FROM", "A file or directory, or SESSION:PATH."));
    spec.addPositional(word(1, "TO", "The same; one of the two is in a session."));
    spec.addOption(Specs.flag(LIVE, "Copy even while the agent is at work."));
    spec.addOption(
        OptionSpec.builder("-L", FOLLOW)
            .type(boolean.class)
            .description("Copy what links lead to in place of the links.")
            .build());
    spec.usageMessage()
        .footer(
            "",
            "Existing files are replaced. If TO is a directory, FROM is copied into it; if FROM"
                + " ends with '/.', its content is. A path in a session that does not begin with"
                + " '/' is in /workspace. Links that lead outside of FROM are left out. '-' is a"
                + " tar stream (pax) on standard input or output.",
            "",
            "Examples:",
            "  drover cp sesn_...:chart.png .",
            "  drover cp ./data sesn_...:/workspace",
            "  drover cp sesn_...:/mnt/session/outputs/. results",
            "  drover cp sesn_...:src - | tar t");
    return spec;
  }

  private static PositionalParamSpec word(int index, String label, String description) {
    return PositionalParamSpec.builder()
        .index(Integer.toString(index))
        .paramLabel(label)
        .arity("1")
        .required(true)
        .type(String.class)
        .description(description)
        .build();
  }

  private int run() throws Refusal, IOException, InterruptedException {
    var from = call.arguments().word(0);
    var to = call.arguments().word(1);
    var source = remote(from);
    var target = remote(to);
    if (source.isPresent() == target.isPresent()) {
      throw call.arguments().wrong("exactly one of FROM and TO must be SESSION:PATH");
    }
    try {
      return source.isPresent()
          ? download(whole(source.get()), to)
          : upload(from, whole(target.orElseThrow()));
    } catch (InvalidPathException _) {
      throw call.arguments().wrong("not the name of a file");
    }
  }

  private static Optional<Remote> remote(String text) {
    var parts = REMOTE.matcher(text);
    if (!parts.matches()) {
      return Optional.empty();
    }
    var path = parts.group(2);
    return Optional.of(
        new Remote(
            parts.group(1), path.startsWith("/") ? path : FilesAddress.WORKSPACE + "/" + path));
  }

  /// The path with the whole id of its session.
  private Remote whole(Remote remote) throws Refusal, IOException, InterruptedException {
    var id = call.lookup().id(IdLookup.Kind.SESSION, remote.session());
    return new Remote(id, remote.path());
  }

  private String address(String session, String path) {
    return FilesAddress.path(session, path) + (call.arguments().has(LIVE) ? "&live=true" : "");
  }

  /// The path without what only says how to copy.
  private static String plain(String path) {
    var plain = path.replaceFirst("(/\\.?)+$", "");
    return plain.isEmpty() ? "/" : plain;
  }

  private static boolean isContent(String path) {
    return path.endsWith("/.");
  }

  private int download(Remote source, String to) throws Refusal, IOException, InterruptedException {
    var address = address(source.session(), plain(source.path()));
    if (to.equals(STREAM)) {
      try (var archive = call.api().download(address)) {
        archive.transferTo(call.shell().out());
      }
      call.shell().out().flush();
      return 0;
    }
    var target = Path.of(to).toAbsolutePath().normalize();
    CopiedDirectory.recover(call.shell(), Files.isDirectory(target) ? target : parent(target));
    write(source, target);
    return 0;
  }

  private void write(Remote source, Path target) throws Refusal, IOException, InterruptedException {
    boolean follow = call.arguments().has(FOLLOW);
    var as = follow ? Optional.of(name(source.path())) : Optional.<String>empty();
    var wish = new Extracting.Wish(isContent(source.path()), follow, as.filter(n -> !n.isEmpty()));
    var path = plain(source.path());
    for (int hops = 0; hops < MOST_LINKS; hops++) {
      Extracting.Done done;
      try (var archive = call.api().download(address(source.session(), path))) {
        done = Extracting.to(target, wish, archive);
      }
      if (done.link().isPresent()) {
        path = Path.of(path).resolveSibling(done.link().get()).normalize().toString();
        continue;
      }
      done.skipped().forEach(one -> call.say("left out " + Sanitized.line(one)));
      call.say(
          "copied %,d %s, %s"
              .formatted(
                  done.files(), done.files() == 1 ? "file" : "files", ByteCount.of(done.bytes())));
      return;
    }
    throw new IOException(Sanitized.line(source.path()) + ": too many links");
  }

  private static String name(String path) {
    var plain = plain(path);
    return plain.substring(plain.lastIndexOf('/') + 1);
  }

  private static Path parent(Path target) throws IOException {
    var parent = target.getParent();
    if (parent == null || !Files.isDirectory(parent)) {
      throw new FileSystemException(target.toString(), null, "its directory does not exist");
    }
    return parent;
  }

  private int upload(String from, Remote target) throws Refusal, IOException, InterruptedException {
    var address = address(target.session(), plain(target.path()));
    if (from.equals(STREAM)) {
      call.api().send("PUT", address, FilesAddress.TYPE, call.shell().in());
      return 0;
    }
    var source = Path.of(from).toAbsolutePath().normalize();
    var packed =
        PackedPath.of(source, isContent(from) || from.equals("."), call.arguments().has(FOLLOW));
    try (var archive = packed.archive()) {
      call.api().send("PUT", address, FilesAddress.TYPE, archive);
    }
    if (packed.skipped() > 0) {
      call.say(
          packed.skipped() == 1
              ? "left out a link to the outside, a special file or a name that is not UTF-8"
              : "left out %,d links to the outside, special files or names that are not UTF-8"
                  .formatted(packed.skipped()));
    }
    call.say(
        "copied %,d %s, %s"
            .formatted(
                packed.files(),
                packed.files() == 1 ? "file" : "files",
                ByteCount.of(packed.bytes())));
    return 0;
  }
}
