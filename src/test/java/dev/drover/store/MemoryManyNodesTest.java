package dev.drover.store;

import dev.drover.store.memory.MemoryStore;

final class MemoryManyNodesTest extends ManyNodesContract {
  @Override
  Store open() {
    return new MemoryStore(feed, ids, clock);
  }

  @Override
  Store join() {
    return ((MemoryStore) store).join(otherFeed, ids, clock);
  }

  @Override
  void silenceOther() {
    clock.move(store.nodes().lapse().plusSeconds(1));
  }
}
