package dev.drover.desk;

import dev.drover.base.Problem;
import dev.drover.catalog.Agent;
import dev.drover.catalog.Definition;
import dev.drover.catalog.ModelConfig;
import dev.drover.model.Models;
import java.util.Optional;

/// The checks of an agent's choice of a model against that model's capabilities.
final class ModelChoice {
  private ModelChoice() {}

  /// The rule that a new agent, or one whose model changes, must name a model that is served.
  static CatalogDesk.Rule<Agent> ofAgents(Models models) {
    return (_, before, after) -> {
      var model = before.map(agent -> agent.definition().model());
      return model.equals(Optional.of(after.definition().model()))
          ? after
          : new Agent(settled(models, after.definition()), after.metadata());
    };
  }

  /// The definition with its model's default effort, if it names no effort and the model has effort
  /// levels.
  ///
  /// @throws Problem `INVALID_REQUEST` if no server serves the model, or if the model does not have
  ///   the effort level
  static Definition settled(Models models, Definition definition) {
    var model = definition.model();
    models.route(model.id());
    return definition.withModel(new ModelConfig(model.id(), effort(models, model), model.speed()));
  }

  /// @throws Problem `INVALID_REQUEST` if the model does not accept system messages between other
  ///   messages
  static void checkSystemMessage(Models models, ModelConfig model) {
    if (!models.capabilities(model.id()).midConversationSystem()) {
      throw Problem.invalid(
          "model_does_not_support_mid_conversation_system",
          "model_does_not_support_mid_conversation_system: the model "
              + model.id()
              + " is not known to accept system messages in mid-conversation; see its"
              + " model_settings");
    }
  }

  private static Optional<String> effort(Models models, ModelConfig model) {
    var capabilities = models.capabilities(model.id());
    var levels = capabilities.efforts();
    if (model.effort().isEmpty()) {
      return capabilities.defaultEffort();
    }
    if (levels.isEmpty()) {
      throw Problem.invalid(
          "model.effort: the model "
              + model.id()
              + " has no known effort levels; see its model_settings");
    }
    if (!levels.contains(model.effort().get())) {
      throw Problem.invalid(
          "model.effort: the model " + model.id() + " has the levels " + String.join(", ", levels));
    }
    return model.effort();
  }
}
