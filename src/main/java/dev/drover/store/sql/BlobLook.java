package dev.drover.store.sql;

import java.sql.SQLException;
import java.util.function.Consumer;

/// The check of the rows of stored contents: every reference has a content, and the counts are
/// right. It does not read the contents.
final class BlobLook {
  /// The maximum number of findings of one kind.
  private static final int FINDINGS = 20;

  private static final String REFERENCES = String.join(" UNION ALL ", BlobRows.REFERENCES);

  private static final String MISCOUNTED =
      """
      SELECT blob.id, blob.refs, COUNT(used.blob_id) AS found
      FROM blob LEFT JOIN (%s) AS used ON used.blob_id = blob.id
      GROUP BY blob.id, blob.refs HAVING blob.refs <> COUNT(used.blob_id) LIMIT ?\
      """
          .formatted(REFERENCES);

  private static final String DANGLING =
      """
      SELECT DISTINCT used.blob_id FROM (%s) AS used
      WHERE NOT EXISTS (SELECT 1 FROM blob WHERE blob.id = used.blob_id) LIMIT ?\
      """
          .formatted(REFERENCES);

  private static final String MISBOOKED =
      """
      SELECT booked.workspace_id, MAX(booked.bytes) AS bytes, SUM(booked.size) AS found
      FROM (
        SELECT workspace_id, bytes, 0 AS size FROM usage
        UNION ALL SELECT workspace_id, 0, size FROM blob) AS booked
      GROUP BY booked.workspace_id HAVING MAX(booked.bytes) <> SUM(booked.size) LIMIT ?\
      """;

  private BlobLook() {}

  static void run(Db db, Consumer<String> finding) throws SQLException {
    db.list(
            MISCOUNTED,
            row ->
                "the content %s has %d references, but its row counts %d"
                    .formatted(row.getString("id"), row.getLong("found"), row.getLong("refs")),
            FINDINGS)
        .forEach(finding);
    db.list(
            DANGLING,
            row -> "a row refers to the content %s, which has no row".formatted(row.getString(1)),
            FINDINGS)
        .forEach(finding);
    db.list(
            MISBOOKED,
            row ->
                "the workspace %s stores %d bytes, but its row in usage says %d"
                    .formatted(
                        row.getString("workspace_id"), row.getLong("found"), row.getLong("bytes")),
            FINDINGS)
        .forEach(finding);
  }
}
