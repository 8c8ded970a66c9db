package dev.drover.api;

import static dev.drover.access.KeyScope.CATALOG_READ;
import static dev.drover.access.KeyScope.CATALOG_WRITE;

import dev.drover.base.Problem;
import dev.drover.wire.ResourceCodecs;
import java.util.Map;
import java.util.function.Supplier;

/// The routes of the protocol that this version does not support. They answer with an error that
/// names the feature.
final class Unsupported {
  private static final Map<String, String> FAMILIES =
      Map.of(
          "deployments", "deployments",
          "deployment_runs", "deployments");

  private Unsupported() {}

  /// An action that answers every request with a problem.
  private record Refusal(Supplier<Problem> problem) implements Router.Action {
    @Override
    public void run(Exchange exchange) {
      throw problem.get();
    }
  }

  /// Whether an action refuses every request.
  static boolean refuses(Router.Action action) {
    return action instanceof Refusal;
  }

  /// An action that refuses every request.
  ///
  /// @param what the subject and the verb of the error message, such as `updating agents is`
  static Router.Action because(String what) {
    return new Refusal(() -> Problem.invalid(what + " not supported by this version of Drover"));
  }

  static void addTo(Router router) {
    addWork(router);
    FAMILIES.forEach(
        (path, name) -> {
          if (!isServed("/v1/" + path)) {
            addFamily(router, "/v1/" + path, name);
          }
        });
  }

  /// Whether the path belongs to a supported kind of resource.
  private static boolean isServed(String path) {
    return ResourceCodecs.ALL.stream().anyMatch(codec -> codec.kind().path().equals(path));
  }

  private static void addFamily(Router router, String path, String name) {
    var refuse =
        new Refusal(() -> Problem.notFound(name + " are not supported by this version of Drover"));
    for (var each : new String[] {path, path + "/**"}) {
      router.get(each, CATALOG_READ, refuse);
      router.post(each, CATALOG_WRITE, refuse);
      router.delete(each, CATALOG_WRITE, refuse);
    }
  }

  private static void addWork(Router router) {
    var refuse = because("the work queue of self-hosted environments is");
    router.get("/v1/environments/{environment}/work/**", CATALOG_READ, refuse);
    router.get("/v1/environments/{environment}/work", CATALOG_READ, refuse);
    router.post("/v1/environments/{environment}/work/{item}", CATALOG_WRITE, refuse);
    router.post("/v1/environments/{environment}/work/{item}/{action}", CATALOG_WRITE, refuse);
  }
}
