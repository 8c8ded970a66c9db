package dev.drover.store;

import dev.drover.base.Problem;
import dev.drover.session.SealedToken;
import dev.drover.session.SessionResource;
import dev.drover.session.SessionResourceId;
import java.util.List;
import java.util.Optional;

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

  /// A file that is to be removed.
  ///
  /// @throws Problem `NOT_FOUND`; `INVALID_REQUEST` for a repository
  public static SessionResource.Mounted removable(
      List<SessionResource> present, SessionResourceId id) {
    return switch (find(present, id)) {
      case SessionResource.Mounted file -> file;
      case SessionResource.Repository _, SessionResource.Attached _ ->
          throw Problem.invalid(
              "Resource %s is a repository, which belongs to its session until the end."
                  .formatted(id));
    };
  }

  /// The stored repository, if its token is the one before that of `after`.
  ///
  /// @throws Problem `NOT_FOUND`
  public static Optional<SessionResource.Repository> replaceable(
      List<SessionResource> present, SessionResource.Repository after) {
    long stored =
        find(present, after.id()) instanceof SessionResource.Repository before
            ? before.token().map(SealedToken::version).orElse(0L)
            : -1;
    return after.token().filter(token -> token.version() == stored + 1).map(_ -> after);
  }

  /// A resource that clients can name.
  private static SessionResource find(List<SessionResource> present, SessionResourceId id) {
    return present.stream()
        .filter(SessionResource::isNamed)
        .filter(resource -> resource.id().equals(id))
        .findFirst()
        .orElseThrow(() -> Problem.notFound("Resource " + id + " not found."));
  }
}
