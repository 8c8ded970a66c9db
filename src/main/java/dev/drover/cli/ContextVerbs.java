package dev.drover.cli;

import dev.drover.base.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Model.CommandSpec;

/// `drover sessions context` and `drover sessions compact`.
final class ContextVerbs {
  private static final String SESSIONS = "/drover/sessions";
  private static final String INSTRUCTIONS = "--instructions";
  private static final ResourceVerbs VERBS = new ResourceVerbs(SESSIONS, "SESSION");
  private static final List<Column> PARTS =
      List.of(
          Column.of("PART", "name"),
          Column.of("COUNT", "count"),
          new Column("TOKENS", item -> grouped(item, "tokens")),
          new Column("CHARACTERS", item -> grouped(item, "characters")));

  private ContextVerbs() {}

  static CommandSpec context() {
    return VERBS.one(
        "context", "Shows what the model sees of a session now.", ContextVerbs::context);
  }

  static CommandSpec compact() {
    var spec =
        VERBS.one(
            "compact",
            "Has a new chapter of a session's context begin with the next model request.",
            ContextVerbs::compact);
    spec.addOption(
        Specs.text(
            INSTRUCTIONS,
            "TEXT",
            "What the summary should keep; '@FILE' for the content of a file. Refused if the"
                + " session's profile makes no summaries."));
    return spec;
  }

  private static int compact(Invocation call) throws Refusal, IOException, InterruptedException {
    var arguments = call.arguments();
    var body =
        arguments
            .text(INSTRUCTIONS)
            .map(text -> Json.obj("instructions", arguments.content(INSTRUCTIONS, text)))
            .orElse(Json.EMPTY);
    return call.print(call.api().post(call.path(SESSIONS) + "/compact", body));
  }

  private static int context(Invocation call) throws Refusal, IOException, InterruptedException {
    var context = call.api().get(call.path(SESSIONS) + "/context");
    if (call.output().json()) {
      return call.print(context);
    }
    var output = call.output();
    output.object(summary(context));
    output.line("");
    output.rows(PARTS, parts(context.items("parts"), ""));
    var leftOut = context.object("left_out");
    var lines = leftOut(leftOut);
    if (!lines.isEmpty()) {
      output.line("");
      lines.forEach(line -> output.line(Sanitized.line(line)));
    }
    return 0;
  }

  private static Json.Obj summary(Json.Obj context) {
    var chapter = context.object("chapter");
    var profile = context.object("profile");
    var gauge = context.object("gauge");
    var label = Column.text(profile, "name") + "@" + Column.text(profile, "version");
    var next = Column.text(context, "next_profile");
    var kind = Column.text(chapter, "kind");
    return Json.obj(
        "model", context.text("model"),
        "chapter",
            Column.text(chapter, "number")
                + (kind.isEmpty()
                    ? ", the whole log"
                    : ", %s since #%s, because of %s"
                        .formatted(
                            kind, Column.text(chapter, "began_at"), Column.text(chapter, "cause"))),
        "profile", label + (next.equals(label) ? "" : ", then " + next),
        "size", grouped(gauge, "tokens") + " tokens",
        "next chapter from", grouped(gauge, "soft_limit") + " tokens",
        "at most",
            Column.text(gauge, "hard_limit").isEmpty()
                ? "not known; set context_tokens of the model"
                : grouped(gauge, "hard_limit") + " tokens",
        "asked for",
            Column.text(context, "compaction_requested_at").isEmpty()
                ? null
                : "a new chapter, at #" + Column.text(context, "compaction_requested_at"));
  }

  /// The rows of a table, with the parts of a part below it.
  private static List<Json.Obj> parts(List<Json> items, String indent) {
    var rows = new ArrayList<Json.Obj>();
    for (var item : items) {
      if (item instanceof Json.Obj part) {
        rows.add(part.with("name", indent + Column.text(part, "name")));
        rows.addAll(parts(part.items("parts"), indent + "  "));
      }
    }
    return rows;
  }

  private static List<String> leftOut(Json.Obj leftOut) {
    var lines = new ArrayList<String>();
    var before = Column.text(leftOut, "before_position");
    if (!before.isEmpty()) {
      lines.add(
          "Left out: everything before #%s; 'drover events search SESSION --before %s' shows it."
              .formatted(before, before));
      var tool = Column.text(leftOut, "model_reads_with");
      lines.add(
          tool.isEmpty()
              ? "The model has no tool to read it."
              : "The model reads it with " + tool + ".");
    }
    long shortened = leftOut.number("shortened_results", 0);
    if (shortened > 0) {
      lines.add("Shortened: " + shortened + (shortened == 1 ? " result." : " results."));
    }
    for (var item : leftOut.items("newest_shortened_results")) {
      if (item instanceof Json.Obj result) {
        var file = Column.text(result, "file");
        lines.add(
            "  #%s: %s of %s characters%s"
                .formatted(
                    Column.text(result, "position"),
                    grouped(result, "sent_characters"),
                    grouped(result, "characters"),
                    file.isEmpty() ? "" : ", all of it in " + file));
      }
    }
    return lines;
  }

  private static String grouped(Json.Obj item, String field) {
    return String.format(Locale.ROOT, "%,d", item.number(field, 0));
  }
}
