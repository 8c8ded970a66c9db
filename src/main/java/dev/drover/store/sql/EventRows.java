package dev.drover.store.sql;

import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.Extent;
import dev.drover.session.SessionId;
import dev.drover.session.Slice;
import dev.drover.session.Stored;
import dev.drover.session.ThreadKey;
import dev.drover.store.Micros;
import dev.drover.wire.EventCodec;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The rows of the log.
public final class EventRows {
  private EventRows() {}

  /// The row of an event. Its JSON is parsed later, on the caller's thread.
  public record Raw(
      long position, long processedAt, String json, @Nullable String hidden, int thread) {
    public static Raw of(ResultSet row) throws SQLException {
      return new Raw(
          row.getLong(1), row.getLong(2), row.getString(3), row.getString(4), row.getInt(5));
    }

    /// Parses the event. An event that cannot be read becomes [Event.Damaged].
    public Stored read() {
      var at = Micros.instant(processedAt);
      var of = ThreadKey.of(thread);
      try {
        var kept = hidden == null ? null : StoredJson.object(hidden);
        return new Stored(position, at, of, EventCodec.read(json), json, kept);
      } catch (IllegalStateException e) {
        var id = new EventId(EventId.PREFIX + "damaged" + position);
        var damaged = new Event.Damaged(id, String.valueOf(e.getMessage()));
        return new Stored(position, at, of, damaged, "", null);
      }
    }
  }

  /// The maximum number of events that one statement copies.
  private static final int COPIED = 500;

  private static final String INSERT =
      """
      INSERT INTO event (
        session_key, position, thread, id, type, visible, processed_at, epoch, result_of, json,
        hidden)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)\
      """;

  /// Appends events. If the units of a transaction gather their writes, each result is assumed to
  /// be the first for its call. If it is not, the write fails, and each unit is repeated in a
  /// transaction of its own.
  ///
  /// @param epoch the epoch of the lease under which they are appended
  /// @throws IllegalStateException if a call would have two results
  static void append(Db db, long key, SessionId id, long epoch, List<Stored> events)
      throws SQLException {
    var rows = new ArrayList<@Nullable Object[]>();
    for (var stored : events) {
      rows.add(row(key, epoch, stored));
    }
    if (db.gathering() != null) {
      for (var row : rows) {
        db.later("event", INSERT, row);
      }
      return;
    }
    insert(db, id, rows);
  }

  private static @Nullable Object[] row(long key, long epoch, Stored stored) {
    return new @Nullable Object[] {
      key,
      stored.position(),
      stored.thread().number(),
      stored.event().id().value(),
      EventCodec.type(stored.event()),
      stored.event().isVisible() ? 1 : 0,
      Micros.of(stored.processedAt()),
      epoch,
      stored.event() instanceof Event.ToolResult result ? result.toolUseId().value() : null,
      stored.json(),
      stored.hidden() == null ? null : stored.hidden().toString()
    };
  }

  private static void insert(Db db, SessionId id, List<@Nullable Object[]> rows)
      throws SQLException {
    if (db.each(INSERT + " ON CONFLICT DO NOTHING", rows) != rows.size()) {
      throw new IllegalStateException("a call of " + id + " has a result");
    }
  }

  /// Inserts the events of another log, which may be long: a part of them at a time, and at once
  /// even if the units of the transaction gather their writes.
  ///
  /// @param events a log that was verified
  static void copy(Db db, long key, SessionId id, Iterator<Stored> events) throws SQLException {
    var rows = new ArrayList<@Nullable Object[]>();
    long bytes = 0;
    while (events.hasNext()) {
      var stored = events.next();
      var row = row(key, 0, stored);
      rows.add(row);
      bytes += stored.json().length() + (row[10] instanceof String hidden ? hidden.length() : 0);
      if (rows.size() == COPIED || bytes > Slice.BYTES || !events.hasNext()) {
        insert(db, id, rows);
        rows.clear();
        bytes = 0;
      }
    }
  }

  /// The position of an event in the log.
  record Placed(long position, String id) {}

  /// The first of the given events that the log has after a position. This reads the log after the
  /// position, which is short, because the caller knows most of the log.
  static Optional<Placed> find(Db db, SessionId id, long after, Set<String> ids)
      throws SQLException {
    return db
        .list(
            """
            SELECT position, id FROM event WHERE session_key =\
            """
                + SessionRows.KEY
                + " AND position > ? ORDER BY position",
            row -> new Placed(row.getLong(1), row.getString(2)),
            id.value(),
            after)
        .stream()
        .filter(placed -> ids.contains(placed.id))
        .findFirst();
  }

  public static List<Raw> slice(Db db, SessionId id, Slice slice) throws SQLException {
    var exact = slice.isBounded() ? within(db, id, slice) : slice;
    return exact.limit() == 0
        ? List.of()
        : db.list(sql(exact), Raw::of, values(id, exact, exact.limit()));
  }

  /// A slice, cut to its limit in bytes. Few slices need a cut, so their total size is read first,
  /// as one row.
  private static Slice within(Db db, SessionId id, Slice slice) throws SQLException {
    var whole = whole(db, id, slice);
    boolean fits = whole.bytes() <= slice.bytes();
    return (fits ? whole : Extent.of(slice, sizes(db, id, slice), 0)).slice();
  }

  /// The extent of a slice without its limit in bytes, read as one row.
  private static Extent whole(Db db, SessionId id, Slice slice) throws SQLException {
    return db.first(
            "SELECT COUNT(*), COALESCE(SUM(size), 0), COALESCE(MAX(position), 0) FROM ("
                + sizesSql(slice)
                + ") AS sizes",
            row -> Extent.whole(slice, row.getInt(1), row.getLong(2), row.getLong(3)),
            values(id, slice, slice.limit()))
        .orElseThrow();
  }

  /// The extent of a slice, without reading it.
  static Extent measure(Db db, SessionId id, Slice slice) throws SQLException {
    long waiting =
        db.number(
            "SELECT COALESCE(SUM(octet_length(json)), 0) FROM inbox WHERE session_key = "
                + SessionRows.KEY,
            id.value());
    if (slice.limit() == Integer.MAX_VALUE && slice.bytes() == Long.MAX_VALUE) {
      var whole = whole(db, id, slice);
      return new Extent(whole.slice(), whole.bytes(), false, waiting);
    }
    return Extent.of(slice, sizes(db, id, slice), waiting);
  }

  private static List<Extent.Size> sizes(Db db, SessionId id, Slice slice) throws SQLException {
    return db.list(
        sizesSql(slice),
        row -> new Extent.Size(row.getLong(1), row.getLong(2)),
        values(id, slice, slice.limit() + 1L));
  }

  private static @Nullable Object[] values(SessionId id, Slice slice, long limit) {
    var values = new ArrayList<@Nullable Object>(List.of(id.value(), slice.after()));
    slice.thread().filter(EventRows::isChild).ifPresent(child -> values.add(child.number()));
    if (!isIndexed(slice)) {
      values.addAll(slice.types());
    }
    slice.from().ifPresent(from -> values.add(Micros.ceiling(from)));
    slice.to().ifPresent(to -> values.add(Micros.of(to)));
    values.add(limit);
    return values.toArray();
  }

  /// The statement for a slice. Without filters, it is answered in the order of an index, so the
  /// cost of a page does not grow with the log.
  public static String sql(Slice slice) {
    return "SELECT position, processed_at, json, hidden, thread" + from(slice);
  }

  /// As [#sql], for positions and sizes. Neither database reads a text to get its length.
  public static String sizesSql(Slice slice) {
    return "SELECT position, octet_length(json) + COALESCE(octet_length(hidden), 0) AS size"
        + from(slice);
  }

  /// The condition for a child thread. It matches an index that has no rows of primary threads.
  private static final String CHILD = " AND thread = ? AND thread <> 0";

  /// The types of events that have an index of their own. The databases use such an index for a
  /// constant only, not for a parameter.
  private static final Set<String> INDEXED =
      Set.of("drover.context", "drover.compaction_requested");

  private static boolean isIndexed(Slice slice) {
    return slice.types().size() == 1 && INDEXED.containsAll(slice.types());
  }

  private static boolean isChild(ThreadKey thread) {
    return !thread.equals(ThreadKey.PRIMARY);
  }

  private static String from(Slice slice) {
    return " FROM event WHERE session_key = "
        + SessionRows.KEY
        + (slice.ascending() ? " AND position > ?" : " AND position < ?")
        + slice.thread().map(one -> isChild(one) ? CHILD : " AND thread = 0").orElse("")
        + (slice.visible() ? " AND visible = 1" : "")
        + (isIndexed(slice)
            ? " AND type = '" + slice.types().iterator().next() + "'"
            : types(slice.types().size()))
        + (slice.from().isPresent() ? " AND processed_at >= ?" : "")
        + (slice.to().isPresent() ? " AND processed_at <= ?" : "")
        + (slice.ascending() ? " ORDER BY position" : " ORDER BY position DESC")
        + " LIMIT ?";
  }

  private static String types(int count) {
    return count == 0 ? "" : " AND type IN (" + marks(count) + ")";
  }

  public static String marks(int count) {
    return String.join(", ", Collections.nCopies(count, "?"));
  }
}
