package dev.drover.sdk;

import static dev.drover.testing.Sequences.CLOSING;
import static dev.drover.testing.Sequences.OPENING;
import static dev.drover.testing.Sequences.RUNNING;
import static dev.drover.testing.Sequences.TEXT;
import static dev.drover.testing.Sequences.TEXT_TURN;
import static dev.drover.testing.Sequences.sequence;
import static org.assertj.core.api.Assertions.assertThat;

import com.anthropic.models.beta.sessions.events.BetaManagedAgentsSessionErrorEvent;
import com.anthropic.models.beta.sessions.events.BetaManagedAgentsStreamSessionEvents;
import dev.drover.base.Json;
import dev.drover.testing.Script;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What clients see when the model fails, or will not.
abstract class FailureCases {
  private static final List<String> FAILED = List.of("span.model_request_end", "session.error");
  private static final List<String> RESCHEDULED =
      sequence(
          FAILED,
          List.of("session.thread_status_rescheduled", "session.status_rescheduled"),
          RUNNING,
          List.of("span.model_request_start"));
  private static final int ATTEMPTS = 6;

  private final Rig rig;

  FailureCases(Rig rig) {
    this.rig = rig;
  }

  @Test
  void aFailureThatPasses() {
    try (var talk = rig.talk(passing(429), passing(500), Script.reply().text("Hello"))) {
      talk.say("Hi");
      talk.untilIdle();
      assertThat(talk.news()).isEqualTo(sequence(OPENING, RESCHEDULED, RESCHEDULED, TEXT, CLOSING));
      var end = talk.seen().stream().filter(e -> e.isSpanModelRequestEnd()).findFirst();
      assertThat(end.orElseThrow().asSpanModelRequestEnd().isError()).contains(true);
      var errors = errors(talk);
      assertThat(errors.getFirst().asModelRateLimited().retryStatus().isRetrying()).isTrue();
      assertThat(errors.getLast().asModelRequestFailed().retryStatus().isRetrying()).isTrue();
      talk.assertListedAsStreamed();
    }
  }

  @Test
  void aFailureThatStaysAndAMessageAfterIt() {
    rig.model.script(Collections.nCopies(ATTEMPTS, passing(529)).toArray(Script[]::new));
    try (var talk = rig.talk()) {
      talk.say("Hi");
      var idle = talk.untilIdle();
      assertThat(talk.news())
          .isEqualTo(
              sequence(
                  OPENING,
                  sequence(Collections.nCopies(ATTEMPTS - 1, RESCHEDULED).toArray(List[]::new)),
                  FAILED,
                  CLOSING));
      assertThat(idle.stopReason().isRetriesExhausted()).isTrue();
      var last = errors(talk).getLast().asModelOverloaded();
      assertThat(last.retryStatus().isExhausted()).isTrue();
      assertThat(last.message()).isNotEmpty();
      rig.model.says("Hello");
      talk.say("Again");
      assertThat(talk.untilIdle().stopReason().isEndTurn()).isTrue();
      assertThat(talk.news()).isEqualTo(TEXT_TURN);
    }
  }

  @Test
  void anUnpaidBillAndAFullContextAreNotTriedAgain() {
    var full = Script.status(400, "invalid_request_error", "prompt is too long: 2 > 1");
    try (var unpaid = rig.talk(Script.status(402));
        var tooLong = rig.talk()) {
      unpaid.say("Hi");
      assertThat(unpaid.untilIdle().stopReason().isRetriesExhausted()).isTrue();
      assertThat(unpaid.news()).isEqualTo(sequence(OPENING, FAILED, CLOSING));
      assertThat(errors(unpaid).getLast().asBilling().retryStatus().isExhausted()).isTrue();

      rig.model.script(full);
      tooLong.say("Hi");
      assertThat(tooLong.untilIdle().stopReason().isRetriesExhausted()).isTrue();
      assertThat(tooLong.news()).isEqualTo(sequence(OPENING, FAILED, CLOSING));
      var error = errors(tooLong).getLast().asCompactionLimitReached();
      assertThat(error.retryStatus().isExhausted()).isTrue();
    }
  }

  @Test
  void aModelThatAsksForToolsForEver() {
    var rounds = Collections.nCopies(Rig.MAX_TOOL_ROUNDS + 1, 0);
    try (var talk =
        rig.talk(
            rounds.stream()
                .map(_ -> Script.reply().toolUse("no_such_tool", Json.EMPTY))
                .toArray(Script[]::new))) {
      talk.say("Hi");
      assertThat(talk.untilIdle().stopReason().isRetriesExhausted()).isTrue();
      var error = errors(talk).getLast().asToolUseLimitReached();
      assertThat(error.retryStatus().isExhausted()).isTrue();
      assertThat(talk.seen().stream().filter(e -> e.isAgentToolResult())).hasSize(rounds.size());
    }
  }

  @Test
  void aRefusal() {
    try (var talk = rig.talk(Script.reply().text("I will not").refusal())) {
      talk.say("Hi");
      var idle = talk.untilIdle();
      assertThat(idle.stopReason().isRefusal()).isTrue();
      var details = idle.stopDetails().orElseThrow();
      assertThat(details.category().orElseThrow().asString()).isEqualTo("cyber");
      assertThat(details.explanation()).contains("scripted refusal");
      var thread = talk.last(BetaManagedAgentsStreamSessionEvents::isSessionThreadStatusIdle);
      assertThat(thread.asSessionThreadStatusIdle().stopReason().isRefusal()).isTrue();
      assertThat(talk.news()).isEqualTo(TEXT_TURN);
    }
  }

  private static Script passing(int status) {
    return Script.status(status).header("retry-after-ms", "1");
  }

  private static List<BetaManagedAgentsSessionErrorEvent.Error> errors(Talk talk) {
    return talk.seen().stream()
        .filter(BetaManagedAgentsStreamSessionEvents::isSessionError)
        .map(event -> event.asSessionError().error())
        .toList();
  }
}
