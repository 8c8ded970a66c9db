package dev.drover.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Problem;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ModelRouterTest {
  private final Model rehearsal = (_, _) -> failure("rehearsal");
  private final Model messages = (_, _) -> failure("messages");

  private static Answer failure(String who) {
    return new Answer.Failure(Answer.Kind.REJECTED, who, Optional.empty());
  }

  private Models router(Map<String, String> mapped) {
    return new ModelRouter(rehearsal, Optional.of(messages), mapped, Map.of());
  }

  @Test
  void rehearsalIsAlwaysThere() {
    assertThat(new ModelRouter(rehearsal, Optional.empty(), Map.of(), Map.of()).route("rehearsal"))
        .isEqualTo(new Models.Route(rehearsal, "rehearsal"));
  }

  @Test
  void anyOtherIdGoesToTheMessagesServer() {
    assertThat(router(Map.of()).route("claude-x"))
        .isEqualTo(new Models.Route(messages, "claude-x"));
  }

  @Test
  void aMappedIdGoesWhereTheMapSaysAndNoFurther() {
    var router = router(Map.of("fast", "claude-x", "claude-x", "rehearsal", "openai/a", "b"));
    assertThat(router.route("fast")).isEqualTo(new Models.Route(messages, "claude-x"));
    assertThat(router.route("claude-x")).isEqualTo(new Models.Route(rehearsal, "rehearsal"));
    assertThat(router.route("openai/a")).isEqualTo(new Models.Route(messages, "b"));
  }

  @Test
  void withoutAServerTheProblemNamesTheSettings() {
    var router = new ModelRouter(rehearsal, Optional.empty(), Map.of("fast", "claude-x"), Map.of());
    assertThatThrownBy(() -> router.route("fast"))
        .isInstanceOf(Problem.class)
        .hasMessageContaining("fast (mapped to claude-x)")
        .hasMessageContaining("DROVER_ANTHROPIC_API_KEY")
        .hasMessageContaining("DROVER_ANTHROPIC_BASE_URL");
  }

  @Test
  void theIdsThatCanBeServedAreKnownByName() {
    var mapped = Map.of("fast", "claude-x", "dry", "rehearsal", "other", "openai/b");
    assertThat(router(mapped).ids()).containsExactly("rehearsal", "dry", "fast");
    assertThat(new ModelRouter(rehearsal, Optional.empty(), mapped, Map.of()).ids())
        .containsExactly("rehearsal", "dry");
  }

  @Test
  void anOpenAiIdIsRefusedWithTheReason() {
    assertThatThrownBy(() -> router(Map.of()).route("openai/gpt"))
        .isInstanceOf(Problem.class)
        .hasMessageContaining("OpenAI");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "a\nb", "a\u0000", "a\u202Eb", "\uD800"})
  void anIdThatIsNoneIsRefused(String id) {
    assertThatThrownBy(() -> router(Map.of()).route(id)).isInstanceOf(Problem.class);
    assertThatThrownBy(() -> router(Map.of("a", id))).isInstanceOf(Problem.class);
  }

  @Test
  void idsHaveALengthLimitAndRehearsalCannotBeMapped() {
    assertThat(router(Map.of()).route("x".repeat(256)).name()).hasSize(256);
    assertThatThrownBy(() -> router(Map.of()).route("x".repeat(257))).isInstanceOf(Problem.class);
    assertThatThrownBy(() -> router(Map.of("rehearsal", "x"))).isInstanceOf(Problem.class);
  }
}
