package dev.drover.telemetry;

import dev.drover.profile.ProfileFigures;
import dev.drover.session.Event;
import dev.drover.session.ModelUsage;
import java.util.Locale;

/// The measurements of profiles.
public record ProfileMeters(Meters meters) implements ProfileFigures {
  @Override
  public void asked(String profile, boolean failed, ModelUsage usage) {
    meters.profileRequests.increment(profile, failed ? "failed" : "ok");
    meters.profileTokens.add(usage.inputTokens(), profile, "input");
    meters.profileTokens.add(usage.outputTokens(), profile, "output");
    meters.profileTokens.add(usage.cacheReadTokens(), profile, "cache_read");
    meters.profileTokens.add(usage.cacheCreationTokens(), profile, "cache_creation");
  }

  @Override
  public void opened(String profile, Event.ContextOpened chapter) {
    meters.chapters.increment(profile, lower(chapter.kind()), lower(chapter.cause()));
    meters.contextTokens.observe((double) chapter.gauge().before(), profile, "before");
    meters.contextTokens.observe((double) chapter.gauge().after(), profile, "after");
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
