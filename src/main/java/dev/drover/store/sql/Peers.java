package dev.drover.store.sql;

import dev.drover.session.Nodes;
import java.time.Duration;

/// A store's view of the other nodes.
public interface Peers {
  /// How long a node may be without a beat before other nodes consider it dead.
  Duration lapse();

  /// Sets the number of other nodes that were alive at the last beat.
  void counted(long others);

  void onNews(Nodes.News news);

  /// The peers of a store that only one server uses.
  Peers NONE =
      new Peers() {
        @Override
        public Duration lapse() {
          return Duration.ofMinutes(3);
        }

        @Override
        public void counted(long others) {}

        @Override
        public void onNews(Nodes.News news) {}
      };
}
