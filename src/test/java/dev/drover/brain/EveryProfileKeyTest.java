package dev.drover.brain;

import static dev.drover.testing.ScriptedModel.CAPABILITIES;
import static dev.drover.testing.ScriptedModel.textBlock;
import static dev.drover.testing.ScriptedModel.toolUse;
import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.profile.ProfileSettings;
import dev.drover.profile.Strategy;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.ModelUsage;
import dev.drover.session.Stored;
import dev.drover.session.ThreadKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Every key of a profile changes what the harness does: a key that nothing reads would mislead.
final class EveryProfileKeyTest {
  private static final ProfileSettings USUAL = ProfileSettings.USUAL;
  private static final double FIXED = 1_000;

  /// Another value of each key that decides about chapters.
  private static final Map<String, Object> OTHERS =
      Map.ofEntries(
          Map.entry("strategy", "full"),
          Map.entry("context.at_fraction", 0.2),
          Map.entry("context.at_tokens", 5_000),
          Map.entry("context.reserve_tokens", 1_000),
          Map.entry("keep.tokens", 100),
          Map.entry("keep.user_tokens", 10),
          Map.entry("keep.instruction_tokens", 10),
          Map.entry("keep.digest_tokens", 10),
          Map.entry("results.max_tokens", 100),
          Map.entry("results.round_fraction", 0.1),
          Map.entry("summary.max_tokens", 600),
          Map.entry("note.at_fraction", 0.1),
          Map.entry("tokens.factor", 2));

  /// The keys that decide about prompts, see [ProfiledContextTest].
  private static final List<String> OF_PROMPTS = List.of("tools.get_events", "request.cache_marks");

  private final List<Stored> log = new ArrayList<>();

  private void event(Event event, Json.@Nullable Obj hidden) {
    log.add(new Stored(log.size() + 1, Instant.EPOCH, ThreadKey.PRIMARY, event, "{}", hidden));
  }

  private EventId id() {
    return new EventId("sevt_" + log.size());
  }

  /// A message, an instruction, and a call with a long result.
  private void round(int words) {
    event(new Event.UserMessage(id(), Json.arr(textBlock("words ".repeat(300)))), null);
    event(new Event.SystemMessage(id(), Json.arr(textBlock("rules ".repeat(300)))), null);
    var start = id();
    event(new Event.ModelRequestStart(start), null);
    var use = id();
    var input = Json.obj("command", "make all of it " + use.value());
    event(new Event.AgentToolUse(use, "bash", input, Event.Permission.ALLOWED), null);
    event(
        new Event.ModelRequestEnd(id(), start, false, ModelUsage.NONE),
        Json.obj(
            "content", Json.arr(toolUse("toolu_" + use.value(), "bash", input)),
            "stop_reason", "tool_use",
            "tool_uses", Json.arr(use.value())));
    var output = Json.arr(textBlock("words ".repeat(words)));
    event(new Event.AgentToolResult(id(), use, output, false), null);
  }

  private Chapter chapter(int rounds, int words) {
    log.clear();
    for (int i = 0; i < rounds; i++) {
      round(words);
    }
    return Chapter.of(List.copyOf(log));
  }

  private static Room room(ProfileSettings settings) {
    return new Room(CAPABILITIES, FIXED, settings, () -> new Room.Next(settings, Optional.empty()));
  }

  /// What the harness does with these settings.
  private List<Object> decisions(ProfileSettings settings) {
    var opened = new EventId("sevt_opened");
    var full = chapter(40, 4_000);
    var half = chapter(12, 2_000);
    return List.of(
        room(settings).next(full, opened),
        room(settings).next(half, opened),
        room(settings).limits(half),
        room(settings).gauge(half),
        room(settings).summaryTokens(full),
        room(settings.with(Strategy.NOTE)).next(half, opened));
  }

  private static ProfileSettings with(String path, Object value) {
    var json = USUAL.json();
    int dot = path.indexOf('.');
    return ProfileSettings.recorded(
        dot < 0
            ? json.with(path, value)
            : json.with(
                path.substring(0, dot),
                json.object(path.substring(0, dot)).with(path.substring(dot + 1), value)));
  }

  private static Set<String> keys(Json.Obj json, String before) {
    var keys = new TreeSet<String>();
    json.fields()
        .forEach(
            (key, value) -> {
              if (value instanceof Json.Obj section) {
                keys.addAll(keys(section, before + key + "."));
              } else {
                keys.add(before + key);
              }
            });
    return keys;
  }

  @Test
  void everyKeyHasAnEffect() {
    var expected = keys(USUAL.json(), "");
    var tried = new TreeSet<>(OTHERS.keySet());
    tried.addAll(OF_PROMPTS);
    assertThat(tried).isEqualTo(expected);
    var usual = decisions(USUAL);
    assertThat(decisions(USUAL)).isEqualTo(usual);
    OTHERS.forEach(
        (path, value) -> assertThat(decisions(with(path, value))).as(path).isNotEqualTo(usual));
  }
}
