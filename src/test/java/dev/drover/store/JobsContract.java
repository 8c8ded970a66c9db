package dev.drover.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.session.Job;
import dev.drover.session.Jobs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// What every [Jobs] does, seen by one node that is alone. [ManyNodesContract] has two.
abstract class JobsContract extends StoreContract {
  private static final Set<String> KINDS = Set.of("post", "sweep");
  private static final Json PAYLOAD = Json.obj("to", "ünïcode 🐎", "n", 7);

  private Jobs jobs() {
    return store.jobs();
  }

  private void owe(String... keys) {
    for (var key : keys) {
      jobs().owe(new Job.Order("post", key, PAYLOAD, false));
    }
  }

  private Job claimed() {
    return jobs().claim(KINDS, 1).getFirst();
  }

  private List<String> due() {
    return jobs().claim(KINDS, 100).stream().map(Job::key).toList();
  }

  @Test
  void whatIsOwedSurvivesAndIsClaimedOnce() throws Exception {
    owe("a");
    reopened();
    var job = claimed();
    assertThat(job).extracting(Job::kind, Job::key).containsExactly("post", "a");
    assertThat(job.payload()).isEqualTo(PAYLOAD);
    assertThat(job.tries()).isEqualTo(1);
    assertThat(due()).isEmpty();
    assertThat(jobs().held()).containsExactly(job);
    assertThat(jobs().done(job)).isTrue();
    assertThat(jobs().done(job)).as("a second time").isFalse();
    assertThat(jobs().held()).isEmpty();
    assertThat(due()).isEmpty();
  }

  @Test
  void aJobIsOwedOnceHoweverOftenItIsAskedForAndAgainWhenItWasDone() {
    owe("a", "a");
    var job = claimed();
    owe("a");
    assertThat(due()).as("it is being done").isEmpty();
    jobs().done(job);
    owe("a");
    var again = claimed();
    assertThat(again.tries()).isEqualTo(1);
    assertThat(again.epoch()).isGreaterThan(job.epoch());
    assertThat(jobs().done(job)).as("the claim from before").isFalse();
    assertThat(jobs().done(again)).isTrue();
  }

  @Test
  void kindsAndDirectoriesHaveJobsOfTheirOwn() {
    jobs().owe(new Job.Order("post", "a", Json.EMPTY, false));
    jobs().owe(new Job.Order("sweep", "a", Json.EMPTY, false));
    jobs().owe(new Job.Order("tomorrow", "a", Json.EMPTY, false));
    assertThat(jobs().claim(Set.of(), 9)).isEmpty();
    assertThat(jobs().claim(Set.of("sweep"), 9)).extracting(Job::kind).containsExactly("sweep");
    assertThat(jobs().claim(KINDS, 9)).extracting(Job::kind).containsExactly("post");
    assertThat(jobs().tally().owed()).isEqualTo(3);
  }

  @Test
  void aClaimTakesNoMoreThanItMayAndTheLongestDueFirst() {
    for (int i = 0; i < 5; i++) {
      clock.move(Duration.ofSeconds(1));
      owe("key " + i);
    }
    assertThat(jobs().claim(KINDS, 2)).extracting(Job::key).containsExactly("key 0", "key 1");
    assertThat(jobs().claim(KINDS, 9))
        .extracting(Job::key)
        .containsExactly("key 2", "key 3", "key 4");
  }

  @Test
  void whatFailedIsDueAgainAfterItsPause() throws Exception {
    owe("a");
    var job = claimed();
    assertThat(jobs().retry(job, "the disk is full", Duration.ofSeconds(10))).isTrue();
    assertThat(jobs().retry(job, "twice", Duration.ZERO)).isFalse();
    reopened();
    clock.move(Duration.ofSeconds(9));
    assertThat(due()).isEmpty();
    assertThat(jobs().tally().owed()).isEqualTo(1);
    clock.move(Duration.ofSeconds(1));
    var again = claimed();
    assertThat(again.tries()).isEqualTo(2);
    assertThat(again.payload()).isEqualTo(PAYLOAD);
  }

  @Test
  void whatIsParkedIsSeenAndLeftAloneUntilItIsUnparked() throws Exception {
    owe("a", "b");
    var first = claimed();
    assertThat(jobs().park(first, "x".repeat(2 * Job.ERROR_LIMIT))).isTrue();
    var at = clock.instant();
    clock.move(Duration.ofDays(1));
    owe(first.key());
    reopened();
    var tally = jobs().tally();
    assertThat(tally.owed()).isEqualTo(1);
    assertThat(tally.failed()).isEqualTo(1);
    assertThat(tally.failures())
        .containsExactly(new Jobs.Failure("post", first.key(), 1, at, "x".repeat(Job.ERROR_LIMIT)));
    assertThat(due()).doesNotContain(first.key()).hasSize(1);
    assertThat(jobs().unpark()).isEqualTo(1);
    assertThat(jobs().unpark()).isZero();
    var again = claimed();
    assertThat(again.key()).isEqualTo(first.key());
    assertThat(again.tries()).isEqualTo(1);
    assertThat(jobs().tally().failures()).isEmpty();
  }

  @Test
  void aTallySaysSinceWhenSomethingIsOwedAndShowsTheNewestFailures() {
    assertThat(jobs().tally().since()).isEmpty();
    var began = clock.instant();
    for (int i = 0; i < Jobs.FAILURES + 2; i++) {
      owe("key " + i);
      clock.move(Duration.ofSeconds(1));
    }
    assertThat(jobs().tally().since()).contains(began);
    for (var job : jobs().claim(KINDS, Jobs.FAILURES + 1)) {
      jobs().park(job, "no");
      clock.move(Duration.ofSeconds(1));
    }
    var tally = jobs().tally();
    assertThat(tally.owed()).isEqualTo(1);
    assertThat(tally.since()).contains(began.plusSeconds(Jobs.FAILURES + 1));
    assertThat(tally.failed()).isEqualTo(Jobs.FAILURES + 1);
    assertThat(tally.failures())
        .extracting(Jobs.Failure::key)
        .containsExactly("key 5", "key 4", "key 3", "key 2", "key 1");
  }

  @Test
  void whatWasEverOwedIsRememberedForAWhile() throws Exception {
    owe("done", "owed");
    var asked = new ArrayList<>(List.of("done", "owed", "never"));
    IntStream.range(0, 250).forEach(i -> asked.add("other " + i));
    assertThat(jobs().remembered("post", List.of())).isEmpty();
    assertThat(jobs().remembered("sweep", asked)).isEmpty();
    jobs().claim(KINDS, 9).stream()
        .filter(job -> job.key().equals("done"))
        .forEach(job -> jobs().done(job));
    store.nodes().leave();
    reopened();
    assertThat(jobs().remembered("post", asked)).containsExactlyInAnyOrder("done", "owed");
    clock.move(Jobs.REMEMBERED);
    jobs().forget();
    assertThat(jobs().remembered("post", asked)).containsExactlyInAnyOrder("done", "owed");
    clock.move(Duration.ofMillis(1));
    jobs().forget();
    assertThat(jobs().remembered("post", asked)).as("not what is owed").containsExactly("owed");
  }

  @Test
  void aNodeThatDrainsOrLeavesClaimsNothingMoreButEndsWhatItHas() {
    owe("a", "b");
    var job = claimed();
    store.nodes().drain();
    assertThat(due()).isEmpty();
    assertThat(jobs().done(job)).isTrue();
    assertThat(jobs().tally().owed()).isEqualTo(1);
  }
}
