package dev.drover.api;

import dev.drover.base.MemoryBudget;
import dev.drover.base.MemoryBudget.Share;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// The memory that one request needs for its body and its answer. Small ones need no leave; large
/// ones share two budgets, so that together they never exhaust the heap: one for bodies that still
/// arrive, at their clients' pace, and one for the work on a whole body or a long answer. A body is
/// given back after the work has its share, and the work never waits for a client but to write. One
/// thread.
final class RequestMemory implements AutoCloseable {
  /// Bodies and answers up to this, in bytes, are small.
  static final int SMALL = 128 * 1024;

  /// The text of a body, its values, the JSON that is written of them, and the copies in between.
  private static final int COPIES = 6;

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Budgets budgets;
  private @Nullable Share arriving;
  private @Nullable Share working;

  /// What all requests share.
  ///
  /// @param maxBody bytes of the longest body
  record Budgets(MemoryBudget arriving, MemoryBudget working, int maxBody) {
    /// A tenth of this process's heap for bodies that arrive, and three for work.
    static Budgets ofHeap(int maxBody) {
      long tenth = Runtime.getRuntime().maxMemory() / 10;
      return new Budgets(
          new MemoryBudget(tenth, PATIENCE), new MemoryBudget(3 * tenth, PATIENCE), maxBody);
    }
  }

  RequestMemory(Budgets budgets) {
    this.budgets = budgets;
  }

  /// The bytes of the longest body that is taken.
  int maxBody() {
    return budgets.maxBody();
  }

  /// A body of this length begins to arrive.
  ///
  /// @throws dev.drover.base.Problem `UNAVAILABLE` if too many arrive already
  void arrives(long bytes) {
    arriving = budgets.arriving().reserve(bytes);
  }

  /// Work on so many bytes begins: once a request.
  ///
  /// @throws dev.drover.base.Problem `UNAVAILABLE` if too much is being done
  void works(long bytes) {
    if (bytes > SMALL && working == null) {
      working = budgets.working().reserve(COPIES * bytes);
    }
    if (arriving != null) {
      arriving.close();
    }
  }

  /// Of all work there is only an answer left to write.
  void answers(long bytes) {
    if (working != null) {
      working.shrink(2 * bytes);
    }
  }

  @Override
  public void close() {
    if (arriving != null) {
      arriving.close();
    }
    if (working != null) {
      working.close();
    }
  }
}
