package dev.drover.cli;

import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/// `drover models`.
final class ModelVerbs {
  static final String NAME = "models";
  static final String ABOUT = "The models that the server knows by name.";

  private static final String PATH = "/v1/models";
  private static final PagedList MODELS =
      new PagedList(
          1000,
          List.of(),
          List.of(
              Column.of("ID", "id"),
              Column.of("NAME", "display_name"),
              Column.of("LIFECYCLE", "lifecycle"),
              Column.of("MAX INPUT", "max_input_tokens")));

  private ModelVerbs() {}

  static CommandSpec spec() {
    return Specs.group(NAME, ABOUT, list(), retrieve());
  }

  private static CommandSpec list() {
    var spec = Specs.verb("list", "Lists models.", call -> MODELS.print(call, PATH));
    MODELS.declare(spec);
    return spec;
  }

  private static CommandSpec retrieve() {
    return Specs.id(
        Specs.verb(
            "retrieve", "Shows a model.", call -> call.print(call.api().get(call.path(PATH)))),
        "MODEL",
        "The model's id.");
  }
}
