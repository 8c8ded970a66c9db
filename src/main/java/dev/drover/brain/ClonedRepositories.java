package dev.drover.brain;

import dev.drover.session.Event;
import dev.drover.session.RepositorySkill;
import dev.drover.session.SessionResourceId;
import dev.drover.session.Stored;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// The repositories of a session that were cloned, as the log says: a fold. One that could not be
/// cloned is tried again when the session next begins to run. One thread.
final class ClonedRepositories {
  private static final String HEAD =
      """
      The repositories have the skills below. A skill is a directory with instructions, and possibly \
      scripts and other files, for tasks that match its description. Before you begin such a task, \
      read the skill's SKILL.md and follow it. Paths in it are relative to the skill's directory.

      """;

  private final Map<SessionResourceId, List<RepositorySkill>> skills = new LinkedHashMap<>();
  private final Map<SessionResourceId, Long> failures = new HashMap<>();
  private final Set<SessionResourceId> missing = new HashSet<>();

  static ClonedRepositories of(List<Stored> log) {
    var cloned = new ClonedRepositories();
    log.forEach(cloned::add);
    return cloned;
  }

  private void add(Stored stored) {
    switch (stored.event()) {
      case Event.RepositoryCloned e when e.skills().isPresent() ->
          skills.put(e.repository(), e.skills().get());
      case Event.RepositoryCloned e -> {
        failures.put(e.repository(), stored.position());
        missing.add(e.repository());
      }
      case Event.StatusIdle _ -> missing.clear();
      case Event.Continued e when e.note().isPresent() -> skills.clear(); // empty directories
      default -> {}
    }
  }

  /// Whether the repository was cloned, or could not be since the session last began to run.
  boolean isSettled(SessionResourceId repository) {
    return skills.containsKey(repository) || missing.contains(repository);
  }

  /// The position of the newest event that says that the repository could not be cloned; 0 if there
  /// is none.
  long lastFailure(SessionResourceId repository) {
    return failures.getOrDefault(repository, 0L);
  }

  /// The note for the model about the skills; empty if there are none.
  Optional<String> note() {
    var lines =
        skills.values().stream()
            .flatMap(List::stream)
            .map(one -> "- %s (%s): %s".formatted(one.name(), one.path(), one.description()))
            .toList();
    return lines.isEmpty()
        ? Optional.empty()
        : Optional.of(lines.stream().collect(Collectors.joining("\n", HEAD, "")));
  }
}
