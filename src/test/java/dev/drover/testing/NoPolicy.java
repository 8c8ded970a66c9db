package dev.drover.testing;

import dev.drover.desk.PolicyDesk;
import dev.drover.desk.PolicyVerdict;
import dev.drover.policy.PolicyInForce;
import java.nio.file.Path;

/// The desk for the policy of a server without one, and without a network.
public final class NoPolicy {
  private NoPolicy() {}

  /// Denies every connection.
  public static PolicyDesk desk() {
    return new PolicyDesk(
        PolicyInForce.of(Path.of("/nowhere/policy.yaml")),
        (_, host, port) ->
            new PolicyVerdict(
                PolicyVerdict.Answer.DENIED,
                PolicyVerdict.By.ENVIRONMENT,
                "host",
                host + ":" + port + " is not reached"));
  }
}
