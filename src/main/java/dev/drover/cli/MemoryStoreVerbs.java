package dev.drover.cli;

import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/// `drover memory-stores`.
final class MemoryStoreVerbs {
  static final String NAME = "memory-stores";
  static final String ABOUT = "Memory stores: what agents remember from session to session.";
  static final String PATH = "/v1/memory_stores";

  private static final ResourceVerbs VERBS = new ResourceVerbs(PATH, "STORE");
  private static final Field TITLE =
      Field.text("name", "The store's name. Its directory in a sandbox is named after it.");
  private static final Field ABOUT_IT =
      Field.text("description", "What the store is for; agents see it.");
  private static final List<Field> CREATED =
      List.of(TITLE.needed(), ABOUT_IT, Field.metadata(false));
  private static final List<Field> UPDATED = List.of(TITLE, ABOUT_IT, Field.metadata(true));
  private static final PagedList STORES =
      new PagedList(
          100,
          List.of(Filter.archived()),
          List.of(
              Column.of("ID", "id"),
              Column.of("NAME", "name"),
              Column.of("DESCRIPTION", "description"),
              Column.time("CREATED", "created_at"),
              Column.state()));

  private MemoryStoreVerbs() {}

  static CommandSpec spec() {
    var spec =
        Specs.group(
            NAME,
            ABOUT,
            VERBS.create("Creates a memory store.", CREATED),
            VERBS.retrieve("Shows a memory store."),
            VERBS.update("Updates a memory store.", UPDATED),
            VERBS.list("Lists memory stores.", STORES),
            VERBS.archive("Archives a memory store: its memories can still be read."),
            VERBS.delete("Deletes a memory store with its memories and their versions."));
    spec.usageMessage()
        .footer(
            "",
            "'drover memory' reads and writes what a store contains.",
            "",
            "Examples:",
            "  drover memory-stores create --name 'Team notes'");
    return spec;
  }
}
