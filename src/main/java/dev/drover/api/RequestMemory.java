package dev.drover.api;

import dev.drover.base.MemoryBudget;
import dev.drover.base.MemoryBudget.Share;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// The memory that one request reserves for its body and its response. Small ones need no
/// reservation. Large ones share two budgets, so that together they never exhaust the heap: one for
/// bodies that are still arriving, at the speed of their clients, and one for processing a complete
/// body or a long response. The first reservation is released after the second one is granted, so
/// processing waits for a client only when it writes. Not safe for concurrent use.
final class RequestMemory implements AutoCloseable {
  /// The maximum length of a small body or response, in bytes.
  static final int SMALL = 128 * 1024;

  /// The number of copies of a body during processing: its text, its values, the JSON that is
  /// written from them, and temporary copies.
  private static final int COPIES = 6;

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Budgets budgets;
  private @Nullable Share arriving;
  private @Nullable Share working;

  /// The budgets that all requests share.
  ///
  /// @param maxBody the maximum length of a body, in bytes
  record Budgets(MemoryBudget arriving, MemoryBudget working, int maxBody) {
    /// The budgets for this process: a tenth of the heap for arriving bodies, and three tenths for
    /// processing.
    static Budgets ofHeap(int maxBody) {
      long tenth = Runtime.getRuntime().maxMemory() / 10;
      return new Budgets(
          new MemoryBudget(tenth, PATIENCE), new MemoryBudget(3 * tenth, PATIENCE), maxBody);
    }
  }

  RequestMemory(Budgets budgets) {
    this.budgets = budgets;
  }

  /// The maximum length of a body, in bytes.
  int maxBody() {
    return budgets.maxBody();
  }

  /// Reserves memory for a body of this length that begins to arrive.
  ///
  /// @throws dev.drover.base.Problem `UNAVAILABLE` if too many bodies are arriving
  void arrives(long bytes) {
    arriving = budgets.arriving().reserve(bytes);
  }

  /// Reserves memory for processing this many bytes, once for each request.
  ///
  /// @throws dev.drover.base.Problem `UNAVAILABLE` if too many requests are being processed
  void works(long bytes) {
    if (bytes > SMALL && working == null) {
      working = budgets.working().reserve(COPIES * bytes);
    }
    if (arriving != null) {
      arriving.close();
    }
  }

  /// Reduces the reservation when only a response of this length is left to write.
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
