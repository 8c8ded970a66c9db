package dev.drover.testing;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/// How long every test waits for what must come: long, so that a busy machine fails none. And how
/// often it looks: at once and then often, for a run has thousands of such waits.
public final class Patience implements LauncherSessionListener {
  @Override
  public void launcherSessionOpened(LauncherSession session) {
    // As Drover does before it uses the JDK's client; tests use that client themselves.
    System.setProperty("jdk.httpclient.allowRestrictedHeaders", "host");
    Awaitility.setDefaultTimeout(Duration.ofMinutes(1));
    Awaitility.setDefaultPollDelay(Duration.ZERO);
    Awaitility.setDefaultPollInterval(Duration.ofMillis(20));
  }
}
