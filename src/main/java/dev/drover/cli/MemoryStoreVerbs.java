package dev.drover.cli;

import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/// `drover memory-stores`.
final class MemoryStoreVerbs {
  static final String NAME = "memory-stores";
  static final String ABOUT = "Memory stores: what agents remember across sessions.";

  private static final ResourceVerbs VERBS = new ResourceVerbs("/v1/memory_stores", "STORE");
  private static final Field TITLE = Field.text("name", "The store's name.");
  private static final Field ABOUT_IT = Field.text("description", "What the store is for.");
  private static final PagedList STORES =
      new PagedList(
          100,
          List.of(Filter.archived()),
          List.of(
              Column.of("ID", "id"),
              Column.of("NAME", "name"),
              Column.time("CREATED", "created_at"),
              Column.state()));

  private MemoryStoreVerbs() {}

  static CommandSpec spec() {
    return Specs.group(
        NAME,
        ABOUT,
        VERBS.create("Creates a memory store.", List.of(TITLE, ABOUT_IT, Field.metadata(false))),
        VERBS.retrieve("Shows a memory store."),
        VERBS.update("Updates a memory store.", List.of(TITLE, ABOUT_IT, Field.metadata(true))),
        VERBS.list("Lists memory stores.", STORES),
        VERBS.archive("Archives a memory store. This cannot be undone."),
        VERBS.delete("Deletes a memory store."));
  }
}
