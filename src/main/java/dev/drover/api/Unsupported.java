package dev.drover.api;

import dev.drover.base.Problem;
import java.util.Map;

/// Paths of the protocol that this version does not serve, said so by name.
final class Unsupported {
  private static final Map<String, String> FAMILIES =
      Map.of(
          "vaults", "vaults",
          "files", "files",
          "skills", "skills",
          "memory_stores", "memory stores",
          "deployments", "deployments",
          "deployment_runs", "deployments");

  private Unsupported() {}

  /// An action that refuses.
  ///
  /// @param what the subject of the sentence and its verb: `updating agents is`
  static Router.Action because(String what) {
    return _ -> {
      throw Problem.invalid(what + " not supported by this version of Drover");
    };
  }

  static void addTo(Router router) {
    FAMILIES.forEach(
        (path, name) -> {
          Router.Action refuse =
              _ -> {
                throw Problem.notFound(name + " are not supported by this version of Drover");
              };
          for (var each : new String[] {"/v1/" + path, "/v1/" + path + "/**"}) {
            router.get(each, refuse);
            router.post(each, refuse);
            router.delete(each, refuse);
          }
        });
  }
}
