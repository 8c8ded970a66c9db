package dev.drover.store.memory;

import dev.drover.base.Page;
import dev.drover.catalog.Listing;
import dev.drover.store.Cursor;
import java.util.Comparator;
import java.util.function.Function;
import java.util.stream.Stream;

/// Pages of the catalog.
final class Pages {
  private Pages() {}

  static <T> Page<T> newestFirst(
      Stream<T> all, Listing listing, Cursor.Of list, Function<T, Cursor> key) {
    var after = Cursor.read(listing.page(), list, false);
    var order = Cursor.order(false);
    var found =
        all.filter(
                one -> after.stream().allMatch(cursor -> order.compare(cursor, key.apply(one)) < 0))
            .filter(
                one ->
                    listing.from().stream().noneMatch(key.apply(one).createdAt()::isBefore)
                        && listing.to().stream().noneMatch(key.apply(one).createdAt()::isAfter))
            .sorted(Comparator.comparing(key, order))
            .limit(listing.limit() + 1L)
            .toList();
    return Cursor.page(found, listing.limit(), list, false, key);
  }
}
