package dev.drover.web;

import dev.drover.base.Json;
import dev.drover.catalog.UrlSources;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.Slice;
import dev.drover.session.Stored;
import dev.drover.tools.CallContext;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The URLs that a conversation has shown: a fold over the log, so that it is the same after a
/// crash and on every node. A model may fetch only these; it cannot make up a URL, and so cannot
/// send data away in one.
final class ShownUrls {
  private static final Set<String> TYPES =
      Set.of(
          "user.message",
          "system.message",
          "user.custom_tool_result",
          "agent.custom_tool_use",
          "agent.tool_use",
          "agent.tool_result");

  private static final Set<String> WEB = Set.of("web_fetch", "web_search");
  private static final int AT_ONCE = 1_000;

  private final UrlSources sources;
  private final String key;
  private final Map<EventId, String> calls = new HashMap<>();
  private boolean found;

  private ShownUrls(UrlSources sources, String key) {
    this.sources = sources;
    this.key = key;
  }

  /// Whether the conversation has shown a URL, in a part that the agent's rules include.
  ///
  /// @throws InterruptedException if the thread is interrupted meanwhile
  static boolean include(WebUrl url, UrlSources sources, CallContext at)
      throws InterruptedException {
    var fold = new ShownUrls(sources, url.key());
    fold.prompt(at);
    long after = 0;
    while (!fold.found) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      var slice = new Slice(after, AT_ONCE, true, TYPES, false, Optional.empty(), Optional.empty());
      var events = at.log().getEvents(at.thread().session(), slice);
      if (events.isEmpty()) {
        break;
      }
      events.forEach(fold::add);
      after = events.getLast().position();
    }
    return fold.found;
  }

  /// The operator's own text counts as the user's.
  private void prompt(CallContext at) {
    var system = at.thread().agent().system();
    if (system != null && sources.includeUserInput()) {
      look(Json.of(system), true);
    }
  }

  private void add(Stored stored) {
    switch (stored.event()) {
      case Event.UserMessage e -> user(e.content());
      case Event.SystemMessage e -> user(e.content());
      case Event.AgentCustomToolUse e -> calls.put(e.id(), e.name());
      case Event.AgentToolUse e when WEB.contains(e.name()) -> calls.put(e.id(), e.name());
      case Event.UserCustomToolResult e -> {
        var name = calls.get(e.toolUseId());
        if (name != null && sources.includeClientTool(name)) {
          look(e.content().orElse(Json.arr()), false);
        }
      }
      case Event.AgentToolResult e -> {
        var name = calls.get(e.toolUseId());
        // An error repeats the URL that was refused.
        if (name != null && !e.isError() && sources.includeServerTool(name)) {
          look(e.content(), false);
        }
      }
      default -> {}
    }
  }

  private void user(Json.Arr content) {
    if (sources.includeUserInput()) {
      look(content, true);
    }
  }

  private void look(Json content, boolean bare) {
    if (!found) {
      FoundUrls.in(content, bare, one -> found = found || one.equals(key));
    }
  }
}
