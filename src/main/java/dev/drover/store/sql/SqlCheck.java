package dev.drover.store.sql;

import dev.drover.session.SessionId;
import dev.drover.store.StoreUnusable;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Consumer;

/// Reads a whole store and says what in it is not as Drover writes it. It writes nothing, and
/// servers may be at work meanwhile: each session is looked at as it was in one moment. What it
/// holds at once is a few events and the ids of one session's log. One thread; used once.
public final class SqlCheck implements AutoCloseable {
  private static final int PAGE = 500;

  /// Rows without a session that are reported of one table.
  private static final int STRAYS = 20;

  private final Db db;
  private final Ground ground;

  /// In what databases differ here.
  public interface Ground {
    /// Begins a transaction that sees one moment.
    void begin(Db db) throws SQLException;

    /// Says what is wrong with the database as a whole.
    void damage(Db db, Consumer<String> told) throws SQLException;

    /// @throws StoreUnusable if what was read may have changed while it was read
    void unmoved() throws StoreUnusable;
  }

  /// Who is told, at once.
  public interface Hearer {
    /// @param session empty: it is the store as a whole
    /// @param position of the event that shows it; 0: it is the row
    void finding(String session, long position, String sentence);

    /// What is not wrong, and good to know.
    void note(String session, String sentence);
  }

  /// How much was looked at.
  public record Tally(long sessions, long events) {}

  /// @param db can only read; closed by [#close]
  /// @throws StoreUnusable if this Drover cannot read the schema
  public SqlCheck(Db db, Ground ground) throws SQLException, StoreUnusable {
    this.db = db;
    this.ground = ground;
    int version = inOneMoment(() -> Migrations.version(db));
    if (version == 0) {
      throw new StoreUnusable("is empty or was not written by Drover.");
    }
    if (version < Migrations.newest()) {
      throw new StoreUnusable(
          "has schema version %d, this Drover reads version %d."
                  .formatted(version, Migrations.newest())
              + " Start its server once to migrate the schema, or use the Drover that"
              + " wrote it.");
    }
  }

  /// Looks at everything.
  ///
  /// @throws StoreUnusable if it can be read no more
  public Tally run(Hearer hearer) throws StoreUnusable {
    long sessions = 0;
    long events = 0;
    try {
      inOneMoment(
          () -> {
            ground.damage(db, sentence -> hearer.finding("", 0, sentence));
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

  /// Rows that belong to no session: no rule of the schema keeps them out.
  private boolean strays(Hearer hearer) throws SQLException {
    for (var table : List.of("session_origin", "thread", "event", "inbox")) {
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
      // it has written nothing that could be lost
    }
  }
}
