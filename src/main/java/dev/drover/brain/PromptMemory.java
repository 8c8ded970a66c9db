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

/// The limit on the memory that prompts take. Small sessions need no reservation; large ones share
/// a budget, so that many of them at once never exhaust the heap. One thread.
final class PromptMemory {
  /// The size of the largest small log, in bytes. A small log is kept from one request to the next.
  static final long SMALL = 1L << 20;

  /// The number of copies of a log in memory: its values, the text of the request, the bytes of the
  /// request, and the copies in between.
  private static final int COPIES = 5;

  private final WakeContext at;

  PromptMemory(WakeContext at) {
    this.at = at;
  }

  interface Asks {
    LogWriter.Next ask() throws InterruptedException;
  }

  /// Calls the model when there is memory for the prompt.
  ///
  /// @param taken the messages of the prompt that are not in the log yet
  /// @param tooLarge called instead if the prompt can never fit
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

  /// Waits for memory; empty if an interrupt arrived first.
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

  /// Releases a share that was granted at the moment of the interrupt.
  private static void release(Scope.Task<Share> reserving) throws InterruptedException {
    try {
      reserving.join().close();
    } catch (Problem _) {
      // none was granted
    }
  }
}
