package dev.drover.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Problem;
import dev.drover.base.Scope;
import dev.drover.session.EventId;
import dev.drover.session.Feed;
import dev.drover.session.SessionId;
import dev.drover.session.ThreadKey;
import dev.drover.store.sql.FeedPublisher;
import dev.drover.store.sql.Readers;
import dev.drover.store.sql.Unit;
import dev.drover.store.sql.Writer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

@Isolated("it looks at all threads of the process")
final class WriterTest {
  private static final SessionId SESSION = new SessionId("sesn_one");

  @TempDir Path directory;
  private final Feed feed = new Feed();
  private Writer writer;
  private Readers readers;

  @BeforeEach
  void start() throws Exception {
    var connections = Connections.open(directory.resolve("drover.db"), InstantSource.system());
    writer =
        new Writer(List.of(connections.writer()), SqliteDialect.SQLITE, new FeedPublisher(feed));
    readers = new Readers(connections.readers(), SqliteDialect.SQLITE);
    writer.call(
        "one",
        (db, _) -> {
          db.run("COMMIT"); // within a transaction it cannot be asked for
          db.run("PRAGMA foreign_keys = ON");
          db.run("BEGIN IMMEDIATE");
          db.run("CREATE TABLE number (value INTEGER NOT NULL UNIQUE)");
          db.run("CREATE TABLE child (number INTEGER REFERENCES number (value))");
          return true;
        });
  }

  @AfterEach
  void stop() throws Exception {
    readers.close();
    writer.close();
  }

  private static Unit.Body<Boolean> insert(int value) {
    return (db, afterCommit) -> {
      afterCommit.deleted(SESSION, number(value));
      return db.update("INSERT INTO number (value) VALUES (?)", value) == 1;
    };
  }

  private List<Long> numbers() {
    return readers.call(
        db -> db.list("SELECT value FROM number ORDER BY rowid", row -> row.getLong(1)));
  }

  private static List<Long> published(Feed.Subscription subscription) throws InterruptedException {
    var values = new ArrayList<Long>();
    for (var item = subscription.poll(Duration.ZERO);
        item != null;
        item = subscription.poll(Duration.ZERO)) {
      values.add(Long.parseLong(((Feed.Item.Shown) item).json()));
    }
    return values;
  }

  /// Keeps the writer busy until `then` has handed its units in, so that they share a batch.
  private void together(Scope scope, int units, Runnable then) throws Exception {
    var entered = new CountDownLatch(1);
    var open = new CountDownLatch(1);
    scope.fork(
        () ->
            writer.call(
                "one",
                (_, _) -> {
                  entered.countDown();
                  return awaits(open);
                }));
    entered.await();
    then.run();
    while (writer.waiting() < units) {
      Thread.onSpinWait();
    }
    open.countDown();
  }

  private static boolean awaits(CountDownLatch latch) {
    try {
      latch.await();
      return true;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void unitsOfOneBatchKeepTheirOrderAndAFailingOneHurtsNobody() throws Exception {
    try (var subscription = feed.subscribe(SESSION);
        var scope = new Scope()) {
      var tasks = new ArrayList<Scope.Task<Boolean>>();
      together(
          scope,
          100,
          () -> {
            for (int i = 0; i < 100; i++) {
              int value = i;
              tasks.add(
                  scope.fork(
                      () -> {
                        if (value % 10 == 3) {
                          return failing(value);
                        }
                        return writer.call("one", insert(value));
                      }));
            }
          });
      int failed = 0;
      for (var task : tasks) {
        failed += task.join() ? 0 : 1;
      }
      assertThat(failed).isEqualTo(10);
      assertThat(published(subscription)).isEqualTo(numbers()).hasSize(90);
    }
  }

  private boolean failing(int value) {
    assertThatThrownBy(
            () ->
                writer.call(
                    "one",
                    (db, afterCommit) -> {
                      insert(value).run(db, afterCommit);
                      throw Problem.conflict("no " + value);
                    }))
        .isInstanceOf(Problem.class)
        .hasMessage("no " + value);
    return false;
  }

  @Test
  void aUnitThatBreaksTheStoresRulesIsABug() {
    writer.call("one", insert(1));
    assertThatThrownBy(() -> writer.call("one", insert(1)))
        .isInstanceOf(IllegalStateException.class);
    assertThat(numbers()).containsExactly(1L);
  }

  /// A deferred constraint is checked by COMMIT itself.
  private static Unit.Body<Boolean> unitThatCannotCommit() {
    return (db, afterCommit) -> {
      db.run("PRAGMA defer_foreign_keys = ON");
      afterCommit.deleted(SESSION, number(666));
      return db.update("INSERT INTO child (number) VALUES (666)") == 1;
    };
  }

  @Test
  void aLoneCommitThatFailsLeavesTheStoreWorking() throws Exception {
    try (var subscription = feed.subscribe(SESSION)) {
      writer.call("one", insert(1));
      assertUnavailable(() -> writer.call("one", unitThatCannotCommit()));
      writer.call("one", insert(2));
      assertThat(numbers()).containsExactly(1L, 2L);
      assertThat(published(subscription)).containsExactly(1L, 2L);
    }
  }

  @Test
  void aCommitThatFailsFailsAllOfItsUnits() throws Exception {
    try (var scope = new Scope()) {
      var tasks = new ArrayList<Scope.Task<Boolean>>();
      together(
          scope,
          11,
          () -> {
            for (int i = 0; i < 10; i++) {
              int value = i;
              tasks.add(
                  scope.fork(
                      () -> {
                        assertUnavailable(() -> writer.call("one", insert(value)));
                        return true;
                      }));
            }
            tasks.add(
                scope.fork(
                    () -> {
                      assertUnavailable(() -> writer.call("one", unitThatCannotCommit()));
                      return true;
                    }));
          });
      for (var task : tasks) {
        task.join();
      }
    }
    assertThat(numbers()).isEmpty();
    writer.call("one", insert(1));
    assertThat(numbers()).containsExactly(1L);
  }

  private static void assertUnavailable(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            Problem.class,
            problem -> assertThat(problem.kind()).isEqualTo(Problem.Kind.UNAVAILABLE));
  }

  @Test
  void anInterruptedCallerLearnsTheOutcomeAndKeepsTheInterrupt() throws Exception {
    var outcome = new AtomicReference<String>();
    var entered = new CountDownLatch(1);
    var open = new CountDownLatch(1);
    var caller =
        Thread.ofVirtual()
            .start(
                () -> {
                  boolean done =
                      writer.call(
                          "one",
                          (db, afterCommit) -> {
                            entered.countDown();
                            return awaits(open) && insert(1).run(db, afterCommit);
                          });
                  outcome.set(done + " " + Thread.currentThread().isInterrupted());
                });
    entered.await();
    caller.interrupt();
    open.countDown();
    caller.join();
    assertThat(outcome.get()).isEqualTo("true true");
    assertThat(numbers()).containsExactly(1L);
  }

  @Test
  void aClosedStoreRefusesAndEndsItsThreads() throws Exception {
    writer.call("one", insert(1));
    readers.close();
    writer.close();
    assertUnavailable(() -> writer.call("one", insert(2)));
    assertUnavailable(this::numbers);
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(thread -> thread.getName().startsWith("drover-store-"));
  }

  private static Feed.Item.Shown number(int value) {
    return new Feed.Item.Shown(
        new EventId("sevt_1"), ThreadKey.PRIMARY, "number", Integer.toString(value));
  }
}
