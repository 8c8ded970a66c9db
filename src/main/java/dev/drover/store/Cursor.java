package dev.drover.store;

import dev.drover.base.Page;
import dev.drover.base.Problem;
import dev.drover.catalog.MemoryStoreId;
import dev.drover.catalog.ResourceKind;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/// The end of a page of a list: the key of its last item. The next page has the items beyond that
/// key, so items that are added or removed meanwhile do not shift it.
///
/// @param back whether the page lies before that key; only sessions can be listed backwards
public record Cursor(Instant createdAt, String id, boolean back) {
  private static final String VERSION = "1";
  private static final String BACK = "back";
  private static final String PREFIX = "page_";

  public Cursor(Instant createdAt, String id) {
    this(createdAt, id, false);
  }

  /// The list to which a cursor belongs. The cursor is invalid for any other list.
  public record Of(String name) {
    public static final Of SESSIONS = new Of("SESSIONS");

    /// The list of the resources of a kind.
    public static Of all(ResourceKind<?> kind) {
      return new Of(kind.type().toUpperCase(Locale.ROOT) + "S");
    }

    /// The list of the memories of a store.
    public static Of memories(MemoryStoreId store, boolean deep) {
      return new Of((deep ? "MEMORIES_" : "MEMORY_DIRECTORY_") + store);
    }

    /// The list of the versions of the memories of a store.
    public static Of memoryVersions(MemoryStoreId store) {
      return new Of("MEMORY_VERSIONS_" + store);
    }

    /// A list of the versions of a resource.
    public static Of versions(ResourceKind<?> kind) {
      return new Of(kind.type().toUpperCase(Locale.ROOT) + "_VERSIONS");
    }
  }

  /// The end of a page of a resource's versions.
  public static Cursor ofVersion(Instant createdAt, int version) {
    return new Cursor(createdAt, Integer.toString(version));
  }

  /// The version of [#ofVersion].
  public int version() {
    try {
      return Integer.parseInt(id);
    } catch (NumberFormatException _) {
      throw invalid();
    }
  }

  /// The end of a page of the versions of memories.
  ///
  /// @throws Problem `INVALID_REQUEST` if the cursor is not one
  public long number() {
    try {
      return Long.parseLong(id);
    } catch (NumberFormatException _) {
      throw invalid();
    }
  }

  /// Reads a cursor that a client sent.
  ///
  /// @throws Problem `INVALID_REQUEST` if it is malformed, or belongs to another list or order
  public static Optional<Cursor> read(Optional<String> page, Of list, boolean ascending) {
    return page.map(text -> read(text, list, ascending));
  }

  private static Cursor read(String text, Of list, boolean ascending) {
    String[] parts = decoded(text).split(" ", -1);
    boolean back = parts.length == 6 && parts[5].equals(BACK) && list.equals(Of.SESSIONS);
    if ((parts.length != 5 && !back)
        || !parts[0].equals(VERSION)
        || !parts[1].equals(list.name())
        || parts[4].indexOf('\0') >= 0) {
      throw invalid();
    }
    if (!parts[2].equals(direction(ascending))) {
      throw parts[2].equals(direction(!ascending))
          ? Problem.invalid("page token order does not match request")
          : invalid();
    }
    try {
      return new Cursor(Micros.instant(Long.parseLong(parts[3])), parts[4], back);
    } catch (NumberFormatException _) {
      throw invalid();
    }
  }

  private static String decoded(String text) {
    if (!text.startsWith(PREFIX)) {
      throw invalid();
    }
    try {
      var bytes = Base64.getUrlDecoder().decode(text.substring(PREFIX.length()));
      return new String(bytes, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException _) {
      throw invalid();
    }
  }

  /// The refusal of a text that is not a cursor of its list.
  public static Problem invalid() {
    return Problem.invalid("invalid page cursor");
  }

  /// Checks that the cursor lies within a filter by time, and returns it.
  ///
  /// @throws Problem `INVALID_REQUEST` if it does not
  public Cursor within(Optional<Instant> from, Optional<Instant> to) {
    if (from.filter(createdAt::isBefore).isPresent() || to.filter(createdAt::isAfter).isPresent()) {
      throw Problem.invalid("page token lies outside the created_at filter");
    }
    return this;
  }

  /// Whether the items beyond a cursor are read in ascending order.
  public static boolean upwards(Optional<Cursor> from, boolean ascending) {
    return ascending != from.map(Cursor::back).orElse(false);
  }

  /// The order of a list by creation.
  public static Comparator<Cursor> order(boolean ascending) {
    var order = Comparator.comparing(Cursor::createdAt).thenComparing(Cursor::id);
    return ascending ? order : order.reversed();
  }

  private static String direction(boolean ascending) {
    return ascending ? "asc" : "desc";
  }

  private String write(Of list, boolean ascending) {
    var text =
        String.join(
            " ",
            VERSION,
            list.name(),
            direction(ascending),
            Long.toString(Micros.of(createdAt)),
            id + (back ? " " + BACK : ""));
    return PREFIX
        + Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  /// A page of the items that were found.
  ///
  /// @param found in order, up to one more than `limit`; the additional item shows that there is a
  ///   next page
  public static <T> Page<T> page(
      List<T> found, int limit, Of list, boolean ascending, Function<T, Cursor> key) {
    if (found.size() <= limit) {
      return new Page<>(found, Optional.empty());
    }
    var items = found.subList(0, limit);
    return new Page<>(items, Optional.of(key.apply(items.getLast()).write(list, ascending)));
  }

  /// A page of sessions, with cursors to the next and the previous page.
  ///
  /// @param from the cursor of the request
  /// @param found in the order of [#upwards], up to one more than `limit`
  public static <T> Page<T> page(
      List<T> found, int limit, Optional<Cursor> from, boolean ascending, Function<T, Cursor> key) {
    if (found.isEmpty()) {
      return new Page<>(found, Optional.empty());
    }
    boolean more = found.size() > limit;
    boolean back = from.map(Cursor::back).orElse(false);
    var inReach = found.subList(0, Math.min(limit, found.size()));
    var items = back ? inReach.reversed() : inReach;
    var first = key.apply(items.getFirst());
    return new Page<>(
        items,
        back || more
            ? Optional.of(key.apply(items.getLast()).write(Of.SESSIONS, ascending))
            : Optional.empty(),
        (back ? more : from.isPresent())
            ? Optional.of(new Cursor(first.createdAt, first.id, true).write(Of.SESSIONS, ascending))
            : Optional.empty());
  }
}
