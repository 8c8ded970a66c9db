package dev.drover.store.sql;

import dev.drover.base.Ids;
import dev.drover.base.Page;
import dev.drover.base.Problem;
import dev.drover.catalog.MemoryStore;
import dev.drover.catalog.MemoryStoreId;
import dev.drover.catalog.WorkspaceId;
import dev.drover.memory.Memories;
import dev.drover.memory.Memory;
import dev.drover.memory.MemoryActor;
import dev.drover.memory.MemoryChange;
import dev.drover.memory.MemoryHead;
import dev.drover.memory.MemoryId;
import dev.drover.memory.MemoryListing;
import dev.drover.memory.MemoryPath;
import dev.drover.memory.MemoryText;
import dev.drover.memory.MemoryVersion;
import dev.drover.memory.MemoryVersion.Operation;
import dev.drover.memory.MemoryVersion.Redaction;
import dev.drover.memory.MemoryVersionId;
import dev.drover.memory.VersionListing;
import dev.drover.store.Cursor;
import dev.drover.store.MemoryRefusals;
import dev.drover.store.Micros;
import dev.drover.store.Refusals;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// The memories in the tables `memory` and `memory_version`. A lock on the document of a store is a
/// lock on its memories.
final class SqlMemories implements Memories {
  /// The subject of work on all stores.
  private static final String KEY = "memory";

  private final Writer writer;
  private final Readers readers;
  private final Ids ids;
  private final InstantSource clock;

  SqlMemories(Writer writer, Readers readers, Ids ids, InstantSource clock) {
    this.writer = writer;
    this.readers = readers;
    this.ids = ids;
    this.clock = clock;
  }

  @Override
  public Memory create(
      WorkspaceId workspace,
      MemoryStoreId store,
      MemoryPath path,
      MemoryText content,
      MemoryActor actor) {
    var id = new MemoryId(ids.next(MemoryId.PREFIX));
    var versionId = versionId();
    return writer.call(
        store.value(),
        (db, _) -> {
          takeWritable(db, workspace, store);
          checkPath(db, store, path, id);
          if (MemoryRows.count(db, store) >= MOST) {
            throw MemoryRefusals.full();
          }
          var now = now();
          var memory =
              new Memory(
                  id,
                  store,
                  versionId,
                  path,
                  content.text(),
                  content.sha256(),
                  content.size(),
                  now,
                  now);
          long number =
              MemoryVersionRows.insert(db, version(memory, Operation.CREATED, now, actor));
          MemoryRows.insert(db, memory, number);
          return memory;
        });
  }

  @Override
  public Memory get(WorkspaceId workspace, MemoryStoreId store, MemoryId id) {
    return readers.call(
        db -> {
          find(db, workspace, store, "");
          return memory(db, store, id);
        });
  }

  @Override
  public Memory update(
      WorkspaceId workspace,
      MemoryStoreId store,
      MemoryId id,
      MemoryChange change,
      MemoryActor actor) {
    var versionId = versionId();
    return writer.call(
        store.value(),
        (db, _) -> {
          takeWritable(db, workspace, store);
          var before = memory(db, store, id);
          var after = changed(before, change, versionId, now());
          boolean same = isSame(before, after);
          boolean names = change.path().isPresent() || change.content().isPresent();
          if (!(same && names) && !meets(before, change.expected())) {
            throw MemoryRefusals.preconditionFailed();
          }
          if (same) {
            return before;
          }
          if (!after.path().equals(before.path())) {
            checkPath(db, store, after.path(), id);
          }
          write(db, after, actor);
          return after;
        });
  }

  private static Memory changed(
      Memory before, MemoryChange change, MemoryVersionId version, Instant at) {
    var content = change.content();
    return new Memory(
        before.id(),
        before.store(),
        version,
        change.path().orElse(before.path()),
        content.map(MemoryText::text).orElse(before.content()),
        content.map(MemoryText::sha256).orElse(before.sha256()),
        content.map(MemoryText::size).orElse(before.size()),
        before.createdAt(),
        at);
  }

  private static boolean isSame(Memory one, Memory other) {
    return one.path().equals(other.path()) && one.sha256().equals(other.sha256());
  }

  private static boolean meets(Memory memory, Optional<String> expected) {
    return expected.isEmpty() || expected.get().equals(memory.sha256());
  }

  private static void write(Db db, Memory after, MemoryActor actor) throws SQLException {
    long number =
        MemoryVersionRows.insert(db, version(after, Operation.MODIFIED, after.updatedAt(), actor));
    MemoryRows.update(db, after, number);
  }

  @Override
  public void delete(
      WorkspaceId workspace,
      MemoryStoreId store,
      MemoryId id,
      Optional<String> expected,
      MemoryActor actor) {
    var versionId = versionId();
    writer.call(
        store.value(),
        (db, _) -> {
          find(db, workspace, store, db.dialect().keepingRows());
          var memory = memory(db, store, id);
          if (!meets(memory, expected)) {
            throw MemoryRefusals.preconditionFailed();
          }
          MemoryVersionRows.insert(db, deletion(memory, versionId, now(), actor));
          MemoryRows.delete(db, memory);
          return true;
        });
  }

  @Override
  public Page<MemoryListing.Item> list(
      WorkspaceId workspace, MemoryStoreId store, MemoryListing listing) {
    var query = MemoryPage.of(store, listing);
    return readers.call(
        db -> {
          find(db, workspace, store, "");
          return query.read(db);
        });
  }

  @Override
  public MemoryVersion version(WorkspaceId workspace, MemoryStoreId store, MemoryVersionId id) {
    return readers.call(
        db -> {
          find(db, workspace, store, "");
          return versionOf(db, store, id);
        });
  }

  @Override
  public Page<MemoryVersion> versions(
      WorkspaceId workspace, MemoryStoreId store, VersionListing listing) {
    var query = MemoryVersionRows.query(store, listing);
    var found =
        readers.call(
            db -> {
              find(db, workspace, store, "");
              return query.run(db, listing.limit(), row -> MemoryVersionRows.read(row, store));
            });
    var list = Cursor.Of.memoryVersions(store);
    return Cursor.page(found.items(), found.limit(), list, false, MemoryVersionRows.Numbered::at)
        .each(numbered -> Optional.of(numbered.version()));
  }

  @Override
  public MemoryVersion redact(
      WorkspaceId workspace, MemoryStoreId store, MemoryVersionId id, MemoryActor actor) {
    return writer.call(
        store.value(),
        (db, _) -> {
          find(db, workspace, store, db.dialect().keepingRows());
          var version = versionOf(db, store, id);
          if (version.redaction().isPresent()) {
            return version;
          }
          if (MemoryRows.isCurrent(db, store, version.memory(), id)) {
            throw MemoryRefusals.current(id);
          }
          MemoryVersionRows.redact(db, store, id, new Redaction(now(), actor));
          return versionOf(db, store, id);
        });
  }

  @Override
  public long revision(WorkspaceId workspace, MemoryStoreId store) {
    return readers.call(
        db -> {
          find(db, workspace, store, "");
          return MemoryVersionRows.revision(db, store);
        });
  }

  @Override
  public Map<String, MemoryHead> heads(WorkspaceId workspace, MemoryStoreId store) {
    return readers.call(
        db -> {
          find(db, workspace, store, "");
          return MemoryRows.heads(db, store);
        });
  }

  @Override
  public MemoryVersionId keep(
      WorkspaceId workspace,
      MemoryStoreId store,
      MemoryId id,
      String current,
      MemoryText other,
      MemoryActor actor) {
    var kept = versionId();
    var newest = versionId();
    return writer.call(
        store.value(),
        (db, _) -> {
          takeWritable(db, workspace, store);
          var before = memory(db, store, id);
          if (!before.sha256().equals(current)) {
            throw MemoryRefusals.preconditionFailed();
          }
          var author = versionOf(db, store, before.version()).createdBy();
          var change = new MemoryChange(Optional.empty(), Optional.of(other), Optional.empty());
          var now = now();
          write(db, changed(before, change, kept, now), actor);
          var none = new MemoryChange(Optional.empty(), Optional.empty(), Optional.empty());
          write(db, changed(before, none, newest, now), author);
          return kept;
        });
  }

  @Override
  public boolean hasVersionsBefore(Instant time) {
    return readers.call(db -> MemoryVersionRows.hasOld(db, time));
  }

  @Override
  public void trim(Instant time) {
    repeat(db -> MemoryVersionRows.trim(db, time));
  }

  @Override
  public void clear(MemoryStoreId store) {
    repeat(db -> MemoryRows.clear(db, store, MemoryVersionRows.REMOVED));
    repeat(db -> MemoryVersionRows.clear(db, store));
  }

  /// Removes rows in small transactions, so that others need not wait for long.
  private void repeat(Readers.Body<Integer> some) {
    int gone;
    do {
      gone = writer.call(KEY, (db, _) -> some.run(db));
    } while (gone == MemoryVersionRows.REMOVED);
  }

  /// Locks a store for this transaction, and checks that it is not archived.
  private static void takeWritable(Db db, WorkspaceId workspace, MemoryStoreId store)
      throws SQLException {
    if (find(db, workspace, store, db.dialect().keepingRows()).archivedAt() != null) {
      throw MemoryStore.archived();
    }
  }

  /// @param keeping the clause that locks the row; empty: it is only read
  private static DocumentRow find(Db db, WorkspaceId workspace, MemoryStoreId store, String keeping)
      throws SQLException {
    return db.first(
            DocumentRows.ONE + keeping,
            DocumentRow::of,
            workspace.value(),
            MemoryStore.KIND.type(),
            store.value())
        .orElseThrow(() -> Refusals.notFound(MemoryStore.KIND, store.value()));
  }

  private static Memory memory(Db db, MemoryStoreId store, MemoryId id) throws SQLException {
    return MemoryRows.get(db, store, id)
        .orElseThrow(() -> Problem.notFound("Memory " + id + " not found."));
  }

  private static MemoryVersion versionOf(Db db, MemoryStoreId store, MemoryVersionId id)
      throws SQLException {
    return MemoryVersionRows.get(db, store, id)
        .orElseThrow(() -> Problem.notFound("Memory version " + id + " not found."));
  }

  private static void checkPath(Db db, MemoryStoreId store, MemoryPath path, MemoryId id)
      throws SQLException {
    var conflict = MemoryRows.conflict(db, store, path, id);
    if (conflict.isPresent()) {
      throw MemoryRefusals.pathConflict(path, conflict.get());
    }
  }

  private static MemoryVersion version(
      Memory memory, Operation operation, Instant at, MemoryActor actor) {
    return new MemoryVersion(
        memory.version(),
        memory.store(),
        memory.id(),
        operation,
        memory.path().value(),
        Objects.requireNonNull(memory.content()),
        memory.sha256(),
        memory.size(),
        at,
        actor,
        Optional.empty());
  }

  private static MemoryVersion deletion(
      Memory memory, MemoryVersionId version, Instant at, MemoryActor actor) {
    return new MemoryVersion(
        version,
        memory.store(),
        memory.id(),
        Operation.DELETED,
        memory.path().value(),
        null,
        null,
        null,
        at,
        actor,
        Optional.empty());
  }

  private MemoryVersionId versionId() {
    return new MemoryVersionId(ids.next(MemoryVersionId.PREFIX));
  }

  private Instant now() {
    return Micros.whole(clock.instant());
  }
}
