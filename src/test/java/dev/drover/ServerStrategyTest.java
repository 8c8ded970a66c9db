package dev.drover;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Problem;
import dev.drover.profile.Profiles;
import dev.drover.testing.TestProfiles;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// The strategy `server` of a profile, and the models that cannot have it.
final class ServerStrategyTest {
  private static final ModelsConfig MODELS =
      new ModelsConfig(
          Optional.empty(),
          Optional.empty(),
          Map.of("fast", "openai/x", "slow", "claude-x"),
          Map.of(),
          Duration.ZERO);

  private static Profiles compacting(String models) {
    return TestProfiles.with("compacting", "strategy: server, models: [" + models + "]");
  }

  @Test
  void isRefusedForModelsOfOtherServers() {
    for (var beginning : new String[] {"openai/", "openai/gpt", "fast"}) {
      assertThatThrownBy(() -> MODELS.check(compacting("claude-y, " + beginning)))
          .isInstanceOf(Problem.class)
          .hasMessage(
              "profiles/compacting.yaml: strategy: server needs a Messages server, but the models"
                  + " \"%s\" have another one",
              beginning);
    }
  }

  @Test
  void isAcceptedForAllOthers() {
    assertThatCode(() -> MODELS.check(compacting("claude-y, slow, qwen")))
        .doesNotThrowAnyException();
    assertThatCode(() -> MODELS.check(compacting(""))).doesNotThrowAnyException();
    assertThatCode(() -> MODELS.check(Profiles.BUILT_IN)).doesNotThrowAnyException();
  }
}
