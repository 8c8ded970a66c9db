package dev.drover.cli;

import dev.drover.base.Json;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Model.CommandSpec;

/// The commands that every kind of resource has.
///
/// @param path of the list of all resources of the kind
/// @param label the name of an id in usage lines
/// @param forPeople what people see of a resource
record ResourceVerbs(String path, String label, UnaryOperator<Json.Obj> forPeople) {
  /// People see all fields.
  ResourceVerbs(String path, String label) {
    this(path, label, UnaryOperator.identity());
  }

  CommandSpec create(String about, List<Field> fields) {
    var spec =
        Specs.verb(
            "create",
            about,
            call -> print(call, call.api().post(path, Field.body(call.arguments(), fields))));
    Field.declare(spec, fields);
    return spec;
  }

  CommandSpec retrieve(String about) {
    return one("retrieve", about, call -> print(call, call.api().get(call.path(path))));
  }

  CommandSpec update(String about, List<Field> fields) {
    var spec =
        one(
            "update",
            about,
            call ->
                print(
                    call,
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
    return sure("archive", "Archive", about, "Archived", call -> call.path(path) + "/archive");
  }

  CommandSpec delete(String about) {
    return sure("delete", "Delete", about, "Deleted", call -> call.path(path));
  }

  private interface Target {
    String of(Invocation call) throws Refusal, IOException, InterruptedException;
  }

  /// A command that asks a user at a terminal first.
  private CommandSpec sure(String name, String verb, String about, String done, Target target) {
    Verb action =
        call -> {
          var path = target.of(call);
          var answer = name.equals("delete") ? call.api().delete(path) : call.api().post(path);
          if (call.output().json() || call.output().quiet()) {
            return print(call, answer);
          }
          call.output().line(Sanitized.line(done + " " + Column.text(answer, "id")));
          return 0;
        };
    return Confirmation.declare(
        one(
            name,
            about,
            call ->
                Confirmation.ask(
                    call, "%s %s %s".formatted(verb, noun(), call.arguments().id()), action)));
  }

  /// Prints the server's response.
  int print(Invocation call, Json.Obj answer) {
    call.output().object(answer, forPeople);
    return 0;
  }

  /// A command for one resource.
  CommandSpec one(String name, String about, Verb verb) {
    var by =
        IdLookup.Kind.of(path).filter(IdLookup.Kind::isNamed).isPresent()
            ? "The %s's name, its id, or the beginning of its id."
            : IdLookup.Kind.of(path).isPresent()
                ? "The %s's id, or its beginning."
                : "The %s's id.";
    return Specs.id(Specs.verb(name, about, verb), label, by.formatted(noun()));
  }

  private String noun() {
    return label.toLowerCase(Locale.ROOT);
  }
}
