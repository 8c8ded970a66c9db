package dev.drover.brain;

import dev.drover.base.Blank;
import dev.drover.base.Json;
import dev.drover.catalog.Definition;
import dev.drover.catalog.McpServer;
import dev.drover.catalog.Toolset;
import dev.drover.profile.ProfileSettings;
import dev.drover.profile.Strategy;
import dev.drover.session.RemoteTool;
import dev.drover.session.SessionResource;
import dev.drover.session.Stored;
import dev.drover.tools.Inventory;
import dev.drover.tools.Runs;
import dev.drover.tools.Toolbox;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What stands before the messages of a request: the system prompt and the tools.
///
/// @param notes the paragraphs that follow the agent's system prompt
/// @param resources of the session
/// @param profile of the chapter
/// @param history the events of the log that change either; asked for only if some can
record PromptFrame(
    Definition agent,
    List<String> notes,
    List<SessionResource> resources,
    Inventory inventory,
    ProfileSettings profile,
    Supplier<List<Stored>> history) {

  /// The tools that the thread's model is offered. Those of MCP servers are in the log.
  Toolbox toolbox() {
    var listed =
        agent.mcpServers().isEmpty()
            ? Map.<McpServer, List<RemoteTool>>of()
            : ListedTools.of(history.get()).tools();
    var toolbox = Toolbox.of(agent, inventory, listed, offersReader());
    return profile.strategy() == Strategy.NOTE
        ? toolbox.withAnswered(HandOver.SPEC, HandOver.OTHER_NAME)
        : toolbox;
  }

  /// Whether the model is offered the tool that reads the log.
  private boolean offersReader() {
    return switch (profile.getEvents()) {
      case ALWAYS -> true;
      case NEVER -> false;
      case SETTING -> inventory.offersReader();
    };
  }

  /// How the log becomes messages in the chapter.
  Context context() {
    return new ChapterView(profile.cacheMarks());
  }

  /// The settings of the chapter as far as they can be followed: an agent that does not have the
  /// tool cannot hand over.
  ProfileSettings followed() {
    return profile.strategy() == Strategy.NOTE && toolbox().nameOf(Runs.Harness.class).isEmpty()
        ? profile.with(Strategy.SUMMARY)
        : profile;
  }

  /// What a chapter has that begins with this frame.
  Room.Next next() {
    return new Room.Next(followed(), toolbox().nameOf(Runs.LogReader.class));
  }

  /// The system blocks; none if there is no system prompt.
  Json.Arr system(Context context) {
    var text = system();
    return text.isEmpty() ? Json.arr() : context.system(text);
  }

  /// The estimate of the size of all of it.
  double tokens() {
    return Estimate.of(system(context())) + Estimate.of(toolbox().definitions());
  }

  /// The agent's system prompt and the notes of the session; empty if there is neither.
  private String system() {
    return Stream.of(Stream.ofNullable(agent.system()), notes.stream(), repositorySkills().stream())
        .flatMap(paragraphs -> paragraphs)
        .filter(paragraph -> !Blank.is(paragraph))
        .collect(Collectors.joining("\n\n"));
  }

  /// What is said of the skills of the session's repositories, which the agent has to read.
  private Optional<String> repositorySkills() {
    boolean reads =
        agent.tools().stream()
            .anyMatch(tool -> tool instanceof Toolset set && set.of("read").enabled());
    return reads && !SessionResource.repositories(resources).isEmpty()
        ? ClonedRepositories.of(history.get()).note()
        : Optional.empty();
  }
}
