package dev.drover;

import dev.drover.model.Capabilities;
import dev.drover.model.Models;
import dev.drover.policy.OperatorPolicy;
import java.util.List;
import java.util.function.Supplier;

/// The models that the operator's policy allows. The policy is asked for each request.
record AllowedModels(Models models, Supplier<OperatorPolicy> policy) implements Models {
  @Override
  public Route route(String modelId) {
    var denial = policy.get().modelDenial(modelId);
    if (denial.isPresent()) {
      throw denial.get().at("model");
    }
    return models.route(modelId);
  }

  @Override
  public Capabilities capabilities(String modelId) {
    return models.capabilities(modelId);
  }

  @Override
  public List<String> ids() {
    return models.ids().stream().filter(id -> policy.get().modelDenial(id).isEmpty()).toList();
  }
}
