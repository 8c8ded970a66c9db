package dev.drover;

import dev.drover.hands.Sandboxes;
import dev.drover.model.Models;
import dev.drover.store.Store;
import dev.drover.tools.ServerTool;
import java.time.InstantSource;
import java.util.List;

/// What stands around the parts of a server, closer to them than what measures them. In front of
/// users nothing does; tests have whole servers fail where they like.
interface Around {
  /// Nothing.
  Around NOTHING = new Around() {};

  default Store store(Store store) {
    return store;
  }

  default Sandboxes sandboxes(Sandboxes sandboxes) {
    return sandboxes;
  }

  default Models models(Models models) {
    return models;
  }

  /// @param tools those that run in the server itself
  default List<ServerTool> tools(List<ServerTool> tools) {
    return tools;
  }

  default InstantSource clock() {
    return InstantSource.system();
  }
}
