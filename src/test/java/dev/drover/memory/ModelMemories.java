package dev.drover.memory;

import dev.drover.base.Page;
import dev.drover.base.Problem;
import dev.drover.catalog.MemoryStoreId;
import dev.drover.catalog.WorkspaceId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/// The memories of one store as a model: what rounds need of them, and which contents ever became
/// versions.
final class ModelMemories implements Memories {
  /// The contents of all versions, in their order.
  final List<String> versions = new ArrayList<>();

  /// Notified of each content that a change replaces or deletes, and by whom.
  BiConsumer<MemoryActor, String> replaced = (_, _) -> {};

  /// Planted bugs.
  boolean forgetsTheLoser;

  boolean ignoresPreconditions;

  private final Map<String, Memory> memories = new TreeMap<>();
  private int last;

  Map<String, String> contents() {
    var contents = new TreeMap<String, String>();
    memories.forEach((path, memory) -> contents.put(path, memory.content()));
    return contents;
  }

  private Memory memory(MemoryId id, MemoryStoreId store, MemoryPath path, MemoryText text) {
    versions.add(text.text());
    return new Memory(
        id,
        store,
        new MemoryVersionId("memver_" + ++last),
        path,
        text.text(),
        text.sha256(),
        text.size(),
        Instant.EPOCH,
        Instant.EPOCH);
  }

  @Override
  public long revision(WorkspaceId workspace, MemoryStoreId store) {
    return versions.size();
  }

  @Override
  public Map<String, MemoryHead> heads(WorkspaceId workspace, MemoryStoreId store) {
    var heads = new TreeMap<String, MemoryHead>();
    memories.forEach(
        (path, memory) -> heads.put(path, new MemoryHead(memory.id(), memory.sha256())));
    return heads;
  }

  @Override
  public Memory get(WorkspaceId workspace, MemoryStoreId store, MemoryId id) {
    return memories.values().stream()
        .filter(memory -> memory.id().equals(id))
        .findFirst()
        .orElseThrow(() -> Problem.notFound("no " + id));
  }

  @Override
  public Memory create(
      WorkspaceId workspace,
      MemoryStoreId store,
      MemoryPath path,
      MemoryText content,
      MemoryActor actor) {
    checkPath(path);
    var made = memory(new MemoryId("mem_" + ++last), store, path, content);
    memories.put(path.value(), made);
    return made;
  }

  private void checkPath(MemoryPath path) {
    for (var other : memories.keySet()) {
      var taken = new MemoryPath(other);
      if (other.equals(path.value())
          || taken.ancestors().contains(path.value())
          || path.ancestors().contains(other)) {
        throw Problem.conflict(
            "taken",
            new Problem.Particulars(
                "memory_path_conflict_error", Map.of("conflicting_path", other)));
      }
    }
  }

  private static Problem failed() {
    return Problem.conflict("failed", new Problem.Particulars("precondition", Map.of()));
  }

  private void expect(Memory memory, Optional<String> expected) {
    if (!ignoresPreconditions && expected.isPresent() && !expected.get().equals(memory.sha256())) {
      throw failed();
    }
  }

  @Override
  public Memory update(
      WorkspaceId workspace,
      MemoryStoreId store,
      MemoryId id,
      MemoryChange change,
      MemoryActor actor) {
    var before = get(workspace, store, id);
    expect(before, change.expected());
    var path = change.path().orElse(before.path());
    memories.remove(before.path().value());
    try {
      checkPath(path);
    } catch (Problem taken) {
      memories.put(before.path().value(), before);
      throw taken;
    }
    var text = change.content().orElse(MemoryText.of(Objects.requireNonNull(before.content())));
    if (change.content().isPresent()) {
      replaced.accept(actor, Objects.requireNonNull(before.content()));
    }
    var after = memory(id, store, path, text);
    memories.put(path.value(), after);
    return after;
  }

  @Override
  public void delete(
      WorkspaceId workspace,
      MemoryStoreId store,
      MemoryId id,
      Optional<String> expected,
      MemoryActor actor) {
    var memory = get(workspace, store, id);
    expect(memory, expected);
    replaced.accept(actor, Objects.requireNonNull(memory.content()));
    memories.remove(memory.path().value());
  }

  @Override
  public MemoryVersionId keep(
      WorkspaceId workspace,
      MemoryStoreId store,
      MemoryId id,
      String current,
      MemoryText other,
      MemoryActor actor) {
    var memory = get(workspace, store, id);
    if (!memory.sha256().equals(current)) {
      throw failed();
    }
    if (!forgetsTheLoser) {
      versions.add(other.text());
    }
    return new MemoryVersionId("memver_" + ++last);
  }

  @Override
  public Page<MemoryListing.Item> list(
      WorkspaceId workspace, MemoryStoreId store, MemoryListing listing) {
    throw new UnsupportedOperationException();
  }

  @Override
  public MemoryVersion version(WorkspaceId workspace, MemoryStoreId store, MemoryVersionId id) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Page<MemoryVersion> versions(
      WorkspaceId workspace, MemoryStoreId store, VersionListing listing) {
    throw new UnsupportedOperationException();
  }

  @Override
  public MemoryVersion redact(
      WorkspaceId workspace, MemoryStoreId store, MemoryVersionId id, MemoryActor actor) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean hasVersionsBefore(Instant time) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void trim(Instant time) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void clear(MemoryStoreId store) {
    throw new UnsupportedOperationException();
  }
}
