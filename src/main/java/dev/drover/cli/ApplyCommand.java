package dev.drover.cli;

import dev.drover.base.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/// `drover apply`: makes agents and environments as files describe them. A resource is found by its
/// name: it is created, updated, or left as it is.
final class ApplyCommand {
  static final String NAME = "apply";
  static final String ABOUT = "Creates or updates agents and environments from files.";

  private static final String FILE = "--file";
  private static final String DRY_RUN = "--dry-run";
  private static final String KIND = "kind";

  private final Invocation call;
  private final boolean dry;

  private ApplyCommand(Invocation call) {
    this.call = call;
    dry = call.arguments().has(DRY_RUN);
  }

  /// A resource as a file describes it.
  private record Wanted(IdLookup.Kind kind, String name, Json.Obj body) {
    String label() {
      return kind.noun() + " " + Sanitized.line(name);
    }
  }

  static CommandSpec spec() {
    var spec = Specs.verb(NAME, ABOUT, call -> new ApplyCommand(call).run());
    spec.addOption(
        OptionSpec.builder("-f", FILE)
            .paramLabel("FILE")
            .arity("1..*")
            .type(List.class)
            .auxiliaryTypes(String.class)
            .description("Files in YAML or JSON, or - for standard input. Required.")
            .build());
    spec.addOption(Specs.flag(DRY_RUN, "Print what would change, and change nothing."));
    spec.usageMessage()
        .footer(
            "",
            "A document has the fields of 'agents create --body' or 'environments create --body',"
                + " and 'kind: agent' or 'kind: environment', which may be missing if it has a"
                + " model or a config. A file may have several documents, after lines with '---'."
                + " Fields that a document does not have are left as they are. All files are read"
                + " before anything is changed.",
            "",
            "Examples:",
            "  drover apply -f agent.yaml --dry-run",
            "  drover apply -f environment.yaml agent.yaml");
    return Specs.server(spec);
  }

  private int run() throws Refusal, IOException, InterruptedException {
    var files = call.arguments().texts(FILE);
    if (files.isEmpty()) {
      throw call.arguments().wrong("-f is missing");
    }
    var wanted = new ArrayList<Wanted>();
    for (var file : files) {
      wanted.addAll(read(file));
    }
    for (var one : wanted) {
      apply(one);
    }
    return 0;
  }

  /// The resources that the documents of a file describe.
  private List<Wanted> read(String file) {
    var texts = documents(call.arguments().fileContent("-f", file));
    var wanted = new ArrayList<Wanted>();
    for (int i = 0; i < texts.size(); i++) {
      var source = Sanitized.line(file) + (texts.size() == 1 ? "" : ", document " + (i + 1));
      wanted.add(wanted(source, call.arguments().parsedObject(source, texts.get(i))));
    }
    if (wanted.isEmpty()) {
      throw call.arguments().wrong(Sanitized.line(file) + " has no document");
    }
    return wanted;
  }

  /// The documents of a YAML file: a line that begins with `---` can only separate them.
  private static List<String> documents(String text) {
    var documents = new ArrayList<String>();
    var document = new StringBuilder();
    for (var line : text.lines().toList()) {
      if (line.equals("---") || line.startsWith("--- ")) {
        documents.add(document.toString());
        document.setLength(0);
        document.append(line.substring(3));
      } else {
        document.append(line);
      }
      document.append('\n');
    }
    documents.add(document.toString());
    documents.removeIf(
        one -> one.lines().allMatch(line -> line.isBlank() || line.stripLeading().startsWith("#")));
    return documents;
  }

  /// @param source the file, and the number of the document if it has several
  private Wanted wanted(String source, Json.Obj document) {
    var fields = new LinkedHashMap<>(document.fields());
    var kind = kind(source, document);
    fields.remove(KIND);
    var name = document.text("name");
    if (name == null || name.isBlank()) {
      throw call.arguments().wrong(source + ": name is missing");
    }
    if (kind == IdLookup.Kind.AGENT && !fields.containsKey("model")) {
      throw call.arguments().wrong(source + ": model is missing");
    }
    return new Wanted(kind, name, new Json.Obj(fields));
  }

  private IdLookup.Kind kind(String source, Json.Obj document) {
    var kind = document.text(KIND);
    if (kind == null && document.get(KIND).isEmpty()) {
      if (document.get("model").isPresent() != document.get("config").isPresent()) {
        return document.get("model").isPresent() ? IdLookup.Kind.AGENT : IdLookup.Kind.ENVIRONMENT;
      }
    } else if ("agent".equals(kind)) {
      return IdLookup.Kind.AGENT;
    } else if ("environment".equals(kind)) {
      return IdLookup.Kind.ENVIRONMENT;
    }
    throw call.arguments().wrong(source + ": kind must be agent or environment");
  }

  private void apply(Wanted wanted) throws Refusal, IOException, InterruptedException {
    var id = active(wanted);
    if (id.isEmpty()) {
      if (dry) {
        report(wanted.label() + " would be created", Json.EMPTY);
        ShownChange.of(Json.EMPTY, wanted.body()).forEach(call.output()::line);
      } else {
        report(wanted.label() + " created", call.api().post(wanted.kind().list(), wanted.body()));
      }
      return;
    }
    var path = wanted.kind().list() + "/" + Api.segment(id.get());
    var current = call.api().get(path);
    var change = ShownChange.of(current, wanted.body());
    if (change.isEmpty()) {
      report(wanted.label() + " unchanged", current);
    } else if (dry) {
      report(wanted.label() + " would be updated", current);
      change.forEach(call.output()::line);
    } else {
      update(wanted, path, current);
    }
  }

  /// The server compares the whole, and says whether that made a new version.
  private void update(Wanted wanted, String path, Json.Obj current)
      throws Refusal, IOException, InterruptedException {
    var version = current.get("version");
    var body = version.isPresent() ? wanted.body().with("version", version.get()) : wanted.body();
    var made = call.api().post(path, body);
    boolean same =
        made.get("updated_at").equals(current.get("updated_at"))
            && made.get("version").equals(version);
    report(wanted.label() + (same ? " unchanged" : " updated"), made);
  }

  private Optional<String> active(Wanted wanted) throws Refusal, IOException, InterruptedException {
    return call.lookup().activeByName(wanted.kind(), wanted.name());
  }

  /// @param resource as the server has it; empty if it has none
  private void report(String what, Json.Obj resource) {
    var output = call.output();
    if (!dry && (output.json() || output.quiet())) {
      output.object(resource);
      return;
    }
    var version = Column.text(resource, "version");
    var id = Column.text(resource, "id");
    output.line(
        what + (id.isEmpty() ? "" : " (" + id + (version.isEmpty() ? "" : ", v" + version) + ")"));
  }
}
