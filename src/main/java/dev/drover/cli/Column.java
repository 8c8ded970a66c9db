package dev.drover.cli;

import dev.drover.base.Json;
import java.util.function.Function;

/// A column of a table.
///
/// @param of the text of an item in this column; may be empty
/// @param kind how the text is shown
/// @param rank if a terminal is too narrow, columns with a higher rank are left out first; those
///   with rank 0 are kept
record Column(String title, Function<Json.Obj, String> of, Kind kind, int rank) {
  enum Kind {
    TEXT,
    /// A time in the form of the protocol: people at a terminal see how long ago it is.
    TIME
  }

  private static final int TIME_RANK = 3;
  private static final int STATE_RANK = 4;

  Column(String title, Function<Json.Obj, String> of) {
    this(title, of, Kind.TEXT, 0);
  }

  /// The field of the item with this name, as text.
  static Column of(String title, String field) {
    return new Column(title, item -> text(item, field));
  }

  /// A time.
  static Column time(String title, String field) {
    return new Column(title, item -> text(item, field), Kind.TIME, TIME_RANK);
  }

  /// Whether the item is archived.
  static Column state() {
    return new Column("STATE", item -> item.text("archived_at") == null ? "active" : "archived")
        .ranked(STATE_RANK);
  }

  /// The same column with another rank.
  Column ranked(int other) {
    return new Column(title, of, kind, other);
  }

  static String text(Json.Obj item, String field) {
    return switch (item.get(field).orElse(Json.NULL)) {
      case Json.Str(var text) -> text;
      case Json.Null _ -> "";
      case Json other -> other.toString();
    };
  }

  /// `2026-08-28T02:22:57.047551Z` as `2026-08-28 02:22:57`; any other text unchanged.
  static String seconds(String time) {
    return time.matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z")
        ? time.substring(0, 19).replace('T', ' ')
        : time;
  }
}
