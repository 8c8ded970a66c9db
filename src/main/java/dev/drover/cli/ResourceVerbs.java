package dev.drover.cli;

import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Model.CommandSpec;

/// The commands that every kind of resource has.
///
/// @param path of the list of all resources of the kind
/// @param label the name of an id in usage lines
record ResourceVerbs(String path, String label) {
  CommandSpec create(String about, List<Field> fields) {
    var spec =
        Specs.verb(
            "create",
            about,
            call -> call.print(call.api().post(path, Field.body(call.arguments(), fields))));
    Field.declare(spec, fields);
    return spec;
  }

  CommandSpec retrieve(String about) {
    return one("retrieve", about, call -> call.print(call.api().get(call.path(path))));
  }

  CommandSpec update(String about, List<Field> fields) {
    var spec =
        one(
            "update",
            about,
            call ->
                call.print(
                    call.api().post(call.path(path), Field.change(call.arguments(), fields))));
    Field.declare(spec, fields);
    return spec;
  }

  CommandSpec list(String about, PagedList listing) {
    var spec = Specs.verb("list", about, call -> listing.print(call, path));
    listing.declare(spec);
    return spec;
  }

  CommandSpec archive(String about) {
    return one("archive", about, call -> call.print(call.api().post(call.path(path) + "/archive")));
  }

  CommandSpec delete(String about) {
    return one("delete", about, call -> call.print(call.api().delete(call.path(path))));
  }

  /// A command for one resource.
  CommandSpec one(String name, String about, Verb verb) {
    return Specs.id(Specs.verb(name, about, verb), label, "The %s's id.".formatted(lower()));
  }

  private String lower() {
    return label.toLowerCase(Locale.ROOT);
  }
}
