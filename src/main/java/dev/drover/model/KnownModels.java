package dev.drover.model;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// The known models, by name. The row with the longest matching prefix applies; a date or a dash
/// may follow the prefix, so `claude-opus-4-5` matches `claude-opus-4-5-20251101` but not
/// `claude-opus-4-55`.
///
/// The values are from the vendor's own tables of November 2026. Where sources differ, the more
/// conservative value is used. The operator's settings override them.
///
/// @see <a href="https://platform.claude.com/docs/en/about-claude/pricing">Prices</a>
/// @see <a href="https://platform.claude.com/docs/en/build-with-claude/effort">Effort</a>
/// @see <a
///   href="https://platform.claude.com/docs/en/build-with-claude/compaction-on-demand">Compaction</a>
final class KnownModels {
  private static final List<String> ALL = Capabilities.EFFORTS;
  private static final List<String> NO_XHIGH = List.of("low", "medium", "high", "max");
  private static final List<String> TO_HIGH = List.of("low", "medium", "high");
  private static final List<String> NONE = List.of();

  private static final int MILLION = 1_000_000;

  /// The values of an unknown model: the context of a small local model, and no feature that a
  /// server might refuse.
  static final Capabilities UNKNOWN =
      new Capabilities(
          32_768,
          8_192,
          NONE,
          Optional.empty(),
          true,
          true,
          false,
          Optional.empty(),
          false,
          Capabilities.Overflow.STRICT);

  /// The same on an API without documents.
  static final Capabilities CHAT =
      new Capabilities(
          32_768,
          8_192,
          NONE,
          Optional.empty(),
          true,
          false,
          false,
          Optional.empty(),
          false,
          Capabilities.Overflow.STRICT);

  /// A model that reads and writes text and costs nothing.
  static final Capabilities REHEARSAL =
      new Capabilities(
          MILLION, 8_192, NONE, Optional.empty(), false, false, true, Optional.of(Price.FREE));

  private record Row(String beginning, Capabilities capabilities) {
    boolean fits(String name) {
      return name.startsWith(beginning)
          && (beginning.endsWith("-")
              || name.length() == beginning.length()
              || name.charAt(beginning.length()) == '-'
              || name.charAt(beginning.length()) == '@');
    }
  }

  private static final List<Row> ROWS = rows();

  private KnownModels() {}

  /// @param name the model's name on its own server
  static Capabilities of(String name) {
    if (name.equals(ModelRouter.REHEARSAL)) {
      return REHEARSAL;
    }
    if (name.startsWith(ModelRouter.OPENAI)) {
      return CHAT;
    }
    return ROWS.stream()
        .filter(row -> row.fits(name))
        .max(Comparator.comparingInt(row -> row.beginning.length()))
        .map(Row::capabilities)
        .orElse(UNKNOWN);
  }

  private static List<Row> rows() {
    var rows = new ArrayList<Row>();
    for (var family : List.of("fable", "mythos")) {
      rows.add(
          new Row(
              "claude-" + family + "-5",
              large(ALL, "high", true, Price.of("10", "50", "1", "12.50"))));
      rows.add(
          new Row(
              "claude-" + family + "-5-1",
              large(ALL, "high", true, Price.of("10", "50", "0.25", "12.50"))));
    }
    rows.add(
        new Row("claude-opus-5-5", large(ALL, "medium", true, Price.of("4", "20", "0.20", "5"))));
    rows.add(
        new Row("claude-opus-5", large(ALL, "high", true, Price.of("5", "25", "0.50", "6.25"))));
    rows.add(
        new Row("claude-opus-4-8", large(ALL, "high", true, Price.of("5", "25", "0.50", "6.25"))));
    rows.add(
        new Row("claude-opus-4-7", large(ALL, "high", false, Price.of("5", "25", "0.50", "6.25"))));
    rows.add(
        new Row(
            "claude-opus-4-6",
            large(NO_XHIGH, "high", false, Price.of("5", "25", "0.50", "6.25"))));
    rows.add(
        new Row("claude-opus-4-5", small(64_000, TO_HIGH, Price.of("5", "25", "0.50", "6.25"))));
    rows.add(new Row("claude-opus-4", small(32_000, NONE, Price.of("15", "75", "1.50", "18.75"))));
    rows.add(
        new Row(
            "claude-sonnet-5-5", large(ALL, "high", true, Price.of("2", "10", "0.10", "2.50"))));
    // Sources differ on whether it accepts system messages in mid-conversation.
    rows.add(
        new Row("claude-sonnet-5", large(ALL, "high", false, Price.of("2", "10", "0.20", "2.50"))));
    rows.add(
        new Row(
            "claude-sonnet-4-6",
            claude(
                    MILLION,
                    64_000,
                    NO_XHIGH,
                    Optional.of("high"),
                    false,
                    Price.of("3", "15", "0.30", "3.75"))
                .withServerCompaction(true)));
    rows.add(
        new Row("claude-sonnet-4-5", small(64_000, NONE, Price.of("3", "15", "0.30", "3.75"))));
    rows.add(new Row("claude-sonnet-4", small(32_000, NONE, Price.of("3", "15", "0.30", "3.75"))));
    // Up to 100,000 tokens a prompt costs a fifth; a budget should end too early, not too late.
    rows.add(
        new Row(
            "claude-haiku-5-5",
            large(ALL, "medium", true, Price.of("0.50", "2.50", "0.05", "0.625"))));
    rows.add(new Row("claude-haiku-4-5", small(64_000, NONE, Price.of("1", "5", "0.10", "1.25"))));
    // Later models: the operator sets their prices and capabilities.
    rows.add(
        new Row(
            "claude-",
            new Capabilities(
                200_000, 32_000, NONE, Optional.empty(), true, true, false, Optional.empty())));
    return List.copyOf(rows);
  }

  private static Capabilities large(
      List<String> efforts, String effort, boolean midConversationSystem, Price price) {
    return claude(MILLION, 128_000, efforts, Optional.of(effort), midConversationSystem, price)
        .withServerCompaction(true);
  }

  private static Capabilities small(int maxTokens, List<String> efforts, Price price) {
    var effort = efforts.isEmpty() ? Optional.<String>empty() : Optional.of("high");
    return claude(200_000, maxTokens, efforts, effort, false, price);
  }

  private static Capabilities claude(
      int contextTokens,
      int maxTokens,
      List<String> efforts,
      Optional<String> effort,
      boolean midConversationSystem,
      Price price) {
    return new Capabilities(
        contextTokens,
        maxTokens,
        efforts,
        effort,
        true,
        true,
        midConversationSystem,
        Optional.of(price));
  }
}
