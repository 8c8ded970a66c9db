package dev.drover.webhooks;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.EmptyWebhookSecretException;
import com.standardwebhooks.exceptions.WebhookSigningException;
import dev.drover.base.Secret;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The secrets with which requests to an endpoint are signed.
///
/// @param previous the secret before it, which still signs until `previousUntil`; null if there is
///   none
/// @see <a href="https://github.com/standard-webhooks/standard-webhooks">Standard Webhooks</a>
public record SigningKeys(
    Secret current, @Nullable Secret previous, @Nullable Instant previousUntil) {
  private static final String PREFIX = "whsec_";
  private static final int BYTES = 32;

  /// A new secret.
  ///
  /// @param random cannot be guessed
  public static SigningKeys fresh(RandomGenerator random) {
    var bytes = new byte[BYTES];
    random.nextBytes(bytes);
    var text = PREFIX + Base64.getEncoder().encodeToString(bytes);
    return new SigningKeys(new Secret(text), null, null);
  }

  /// Whether a text is a secret in the standard's form.
  public static boolean isOne(String text) {
    return text.startsWith(PREFIX);
  }

  /// These secrets in place of older ones.
  ///
  /// @param until how long the older secret still signs, too; null: no longer
  public SigningKeys replacing(SigningKeys older, @Nullable Instant until) {
    return until == null ? this : new SigningKeys(current, older.current, until);
  }

  /// The value of the header `webhook-signature`: one signature for each valid secret.
  ///
  /// @param body the exact text of the request's body
  public String sign(WebhookEventId event, Instant now, String body) {
    var signatures = new ArrayList<String>();
    for (var secret : valid(now)) {
      try {
        var signing = new Webhook(secret.reveal());
        signatures.add(signing.sign(event.value(), now.getEpochSecond(), body));
      } catch (WebhookSigningException | EmptyWebhookSecretException e) {
        throw new IllegalStateException("a webhook cannot be signed", e);
      }
    }
    return String.join(" ", signatures);
  }

  private List<Secret> valid(Instant now) {
    return previous != null && previousUntil != null && now.isBefore(previousUntil)
        ? List.of(current, previous)
        : List.of(current);
  }
}
