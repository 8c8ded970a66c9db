package dev.drover.api;

import dev.drover.base.Fields;
import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.catalog.Definition;
import dev.drover.session.Money;
import dev.drover.session.Session;
import dev.drover.wire.BudgetCodec;
import dev.drover.wire.DefinitionCodec;
import dev.drover.wire.Metadata;
import java.util.Optional;

/// A client's update of a session.
final class SessionUpdate {
  private SessionUpdate() {}

  /// The session that `sent` makes of one.
  ///
  /// @throws Problem `INVALID_REQUEST`
  static Session apply(Parts parts, Session session, Json.Obj sent) {
    var body = Fields.of(sent, "");
    var title =
        body.has("title") ? body.optionalPlainText("title", 256) : session.editable().title();
    var metadata = Metadata.patch(body, session.editable().metadata());
    var budget = budget(parts, session, body);
    var agent = body.object("agent").map(fields -> agent(session.agent(), fields));
    if (body.has("vault_ids")) {
      throw body.problem("vault_ids", "cannot be updated");
    }
    body.end();
    return session.with(
        new Session.Editable(agent.orElse(session.agent()), title, metadata, budget));
  }

  private static Optional<Money> budget(Parts parts, Session session, Fields body) {
    if (!body.has("budget")) {
      return session.budget();
    }
    var budget = BudgetCodec.read(body);
    if (budget.isPresent() && session.budget().isEmpty()) {
      throw Problem.invalid(
          "budget_create_only",
          "budget: a budget can only be set when a session is created (budget_create_only)");
    }
    budget.ifPresent(money -> ListCost.checkRaised(parts.models(), session, money));
    return budget;
  }

  private static Definition agent(Definition agent, Fields fields) {
    for (var field : fields.raw().fields().keySet()) {
      if (!field.equals("tools") && !field.equals("mcp_servers")) {
        throw fields.problem(field, "only `tools` and `mcp_servers` are updatable");
      }
    }
    return DefinitionCodec.CODEC.override(agent, fields);
  }
}
