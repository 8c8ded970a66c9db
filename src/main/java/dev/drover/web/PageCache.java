package dev.drover.web;

import dev.drover.catalog.WorkspaceId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// The pages that were fetched a short while ago, by workspace. A page that is found here still has
/// to be allowed for the agent that asks. Safe for many threads.
final class PageCache {
  private static final Duration AGE = Duration.ofMinutes(15);

  private record Key(WorkspaceId workspace, String url) {}

  private record Entry(WebPage page, Instant until) {
    long size() {
      return page.content().size() + 1_000;
    }
  }

  private final long most;
  private final InstantSource clock;
  private final Map<Key, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);
  private long size;

  /// @param most about how much memory all pages may take, in bytes
  PageCache(long most, InstantSource clock) {
    this.most = most;
    this.clock = clock;
  }

  synchronized Optional<WebPage> get(WorkspaceId workspace, WebUrl url) {
    var key = new Key(workspace, url.toString());
    var entry = entries.get(key);
    if (entry != null && entry.until.isBefore(clock.instant())) {
      remove(key);
      return Optional.empty();
    }
    return Optional.ofNullable(entry).map(Entry::page);
  }

  /// Keeps a page, and drops those that were not used for the longest time.
  synchronized void put(WorkspaceId workspace, WebPage page) {
    var key = new Key(workspace, page.hops().getFirst().toString());
    var entry = new Entry(page, clock.instant().plus(AGE));
    remove(key);
    if (entry.size() > most / 4) {
      return;
    }
    entries.put(key, entry);
    size += entry.size();
    while (size > most) {
      remove(entries.keySet().iterator().next());
    }
  }

  private void remove(Key key) {
    var old = entries.remove(key);
    size -= old == null ? 0 : old.size();
  }
}
