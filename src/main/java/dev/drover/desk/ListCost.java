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

/// What sessions cost by the price list, and what follows from it for their budgets.
final class ListCost {
  private ListCost() {}

  /// What a session has cost; empty: its model has no price.
  static Optional<Money> of(Models models, Session session) {
    return of(models, session.primary());
  }

  /// What a thread has cost; empty: its model has no price.
  static Optional<Money> of(Models models, SessionThread thread) {
    return price(models, thread.agent()).map(price -> price.shown(thread.progress().usage()));
  }

  /// @throws Problem `INVALID_REQUEST` if a session has a budget and its model no price
  static void checkBudgetable(Models models, Session session) {
    if (session.budget().isPresent() && price(models, session.agent()).isEmpty()) {
      var id = session.agent().model().id();
      throw Problem.invalid(
          "model_not_budgetable",
          "model_not_budgetable: the model %s has no list price; see its model_settings"
              .formatted(id));
    }
  }

  /// @param budget the new one; empty: there is to be none any more
  /// @throws Problem `INVALID_REQUEST` unless the session has had a budget from the start, and the
  ///   new one is more than it has cost
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

  /// @throws Problem `INVALID_REQUEST` for what a session at its budget does not take
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

  /// Whether what a session has cost has met its budget.
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
