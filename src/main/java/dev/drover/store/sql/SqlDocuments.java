package dev.drover.store.sql;

import dev.drover.base.Page;
import dev.drover.base.Problem;
import dev.drover.catalog.Catalog;
import dev.drover.catalog.Catalogs;
import dev.drover.catalog.Listing;
import dev.drover.catalog.Resource;
import dev.drover.catalog.ResourceKind;
import dev.drover.catalog.WorkspaceId;
import dev.drover.store.CatalogMap;
import dev.drover.store.Cursor;
import dev.drover.store.Micros;
import dev.drover.store.Refusals;
import dev.drover.webhooks.WebhookType;
import dev.drover.wire.ResourceCodec;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The catalog of a kind in the table `document`. The row of the latest version stays the same as
/// long as the resource exists, so a lock on it is a lock on the resource: an update copies the old
/// content to a new row.
final class SqlDocuments<T> implements Catalog<T> {
  private final ResourceCodec<T> codec;
  private final ResourceKind<T> kind;
  private final Writer writer;
  private final Readers readers;
  private final WebhookOutbox outbox;
  private final OwnedRows owned;
  private final InstantSource clock;

  private SqlDocuments(
      ResourceCodec<T> codec,
      Writer writer,
      Readers readers,
      WebhookOutbox outbox,
      InstantSource clock) {
    this.codec = codec;
    this.kind = codec.kind();
    this.writer = writer;
    this.readers = readers;
    this.outbox = outbox;
    this.owned = new OwnedRows(outbox);
    this.clock = clock;
  }

  /// The catalogs of all kinds.
  static Catalogs catalogs(
      Writer writer, Readers readers, WebhookOutbox outbox, InstantSource clock) {
    return new CatalogMap(
        new CatalogMap.Maker() {
          @Override
          public <T> Catalog<T> make(ResourceCodec<T> codec) {
            return new SqlDocuments<>(codec, writer, readers, outbox, clock);
          }
        });
  }

  @Override
  public void create(Resource<T> resource) {
    var json = codec.write(resource.content()).toString();
    writer.call(
        resource.id(),
        (db, afterCommit) -> {
          checkName(db, resource);
          announce(
              db,
              afterCommit,
              resource.workspace(),
              resource.id(),
              "created",
              resource.createdAt());
          return insert(db, resource, json, 1);
        });
  }

  /// Adds a webhook event, if there is a type for it.
  private void announce(
      Db db, AfterCommit afterCommit, WorkspaceId workspace, String id, String what, Instant at)
      throws SQLException {
    var type = WebhookType.of(kind.type() + "." + what);
    if (type.isPresent()) {
      outbox.add(db, afterCommit, workspace, type.get(), id, at);
    }
  }

  private int insert(Db db, Resource<T> resource, String json, int latest) throws SQLException {
    return db.update(
        DocumentRows.INSERT,
        resource.workspace().value(),
        kind.type(),
        resource.id(),
        resource.version(),
        latest,
        name(resource),
        json,
        Micros.of(resource.createdAt()),
        Micros.of(resource.updatedAt()),
        SessionRows.micros(resource.archivedAt()));
  }

  private @Nullable String name(Resource<T> resource) {
    return kind.uniqueName().map(name -> name.apply(resource.content())).orElse(null);
  }

  private void checkName(Db db, Resource<T> resource) throws SQLException {
    var name = name(resource);
    if (name == null || resource.archivedAt() != null) {
      return;
    }
    var taken =
        db.first(
            DocumentRows.NAMED,
            row -> row.getString(1),
            resource.workspace().value(),
            kind.type(),
            name,
            resource.id());
    if (taken.isPresent()) {
      throw Refusals.nameTaken(kind, name, taken.get());
    }
  }

  @Override
  public Resource<T> update(
      WorkspaceId workspace, String id, Instant at, Function<Resource<T>, T> change) {
    return writer.call(
        id,
        (db, afterCommit) -> {
          var row = take(db, workspace, id);
          var before = row.read(codec, workspace);
          if (before.archivedAt() != null) {
            throw kind.archived().apply(id);
          }
          var after = before.changed(kind, change.apply(before), at);
          if (!after.equals(before)) {
            checkName(db, after);
            replace(db, after);
            announce(db, afterCommit, workspace, id, "updated", at);
            if (kind.versioned()) {
              insert(db, before, row.json(), 0);
            }
          }
          return after;
        });
  }

  private DocumentRow take(Db db, WorkspaceId workspace, String id) throws SQLException {
    return db.first(DocumentRows.TAKE, DocumentRow::of, workspace.value(), kind.type(), id)
        .orElseThrow(() -> Refusals.notFound(kind, id));
  }

  private void replace(Db db, Resource<T> resource) throws SQLException {
    db.update(
        DocumentRows.REPLACE,
        resource.version(),
        name(resource),
        codec.write(resource.content()).toString(),
        Micros.of(resource.updatedAt()),
        resource.workspace().value(),
        kind.type(),
        resource.id());
  }

  @Override
  public Resource<T> archive(WorkspaceId workspace, String id, Instant at) {
    return writer.call(
        id,
        (db, afterCommit) -> {
          var before = take(db, workspace, id).read(codec, workspace);
          if (before.archivedAt() != null) {
            return before;
          }
          var after = before.archived(kind, at);
          db.update(
              DocumentRows.ARCHIVE,
              Micros.of(at),
              Micros.of(after.updatedAt()),
              workspace.value(),
              kind.type(),
              id);
          owned.archived(db, afterCommit, workspace, kind, id, at);
          announce(db, afterCommit, workspace, id, "archived", at);
          return after;
        });
  }

  @Override
  public void delete(WorkspaceId workspace, String id) {
    writer.call(
        id,
        (db, afterCommit) -> {
          take(db, workspace, id);
          if (References.exist(db, workspace, kind, id)) {
            throw Refusals.inUse(kind, id);
          }
          owned.deleted(db, afterCommit, workspace, kind, id, clock.instant());
          announce(db, afterCommit, workspace, id, "deleted", clock.instant());
          return db.update(DocumentRows.DELETE, workspace.value(), kind.type(), id);
        });
  }

  @Override
  public Resource<T> get(WorkspaceId workspace, String id) {
    return readers
        .call(db -> db.first(DocumentRows.ONE, DocumentRow::of, workspace.value(), kind.type(), id))
        .orElseThrow(() -> Refusals.notFound(kind, id))
        .read(codec, workspace);
  }

  @Override
  public Resource<T> get(WorkspaceId workspace, String id, int version) {
    return readers
        .call(
            db ->
                db.first(
                    DocumentRows.VERSION,
                    DocumentRow::of,
                    workspace.value(),
                    kind.type(),
                    id,
                    version))
        .orElseThrow(() -> noSuchVersion(workspace, id))
        .read(codec, workspace);
  }

  private Problem noSuchVersion(WorkspaceId workspace, String id) {
    get(workspace, id);
    return Refusals.noSuchVersion(kind);
  }

  @Override
  public Page<Resource<T>> list(WorkspaceId workspace, Listing listing) {
    var query =
        CatalogQuery.of(DocumentRows.LATEST, workspace, kind, listing).sized(DocumentRows.SIZE);
    var found = readers.call(db -> query.run(db, listing.limit(), DocumentRow::of));
    return Cursor.page(found.items(), found.limit(), Cursor.Of.all(kind), false, DocumentRow::at)
        .each(row -> row.listed(codec, workspace));
  }

  @Override
  public Page<Resource<T>> versions(
      WorkspaceId workspace, String id, int limit, Optional<String> page) {
    var list = Cursor.Of.versions(kind);
    int before = Cursor.read(page, list, false).map(Cursor::version).orElse(Integer.MAX_VALUE);
    var query =
        PageQuery.of(
            DocumentRows.VERSIONS,
            DocumentRows.SIZE,
            List.of(workspace.value(), kind.type(), id, before, limit));
    var found = readers.call(db -> query.run(db, limit, DocumentRow::of));
    if (found.items().isEmpty()) {
      get(workspace, id);
    }
    return Cursor.page(found.items(), found.limit(), list, false, DocumentRow::versionAt)
        .each(row -> row.listed(codec, workspace));
  }
}
