package dev.drover.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Problem;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CapabilitiesTest {
  private static final Model NOBODY =
      (_, _) -> new Answer.Failure(Answer.Kind.REJECTED, "nobody", Optional.empty());

  private static final ModelSettings.Prices NO_PRICES =
      new ModelSettings.Prices(
          Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

  private static Models models(Map<String, String> mapped, Map<String, ModelSettings> settings) {
    return new ModelRouter(NOBODY, Optional.of(NOBODY), Optional.of(NOBODY), mapped, settings);
  }

  private static Capabilities known(String id) {
    return models(Map.of(), Map.of()).capabilities(id);
  }

  private static ModelSettings tokens(@Nullable Integer context, @Nullable Integer most) {
    return new ModelSettings(
        Optional.ofNullable(context),
        Optional.ofNullable(most),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        NO_PRICES);
  }

  private static ModelSettings efforts(List<String> levels, @Nullable String usual) {
    return new ModelSettings(
        Optional.empty(),
        Optional.empty(),
        Optional.of(levels),
        Optional.ofNullable(usual),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        NO_PRICES);
  }

  private static ModelSettings price(
      @Nullable String input, @Nullable String output, @Nullable String cacheRead) {
    return new ModelSettings(
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        new ModelSettings.Prices(
            Optional.ofNullable(input).map(BigDecimal::new),
            Optional.ofNullable(output).map(BigDecimal::new),
            Optional.ofNullable(cacheRead).map(BigDecimal::new),
            Optional.empty()));
  }

  @ParameterizedTest
  @CsvSource({
    "claude-opus-5-5,            1000000, 128000, medium, true,  4",
    "claude-opus-5,              1000000, 128000, high,   true,  5",
    "claude-opus-5-20260724,     1000000, 128000, high,   true,  5",
    "claude-opus-4-8,            1000000, 128000, high,   true,  5",
    "claude-opus-4-7,            1000000, 128000, high,   false, 5",
    "claude-opus-4-5-20251101,   200000,  64000,  high,   false, 5",
    "claude-opus-4-20250514,     200000,  32000,  '',     false, 15",
    "claude-sonnet-5-5,          1000000, 128000, high,   true,  2",
    "claude-sonnet-4-6,          1000000, 64000,  high,   false, 3",
    "claude-haiku-4-5,           200000,  64000,  '',     false, 1",
    "claude-fable-5-1,           1000000, 128000, high,   true,  10",
    "claude-fable-5@20260611,    1000000, 128000, high,   true,  10",
    "rehearsal,                  1000000, 8192,   '',     true,  0",
  })
  void aKnownModelIsTakenByTheLongestFittingName(
      String id, int context, int most, String effort, boolean system, String input) {
    var known = known(id);
    assertThat(known.contextTokens()).isEqualTo(context);
    assertThat(known.maxTokens()).isEqualTo(most);
    assertThat(known.defaultEffort().orElse("")).isEqualTo(effort);
    assertThat(known.efforts().isEmpty()).isEqualTo(effort.isEmpty());
    assertThat(known.midConversationSystem()).isEqualTo(system);
    assertThat(known.price().orElseThrow().input()).isEqualByComparingTo(input);
  }

  @ParameterizedTest
  @ValueSource(strings = {"claude-opus-55", "claude-opus-9", "claude-next", "qwen3", "openai/o9"})
  void anUnknownModelIsPromisedLittle(String id) {
    var known = known(id);
    assertThat(known.efforts()).isEmpty();
    assertThat(known.defaultEffort()).isEmpty();
    assertThat(known.midConversationSystem()).isFalse();
    assertThat(known.images()).isTrue();
    assertThat(known.price()).isEmpty();
  }

  @Test
  void effortLevelsAreOrderedFromTheLowest() {
    assertThat(known("claude-opus-4-6").efforts()).containsExactly("low", "medium", "high", "max");
    assertThat(known("claude-opus-4-5").efforts()).containsExactly("low", "medium", "high");
    var settings = Map.of("m", efforts(List.of("max", "low"), null));
    assertThat(models(Map.of(), settings).capabilities("m").efforts())
        .containsExactly("low", "max");
  }

  @Test
  void aMappedIdHasWhatItsTargetHasAndItsOwnSettingsGoFirst() {
    var models =
        models(
            Map.of("fast", "claude-haiku-4-5", "plain", "claude-haiku-4-5"),
            Map.of("claude-haiku-4-5", tokens(null, 1_000), "fast", tokens(50_000, null)));
    assertThat(models.capabilities("plain").maxTokens()).isEqualTo(1_000);
    assertThat(models.capabilities("plain").contextTokens()).isEqualTo(200_000);
    assertThat(models.capabilities("fast").maxTokens()).isEqualTo(1_000);
    assertThat(models.capabilities("fast").contextTokens()).isEqualTo(50_000);
    assertThat(models.capabilities("fast").price()).isEqualTo(known("claude-haiku-4-5").price());
  }

  @Test
  void aSmallContextLeavesHalfOfItToThePrompt() {
    var models = models(Map.of(), Map.of("m", tokens(4_096, null)));
    assertThat(models.capabilities("m").maxTokens()).isEqualTo(2_048);
  }

  @Test
  void theUsualEffortIsTheKnownOneElseHighElseTheHighest() {
    var models =
        models(
            Map.of(),
            Map.of(
                "claude-opus-5-5", efforts(List.of("medium", "max"), null),
                "a", efforts(List.of("high", "max"), null),
                "b", efforts(List.of("low", "medium"), null),
                "c", efforts(List.of("low", "medium"), "low"),
                "claude-opus-5", efforts(List.of(), null)));
    assertThat(models.capabilities("claude-opus-5-5").defaultEffort()).contains("medium");
    assertThat(models.capabilities("a").defaultEffort()).contains("high");
    assertThat(models.capabilities("b").defaultEffort()).contains("medium");
    assertThat(models.capabilities("c").defaultEffort()).contains("low");
    assertThat(models.capabilities("claude-opus-5").defaultEffort()).isEmpty();
  }

  @Test
  void aPriceOfInputAndOutputIsEnoughAndAKnownOneIsKeptInPart() {
    var models =
        models(
            Map.of(),
            Map.of("m", price("0.1", "2", null), "claude-haiku-4-5", price("0.9", null, "0")));
    assertThat(models.capabilities("m").price()).contains(Price.of("0.1", "2", "0.1", "0.1"));
    assertThat(models.capabilities("claude-haiku-4-5").price())
        .contains(Price.of("0.9", "5", "0", "1.25"));
  }

  @ParameterizedTest
  @CsvSource({
    "claude-fable-5, true",
    "claude-mythos-5-1, true",
    "claude-opus-5-5, true",
    "claude-opus-4-6, true",
    "claude-opus-4-5, false",
    "claude-sonnet-4-6, true",
    "claude-sonnet-4-5, false",
    "claude-haiku-5-5, true",
    "claude-haiku-4-5, false",
    "claude-next, false",
    "openai/gpt, false",
    "rehearsal, false",
  })
  void compactionByTheServerIsOfTheModelsThatHaveIt(String id, boolean can) {
    assertThat(known(id).serverCompaction()).isEqualTo(can);
  }

  @Test
  void compactionByTheServerIsForMessagesServersAlone() {
    var sets = compaction(true);
    var models =
        models(Map.of("fast", "qwen"), Map.of("qwen", sets, "claude-opus-5-5", compaction(false)));
    assertThat(models.capabilities("qwen").serverCompaction()).isTrue();
    assertThat(models.capabilities("fast").serverCompaction()).isTrue();
    assertThat(models.capabilities("claude-opus-5-5").serverCompaction()).isFalse();
    assertThatThrownBy(() -> models(Map.of(), Map.of("openai/x", sets)))
        .isInstanceOf(Problem.class)
        .hasMessage(
            "model_settings.openai/x.server_compaction: only a Messages server can have it");
    assertThatThrownBy(() -> models(Map.of("x", "openai/y"), Map.of("x", sets)))
        .isInstanceOf(Problem.class)
        .hasMessageStartingWith("model_settings.x.server_compaction: ");
  }

  private static ModelSettings compaction(boolean can) {
    return new ModelSettings(
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.of(can),
        NO_PRICES);
  }

  @Test
  void settingsThatDoNotFitTogetherAreNamed() {
    assertThatThrownBy(() -> models(Map.of(), Map.of("m/1", tokens(1_000, 2_000))))
        .isInstanceOf(Problem.class)
        .hasMessage("model_settings.m/1.max_tokens: must be from 1 to the context's 1000 tokens");
    assertThatThrownBy(() -> models(Map.of(), Map.of("m", efforts(List.of("low"), "high"))))
        .isInstanceOf(Problem.class)
        .hasMessageStartingWith("model_settings.m.default_effort: ");
    assertThatThrownBy(() -> models(Map.of(), Map.of("m", price("1", null, null))))
        .isInstanceOf(Problem.class)
        .hasMessage("model_settings.m.price: needs both input and output");
    assertThatThrownBy(() -> models(Map.of(), Map.of("m", price("-1", "1", null))))
        .isInstanceOf(Problem.class)
        .hasMessageStartingWith("model_settings.m.price: must not be negative");
  }

  @Test
  void aModelWithSettingsIsKnownByName() {
    var models = models(Map.of(), Map.of("qwen", tokens(1_000, null), "openai/x", tokens(9, 1)));
    assertThat(models.ids()).containsExactly("rehearsal", "openai/x", "qwen");
  }
}
