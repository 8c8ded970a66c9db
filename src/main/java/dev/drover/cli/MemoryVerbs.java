package dev.drover.cli;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;

/// `drover memory`: what a memory store contains. A memory is named by its path.
final class MemoryVerbs {
  static final String NAME = "memory";
  static final String ABOUT = "The memories of a memory store, and their versions.";

  private static final String PATH = "--path";
  private static final String CONTENT = "--content";
  private static final String ID = "--version";
  private static final PagedList MEMORIES =
      new PagedList(
          100,
          List.of(
              Filter.one("path_prefix", "DIR", "Only memories in this directory, such as /notes/."),
              Filter.one("depth", "N", "1: show directories instead of what is in them.")),
          List.of(
              Column.of("PATH", "path"),
              Column.of("BYTES", "content_size_bytes"),
              Column.time("UPDATED", "updated_at"),
              Column.of("ID", "id")));
  private static final PagedList VERSIONS =
      new PagedList(
          100,
          List.of(
              Filter.one("memory_id", "ID", "Only versions of this memory."),
              Filter.one("operation", "OPERATION", "created, modified or deleted."),
              Filter.one("session_id", "ID", "Only changes by this session."),
              Filter.time("gte", "Written at or after this time."),
              Filter.time("lte", "Written at or before this time.")),
          List.of(
              Column.of("ID", "id"),
              Column.of("OPERATION", "operation"),
              Column.of("PATH", "path"),
              Column.time("CREATED", "created_at"),
              new Column("BY", item -> by(item.object("created_by")))));

  private MemoryVerbs() {}

  private static String by(Json.Obj actor) {
    return Optional.ofNullable(actor.text("session_id")).orElse(Column.text(actor, "api_key_id"));
  }

  static CommandSpec spec() {
    var read = path(store("read", "Prints a memory.", MemoryVerbs::read));
    var write = path(store("write", "Creates a memory, or replaces it.", MemoryVerbs::write));
    write.addOption(Specs.text(CONTENT, "TEXT", "The text, or @FILE."));
    var delete =
        Confirmation.declare(
            path(
                store(
                    "delete",
                    "Deletes a memory. Its versions stay.",
                    call ->
                        Confirmation.ask(call, "Delete " + memory(call), MemoryVerbs::delete))));
    var list =
        store("list", "Lists memories.", call -> MEMORIES.print(call, in(call, "/memories")));
    MEMORIES.declare(list);
    var versions =
        store(
            "versions",
            "Lists versions of memories.",
            call -> VERSIONS.print(call, in(call, "/memory_versions")));
    VERSIONS.declare(versions);
    var redact =
        store(
            "redact",
            "Removes the content and the path of a version. This cannot be undone.",
            call ->
                Confirmation.ask(
                    call, "Redact version " + required(call, ID), MemoryVerbs::redact));
    Confirmation.declare(redact);
    redact.addOption(Specs.text(ID, "ID", "The version's id."));
    var spec = Specs.group(NAME, ABOUT, list, read, write, delete, versions, redact);
    spec.usageMessage()
        .footer(
            "",
            "Examples:",
            "  drover memory list memstore_...",
            "  drover memory write memstore_... --path /notes/todo.md --content @todo.md",
            "  drover memory read memstore_... --path /notes/todo.md");
    return spec;
  }

  private static CommandSpec store(String name, String about, Verb verb) {
    return Specs.id(Specs.verb(name, about, verb), "STORE", "The memory store's id.");
  }

  private static CommandSpec path(CommandSpec spec) {
    return spec.addOption(Specs.text(PATH, "PATH", "The memory's path, such as /notes/todo.md."));
  }

  private static String in(Invocation call, String rest)
      throws Refusal, IOException, InterruptedException {
    return call.path(MemoryStoreVerbs.PATH) + rest;
  }

  private static String required(Invocation call, String flag) {
    return call.arguments().required(flag);
  }

  /// The path that a flag gives.
  private static String memory(Invocation call) {
    var path = required(call, PATH);
    if (!path.startsWith("/")) {
      throw call.arguments().wrong(PATH + ": must start with \"/\"");
    }
    return path;
  }

  private static int read(Invocation call) throws Refusal, IOException, InterruptedException {
    var memory = call.api().get(existing(call));
    if (call.output().json()) {
      return call.print(memory);
    }
    var text = Column.text(memory, "content");
    var out = call.shell().out();
    out.print(call.shell().terminal() ? Sanitized.output(text) : text);
    out.flush();
    return 0;
  }

  private static int write(Invocation call) throws Refusal, IOException, InterruptedException {
    var arguments = call.arguments();
    var path = memory(call);
    var content = arguments.content(CONTENT, required(call, CONTENT));
    var found = find(call, path);
    return call.print(
        found.isPresent()
            ? call.api().post(in(call, "/memories/" + found.get()), Json.obj("content", content))
            : call.api().post(in(call, "/memories"), Json.obj("path", path, "content", content)));
  }

  private static int delete(Invocation call) throws Refusal, IOException, InterruptedException {
    return call.print(call.api().delete(existing(call)));
  }

  private static int redact(Invocation call) throws Refusal, IOException, InterruptedException {
    var version = Api.segment(required(call, ID));
    return call.print(call.api().post(in(call, "/memory_versions/" + version + "/redact")));
  }

  /// The API's path of the memory with the given path.
  private static String existing(Invocation call)
      throws Refusal, IOException, InterruptedException {
    var path = memory(call);
    var id = find(call, path);
    if (id.isEmpty()) {
      throw Problem.notFound("there is no memory at " + Sanitized.line(path));
    }
    return in(call, "/memories/" + id.get());
  }

  /// The id of the memory with a path, which the API finds only in the list of its directory.
  private static Optional<String> find(Invocation call, String path)
      throws Refusal, IOException, InterruptedException {
    var directory = path.substring(0, path.lastIndexOf('/') + 1);
    var list =
        in(call, "/memories")
            + "?limit=100&depth=1&path_prefix="
            + URLEncoder.encode(directory, StandardCharsets.UTF_8);
    for (var page = Optional.of(""); page.isPresent(); ) {
      var answer = call.api().get(list + page.get());
      for (var item : answer.items("data")) {
        if (item instanceof Json.Obj memory
            && path.equals(memory.text("path"))
            && memory.text("id") != null) {
          return Optional.of(Api.segment(Column.text(memory, "id")));
        }
      }
      page = Paging.after(answer);
    }
    return Optional.empty();
  }
}
