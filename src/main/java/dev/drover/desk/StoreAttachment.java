package dev.drover.desk;

import dev.drover.base.Ids;
import dev.drover.base.Problem;
import dev.drover.catalog.Catalog;
import dev.drover.catalog.Definition;
import dev.drover.catalog.MemoryStore;
import dev.drover.catalog.Toolset;
import dev.drover.session.SessionResource;
import dev.drover.session.SessionResource.Attached;
import dev.drover.session.SessionResourceId;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// The memory stores of a new session. Used once.
final class StoreAttachment {
  private final Catalog<MemoryStore> stores;
  private final Ids ids;
  private final Set<Object> attached = new HashSet<>();
  private final Set<String> slugs = new HashSet<>();

  StoreAttachment(Catalog<MemoryStore> stores, Ids ids) {
    this.stores = stores;
    this.ids = ids;
  }

  /// @throws Problem `NOT_FOUND` for a store that does not exist; `INVALID_REQUEST` for one that is
  ///   archived, that the session has already, or that is one too many
  Attached attach(Caller caller, ResourceRequest.OfStore request, Instant now) {
    var store = stores.get(caller.workspace(), request.store().value());
    if (store.archivedAt() != null) {
      throw Problem.invalid("Memory store " + request.store() + " is archived.");
    }
    if (!attached.add(request.store())) {
      throw Problem.invalid(
          "Memory store " + request.store() + " can be attached to a session only once.");
    }
    if (attached.size() > Attached.MOST) {
      throw Problem.invalid(
          "A session may have at most %d memory stores.".formatted(Attached.MOST));
    }
    var slug = MemorySlug.of(store.content().name(), slugs);
    slugs.add(slug);
    return new Attached(
        new SessionResourceId(ids.next(SessionResourceId.PREFIX)),
        request.store(),
        request.writable(),
        request.instructions(),
        store.content().name(),
        store.content().description(),
        slug,
        now);
  }

  /// Checks that an agent has tools for the memory stores of its session.
  ///
  /// @throws Problem `INVALID_REQUEST`
  static void checkTools(Definition agent, List<SessionResource> resources) {
    for (var resource : resources) {
      if (resource instanceof Attached store) {
        if (!hasOneOf(agent, "read")) {
          throw lacks(store, "read");
        }
        if (store.writable() && !hasOneOf(agent, "write", "edit", "bash")) {
          throw lacks(store, "write");
        }
      }
    }
  }

  private static Problem lacks(Attached store, String tool) {
    return Problem.invalid(
        "The agent needs the tool \"%s\" for the memory store %s%s."
            .formatted(
                tool, store.store(), tool.equals("write") ? ", whose access is read_write" : ""));
  }

  private static boolean hasOneOf(Definition agent, String... tools) {
    return agent.tools().stream()
        .flatMap(tool -> tool instanceof Toolset set ? Stream.of(set) : Stream.empty())
        .anyMatch(set -> Stream.of(tools).anyMatch(tool -> set.of(tool).enabled()));
  }
}
