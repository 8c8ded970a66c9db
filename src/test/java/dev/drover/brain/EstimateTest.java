package dev.drover.brain;

import static dev.drover.testing.ScriptedModel.textBlock;
import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.profile.ProfileSettings;
import dev.drover.profile.Strategy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class EstimateTest {
  private static final ProfileSettings USUAL = ProfileSettings.USUAL;

  /// The counts are about those of the usual tokenizers.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "The quick brown fox jumps over the lazy dog and runs away.|13",
        "4f2a9c1e77b04d3a8e5561f0c2d9ab34|22",
        "2026-11-27T21:38:59.123456Z|17",
        "会话的上下文是日志的一个视图|13",
      })
  void theEstimateIsWithinAFactorOfTwo(String text, double tokens) {
    assertThat(Estimate.of(text)).isBetween(tokens / 2, tokens * 2);
  }

  @Test
  void anEmptyTextIsNothingAndLongerTextsAreMore() {
    assertThat(Estimate.of("")).isZero();
    assertThat(Estimate.of("word ".repeat(100))).isEqualTo(Estimate.of("word ") * 100);
  }

  @Test
  void imagesCountByThemselvesAndSignaturesNotAtAll() {
    var data = Json.obj("type", "base64", "data", "A".repeat(100_000));
    assertThat(Estimate.of(Json.obj("type", "image", "source", data))).isEqualTo(1_600);
    assertThat(Estimate.of(Json.obj("type", "document", "source", data)))
        .isBetween(3_000.0, 4_000.0);
    var thinking = Json.obj("type", "thinking", "thinking", "hm");
    assertThat(Estimate.of(thinking.with("signature", "A".repeat(1_000))))
        .isEqualTo(Estimate.of(thinking));
    assertThat(Estimate.of(textBlock("a"))).isLessThan(10);
  }

  @Test
  void theLimitsOfContexts() {
    var summary = USUAL.with(Strategy.SUMMARY);
    assertThat(ContextLimits.of(200_000, 32_000, summary))
        .isEqualTo(new ContextLimits(134_400, 168_000));
    assertThat(ContextLimits.of(1_000_000, 128_000, summary))
        .isEqualTo(new ContextLimits(200_000, 968_000));
    assertThat(ContextLimits.of(32_768, 8_192, summary))
        .isEqualTo(new ContextLimits(19_660, 24_576));
    assertThat(ContextLimits.base(32_768, 8_192, USUAL)).isEqualTo(19_660);
  }

  @Test
  void aChapterThatNeedsNoRequestBeginsLater() {
    assertThat(ContextLimits.of(200_000, 32_000, USUAL))
        .isEqualTo(new ContextLimits(151_200, 168_000));
    assertThat(ContextLimits.of(1_000_000, 128_000, USUAL))
        .isEqualTo(new ContextLimits(200_000, 968_000));
    assertThat(ContextLimits.of(32_768, 8_192, USUAL)).isEqualTo(new ContextLimits(22_118, 24_576));
    assertThat(ContextLimits.of(ContextLimits.UNKNOWN, 8_192, USUAL).soft()).isEqualTo(200_000);
  }
}
