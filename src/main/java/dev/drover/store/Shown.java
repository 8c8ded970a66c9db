package dev.drover.store;

import dev.drover.session.Feed;
import dev.drover.session.Queued;
import dev.drover.session.Stored;
import dev.drover.wire.EventCodec;
import java.util.List;

/// What listeners get to see of a commit.
public final class Shown {
  private Shown() {}

  /// The public ones of a log's new entries.
  public static List<Feed.Item.Shown> logged(List<Stored> events) {
    return events.stream()
        .filter(stored -> stored.event().isVisible())
        .map(stored -> new Feed.Item.Shown(EventCodec.type(stored.event()), stored.json()))
        .toList();
  }

  public static List<Feed.Item.Shown> received(List<Queued> events) {
    return events.stream()
        .map(queued -> new Feed.Item.Shown(EventCodec.type(queued.event()), queued.json()))
        .toList();
  }
}
