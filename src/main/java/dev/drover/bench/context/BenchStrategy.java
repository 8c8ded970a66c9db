package dev.drover.bench.context;

import dev.drover.brain.Profile;
import java.util.List;

/// A way of the harness to shorten the context, as a profile for all models.
public record BenchStrategy(String name, List<Profile.Rule> profiles) {
  /// The strategies that exist.
  public static final List<BenchStrategy> ALL =
      List.of(new BenchStrategy("rolling", Profile.DEFAULTS));

  public BenchStrategy {
    profiles = List.copyOf(profiles);
  }

  @Override
  public String toString() {
    return name;
  }
}
