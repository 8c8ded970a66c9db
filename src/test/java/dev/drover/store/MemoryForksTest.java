package dev.drover.store;

import dev.drover.store.memory.MemoryStore;

final class MemoryForksTest extends ForksContract {
  @Override
  Store open() {
    return new MemoryStore(feed, ids, clock);
  }

  @Override
  Store reopen() {
    return store;
  }
}
