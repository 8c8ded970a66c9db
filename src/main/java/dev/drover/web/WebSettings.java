package dev.drover.web;

import dev.drover.base.Secret;
import dev.drover.settings.Section;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/// The settings of the web tools.
///
/// @param fetch whether agents are offered `web_fetch`
/// @param engine the search engine; empty: agents are not offered `web_search`
public record WebSettings(boolean fetch, Optional<Engine> engine) {
  /// The search engines that are known.
  public enum Kind {
    SEARXNG,
    BRAVE
  }

  /// A search engine of the operator.
  ///
  /// @param url where it answers searches
  /// @param key the operator's key; empty if it needs none
  public record Engine(Kind kind, URI url, Optional<Secret> key) {}

  private static final List<String> KINDS = List.of("brave", "searxng");

  /// @param root the section of all settings
  public static WebSettings read(Section root) {
    var search = root.section("web_search");
    var kind = search.choice("provider", KINDS);
    var url = search.url("url");
    var key = search.secret("api_key");
    return new WebSettings(
        root.section("web_fetch").bool("enabled", true),
        kind.map(
            name -> engine(search, name.equals("brave") ? Kind.BRAVE : Kind.SEARXNG, url, key)));
  }

  private static Engine engine(Section search, Kind kind, Optional<URI> url, Optional<Secret> key) {
    if (url.isEmpty()) {
      throw search.problem("url", "must be set, since web_search.provider is");
    }
    if (kind == Kind.BRAVE && key.isEmpty()) {
      throw search.problem("api_key", "must be set: this provider answers no one without a key");
    }
    return new Engine(kind, url.get(), key);
  }
}
