package dev.drover.desk;

import dev.drover.base.Problem;
import dev.drover.catalog.Definition;
import dev.drover.model.Models;
import dev.drover.model.Price;
import dev.drover.session.Event;
import dev.drover.session.Money;
import dev.drover.session.Session;
import dev.drover.session.SessionThread;
import java.util.List;
import java.util.Optional;

/// The cost of sessions by list price, and the rules for their budgets.
final class ListCost {
  private ListCost() {}

  /// The cost of a session so far; empty if its model has no price.
  static Optional<Money> of(Models models, Session session) {
    return of(models, session.primary());
  }

  /// The cost of a thread so far; empty if its model has no price.
  static Optional<Money> of(Models models, SessionThread thread) {
    return price(models, thread.agent()).map(price -> price.shown(thread.progress().usage()));
  }

  /// @throws Problem `INVALID_REQUEST` if the session has a budget but its model has no price
  static void checkBudgetable(Models models, Session session) {
    if (session.budget().isPresent() && price(models, session.agent()).isEmpty()) {
      var id = session.agent().model().id();
      throw Problem.invalid(
          "model_not_budgetable",
          "model_not_budgetable: the model %s has no list price; see its model_settings"
              .formatted(id));
    }
  }

  /// @param budget the new budget; empty to remove it
  /// @throws Problem `INVALID_REQUEST` if the session had no budget before, or if the new one is
  ///   not above its cost
  static void checkChange(Models models, Session before, Optional<Money> budget) {
    if (budget.isPresent() && before.budget().isEmpty()) {
      throw Problem.invalid(
          "budget_create_only",
          "budget: a budget can only be set when a session is created (budget_create_only)");
    }
    budget.ifPresent(money -> checkRaised(models, before, money));
  }

  private static void checkRaised(Models models, Session before, Money budget) {
    if (price(models, before.agent()).stream()
        .anyMatch(p -> p.reaches(before.progress().usage(), budget))) {
      throw Problem.invalid(
          "budget_not_raised",
          "budget.max_list_cost must be greater than the session's consumed list cost"
              + " (budget_not_raised)");
    }
  }

  /// @throws Problem `INVALID_REQUEST` for events that a session at its budget does not accept
  static void check(Models models, Session session, List<Event.FromClient> events) {
    boolean asks =
        events.stream()
            .anyMatch(e -> e instanceof Event.UserMessage || e instanceof Event.SystemMessage);
    if (asks && reached(models, session)) {
      throw Problem.invalid(
          "session budget reached: consumed list cost has met `budget.max_list_cost`; only"
              + " `user.tool_confirmation`, `user.tool_result`, `user.custom_tool_result`, and"
              + " `user.interrupt` are accepted until the budget is raised");
    }
  }

  /// Whether a session has reached its budget.
  static boolean reached(Models models, Session session) {
    return session
        .budget()
        .flatMap(
            budget ->
                price(models, session.agent())
                    .map(p -> p.reaches(session.progress().usage(), budget)))
        .orElse(false);
  }

  private static Optional<Price> price(Models models, Definition agent) {
    return models.capabilities(agent.model().id()).price();
  }
}
