package dev.drover.desk;

import dev.drover.session.Checkout;
import dev.drover.session.SessionResource.Repository;
import java.util.List;
import java.util.stream.Collectors;

/// The paragraph of a system prompt about the repositories of a session.
final class RepositoryNote {
  private RepositoryNote() {}

  /// The paragraph; none without repositories.
  static List<String> of(List<Repository> repositories) {
    return repositories.isEmpty()
        ? List.of()
        : List.of(
            repositories.stream()
                .map(RepositoryNote::line)
                .collect(Collectors.joining("\n", HEAD, "")));
  }

  private static final String HEAD =
      """
      The user has given you the git repositories below. Each was cloned to its directory before your \
      first message; if the directory is missing, that failed. git can fetch from and push to them \
      without a password, as far as the user's token allows.

      """;

  private static String line(Repository repository) {
    var checkout =
        repository
            .checkout()
            .map(
                wanted ->
                    switch (wanted) {
                      case Checkout.Branch(var name) -> " (branch " + name + ")";
                      case Checkout.Commit(var sha) -> " (commit " + sha + ")";
                    })
            .orElse("");
    return "- " + repository.path() + ": " + repository.url() + checkout;
  }
}
