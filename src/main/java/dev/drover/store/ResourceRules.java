package dev.drover.store;

import dev.drover.base.Problem;
import dev.drover.session.SessionResource;
import dev.drover.session.SessionResourceId;
import java.util.List;

/// The rules that the resources of a session obey together.
public final class ResourceRules {
  private ResourceRules() {}

  /// Checks that a session with these resources can have one more.
  ///
  /// @throws Problem `INVALID_REQUEST` if there are too many; `CONFLICT` if its place is taken
  public static void check(List<SessionResource> present, SessionResource.Mounted next) {
    if (present.size() >= SessionResource.MOST) {
      throw Problem.invalid(
          "A session may have at most %d resources.".formatted(SessionResource.MOST));
    }
    for (var resource : present) {
      if (resource instanceof SessionResource.Mounted file && file.path().excludes(next.path())) {
        throw Problem.conflict(taken(file, next));
      }
    }
  }

  private static String taken(SessionResource.Mounted file, SessionResource.Mounted next) {
    return file.path().equals(next.path())
        ? "mount_path \"%s\" is taken by %s.".formatted(next.path(), file.id())
        : "mount_path \"%s\" cannot be used beside \"%s\" of %s: one is inside the other."
            .formatted(next.path(), file.path(), file.id());
  }

  /// A resource that clients can name, which no memory store is.
  ///
  /// @throws Problem `NOT_FOUND`
  public static SessionResource find(List<SessionResource> present, SessionResourceId id) {
    return present.stream()
        .filter(resource -> resource instanceof SessionResource.Mounted)
        .filter(resource -> resource.id().equals(id))
        .findFirst()
        .orElseThrow(() -> Problem.notFound("Resource " + id + " not found."));
  }
}
