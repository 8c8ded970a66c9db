package dev.drover.desk;

import dev.drover.session.SessionResource;
import java.util.ArrayList;
import java.util.List;

/// What the system prompt says of the memory stores of a session.
final class MemoryNote {
  private static final String HEAD =
      "These directories are memory stores. What is written there lasts beyond this session. Each"
          + " file is a memory: a text in UTF-8 of at most 100 KB. Other sessions may change them"
          + " at any time.";

  private MemoryNote() {}

  /// One paragraph; none if there are no stores.
  static List<String> of(List<SessionResource.Attached> stores) {
    if (stores.isEmpty()) {
      return List.of();
    }
    var lines = new ArrayList<>(List.of(HEAD));
    for (var store : stores) {
      lines.add(
          "%s (\"%s\", %s)%s"
              .formatted(
                  store.path(),
                  store.name(),
                  store.writable() ? "can be read and written" : "can only be read",
                  store.description().isEmpty() ? "" : ": " + store.description()));
      store
          .instructions()
          .filter(text -> !text.isBlank())
          .ifPresent(text -> lines.add("Instructions for " + store.path() + ": " + text));
    }
    return List.of(String.join("\n", lines));
  }
}
