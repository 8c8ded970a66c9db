package dev.drover.store;

import dev.drover.store.memory.MemoryStore;

final class MemoryInterruptedTest extends InterruptedContract {
  @Override
  Store open() {
    return new MemoryStore(feed, ids, clock);
  }

  @Override
  Store reopen() {
    return store;
  }
}
