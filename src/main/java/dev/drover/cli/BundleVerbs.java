package dev.drover.cli;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;

/// `drover sessions export` and `drover sessions import`.
final class BundleVerbs {
  private static final String SESSIONS = "/drover/sessions";
  private static final String TYPE = "application/x-tar";
  private static final String OUTPUT = "-o";
  private static final String PUBLIC = "--public";
  private static final String AGENT = "--agent";
  private static final String ENVIRONMENT = "--environment-id";
  private static final ResourceVerbs VERBS = new ResourceVerbs(SESSIONS, "SESSION");

  private BundleVerbs() {}

  static CommandSpec export() {
    var spec = VERBS.one("export", "Writes a session to a file.", BundleVerbs::export);
    spec.addOption(
        Specs.text(
            OUTPUT,
            "FILE",
            "The file, which is replaced if it exists; '-' for standard output. [default: the"
                + " session's id and .tar, in the current directory]"));
    spec.addOption(
        Specs.flag(
            PUBLIC, "Write only what clients see of the events; such a file cannot be imported."));
    return spec;
  }

  static CommandSpec imports() {
    var spec =
        Specs.verb(
            "import", "Creates a session from a file of 'export'.", BundleVerbs::importSession);
    spec.addPositional(Specs.word(0, "FILE", "1", "The file; '-' for standard input."));
    spec.addOption(
        Specs.text(AGENT, "AGENT", "The name or id of the new session's agent. Required."));
    spec.addOption(
        Specs.text(
            Specs.withoutId(ENVIRONMENT),
            "ENVIRONMENT",
            "The name or id of the environment in which its tools run. Required."));
    return spec;
  }

  private static int export(Invocation call) throws Refusal, IOException, InterruptedException {
    var arguments = call.arguments();
    var path = call.path(SESSIONS) + "/export" + (arguments.has(PUBLIC) ? "?public=true" : "");
    var output = arguments.text(OUTPUT);
    if (output.filter(Download.STREAM::equals).isPresent()) {
      try (var bundle = call.api().download(path)) {
        bundle.transferTo(call.shell().out());
      }
      call.shell().out().flush();
      return 0;
    }
    try (var bundle = call.api().download(path)) {
      var target = Path.of(output.orElse(call.id(IdLookup.Kind.SESSION) + ".tar"));
      if (output.isEmpty() && Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
        throw Problem.conflict(
            Sanitized.line(target.toString()) + " exists; name it with -o to replace it");
      }
      Download.write(bundle, target);
      var size = ByteCount.of(Files.size(target));
      call.say("wrote " + Sanitized.line(target.toString()) + " (" + size + ")");
      return 0;
    } catch (InvalidPathException _) {
      throw arguments.wrong("not the name of a file");
    }
  }

  private static int importSession(Invocation call)
      throws Refusal, IOException, InterruptedException {
    var arguments = call.arguments();
    var agent = arguments.required(AGENT);
    var environment = arguments.required(ENVIRONMENT);
    var lookup = call.lookup();
    var query =
        "/import?agent="
            + Api.segment(lookup.id(IdLookup.Kind.AGENT, agent))
            + "&environment_id="
            + Api.segment(lookup.id(IdLookup.Kind.ENVIRONMENT, environment));
    var path = arguments.word(0);
    if (path.equals(Download.STREAM)) {
      return importSession(call, query, call.shell().in());
    }
    try (var in = Files.newInputStream(Path.of(path))) {
      return importSession(call, query, in);
    } catch (InvalidPathException _) {
      throw arguments.wrong(Sanitized.line(path) + " is not the name of a file");
    }
  }

  private static int importSession(Invocation call, String query, InputStream bundle)
      throws Refusal, IOException, InterruptedException {
    var made = call.api().send("POST", SESSIONS + query, TYPE, bundle);
    if (call.output().json()) {
      return call.print(made);
    }
    var leftOut =
        made.items("left_out").stream()
            .map(name -> name instanceof Json.Str(var text) ? text : name.toString())
            .collect(Collectors.joining(", "));
    if (!leftOut.isEmpty()) {
      call.say("The new session does not have: " + Sanitized.line(leftOut) + ".");
    }
    return call.print(made.object("session"));
  }
}
