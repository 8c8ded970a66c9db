package dev.drover.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/// `drover agents`.
final class AgentVerbs {
  static final String NAME = "agents";
  static final String ABOUT = "Agents: a model, a prompt and tools.";

  private static final String PATH = "/v1/agents";
  private static final ResourceVerbs VERBS = new ResourceVerbs(PATH, "AGENT", Summaries::agent);
  private static final Field TITLE = Field.text("name", "The agent's name.");
  private static final Field MODEL_ID =
      new Field(
          "model",
          Field.Kind.REFERENCE,
          "ID",
          "The model, or {id: ID, effort: LEVEL}. 'drover models list' shows the known models.");
  private static final List<Field> FIELDS =
      List.of(
          Field.text("system", "The system prompt, or @FILE."),
          Field.text("description", "A description of the agent."),
          Field.tools());
  private static final List<Field> CREATED =
      and(List.of(TITLE.needed(), MODEL_ID.needed()), and(FIELDS, Field.metadata(false)));
  private static final List<Field> UPDATED =
      and(
          List.of(TITLE, MODEL_ID),
          and(
              FIELDS,
              Field.metadata(true),
              new Field(
                  "version",
                  Field.Kind.NUMBER,
                  "N",
                  "The version to update; if there is a newer one, the update fails.")));

  private static final Column MODEL =
      new Column("MODEL", agent -> Column.text(agent.object("model"), "id"));
  private static final PagedList AGENTS =
      new PagedList(
          100,
          List.of(
              Filter.archived(),
              Filter.time("gte", "Created at or after this time, such as 2026-11-01T00:00:00Z."),
              Filter.time("lte", "Created at or before this time.")),
          List.of(
              Column.of("ID", "id"),
              Column.of("NAME", "name"),
              MODEL.ranked(1),
              Column.of("VERSION", "version").ranked(2),
              Column.time("UPDATED", "updated_at"),
              Column.state()));
  private static final PagedList VERSIONS =
      new PagedList(
          100,
          List.of(),
          List.of(
              Column.of("VERSION", "version"),
              Column.of("NAME", "name"),
              MODEL,
              Column.time("UPDATED", "updated_at")));

  private AgentVerbs() {}

  static CommandSpec spec() {
    var spec =
        Specs.group(
            NAME,
            ABOUT,
            VERBS.create("Creates an agent.", CREATED),
            retrieve(),
            VERBS.update(
                "Updates an agent by creating a new version. Sessions keep the version they started"
                    + " with.",
                UPDATED),
            VERBS.list("Lists agents.", AGENTS),
            VERBS.archive("Archives an agent. This cannot be undone."),
            versions());
    spec.usageMessage()
        .footer(
            "",
            "Examples:",
            "  drover agents create --name Coder --model rehearsal --tool all",
            "  drover agents create --name Reader --model ID --tool read --tool bash:ask",
            "  drover agents create --body @agent.yaml",
            "  drover agents list --json | jq -r .id");
    return spec;
  }

  private static CommandSpec retrieve() {
    var spec =
        VERBS.one(
            "retrieve",
            "Shows an agent.",
            call -> {
              var version = call.arguments().number("--version", 1);
              var query = version.map(number -> "?version=" + number).orElse("");
              return VERBS.print(call, call.api().get(call.path(PATH) + query));
            });
    spec.addOption(Specs.number("--version", "The version. [default: the newest]"));
    return spec;
  }

  private static CommandSpec versions() {
    var spec =
        VERBS.one(
            "versions",
            "Lists the versions of an agent.",
            call -> VERSIONS.print(call, call.path(PATH) + "/versions"));
    VERSIONS.declare(spec);
    return spec;
  }

  private static List<Field> and(List<Field> fields, Field... more) {
    return and(fields, List.of(more));
  }

  private static List<Field> and(List<Field> fields, List<Field> more) {
    var all = new ArrayList<>(fields);
    all.addAll(more);
    return List.copyOf(all);
  }
}
