package dev.drover.testing;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.awaitility.pollinterval.IterativePollInterval;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/// How long every test waits for what must come: long, so that a busy machine fails none. And how
/// often it looks: at once and often, for a run has thousands of such waits; then less often, for a
/// look at a server is work that takes the place of what it waits for.
public final class Patience implements LauncherSessionListener {
  @Override
  public void launcherSessionOpened(LauncherSession session) {
    // As Drover does before it uses the JDK's client; tests use that client themselves.
    System.setProperty("jdk.httpclient.allowRestrictedHeaders", "host");
    Awaitility.setDefaultTimeout(Duration.ofMinutes(1));
    Awaitility.setDefaultPollDelay(Duration.ZERO);
    Awaitility.setDefaultPollInterval(
        IterativePollInterval.iterative(Patience::longer, Duration.ofMillis(10)));
  }

  private static Duration longer(Duration interval) {
    return Duration.ofMillis(Math.min(interval.toMillis() * 3 / 2, 100));
  }
}
