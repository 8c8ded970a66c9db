package dev.drover.store.sql;

import dev.drover.session.SessionId;
import dev.drover.store.StoreUnusable;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Consumer;

/// A check of a whole store: it reports what is not as Drover writes it. It writes nothing, and
/// servers may be running: each session is checked as of one moment. It holds only a few events and
/// the ids of one session's log in memory. One thread; used once.
public final class SqlCheck implements AutoCloseable {
  private static final int PAGE = 500;

  /// The maximum number of rows without a session that are reported for one table.
  private static final int STRAYS = 20;

  private final Db db;
  private final Ground ground;

  /// The differences between databases for a check.
  public interface Ground {
    /// Begins a transaction that sees the database as of one moment.
    void begin(Db db) throws SQLException;

    /// Reports defects of the database as a whole.
    void damage(Db db, Consumer<String> told) throws SQLException;

    /// @throws StoreUnusable if the data may have changed while it was read
    void unmoved() throws StoreUnusable;
  }

  /// The receiver of findings, called at once.
  public interface Hearer {
    /// @param session empty for the store as a whole
    /// @param position the position of the event with the defect; 0 for the row
    void finding(String session, long position, String sentence);

    /// Receives information that is not a defect.
    void note(String session, String sentence);
  }

  /// The amount of data that was checked.
  public record Tally(long sessions, long events) {}

  /// @param db a read-only connection; closed by [#close]
  /// @throws StoreUnusable if this Drover cannot read the schema
  public SqlCheck(Db db, Ground ground) throws SQLException, StoreUnusable {
    this.db = db;
    this.ground = ground;
    Migrations.requireCurrent(inOneMoment(() -> Migrations.version(db)));
  }

  /// Checks the whole store.
  ///
  /// @throws StoreUnusable if the store can no longer be read
  public Tally run(Hearer hearer) throws StoreUnusable {
    long sessions = 0;
    long events = 0;
    try {
      inOneMoment(
          () -> {
            ground.damage(db, sentence -> hearer.finding("", 0, sentence));
            BlobLook.run(db, sentence -> hearer.finding("", 0, sentence));
            MemoryLook.run(db, sentence -> hearer.finding("", 0, sentence));
            TenantLook.run(db, sentence -> hearer.finding("", 0, sentence));
            return strays(hearer);
          });
      var after = "";
      for (var page = ids(after); !page.isEmpty(); page = ids(after)) {
        for (var id : page) {
          var look = new SessionLook(db, new SessionId(id), hearer);
          if (inOneMoment(look::run)) {
            sessions++;
            events += look.events();
          }
        }
        after = page.getLast();
      }
    } catch (SQLException e) {
      throw new StoreUnusable("cannot be read: " + e.getMessage(), e);
    }
    ground.unmoved();
    return new Tally(sessions, events);
  }

  /// Reports rows that belong to no session; no constraint of the schema prevents them.
  private boolean strays(Hearer hearer) throws SQLException {
    for (var table :
        List.of(
            "session_origin",
            "session_resource",
            "session_placeholder",
            "thread",
            "event",
            "inbox",
            "workspace_home",
            "snapshot",
            "snapshot_layer",
            "session_skill",
            "tool_output")) {
      db.list(
              """
              SELECT DISTINCT session_key FROM %s AS part
              WHERE NOT EXISTS (SELECT 1 FROM session WHERE key = part.session_key) LIMIT ?\
              """
                  .formatted(table),
              row -> row.getLong(1),
              STRAYS)
          .forEach(
              key ->
                  hearer.finding(
                      "", 0, "the row %s %d belongs to no session".formatted(table, key)));
    }
    return true;
  }

  private List<String> ids(String after) throws SQLException {
    try {
      return inOneMoment(
          () ->
              db.list(
                  "SELECT id FROM session WHERE id > ? ORDER BY id LIMIT ?",
                  row -> row.getString(1),
                  after,
                  PAGE));
    } catch (StoreUnusable e) {
      throw new IllegalStateException(e);
    }
  }

  private interface Look<T> {
    T look() throws SQLException, StoreUnusable;
  }

  private <T> T inOneMoment(Look<T> look) throws SQLException, StoreUnusable {
    ground.begin(db);
    try {
      return look.look();
    } finally {
      db.dialect().rollBack(db);
    }
  }

  @Override
  public void close() {
    try {
      db.close();
    } catch (SQLException _) {
      // nothing was written, so nothing is lost
    }
  }
}
