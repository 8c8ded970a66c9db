package dev.drover.webhooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import dev.drover.base.Secret;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class SigningKeysTest {
  private static final WebhookEventId EVENT = new WebhookEventId("whe_01abc");
  private static final String BODY = "{\"text\":\"ünïcode 🐎\"}";

  private final Random random = new Random(7);

  private static Map<String, List<String>> headers(SigningKeys keys, Instant at) {
    return Map.of(
        "webhook-id", List.of(EVENT.value()),
        "webhook-timestamp", List.of(Long.toString(at.getEpochSecond())),
        "webhook-signature", List.of(keys.sign(EVENT, at, BODY)));
  }

  private static void verify(SigningKeys of, Map<String, List<String>> headers, String body)
      throws Exception {
    new Webhook(of.current().reveal()).verify(body, headers);
  }

  @Test
  void theStandardsLibraryAcceptsASignatureAndNoneOfAnotherBodyOrSecretOrTime() throws Exception {
    var now = Instant.now();
    var keys = SigningKeys.fresh(random);
    var headers = headers(keys, now);
    verify(keys, headers, BODY);
    assertThatThrownBy(() -> verify(keys, headers, BODY + " "))
        .isInstanceOf(WebhookVerificationException.class);
    assertThatThrownBy(() -> verify(SigningKeys.fresh(random), headers, BODY))
        .isInstanceOf(WebhookVerificationException.class);
    assertThatThrownBy(() -> verify(keys, headers(keys, now.minusSeconds(400)), BODY))
        .isInstanceOf(WebhookVerificationException.class);
  }

  /// The example of the specification.
  @Test
  void theSignatureIsThatOfTheStandard() {
    var keys = new SigningKeys(new Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), null, null);
    assertThat(
            keys.sign(
                new WebhookEventId("msg_p5jXN8AQM9LWM0D4loKWxJek"),
                Instant.ofEpochSecond(1614265330),
                "{\"test\": 2432232314}"))
        .isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  }

  @Test
  void aSecretIsOf32RandomBytesAndDoesNotShowItself() {
    var keys = SigningKeys.fresh(random);
    assertThat(keys.current().reveal()).startsWith("whsec_");
    assertThat(Base64.getDecoder().decode(keys.current().reveal().substring(6))).hasSize(32);
    assertThat(SigningKeys.fresh(random).current().reveal()).isNotEqualTo(keys.current().reveal());
    assertThat(keys.toString()).doesNotContain("whsec");
  }

  @Test
  void theOldSecretSignsBesideTheNewOneForAsLongAsAskedFor() throws Exception {
    var now = Instant.now();
    var old = SigningKeys.fresh(random);
    var both = SigningKeys.fresh(random).replacing(old, now.plusSeconds(60));
    verify(old, headers(both, now), BODY);
    verify(both, headers(both, now), BODY);
    var later = headers(both, now.plusSeconds(60));
    verify(both, later, BODY);
    assertThatThrownBy(() -> verify(old, later, BODY))
        .isInstanceOf(WebhookVerificationException.class);
    var atOnce = SigningKeys.fresh(random).replacing(old, null);
    assertThatThrownBy(() -> verify(old, headers(atOnce, now), BODY))
        .isInstanceOf(WebhookVerificationException.class);
  }
}
