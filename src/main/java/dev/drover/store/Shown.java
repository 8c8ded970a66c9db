package dev.drover.store;

import dev.drover.session.Event;
import dev.drover.session.Feed;
import dev.drover.session.Queued;
import dev.drover.session.Stored;
import dev.drover.session.ThreadKey;
import dev.drover.wire.EventCodec;
import java.time.Instant;
import java.util.List;

/// The conversion of a commit to the items that listeners see.
public final class Shown {
  private Shown() {}

  /// The items for the visible ones of a log's new entries.
  public static List<Feed.Item.Shown> logged(List<Stored> events) {
    return events.stream().filter(stored -> stored.event().isVisible()).map(Shown::of).toList();
  }

  public static List<Feed.Item.Shown> received(List<Queued> events) {
    return events.stream().map(Shown::of).toList();
  }

  public static Feed.Item.Shown of(Stored stored) {
    return of(stored.thread(), stored.event(), stored.json());
  }

  /// The item for a client's event as it was received.
  public static Feed.Item.Shown of(Queued queued) {
    return of(queued.thread(), queued.event(), queued.json());
  }

  /// The item for an event of a session as a whole.
  public static Feed.Item.Shown ofSession(Event event, Instant processedAt) {
    return of(ThreadKey.PRIMARY, event, EventCodec.write(event, processedAt));
  }

  private static Feed.Item.Shown of(ThreadKey thread, Event event, String json) {
    return new Feed.Item.Shown(event.id(), thread, EventCodec.type(event), json);
  }
}
