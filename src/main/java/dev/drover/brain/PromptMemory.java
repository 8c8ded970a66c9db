package dev.drover.brain;

import dev.drover.base.MemoryBudget.Share;
import dev.drover.base.Problem;
import dev.drover.base.Scope;
import dev.drover.base.Utf8;
import dev.drover.model.Answer;
import dev.drover.session.Queued;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// The memory that asking the model takes. Small sessions need no leave; large ones share a budget,
/// so that many of them at once never exhaust the heap. One thread.
final class PromptMemory {
  /// Logs up to this, in bytes, are small, and kept from one request to the next.
  static final long SMALL = 1L << 20;

  /// The values of the log, the text of the request, its bytes, and the copies in between.
  private static final int COPIES = 5;

  private final WakeContext at;

  PromptMemory(WakeContext at) {
    this.at = at;
  }

  interface Asks {
    LogWriter.Next ask() throws InterruptedException;
  }

  /// Asks when there is memory for it.
  ///
  /// @param taken what the prompt has besides the log
  /// @param tooLarge is told if there never is
  LogWriter.Next ask(
      List<Queued> taken, Asks asks, Function<Answer.Failure, LogWriter.Next> tooLarge)
      throws InterruptedException {
    long bytes =
        at.writer().bytes(SMALL) + taken.stream().mapToLong(one -> Utf8.length(one.json())).sum();
    if (bytes <= SMALL) {
      return asks.ask();
    }
    long most = at.harness().memory().total() / COPIES;
    if (bytes > most) {
      return tooLarge.apply(failure(bytes, most));
    }
    var share = reserve(bytes);
    if (share.isEmpty()) {
      return LogWriter.Next.GO_ON;
    }
    try (var _ = share.get()) {
      return asks.ask();
    } finally {
      at.writer().forgetHistory();
    }
  }

  private static Answer.Failure failure(long bytes, long most) {
    return new Answer.Failure(
        Answer.Kind.CONTEXT_FULL,
        "The session's log takes %d MB; with this server's memory a prompt can take at most %d MB."
            .formatted(bytes >> 20, most >> 20),
        Optional.empty());
  }

  /// Empty if an interrupt came first.
  private Optional<Share> reserve(long bytes) throws InterruptedException {
    Scope.Task<Share> reserving;
    boolean came;
    try (var scope = new Scope(at.bell()::ring)) {
      reserving = scope.fork(() -> at.harness().memory().reserve(COPIES * bytes));
      came = at.await(reserving);
    }
    if (came) {
      return Optional.of(reserving.join());
    }
    release(reserving);
    return Optional.empty();
  }

  /// It may have come in the moment of the interrupt.
  private static void release(Scope.Task<Share> reserving) throws InterruptedException {
    try {
      reserving.join().close();
    } catch (Problem _) {
      // it did not
    }
  }
}
