package dev.drover.brain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Ids;
import dev.drover.base.Json;
import dev.drover.base.Pause;
import dev.drover.base.Problem;
import dev.drover.session.Feed;
import dev.drover.session.Job;
import dev.drover.session.Jobs;
import dev.drover.store.memory.MemoryStore;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What becomes of jobs that are done, fail, hang, or get lost.
final class JobRunnerTest {
  private static final Pause NEVER = _ -> new Semaphore(0).acquire();

  private final AtomicReference<Instant> time = new AtomicReference<>(Instant.EPOCH);
  private final MemoryStore store =
      new MemoryStore(new Feed(), new Ids(new Random(7)), () -> time.get());
  private final Jobs jobs = store.jobs();
  private final List<String> done = new CopyOnWriteArrayList<>();

  private JobRunner runner(JobHandler handler) {
    return runner(jobs, handler);
  }

  private static JobRunner runner(Jobs jobs, JobHandler handler) {
    return new JobRunner(jobs, Map.of("test", handler), NEVER);
  }

  private void owe(String... keys) {
    for (var key : keys) {
      jobs.owe(new Job.Order("test", key, Json.EMPTY, false));
    }
  }

  @Test
  void whatIsDueIsDoneOnceAndWhatThisNodeCannotDoIsLeft() {
    owe("a", "b");
    jobs.owe(new Job.Order("tomorrow", "c", Json.EMPTY, false));
    var runner = runner(job -> done.add(job.key()));
    runner.work();
    runner.work();
    assertThat(done).containsExactly("a", "b");
    assertThat(jobs.tally().owed()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1",
    "2, 2",
    "3, 4",
    "4, 8",
    "9, 256",
    "10, 512",
    "11, 600",
    "16, 600",
    "64, 600",
    "2147483647, 600"
  })
  void pausesGrowUpToABound(int tries, long seconds) {
    assertThat(JobRunner.pauseAfter(tries)).isEqualTo(Duration.ofSeconds(seconds));
  }

  @Test
  void aJobThatAlwaysFailsIsParkedAndTriedAgainByTheNextStart() {
    owe("a");
    var tries = new AtomicInteger();
    var runner =
        runner(
            _ -> {
              throw new IOException("no " + tries.incrementAndGet());
            });
    var began = time.get();
    for (int i = 1; i <= JobRunner.TRIES; i++) {
      runner.work();
      runner.work();
      assertThat(tries).as("not before its pause is over").hasValue(i);
      assertThat(jobs.tally().failed()).isEqualTo(i < JobRunner.TRIES ? 0 : 1);
      time.updateAndGet(now -> now.plus(JobRunner.pauseAfter(tries.get())));
    }
    assertThat(Duration.between(began, time.get()))
        .isBetween(Duration.ofMinutes(50), Duration.ofMinutes(90));
    time.updateAndGet(now -> now.plus(Duration.ofDays(1)));
    runner.work();
    assertThat(tries).hasValue(JobRunner.TRIES);
    assertThat(jobs.tally().failures())
        .singleElement()
        .extracting(Jobs.Failure::key, Jobs.Failure::tries, Jobs.Failure::error)
        .containsExactly("a", JobRunner.TRIES, "no " + JobRunner.TRIES);
    var next = runner(job -> done.add(job.key()));
    next.look(true);
    next.work();
    assertThat(done).containsExactly("a");
    assertThat(jobs.tally()).isEqualTo(new Jobs.Tally(0, Optional.empty(), 0, List.of()));
  }

  @Test
  void whateverAHandlerThrowsTheOthersAreDone() {
    owe("checked", "unchecked", "error", "problem", "fine");
    runner(
            job -> {
              switch (job.key()) {
                case "checked" -> throw new IOException();
                case "unchecked" -> throw new IllegalStateException("x");
                case "error" -> throw new StackOverflowError();
                case "problem" -> throw Problem.invalid("no");
                default -> done.add(job.key());
              }
            })
        .work();
    assertThat(done).containsExactly("fine");
    assertThat(jobs.tally().owed()).isEqualTo(4);
    assertThat(jobs.held()).isEmpty();
  }

  @Test
  void aClaimWhoseAnswerWasLostIsDoneAtTheSecondLook() {
    owe("a");
    assertThat(jobs.claim(Set.of("test"), 1)).hasSize(1);
    var runner = runner(job -> done.add(job.key()));
    runner.work();
    runner.look(false);
    assertThat(done).as("it may just be about to begin").isEmpty();
    runner.look(false);
    assertThat(done).containsExactly("a");
    assertThat(jobs.held()).isEmpty();
    runner.look(false);
    assertThat(done).hasSize(1);
  }

  @Test
  void aJobIsDoneAgainWhenTheStoreDidNotLearnThatItWasDone() {
    owe("a");
    var lost = new AtomicBoolean(true);
    var away = failing("done", () -> lost.getAndSet(false));
    var runner = runner(away, job -> done.add(job.key()));
    assertThatThrownBy(runner::work).isInstanceOf(Problem.class);
    assertThat(done).containsExactly("a");
    runner.look(false);
    runner.look(false);
    assertThat(done).containsExactly("a", "a");
    assertThat(jobs.tally().owed()).isZero();
  }

  @Test
  void aJobThatIsOwedIsDoneAtAHintAndSoAreThoseThatTheStoreRefusedAtFirst() {
    var left = new AtomicInteger(2);
    var go = new Semaphore(0);
    var away = failing("claim", () -> left.getAndDecrement() > 0);
    try (var runner =
        new JobRunner(away, Map.of("test", job -> done.add(job.key())), _ -> go.acquire())) {
      owe("a");
      runner.start();
      go.release(9);
      await().until(() -> done.equals(List.of("a")));
      owe("b");
      runner.hint();
      await().until(() -> done.equals(List.of("a", "b")));
    }
  }

  /// The store's jobs, of which one method fails as often as that is asked for.
  private Jobs failing(String name, BooleanSupplier fails) {
    return (Jobs)
        Proxy.newProxyInstance(
            Jobs.class.getClassLoader(),
            new Class<?>[] {Jobs.class},
            (_, method, arguments) -> {
              if (method.getName().equals(name) && fails.getAsBoolean()) {
                throw Problem.unavailable("the store is away", new IOException());
              }
              return method.invoke(jobs, arguments);
            });
  }

  @Test
  void aJobThatHangsKeepsNoOtherFromBeingDoneAndEndsWithTheServer() throws Exception {
    owe("hangs");
    var hangs = new CountDownLatch(1);
    var ended = new CountDownLatch(1);
    var runner =
        runner(
            job -> {
              if (job.key().equals("hangs")) {
                hangs.countDown();
                try {
                  new Semaphore(0).acquire();
                } finally {
                  ended.countDown();
                }
              }
              done.add(job.key());
            });
    try (runner) {
      runner.hint();
      hangs.await();
      owe("a");
      runner.hint();
      await().until(() -> done.equals(List.of("a")));
      runner.look(false);
      runner.look(false);
      assertThat(jobs.held()).as("it is not begun twice").hasSize(1);
    }
    ended.await();
    owe("late");
    runner.hint();
    store.nodes().leave();
    var next = store.join(new Feed(), new Ids(new Random(8)), () -> time.get());
    var keys = new ArrayList<String>();
    next.jobs().claim(Set.of("test"), 9).forEach(job -> keys.add(job.key()));
    assertThat(keys).as("left to others").containsExactlyInAnyOrder("hangs", "late");
  }

  /// As when a server cannot listen.
  @Test
  void whatHasNotBegunCanBeClosed() {
    runner(job -> done.add(job.key())).close();
  }
}
