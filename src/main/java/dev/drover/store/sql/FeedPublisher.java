package dev.drover.store.sql;

import dev.drover.session.Feed;
import dev.drover.session.Queued;
import dev.drover.session.SessionId;
import dev.drover.session.Stored;
import dev.drover.store.Shown;
import java.util.List;

/// A publisher that passes every commit to the feed of this node, for a store that only this node
/// writes.
public final class FeedPublisher implements Publisher {
  private final Feed feed;

  public FeedPublisher(Feed feed) {
    this.feed = feed;
  }

  @Override
  public void received(SessionId session, List<Queued> events, List<Stored> logged) {
    feed.publish(session, Shown.received(events));
    feed.changed(session); // it goes on
  }

  @Override
  public void logged(SessionId session, List<Stored> events) {
    feed.publish(session, Shown.logged(events));
    Publisher.observe(feed, session, events);
  }

  @Override
  public void deleted(SessionId session, Feed.Item.Shown last) {
    feed.publish(session, List.of(last));
    feed.changed(session);
  }

  @Override
  public void freed(SessionId session) {}
}
