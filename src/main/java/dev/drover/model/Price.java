package dev.drover.model;

import dev.drover.base.Problem;
import dev.drover.session.Money;
import dev.drover.session.Usage;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.stream.Stream;

/// What a model costs by its price list, in US dollars for a million tokens; exact decimals.
///
/// @param input what is read anew
/// @param output what the model says, its thinking included
/// @param cacheRead what is read from a cached prefix
/// @param cacheWrite what is put into the cache, kept for five minutes
public record Price(
    BigDecimal input, BigDecimal output, BigDecimal cacheRead, BigDecimal cacheWrite) {
  /// For what runs on the operator's own machines.
  public static final Price FREE = of("0", "0", "0", "0");

  /// @throws Problem `INVALID_REQUEST` if an amount is negative
  public Price {
    if (Stream.of(input, output, cacheRead, cacheWrite).anyMatch(amount -> amount.signum() < 0)) {
      throw Problem.invalid("price: must not be negative");
    }
  }

  /// What `usage` costs, in cents; exact.
  public BigDecimal cents(Usage usage) {
    return Stream.of(
            input.multiply(BigDecimal.valueOf(usage.inputTokens())),
            output.multiply(BigDecimal.valueOf(usage.outputTokens())),
            cacheRead.multiply(BigDecimal.valueOf(usage.cacheReadTokens())),
            cacheWrite.multiply(BigDecimal.valueOf(usage.cacheCreationTokens())))
        .reduce(BigDecimal.ZERO, BigDecimal::add)
        .movePointLeft(4);
  }

  /// What `usage` costs, as it is shown: rounded to a cent.
  public Money shown(Usage usage) {
    return new Money(cents(usage).setScale(0, RoundingMode.HALF_UP).longValueExact());
  }

  /// Whether `usage` costs as much as `budget`, or more.
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
