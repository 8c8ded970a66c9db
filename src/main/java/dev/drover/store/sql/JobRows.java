package dev.drover.store.sql;

import dev.drover.base.Json;
import dev.drover.session.Job;
import dev.drover.session.Jobs;
import dev.drover.store.Micros;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The rows of jobs.
public final class JobRows {
  /// The number of keys in one statement.
  public static final int ASKED = 100;

  /// Those of [#ASKED] keys for which there are jobs of a kind.
  public static final String AMONG =
      "SELECT DISTINCT key FROM job WHERE key IN ("
          + String.join(", ", Collections.nCopies(ASKED, "?"))
          + ") AND kind = ?";

  /// Some jobs that were done before a time, or have waited since then for a directory.
  public static final String OLD =
      """
      SELECT number FROM job
      WHERE due_at < ? AND node IS NULL AND (state = 'done' OR place <> '') LIMIT ?\
      """;

  /// The number of rows that one statement removes.
  static final int FORGOTTEN = 1_000;

  private static final String COLUMNS = "number, kind, key, payload, tries, epoch";

  private JobRows() {}

  /// The jobs that this node could do now. The kinds are the last values but the limit.
  ///
  /// @param kinds the number of kinds
  public static String due(int kinds) {
    return "SELECT "
        + COLUMNS
        + " FROM job WHERE state = 'owed' AND node IS NULL AND due_at <= ? AND place IN ('', ?)"
        + " AND kind IN ("
        + EventRows.marks(kinds)
        + ") ORDER BY due_at LIMIT ?";
  }

  static Job job(ResultSet row) throws SQLException {
    return new Job(
        row.getLong("number"),
        row.getString("kind"),
        row.getString("key"),
        Json.trusted(row.getString("payload")),
        row.getInt("tries"),
        row.getLong("epoch"));
  }

  /// @param place the name of the directory, if only its nodes can do the job
  static void owe(Db db, Job.Order order, String place, Instant now) throws SQLException {
    oweAll(db, List.of(order), place, now);
  }

  static void oweAll(Db db, List<Job.Order> orders, String place, Instant now) throws SQLException {
    db.each(
        """
        INSERT INTO job (kind, key, place, payload, state, created_at, due_at)
        VALUES (?, ?, ?, ?, 'owed', ?, ?)
        ON CONFLICT (key, kind, place) DO UPDATE SET
          payload = excluded.payload, state = 'owed', created_at = excluded.created_at,
          due_at = excluded.due_at, tries = 0, last_error = NULL
        WHERE job.state = 'done'\
        """,
        orders.stream().map(order -> values(order, place, now)).toList());
  }

  private static @Nullable Object[] values(Job.Order order, String place, Instant now) {
    return new @Nullable Object[] {
      order.kind(),
      order.key(),
      order.here() ? place : "",
      order.payload().toString(),
      Micros.of(now),
      Micros.of(now)
    };
  }

  static Job claim(Db db, Job found, String node) throws SQLException {
    db.update(
        "UPDATE job SET node = ?, epoch = epoch + 1, tries = tries + 1 WHERE number = ?",
        node,
        found.number());
    return new Job(
        found.number(),
        found.kind(),
        found.key(),
        found.payload(),
        found.tries() + 1,
        found.epoch() + 1);
  }

  static List<Job> held(Db db, String node) throws SQLException {
    return db.list(
        "SELECT " + COLUMNS + " FROM job WHERE state = 'owed' AND node = ? ORDER BY number",
        JobRows::job,
        node);
  }

  /// Ends a claim if it is still valid.
  ///
  /// @return false if it is not valid
  static boolean end(Db db, Job job, String node, String state, Instant due, Optional<String> error)
      throws SQLException {
    return db.update(
            """
            UPDATE job SET state = ?, due_at = ?, last_error = ?, node = NULL
            WHERE number = ? AND node = ? AND epoch = ?\
            """,
            state,
            Micros.of(due),
            error
                .map(text -> text.substring(0, Math.min(text.length(), Job.ERROR_LIMIT)))
                .orElse(null),
            job.number(),
            node,
            job.epoch())
        == 1;
  }

  /// Frees the jobs of nodes that no longer exist.
  static void freeOrphans(Db db) throws SQLException {
    db.update(
        """
        UPDATE job SET node = NULL WHERE number IN (
          SELECT number FROM job
          WHERE state = 'owed' AND node IS NOT NULL AND node NOT IN (SELECT id FROM node)\
        """
            + db.dialect().skippingKept()
            + ")");
  }

  static int unpark(Db db, String place, Instant now) throws SQLException {
    return db.update(
        """
        UPDATE job SET state = 'owed', tries = 0, due_at = ?
        WHERE state = 'failed' AND place IN ('', ?)\
        """,
        Micros.of(now),
        place);
  }

  /// @return the number of removed rows; if it is [#FORGOTTEN], there may be more
  static int forget(Db db, Instant now) throws SQLException {
    return db.update(
        "DELETE FROM job WHERE number IN (" + OLD + db.dialect().skippingKept() + ")",
        Micros.of(now.minus(Jobs.REMEMBERED)),
        FORGOTTEN);
  }

  static Jobs.Tally tally(Db db) throws SQLException {
    record Owed(long count, Optional<Instant> since) {}
    var owed =
        db.first(
                "SELECT COUNT(*), MIN(created_at) AS since FROM job WHERE state = 'owed'",
                row ->
                    new Owed(
                        row.getLong(1), Optional.ofNullable(SessionRows.instant(row, "since"))))
            .orElseThrow();
    long failed = db.number("SELECT COUNT(*) FROM job WHERE state = 'failed'");
    var failures =
        db.list(
            """
            SELECT kind, key, tries, due_at, last_error FROM job
            WHERE state = 'failed' ORDER BY due_at DESC LIMIT ?\
            """,
            row ->
                new Jobs.Failure(
                    row.getString("kind"),
                    row.getString("key"),
                    row.getInt("tries"),
                    Micros.instant(row.getLong("due_at")),
                    Optional.ofNullable(row.getString("last_error")).orElse("")),
            Jobs.FAILURES);
    return new Jobs.Tally(owed.count, owed.since, failed, failures);
  }
}
