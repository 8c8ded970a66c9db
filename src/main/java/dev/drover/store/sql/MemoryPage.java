package dev.drover.store.sql;

import dev.drover.base.Page;
import dev.drover.catalog.MemoryStoreId;
import dev.drover.memory.Memories;
import dev.drover.memory.Memory;
import dev.drover.memory.MemoryId;
import dev.drover.memory.MemoryListing;
import dev.drover.memory.MemoryListing.Directory;
import dev.drover.memory.MemoryListing.Item;
import dev.drover.memory.MemoryListing.One;
import dev.drover.store.Cursor;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The query for a page of memories, in the order of the bytes of their paths. A page begins after
/// a path, so it does not depend on whether there is still a memory with that path.
///
/// @param from the first path of the page
record MemoryPage(MemoryStoreId store, MemoryListing listing, String from) {
  static MemoryPage of(MemoryStoreId store, MemoryListing listing) {
    var list = Cursor.Of.memories(store, listing.deep());
    var after = Cursor.read(listing.page(), list, true).map(MemoryPage::path);
    if (after.filter(path -> !path.startsWith(listing.prefix())).isPresent()) {
      throw Cursor.invalid(); // of a list of another directory
    }
    return new MemoryPage(store, listing, after.map(MemoryPage::next).orElse(listing.prefix()));
  }

  /// The first path that can follow an item.
  private static String next(String path) {
    return path.endsWith("/") ? end(path) : path + "\u0001";
  }

  /// The end of the paths in a directory: the slash is replaced by the next character.
  private static String end(String directory) {
    return directory.substring(0, directory.length() - 1) + "0";
  }

  Page<Item> read(Db db) throws SQLException {
    int wanted = listing.limit() + 1; // the last one shows whether there is a next page
    int rows = listing.deep() ? wanted : Memories.MOST;
    var found = MemoryRows.between(db, store, from, end(listing.prefix()), rows);
    var items =
        listing.deep()
            ? List.<Item>copyOf(found.stream().map(One::new).toList())
            : children(found, wanted);
    var list = Cursor.Of.memories(store, listing.deep());
    var page = Cursor.page(items, listing.limit(), list, true, MemoryPage::at);
    return listing.contents() ? withContents(db, page) : page;
  }

  /// The direct children of the directory: memories, and directories instead of what is in them.
  private List<Item> children(List<Memory> found, int wanted) {
    var items = new ArrayList<Item>();
    var within = "";
    for (var memory : found) {
      var path = memory.path().value();
      if (items.size() == wanted) {
        break;
      }
      if (!within.isEmpty() && path.startsWith(within)) {
        continue;
      }
      int slash = path.indexOf('/', listing.prefix().length());
      within = slash < 0 ? "" : path.substring(0, slash + 1);
      items.add(slash < 0 ? new One(memory) : new Directory(within));
    }
    return items;
  }

  /// The page with the contents. A memory that was deleted in between is left out.
  private Page<Item> withContents(Db db, Page<Item> page) throws SQLException {
    var ids =
        page.items().stream()
            .filter(One.class::isInstance)
            .map(item -> ((One) item).memory().id())
            .toList();
    var full = MemoryRows.contents(db, store, ids);
    return page.each(item -> full(item, full));
  }

  private static Optional<Item> full(Item item, Map<MemoryId, Memory> contents) {
    return item instanceof One(var memory)
        ? Optional.ofNullable(contents.get(memory.id())).map(One::new)
        : Optional.of(item);
  }

  private static Cursor at(Item item) {
    var path = item.path().getBytes(StandardCharsets.UTF_8);
    return new Cursor(Instant.EPOCH, Base64.getUrlEncoder().withoutPadding().encodeToString(path));
  }

  private static String path(Cursor cursor) {
    try {
      return new String(Base64.getUrlDecoder().decode(cursor.id()), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException _) {
      throw Cursor.invalid();
    }
  }
}
