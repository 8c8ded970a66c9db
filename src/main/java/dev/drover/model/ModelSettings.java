package dev.drover.model;

import dev.drover.base.Problem;
import dev.drover.settings.Section;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The operator's settings for a model. Empty settings do not change the known values.
///
/// @param efforts effort levels; an empty list if the model has none
/// @param serverCompaction whether its server makes a block that stands for a conversation
public record ModelSettings(
    Optional<Integer> contextTokens,
    Optional<Integer> maxTokens,
    Optional<List<String>> efforts,
    Optional<String> defaultEffort,
    Optional<Boolean> images,
    Optional<Boolean> documents,
    Optional<Boolean> midConversationSystem,
    Optional<Capabilities.Overflow> overflow,
    Optional<Boolean> serverCompaction,
    Prices prices) {
  private static final int MAX_TOKENS = 100_000_000;

  /// Settings that do not say whether the server makes a block that stands for a conversation.
  public ModelSettings(
      Optional<Integer> contextTokens,
      Optional<Integer> maxTokens,
      Optional<List<String>> efforts,
      Optional<String> defaultEffort,
      Optional<Boolean> images,
      Optional<Boolean> documents,
      Optional<Boolean> midConversationSystem,
      Optional<Capabilities.Overflow> overflow,
      Prices prices) {
    this(
        contextTokens,
        maxTokens,
        efforts,
        defaultEffort,
        images,
        documents,
        midConversationSystem,
        overflow,
        Optional.empty(),
        prices);
  }

  private static final List<String> OVERFLOWS = List.of("graceful", "strict", "silent");
  private static final BigDecimal MAX_PRICE = new BigDecimal(1_000_000);

  /// @throws Problem `INVALID_REQUEST` that names the setting that is wrong
  public static ModelSettings read(Section section) {
    return new ModelSettings(
        tokens(section, "context_tokens"),
        tokens(section, "max_tokens"),
        section.list("effort", Capabilities.EFFORTS),
        section.choice("default_effort", Capabilities.EFFORTS),
        section.bool("images"),
        section.bool("documents"),
        section.bool("mid_conversation_system"),
        section
            .choice("overflow", OVERFLOWS)
            .map(name -> Capabilities.Overflow.valueOf(name.toUpperCase(Locale.ROOT))),
        section.bool("server_compaction"),
        Prices.read(section.section("price")));
  }

  private static Optional<Integer> tokens(Section section, String name) {
    var tokens = section.integer(name, 1, MAX_TOKENS);
    return tokens.isPresent() ? Optional.of((int) tokens.getAsLong()) : Optional.empty();
  }

  /// Prices in US dollars for a million tokens.
  public record Prices(
      Optional<BigDecimal> input,
      Optional<BigDecimal> output,
      Optional<BigDecimal> cacheRead,
      Optional<BigDecimal> cacheWrite) {

    private static Prices read(Section section) {
      return new Prices(
          amount(section, "input"),
          amount(section, "output"),
          amount(section, "cache_read"),
          amount(section, "cache_write"));
    }

    private static Optional<BigDecimal> amount(Section section, String name) {
      return section.decimal(
          name, BigDecimal.ZERO, MAX_PRICE, "US dollars for a million tokens, such as 0.25");
    }

    /// A price that is not set is the known one. If no cache price is known, it is the input price.
    private Optional<Price> over(Optional<Price> known) {
      var in = input.or(() -> known.map(Price::input));
      var out = output.or(() -> known.map(Price::output));
      if (in.isEmpty() && out.isEmpty() && cacheRead.isEmpty() && cacheWrite.isEmpty()) {
        return Optional.empty();
      }
      if (in.isEmpty() || out.isEmpty()) {
        throw Problem.invalid("price: needs both input and output");
      }
      return Optional.of(
          new Price(
              in.get(),
              out.get(),
              cacheRead.or(() -> known.map(Price::cacheRead)).orElse(in.get()),
              cacheWrite.or(() -> known.map(Price::cacheWrite)).orElse(in.get())));
    }
  }

  /// The capabilities of the model: the known values, overridden by these settings.
  ///
  /// If only the context is set, at least half of it is left for the prompt. If only the levels are
  /// set, the default is the known one if it is among them, else `high`, else the highest.
  ///
  /// @throws Problem `INVALID_REQUEST` that names the contradicting setting
  Capabilities over(Capabilities known) {
    int context = contextTokens.orElse(known.contextTokens());
    var levels = efforts.orElse(known.efforts());
    return new Capabilities(
        context,
        maxTokens.orElse(Math.max(1, Math.min(known.maxTokens(), context / 2))),
        levels,
        defaultEffort.or(() -> usual(levels, known)),
        images.orElse(known.images()),
        documents.orElse(known.documents()),
        midConversationSystem.orElse(known.midConversationSystem()),
        prices.over(known.price()),
        contextTokens.isPresent() || known.contextKnown(),
        overflow.orElse(known.overflow()),
        serverCompaction.orElse(known.serverCompaction()));
  }

  private static Optional<String> usual(List<String> levels, Capabilities known) {
    return known
        .defaultEffort()
        .filter(levels::contains)
        .or(() -> levels.contains("high") ? Optional.of("high") : highest(levels));
  }

  private static Optional<String> highest(List<String> levels) {
    return Capabilities.EFFORTS.reversed().stream().filter(levels::contains).findFirst();
  }
}
