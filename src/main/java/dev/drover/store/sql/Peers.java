package dev.drover.store.sql;

import dev.drover.session.Nodes;
import java.time.Duration;

/// What a store knows of other nodes.
public interface Peers {
  /// How long a node may be silent before it is dead to others.
  Duration lapse();

  /// So many others were alive at the last beat.
  void counted(long others);

  boolean any();

  void onNews(Nodes.News news);

  /// For a store that one server has to itself.
  Peers NONE =
      new Peers() {
        @Override
        public Duration lapse() {
          return Duration.ofMinutes(3);
        }

        @Override
        public void counted(long others) {}

        @Override
        public boolean any() {
          return false;
        }

        @Override
        public void onNews(Nodes.News news) {}
      };
}
