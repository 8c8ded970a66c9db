package dev.drover.cli;

import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/// `drover environments`.
final class EnvironmentVerbs {
  static final String NAME = "environments";
  static final String ABOUT = "Where an agent's tools run.";

  private static final String PATH = "/v1/environments";
  private static final Field TITLE = Field.text("name", "What it is called; no two are the same.");
  private static final Field ABOUT_IT = Field.text("description", "What it is for.");
  private static final Field CONFIG =
      new Field(
          "config",
          Field.Kind.DOCUMENT,
          "CONFIG",
          "JSON or YAML, or @FILE, such as {type: cloud, networking: {type: unrestricted}}.");
  private static final List<Field> CREATED =
      List.of(TITLE, ABOUT_IT, CONFIG, Field.metadata(false));
  private static final List<Field> UPDATED = List.of(TITLE, ABOUT_IT, CONFIG, Field.metadata(true));
  private static final Listing ENVIRONMENTS =
      new Listing(
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
        Specs.group(NAME, ABOUT, create(), retrieve(), update(), list(), archive(), delete());
    spec.usageMessage()
        .footer("", "Examples:", "  drover environments create --name shop --metadata team=web");
    return spec;
  }

  private static CommandSpec create() {
    var spec =
        Specs.verb(
            "create",
            "Makes an environment.",
            call -> call.print(call.api().post(PATH, Field.body(call.arguments(), CREATED))));
    Field.declare(spec, CREATED);
    return spec;
  }

  private static CommandSpec retrieve() {
    return id(
        "retrieve", "Shows an environment.", call -> call.print(call.api().get(call.path(PATH))));
  }

  private static CommandSpec update() {
    var spec =
        id(
            "update",
            "Changes an environment, for sandboxes that are made from now on.",
            call ->
                call.print(
                    call.api().post(call.path(PATH), Field.change(call.arguments(), UPDATED))));
    Field.declare(spec, UPDATED);
    return spec;
  }

  private static CommandSpec list() {
    var spec = Specs.verb("list", "Lists environments.", call -> ENVIRONMENTS.print(call, PATH));
    ENVIRONMENTS.declare(spec);
    return spec;
  }

  private static CommandSpec archive() {
    return id(
        "archive",
        "Takes an environment out of use. It cannot be undone.",
        call -> call.print(call.api().post(call.path(PATH) + "/archive")));
  }

  private static CommandSpec delete() {
    return id(
        "delete",
        "Deletes an environment that no session refers to.",
        call -> call.print(call.api().delete(call.path(PATH))));
  }

  private static CommandSpec id(String name, String description, Verb verb) {
    return Specs.id(Specs.verb(name, description, verb), "ENVIRONMENT", "The environment's id.");
  }
}
