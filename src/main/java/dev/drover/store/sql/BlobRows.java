package dev.drover.store.sql;

import dev.drover.base.Problem;
import dev.drover.catalog.Blob;
import dev.drover.catalog.BlobId;
import dev.drover.catalog.WorkspaceId;
import dev.drover.files.Files;
import dev.drover.session.Job;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The rows of stored contents, with the number of references to each, and what they use of the
/// quota of their workspace. Every change locks the row of the workspace in `usage` first, so
/// changes of one workspace never meet. The methods belong to the transaction of the row that
/// refers to the content.
final class BlobRows {
  /// The ids of the contents that rows refer to, once for each reference: one statement for each
  /// table.
  static final List<String> REFERENCES =
      List.of(
          "SELECT blob_id FROM file WHERE blob_id IS NOT NULL",
          "SELECT blob_id FROM snapshot_layer",
          "SELECT blob_id FROM session_resource WHERE blob_id IS NOT NULL",
          "SELECT blob_id FROM skill_version",
          "SELECT blob_id FROM tool_output");

  private final long quota;
  private final InstantSource clock;

  /// @param quota the limit for the contents of one workspace, in bytes, unless the workspace has
  ///   one of its own
  BlobRows(long quota, InstantSource clock) {
    this.quota = quota;
    this.clock = clock;
  }

  /// Makes other transactions that change contents or files of the workspace wait for this one.
  void lock(Db db, WorkspaceId workspace) throws SQLException {
    db.update(
        """
        INSERT INTO usage (workspace_id, bytes) VALUES (?, 0)
        ON CONFLICT (workspace_id) DO UPDATE SET bytes = usage.bytes\
        """,
        workspace.value());
  }

  /// Adds a reference to a content that was stored and has no row yet.
  ///
  /// @return the content to refer to: another one if the workspace has the same bytes already; then
  ///   `content` is deleted by a job
  /// @throws Problem `INVALID_REQUEST` if the content does not fit into the quota
  BlobId keep(Db db, WorkspaceId workspace, Blob content) throws SQLException {
    return keepAll(db, workspace, List.of(content)).getFirst();
  }

  /// As [#keep] for each of several contents, in a few statements.
  List<BlobId> keepAll(Db db, WorkspaceId workspace, List<Blob> contents) throws SQLException {
    lock(db, workspace);
    var digests = contents.stream().map(content -> content.id().digest()).distinct().toList();
    var kept = present(db, workspace, digests);
    var fresh = new LinkedHashMap<String, Blob>();
    var again = new ArrayList<@Nullable Object[]>();
    for (var content : contents) {
      var known = kept.putIfAbsent(content.id().digest(), content.id());
      if (known == null) {
        fresh.put(content.id().digest(), content);
      } else {
        again.add(new Object[] {known.value()});
      }
    }
    insert(db, workspace, fresh.values());
    db.each("UPDATE blob SET refs = refs + 1 WHERE id = ?", again);
    var ids =
        contents.stream()
            .map(content -> Objects.requireNonNull(kept.get(content.id().digest())))
            .toList();
    var used = Set.copyOf(ids);
    var spare =
        contents.stream()
            .map(Blob::id)
            .filter(id -> !used.contains(id))
            .map(Job.Order::deletion)
            .toList();
    JobRows.oweAll(db, spare, "", clock.instant());
    return ids;
  }

  /// The workspace's contents with these digests, by digest.
  private static Map<String, BlobId> present(Db db, WorkspaceId workspace, List<String> digests)
      throws SQLException {
    var present = new HashMap<String, BlobId>();
    for (var some : Marks.groups(digests)) {
      db.list(
              "SELECT digest, id FROM blob WHERE workspace_id = ? AND digest IN "
                  + Marks.of(some.size()),
              row -> Map.entry(row.getString(1), new BlobId(row.getString(2))),
              Marks.values(workspace.value(), some))
          .forEach(found -> present.put(found.getKey(), found.getValue()));
    }
    return present;
  }

  private void insert(Db db, WorkspaceId workspace, Collection<Blob> contents) throws SQLException {
    if (contents.isEmpty()) {
      return;
    }
    book(db, workspace, contents.stream().mapToLong(Blob::size).sum());
    db.each(
        "INSERT INTO blob (id, workspace_id, digest, size, refs) VALUES (?, ?, ?, ?, 1)",
        contents.stream()
            .map(
                content ->
                    new @Nullable Object[] {
                      content.id().value(), workspace.value(), content.id().digest(), content.size()
                    })
            .toList());
  }

  /// Adds a reference to a content that has at least one. The workspace must be locked.
  void keepAgain(Db db, BlobId id) throws SQLException {
    if (db.update("UPDATE blob SET refs = refs + 1 WHERE id = ?", id.value()) != 1) {
      throw new IllegalStateException("a row refers to the content " + id + ", which has no row");
    }
  }

  private void book(Db db, WorkspaceId workspace, long size) throws SQLException {
    long limit = quota(db, workspace);
    int booked =
        db.update(
            "UPDATE usage SET bytes = bytes + ? WHERE workspace_id = ? AND bytes <= ?",
            size,
            workspace.value(),
            limit - size);
    if (booked != 1) {
      throw new Files.Usage(used(db, workspace), limit).exceeded();
    }
  }

  static long used(Db db, WorkspaceId workspace) throws SQLException {
    return db.first(
            "SELECT bytes FROM usage WHERE workspace_id = ?",
            row -> row.getLong(1),
            workspace.value())
        .orElse(0L);
  }

  /// Removes a reference. If it was the last one, the content is deleted by a job.
  void drop(Db db, WorkspaceId workspace, BlobId id) throws SQLException {
    lock(db, workspace);
    record Left(long refs, long size) {}
    var left =
        db.first(
                "UPDATE blob SET refs = refs - 1 WHERE id = ? RETURNING refs, size",
                row -> new Left(row.getLong(1), row.getLong(2)),
                id.value())
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        "a row refers to the content " + id + ", which has no row"));
    if (left.refs > 0) {
      return;
    }
    db.update("DELETE FROM blob WHERE id = ?", id.value());
    db.update(
        "UPDATE usage SET bytes = bytes - ? WHERE workspace_id = ?", left.size, workspace.value());
    JobRows.owe(db, Job.Order.deletion(id), "", clock.instant());
  }

  /// The limit for the contents of a workspace, in bytes.
  long quota(Db db, WorkspaceId workspace) throws SQLException {
    return db.first(
            "SELECT storage_bytes FROM workspace WHERE id = ? AND storage_bytes IS NOT NULL",
            row -> row.getLong(1),
            workspace.value())
        .orElse(quota);
  }
}
