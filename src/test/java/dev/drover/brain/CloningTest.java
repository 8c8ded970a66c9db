package dev.drover.brain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.brain.Repositories.Outcome;
import dev.drover.hands.ToolResult;
import dev.drover.session.Emission;
import dev.drover.session.Emitted;
import dev.drover.session.Event;
import dev.drover.session.EventLog;
import dev.drover.session.Lease;
import dev.drover.session.RepositoryPath;
import dev.drover.session.RepositorySkill;
import dev.drover.session.RepositoryUrl;
import dev.drover.session.SessionError;
import dev.drover.session.SessionResource.Repository;
import dev.drover.session.SessionResourceId;
import dev.drover.session.Slice;
import dev.drover.session.Stored;
import dev.drover.testing.EventLogView;
import dev.drover.testing.Stage;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// When repositories are cloned, how often, and what follows.
@Timeout(20)
final class CloningTest {
  private static final RepositoryUrl URL = RepositoryUrl.of("https://git.example/acme/app");
  private final Stage stage = new Stage();

  @BeforeEach
  void hands() {
    stage.hand().does(_ -> ToolResult.success("done"));
    stage.begin(
        new Repository(
            new SessionResourceId("sesrsc_1"),
            URL,
            RepositoryPath.of(URL),
            Optional.empty(),
            Optional.empty(),
            Instant.EPOCH,
            Instant.EPOCH));
  }

  private static Outcome failed(boolean passes) {
    var type = SessionError.Type.REPOSITORY_CLONE;
    return new Outcome.Failed(SessionError.ofRepository(type, "it failed", URL), passes);
  }

  private void turn(String text) throws InterruptedException {
    stage.model().thenText("ok");
    stage.queue(text);
    stage.wake();
  }

  private Lease claimed() {
    return stage.store().eventLog().claim(stage.session()).orElseThrow();
  }

  private List<Event> log() {
    return stage.store().eventLog().getEvents(stage.session(), Slice.after(0, 1000)).stream()
        .map(Stored::event)
        .toList();
  }

  private List<Optional<List<RepositorySkill>>> cloned() {
    return log().stream()
        .filter(Event.RepositoryCloned.class::isInstance)
        .map(event -> ((Event.RepositoryCloned) event).skills())
        .toList();
  }

  @Test
  void aRepositoryIsClonedOnceBeforeTheModelIsAskedAndItsSkillsAreAnnounced() throws Exception {
    var skill = new RepositorySkill("release", "Releases.", "/workspace/app/SKILL.md");
    stage.repositories().then(new Outcome.Cloned(List.of(skill)));
    turn("Hi");
    turn("Again");
    assertThat(stage.repositories().calls()).containsExactly("sesrsc_1-0");
    assertThat(cloned()).containsExactly(Optional.of(List.of(skill)));
    assertThat(stage.model().prompts())
        .hasSize(2)
        .allSatisfy(
            prompt ->
                assertThat(prompt.system().toString())
                    .contains("- release (/workspace/app/SKILL.md): Releases."));
    assertThat(stage.types()).doesNotContain("session.error");
  }

  @Test
  void anAttemptThatMayPassIsRepeatedInTheSameTurn() throws Exception {
    stage.repositories().then(failed(true)).then(failed(true));
    turn("Hi");
    assertThat(stage.repositories().calls())
        .containsExactly("sesrsc_1-0", "sesrsc_1-1", "sesrsc_1-2");
    assertThat(stage.types()).doesNotContain("session.error").contains("agent.message");
  }

  @Test
  void aFailureIsShownAndTheNextTurnTriesAgain() throws Exception {
    stage.repositories().then(failed(false));
    turn("Hi");
    assertThat(stage.types()).containsOnlyOnce("session.error").contains("agent.message");
    turn("Again");
    assertThat(stage.types()).containsOnlyOnce("session.error");
    assertThat(stage.repositories().calls()).containsExactly("sesrsc_1-0", afterFailure());
    assertThat(cloned()).containsExactly(Optional.empty(), Optional.of(List.of()));
  }

  /// The id of the first call after the failure in the log.
  private String afterFailure() {
    return "sesrsc_1-" + Cloning.ATTEMPTS * (log().indexOf(failure()) + 1);
  }

  private Event failure() {
    return log().stream()
        .filter(one -> one instanceof Event.RepositoryCloned clone && clone.skills().isEmpty())
        .findFirst()
        .orElseThrow();
  }

  /// A log whose second append kills the brain that makes it: the one with the outcome of a clone.
  private record Deadly(EventLog log, AtomicInteger appends) implements EventLogView {
    @Override
    public Emitted emitEvents(Lease lease, Emission emission) {
      if (appends.incrementAndGet() == 2) {
        throw new IllegalStateException("killed");
      }
      return log.emitEvents(lease, emission);
    }
  }

  @Test
  void aBrainThatContinuesAfterACrashMakesTheSameCall() throws Exception {
    var deadly = stage.harness(new Deadly(stage.store().eventLog(), new AtomicInteger()));
    stage.model().thenText("ok");
    stage.queue("Hi");
    var lease = claimed();
    assertThatThrownBy(() -> deadly.wake(lease, new Bell())).hasMessage("killed");
    assertThat(cloned()).isEmpty();
    stage.store().eventLog().release(lease);
    stage.wake();
    assertThat(stage.repositories().calls()).containsExactly("sesrsc_1-0", "sesrsc_1-0");
    assertThat(cloned()).containsExactly(Optional.of(List.of()));
    assertThat(stage.types()).contains("agent.message").doesNotContain("session.error");
  }

  @Test
  void anInterruptStopsACloneWithoutAnError() throws Exception {
    var bell = new Bell();
    stage
        .hand()
        .does(
            _ -> {
              stage.interrupt();
              bell.ring();
              new CountDownLatch(1).await();
              return ToolResult.success("");
            });
    stage.queue("Hi");
    stage.harness(stage.store().eventLog()).wake(claimed(), bell);
    assertThat(stage.types())
        .contains("user.interrupt", "session.status_idle")
        .doesNotContain("session.error", "span.model_request_start");
    assertThat(cloned()).containsExactly(Optional.empty());
    stage.hand().does(_ -> ToolResult.success("done"));
    turn("Again");
    assertThat(stage.repositories().calls()).containsExactly("sesrsc_1-0", afterFailure());
  }
}
