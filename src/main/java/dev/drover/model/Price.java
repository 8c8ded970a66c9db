package dev.drover.model;

import dev.drover.base.Problem;
import java.math.BigDecimal;
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

  static Price of(String input, String output, String cacheRead, String cacheWrite) {
    return new Price(
        new BigDecimal(input),
        new BigDecimal(output),
        new BigDecimal(cacheRead),
        new BigDecimal(cacheWrite));
  }
}
