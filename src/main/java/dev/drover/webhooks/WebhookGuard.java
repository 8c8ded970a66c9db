package dev.drover.webhooks;

import dev.drover.http.Guard;
import dev.drover.http.Unreachable;
import java.net.InetAddress;
import java.net.URI;
import java.util.Optional;

/// The guard of requests to endpoints: they are encrypted, except for those to hosts that are not
/// on the public internet and that the operator has allowed.
///
/// @param allowed the guard for URLs from clients
/// @param open a guard that allows the public internet only
public record WebhookGuard(Guard allowed, Guard open) implements Guard {
  @Override
  public Optional<InetAddress> admit(URI url) throws Unreachable, InterruptedException {
    var address = allowed.admit(url);
    if (!"https".equalsIgnoreCase(url.getScheme()) && isOpen(url)) {
      throw new Unreachable(Unreachable.Why.FORBIDDEN, "must be an https URL");
    }
    return address;
  }

  private boolean isOpen(URI url) throws InterruptedException {
    try {
      open.admit(url);
      return true;
    } catch (Unreachable e) {
      return e.why() != Unreachable.Why.FORBIDDEN;
    }
  }
}
