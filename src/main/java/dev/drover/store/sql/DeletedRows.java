package dev.drover.store.sql;

import dev.drover.session.SessionId;
import dev.drover.session.Sessions;
import dev.drover.store.Micros;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collections;
import java.util.List;

/// The ids of sessions that were deleted.
public final class DeletedRows {
  /// Ids that one statement asks for.
  public static final int ASKED = 100;

  /// Which of [#ASKED] ids are there.
  public static final String AMONG =
      "SELECT session_id FROM deleted_session WHERE session_id IN ("
          + String.join(", ", Collections.nCopies(ASKED, "?"))
          + ")";

  /// Some that were deleted before a time.
  public static final String OLD =
      "SELECT session_id FROM deleted_session WHERE deleted_at < ? LIMIT ?";

  /// Rows that one statement forgets.
  static final int FORGOTTEN = 1_000;

  private DeletedRows() {}

  static void insert(Db db, SessionId id, Instant now) throws SQLException {
    db.update(
        "INSERT INTO deleted_session (session_id, deleted_at) VALUES (?, ?)",
        id.value(),
        Micros.of(now));
  }

  /// @param ids from 1 to [#ASKED]
  static List<SessionId> among(Db db, List<SessionId> ids) throws SQLException {
    var values = new Object[ASKED];
    for (int i = 0; i < ASKED; i++) {
      values[i] = ids.get(Math.min(i, ids.size() - 1)).value(); // the same statement for any number
    }
    return db.list(AMONG, row -> new SessionId(row.getString(1)), values);
  }

  /// @return how many rows are gone; as many as [#FORGOTTEN]: there may be more
  static int forget(Db db, Instant now) throws SQLException {
    return db.update(
        "DELETE FROM deleted_session WHERE session_id IN ("
            + OLD
            + db.dialect().skippingKept()
            + ")",
        Micros.of(now.minus(Sessions.DELETED_REMEMBERED)),
        FORGOTTEN);
  }
}
