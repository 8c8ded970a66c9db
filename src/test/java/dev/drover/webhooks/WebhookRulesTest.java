package dev.drover.webhooks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.webhooks.WebhookAnswer.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class WebhookRulesTest {
  private static final Instant NOW = Instant.parse("2026-11-27T10:00:00Z");
  private static final WebhookAnswer OK = WebhookAnswer.of(204);
  private static final WebhookAnswer DOWN = WebhookAnswer.of(503);
  private static final WebhookSettings SETTINGS =
      new WebhookSettings(
          5, Duration.ofSeconds(8), Duration.ofSeconds(15), Duration.ofDays(3), Duration.ofDays(7));

  private final WebhookRules rules = new WebhookRules(SETTINGS, new Random(7));

  private static WebhookQueue.Owed owed(int attempts) {
    var event = new WebhookEvent(new WebhookEventId("whe_1"), "agent.created", NOW, Json.EMPTY);
    return new WebhookQueue.Owed(event, attempts);
  }

  private Duration pause(int attempts) {
    return Duration.between(NOW, rules.after(owed(attempts), DOWN, NOW).dueAt());
  }

  @Test
  void onlyA2xxAcknowledges() {
    for (int status : new int[] {200, 201, 204, 299}) {
      assertThat(WebhookAnswer.of(status).kind()).isEqualTo(Kind.ACCEPTED);
    }
    for (int status : new int[] {301, 302, 304, 307, 308}) {
      assertThat(WebhookAnswer.of(status).kind()).isEqualTo(Kind.REDIRECTED);
    }
    for (int status : new int[] {100, 400, 401, 404, 410, 429, 500, 503, 599}) {
      assertThat(WebhookAnswer.of(status).kind()).isEqualTo(Kind.REFUSED);
    }
  }

  @Test
  void aDeliveryIsAttemptedAgainAfterGrowingPausesAndIsGivenUp() {
    for (int attempts = 1; attempts < 5; attempts++) {
      var result = rules.after(owed(attempts), DOWN, NOW);
      assertThat(result.state()).isEqualTo(WebhookDelivery.State.OWED);
      assertThat(result.error()).hasValue("the endpoint answered with 503");
      long full = 8_000L << (attempts - 1);
      assertThat(pause(attempts).toMillis()).isBetween(full * 2 / 3, full);
    }
    assertThat(rules.after(owed(5), DOWN, NOW).state()).isEqualTo(WebhookDelivery.State.FAILED);
    assertThat(pause(60)).isBetween(Duration.ofMinutes(10), Duration.ofMinutes(15));
    var last = rules.after(owed(5), OK, NOW);
    assertThat(last.state()).isEqualTo(WebhookDelivery.State.DELIVERED);
    assertThat(last.status()).hasValue(204);
    assertThat(last.error()).isEmpty();
  }

  @Test
  void anEndpointIsPausedOnlyIfEveryAttemptOfARoundFailed() {
    var good = WebhookHealth.good(NOW);
    assertThat(rules.after(good, List.of(DOWN, OK, DOWN), NOW)).isEqualTo(good);
    var down = rules.after(good, List.of(DOWN, DOWN), NOW);
    assertThat(down.failures()).isEqualTo(1);
    assertThat(down.failingSince()).isEqualTo(NOW);
    assertThat(down.pausedUntil()).isAfter(NOW.plusSeconds(5));
    var later = NOW.plusSeconds(100);
    var still = rules.after(down, List.of(DOWN), later);
    assertThat(still.failures()).isEqualTo(2);
    assertThat(still.failingSince()).isEqualTo(NOW);
    assertThat(rules.after(still, List.of(OK), later)).isEqualTo(WebhookHealth.good(later));
    assertThat(good.isBackAfter(still)).isFalse();
    assertThat(good.isBackAfter(rules.after(still, List.of(DOWN), later))).isTrue();
  }

  @Test
  void anEndpointIsDisabledAfterDaysWithoutASuccessAndByARedirectOrAForbiddenHostAtOnce() {
    var down = rules.after(WebhookHealth.good(NOW), List.of(DOWN), NOW);
    var before = NOW.plus(Duration.ofDays(3)).minusSeconds(1);
    assertThat(rules.after(down, List.of(DOWN), before).disable()).isNull();
    var then = NOW.plus(Duration.ofDays(3));
    assertThat(rules.after(down, List.of(DOWN), then).disable())
        .isEqualTo(
            "no delivery has succeeded since 2026-11-27T10:00:00Z; the last attempt: the endpoint"
                + " answered with 503");
    assertThat(rules.after(down, List.of(OK), then).disable()).isNull();
    for (var last :
        List.of(WebhookAnswer.of(302), new WebhookAnswer(Kind.FORBIDDEN, 0, "not public"))) {
      assertThat(rules.after(WebhookHealth.good(NOW), List.of(OK, last), NOW).disable())
          .isEqualTo(last.text());
    }
  }
}
