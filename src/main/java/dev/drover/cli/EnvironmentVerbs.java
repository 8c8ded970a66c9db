package dev.drover.cli;

import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/// `drover environments`.
final class EnvironmentVerbs {
  static final String NAME = "environments";
  static final String ABOUT = "Environments: where the tools of an agent run.";

  private static final String PATH = "/v1/environments";
  private static final ResourceVerbs VERBS = new ResourceVerbs(PATH, "ENVIRONMENT");
  private static final Field TITLE =
      Field.text("name", "The environment's name; it must be unique.");
  private static final Field ABOUT_IT =
      Field.text("description", "A description of the environment.");
  private static final Field CONFIG =
      new Field(
          "config",
          Field.Kind.DOCUMENT,
          "CONFIG",
          "JSON or YAML, or @FILE, such as {type: cloud, networking: {type: unrestricted}}.");
  private static final List<Field> CREATED =
      List.of(TITLE.needed(), ABOUT_IT, CONFIG, Field.metadata(false));
  private static final List<Field> UPDATED = List.of(TITLE, ABOUT_IT, CONFIG, Field.metadata(true));
  private static final PagedList ENVIRONMENTS =
      new PagedList(
          100,
          List.of(Filter.archived()),
          List.of(
              Column.of("ID", "id"),
              Column.of("NAME", "name"),
              new Column("TYPE", item -> Column.text(item.object("config"), "type")),
              Column.time("CREATED", "created_at"),
              Column.state()));

  private EnvironmentVerbs() {}

  static CommandSpec spec() {
    var spec =
        Specs.group(
            NAME,
            ABOUT,
            VERBS.create("Creates an environment.", CREATED),
            VERBS.retrieve("Shows an environment."),
            VERBS.update("Updates an environment. The change applies to new sandboxes.", UPDATED),
            VERBS.list("Lists environments.", ENVIRONMENTS),
            VERBS.archive("Archives an environment. This cannot be undone."),
            VERBS.delete("Deletes an environment that no session refers to."));
    spec.usageMessage()
        .footer("", "Examples:", "  drover environments create --name shop --metadata team=web");
    return spec;
  }
}
