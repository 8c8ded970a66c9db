package dev.drover.webhooks;

import dev.drover.base.Problem;
import dev.drover.http.Guard;
import dev.drover.http.Unreachable;
import java.net.URI;
import java.net.URISyntaxException;

/// The check of the URLs that clients give to endpoints. The guard judges the host again whenever a
/// request is sent, so this only reports early what would fail later. Safe for many threads.
public final class WebhookUrls {
  private final Guard guard;

  public WebhookUrls(Guard guard) {
    this.guard = guard;
  }

  /// @throws Problem `INVALID_REQUEST` if no event may be sent there; a host that is unknown today
  ///   may be known tomorrow
  public URI check(String text) throws InterruptedException {
    URI url;
    try {
      url = new URI(text);
    } catch (URISyntaxException _) {
      throw refused("must be an https URL");
    }
    if (url.getRawFragment() != null) {
      throw refused("must not have a fragment");
    }
    try {
      guard.admit(url);
    } catch (Unreachable e) {
      if (e.why() == Unreachable.Why.FORBIDDEN) {
        throw refused(e.what());
      }
    }
    return url;
  }

  private static Problem refused(String why) {
    return Problem.invalid("url: " + why);
  }
}
