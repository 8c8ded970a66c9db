package dev.drover.store.sql;

import java.sql.SQLException;
import java.util.List;
import java.util.function.Consumer;

/// The check of the rows of memories: each memory has the version with its content, each memory has
/// one newest version, and each row belongs to a store. It does not read the contents.
final class MemoryLook {
  /// The maximum number of findings of one kind.
  private static final int FINDINGS = 20;

  private static final String WITHOUT_CONTENT =
      """
      SELECT memory.id FROM memory
      WHERE NOT EXISTS (
        SELECT 1 FROM memory_version version
        WHERE version.store_id = memory.store_id AND version.number = memory.number
          AND version.id = memory.version_id AND version.memory_id = memory.id
          AND version.newest = 1 AND version.path = memory.path
          AND version.sha256 = memory.sha256 AND version.size = memory.size
          AND version.content IS NOT NULL)
      LIMIT ?\
      """;

  private static final String NEWEST =
      """
      SELECT memory_id, SUM(newest) AS newest FROM memory_version
      GROUP BY store_id, memory_id HAVING SUM(newest) <> 1 LIMIT ?\
      """;

  private MemoryLook() {}

  static void run(Db db, Consumer<String> finding) throws SQLException {
    db.list(
            WITHOUT_CONTENT,
            row -> "the memory %s has no version with its content".formatted(row.getString(1)),
            FINDINGS)
        .forEach(finding);
    db.list(
            NEWEST,
            row ->
                "the memory %s has %d newest versions"
                    .formatted(row.getString(1), row.getLong("newest")),
            FINDINGS)
        .forEach(finding);
    for (var table : List.of("memory", "memory_version")) {
      withoutStore(db, table).forEach(finding);
    }
  }

  /// The rows of a store that was deleted are removed by a job.
  private static List<String> withoutStore(Db db, String table) throws SQLException {
    return db.list(
        """
        SELECT DISTINCT store_id FROM %s AS part
        WHERE NOT EXISTS (
            SELECT 1 FROM document WHERE kind = 'memory_store' AND document.id = part.store_id)
          AND NOT EXISTS (
            SELECT 1 FROM job
            WHERE job.key = part.store_id AND job.kind = 'delete_memories' AND job.state <> 'done')
        LIMIT ?\
        """
            .formatted(table),
        row ->
            "rows of %s belong to the memory store %s, which does not exist"
                .formatted(table, row.getString(1)),
        FINDINGS);
  }
}
