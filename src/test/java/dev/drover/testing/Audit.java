package dev.drover.testing;

import dev.drover.session.Progress;
import dev.drover.session.SessionId;
import dev.drover.session.Status;
import dev.drover.session.Stored;
import dev.drover.session.ThreadKey;
import dev.drover.session.Usage;
import dev.drover.session.WebRequests;
import dev.drover.store.Awaited;
import dev.drover.store.LogCheck;
import dev.drover.store.Micros;
import dev.drover.store.SessionState;
import dev.drover.wire.EventCodec;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Reads a store from outside, by SQL alone, and has every session's log checked, with the epochs
/// that its events were written under. Nobody may write meanwhile.
public final class Audit {
  private Audit() {}

  /// What is wrong in any session; empty: nothing.
  public static List<LogCheck.Finding> of(Connection store) throws SQLException {
    var findings = new ArrayList<LogCheck.Finding>();
    try (var statement = store.createStatement();
        var rows = statement.executeQuery("SELECT * FROM session ORDER BY id")) {
      while (rows.next()) {
        var id = rows.getString("id");
        var check = new LogCheck(new SessionId(id), state(rows));
        addAll(store, id, check);
        findings.addAll(check.end());
      }
    }
    return findings;
  }

  private static void addAll(Connection store, String session, LogCheck check) throws SQLException {
    try (var statement =
        store.prepareStatement(
            """
            SELECT position, processed_at, thread, json, epoch FROM event
            WHERE session_key = (SELECT key FROM session WHERE id = ?) ORDER BY position\
            """)) {
      statement.setString(1, session);
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          var json = rows.getString("json");
          check.add(
              new Stored(
                  rows.getLong("position"),
                  Micros.instant(rows.getLong("processed_at")),
                  ThreadKey.of(rows.getInt("thread")),
                  EventCodec.read(json),
                  json,
                  null),
              rows.getLong("epoch"));
        }
      }
    }
  }

  private static SessionState state(ResultSet row) throws SQLException {
    var usage =
        new Usage(
            row.getLong("input_tokens"),
            row.getLong("output_tokens"),
            row.getLong("cache_read_tokens"),
            row.getLong("cache_creation_tokens"),
            row.getLong("active_micros"),
            new WebRequests(row.getLong("web_searches"), row.getLong("web_fetches")));
    return new SessionState(
        new Progress(
            Status.valueOf(row.getString("status").toUpperCase(Locale.ROOT)),
            usage,
            instant(row, "running_since"),
            row.getInt("started") == 1,
            row.getLong("last_request"),
            row.getLong("boundary"),
            Micros.instant(row.getLong("updated_at")),
            instant(row, "archived_at")),
        row.getLong("head"),
        row.getLong("received"),
        row.getLong("seen"),
        Awaited.parse(row.getString("awaited")),
        Micros.instant(row.getLong("last_processed")),
        row.getLong("epoch"),
        row.getString("node"));
  }

  private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
    long micros = row.getLong(column);
    return row.wasNull() ? null : Micros.instant(micros);
  }
}
