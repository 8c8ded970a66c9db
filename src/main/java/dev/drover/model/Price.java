package dev.drover.model;

import dev.drover.base.Problem;
import dev.drover.session.Money;
import dev.drover.session.Usage;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.stream.Stream;

/// The list price of a model, in US dollars per million tokens, as exact decimals.
///
/// @param input the price of input tokens that are not cached
/// @param output the price of output tokens, including thinking
/// @param cacheRead the price of tokens that are read from the cache
/// @param cacheWrite the price of tokens that are written to the cache for five minutes
public record Price(
    BigDecimal input, BigDecimal output, BigDecimal cacheRead, BigDecimal cacheWrite) {
  /// The price of models on the operator's own machines.
  public static final Price FREE = of("0", "0", "0", "0");

  /// @throws Problem `INVALID_REQUEST` if an amount is negative
  public Price {
    if (Stream.of(input, output, cacheRead, cacheWrite).anyMatch(amount -> amount.signum() < 0)) {
      throw Problem.invalid("price: must not be negative");
    }
  }

  /// The exact cost of `usage`, in cents.
  public BigDecimal cents(Usage usage) {
    return Stream.of(
            input.multiply(BigDecimal.valueOf(usage.inputTokens())),
            output.multiply(BigDecimal.valueOf(usage.outputTokens())),
            cacheRead.multiply(BigDecimal.valueOf(usage.cacheReadTokens())),
            cacheWrite.multiply(BigDecimal.valueOf(usage.cacheCreationTokens())))
        .reduce(BigDecimal.ZERO, BigDecimal::add)
        .movePointLeft(4);
  }

  /// The cost of `usage`, rounded to a cent for display.
  public Money shown(Usage usage) {
    return new Money(cents(usage).setScale(0, RoundingMode.HALF_UP).longValueExact());
  }

  /// Whether the cost of `usage` has reached `budget`.
  public boolean reaches(Usage usage, Money budget) {
    return cents(usage).compareTo(BigDecimal.valueOf(budget.cents())) >= 0;
  }

  static Price of(String input, String output, String cacheRead, String cacheWrite) {
    return new Price(
        new BigDecimal(input),
        new BigDecimal(output),
        new BigDecimal(cacheRead),
        new BigDecimal(cacheWrite));
  }
}
