package dev.drover.brain;

import dev.drover.base.Blank;
import dev.drover.catalog.Definition;
import dev.drover.catalog.Toolset;
import dev.drover.session.SessionResource;
import dev.drover.session.Stored;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The system prompt of a thread: the agent's, and the notes of the session.
final class SystemPrompt {
  private SystemPrompt() {}

  /// The text; empty if there is none.
  ///
  /// @param notes the paragraphs that follow the agent's system prompt
  /// @param log asked for the session's events only if its repositories have something to say
  static String of(
      Definition agent,
      List<String> notes,
      List<SessionResource> resources,
      Supplier<List<Stored>> log) {
    return Stream.of(
            Stream.ofNullable(agent.system()),
            notes.stream(),
            repositorySkills(agent, resources, log).stream())
        .flatMap(paragraphs -> paragraphs)
        .filter(paragraph -> !Blank.is(paragraph))
        .collect(Collectors.joining("\n\n"));
  }

  /// What is said of the skills of the session's repositories, which the agent has to read.
  private static Optional<String> repositorySkills(
      Definition agent, List<SessionResource> resources, Supplier<List<Stored>> log) {
    boolean reads =
        agent.tools().stream()
            .anyMatch(tool -> tool instanceof Toolset set && set.of("read").enabled());
    return reads && !SessionResource.repositories(resources).isEmpty()
        ? ClonedRepositories.of(log.get()).note()
        : Optional.empty();
  }
}
