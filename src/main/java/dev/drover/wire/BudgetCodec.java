package dev.drover.wire;

import dev.drover.base.Fields;
import dev.drover.base.Json;
import dev.drover.session.Money;
import java.util.Optional;
import java.util.regex.Pattern;

/// The JSON form of amounts of money and of budgets.
public final class BudgetCodec {
  private static final Pattern CENTS = Pattern.compile("[1-9][0-9]{0,14}");

  private BudgetCodec() {}

  static Json money(Optional<Money> money) {
    return money
        .<Json>map(some -> Json.obj("amount", Long.toString(some.cents()), "currency", "USD"))
        .orElse(Json.NULL);
  }

  /// Reads a stored budget; empty if there is none, or if this version does not know its form.
  static Optional<Money> readMoney(Json.Obj money) {
    return Money.ofCents(money.text("amount"));
  }

  static Json write(Optional<Money> budget) {
    return budget
        .<Json>map(_ -> Json.obj("type", "limit", "max_list_cost", money(budget)))
        .orElse(Json.NULL);
  }

  /// Reads the field `budget` of a request; empty if it is absent or null.
  ///
  /// @throws dev.drover.base.Problem `INVALID_REQUEST` that names the field
  public static Optional<Money> read(Fields body) {
    return body.object("budget")
        .map(
            budget -> {
              budget.type("limit");
              var cost = Fields.of(budget.required("max_list_cost"), budget.path("max_list_cost"));
              budget.end();
              var amount = cost.text("amount", 1, 32);
              if (!CENTS.matcher(amount).matches()) {
                throw cost.problem(
                    "amount",
                    "must be whole cents as a string, more than 0, without leading zeros");
              }
              if (!cost.text("currency", 1, 16).equals("USD")) {
                throw cost.problem("currency", "must be \"USD\"");
              }
              cost.end();
              return new Money(Long.parseLong(amount));
            });
  }
}
