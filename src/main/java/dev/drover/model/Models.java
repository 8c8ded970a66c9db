package dev.drover.model;

import dev.drover.base.Problem;

/// Which model a model id means.
public interface Models {
  /// @throws Problem `INVALID_REQUEST` that says which setting is missing, for an id that no
  ///   configured server can serve
  Route route(String modelId);

  /// @param model who answers
  /// @param name what the id is called there
  record Route(Model model, String name) {}
}
