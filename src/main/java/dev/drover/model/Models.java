package dev.drover.model;

import dev.drover.base.Problem;
import java.util.List;

/// The models that this server can use, by id.
public interface Models {
  /// @throws Problem `INVALID_REQUEST` that says which setting is missing, for an id that no
  ///   configured server can serve
  Route route(String modelId);

  /// The capabilities of the model of an id that [#route] accepts; conservative values if it is
  /// unknown. Never throws for such an id.
  Capabilities capabilities(String modelId);

  /// The known ids that can be served, `rehearsal` first. Other ids may be served, too.
  List<String> ids();

  /// @param model the model that answers
  /// @param name the id's name on its server
  record Route(Model model, String name) {}
}
