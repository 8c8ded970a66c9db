package dev.drover.catalog;

import java.util.Optional;
import java.util.OptionalInt;

/// The rules of an agent for the calls of one tool, besides whether they may run at all.
public sealed interface ToolRules {
  /// No rules, as for all tools that are not web tools.
  ToolRules NONE = new None();

  record None() implements ToolRules {}

  /// The rules for `web_fetch`.
  ///
  /// @param maxContentTokens the maximum length of the content of a page; empty: the default
  /// @param sources which parts of the conversation may show the URLs that may be fetched; empty:
  ///   all
  record Fetch(DomainRules domains, OptionalInt maxContentTokens, Optional<UrlSources> sources)
      implements ToolRules {
    public static final Fetch OPEN =
        new Fetch(DomainRules.NONE, OptionalInt.empty(), Optional.empty());
  }

  /// The rules for `web_search`.
  record Search(DomainRules domains, Optional<UserLocation> location) implements ToolRules {
    public static final Search OPEN = new Search(DomainRules.NONE, Optional.empty());
  }
}
