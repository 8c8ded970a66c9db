package dev.drover.catalog;

import java.util.List;
import java.util.Optional;

/// The parts of a conversation that may show an agent the URLs that it may fetch.
///
/// @param userInput whether the user's texts may; empty if the client did not say, which is as true
/// @param clientTools the custom tools whose results may; empty if the client did not say: all
/// @param serverTools the web tools whose results may; empty if the client did not say: all
public record UrlSources(
    Optional<Boolean> userInput, Optional<Tools> clientTools, Optional<Tools> serverTools) {
  /// Every part.
  public static final UrlSources ALL =
      new UrlSources(Optional.empty(), Optional.empty(), Optional.empty());

  /// Which tools of a list count.
  public enum Extent {
    ALL,
    NONE,
    ONLY,
    EXCEPT
  }

  /// Some of the tools.
  ///
  /// @param names the names that `ONLY` and `EXCEPT` refer to; otherwise empty
  public record Tools(Extent extent, List<String> names) {
    public Tools {
      names = List.copyOf(names);
    }

    public boolean include(String tool) {
      return switch (extent) {
        case ALL -> true;
        case NONE -> false;
        case ONLY -> names.contains(tool);
        case EXCEPT -> !names.contains(tool);
      };
    }
  }

  public boolean includeUserInput() {
    return userInput.orElse(true);
  }

  public boolean includeClientTool(String name) {
    return clientTools.map(tools -> tools.include(name)).orElse(true);
  }

  public boolean includeServerTool(String name) {
    return serverTools.map(tools -> tools.include(name)).orElse(true);
  }

  /// Whether no part may, so that nothing can be fetched.
  public boolean isNothing() {
    return userInput.equals(Optional.of(false)) && isNone(clientTools) && isNone(serverTools);
  }

  private static boolean isNone(Optional<Tools> tools) {
    return tools.filter(some -> some.extent() == Extent.NONE).isPresent();
  }
}
