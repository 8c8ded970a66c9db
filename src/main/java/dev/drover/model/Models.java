package dev.drover.model;

import dev.drover.base.Problem;
import java.util.List;

/// Which model a model id means.
public interface Models {
  /// @throws Problem `INVALID_REQUEST` that says which setting is missing, for an id that no
  ///   configured server can serve
  Route route(String modelId);

  /// What the model of an id that [#route] takes can do; careful guesses where nothing is known.
  /// Never throws for such an id.
  Capabilities capabilities(String modelId);

  /// The ids that are known by name and can be served, `rehearsal` first. Others may be served,
  /// too.
  List<String> ids();

  /// @param model who answers
  /// @param name what the id is called there
  record Route(Model model, String name) {}
}
