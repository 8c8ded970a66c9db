package dev.drover.reading;

import static dev.drover.testing.ScriptedModel.textBlock;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Json;
import dev.drover.session.Event;
import dev.drover.session.Slice;
import dev.drover.session.Stored;
import dev.drover.session.ThreadKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The bounds of a search, and how it goes on.
final class EventSearchTest {
  private static final EventFilter ALL =
      new EventFilter(Set.of(), false, Optional.empty(), Optional.empty());

  private final ReadLog log = new ReadLog();

  @AfterEach
  void close() {
    log.close();
  }

  private static EventFilter ofTool(String tool) {
    return new EventFilter(Set.of(), false, Optional.of(tool), Optional.empty());
  }

  private static EventRange range(boolean ascending) {
    var start = ascending ? EventRange.Place.of("0") : Optional.<EventRange.Place>empty();
    return EventRange.of(start, Optional.empty());
  }

  private EventSearch search(LongSupplier nanos, int most) {
    return new EventSearch(log.log(), log.session().id(), ThreadKey.PRIMARY, nanos, most);
  }

  /// The positions that a search finds in all its parts.
  private List<Long> all(EventFilter filter, boolean ascending, int limit, int most, long bytes)
      throws Exception {
    var positions = new ArrayList<Long>();
    var range = range(ascending);
    while (true) {
      var found = search(() -> 0, most).find(filter, range, limit, bytes);
      assertThat(found.events()).hasSizeLessThanOrEqualTo(limit);
      positions.addAll(found.events().stream().map(Stored::position).toList());
      if (found.more().isEmpty()) {
        return positions;
      }
      range = range.following(found.more().getAsLong());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void howeverItIsCutItFindsTheSame(boolean ascending) throws Exception {
    var mine = new ArrayList<Long>();
    for (int i = 0; i < 60; i++) {
      var use = log.use(i % 3 == 0 ? "bash" : "read", Json.obj("n", i));
      var result = log.result(use, false, textBlock("x".repeat(i)));
      long at = log.add(use);
      long after = log.add(result);
      if (i % 3 == 0) {
        mine.addAll(List.of(at, after));
      }
    }
    var expected = ascending ? mine : mine.reversed();
    for (int limit : List.of(1, 7, 1_000)) {
      for (int most : List.of(1, 13, 1_000)) {
        for (long bytes : List.of(1L, 700L, Slice.BYTES)) {
          assertThat(all(ofTool("bash"), ascending, limit, most, bytes)).isEqualTo(expected);
        }
      }
    }
  }

  @Test
  void itStopsAfterTwoSecondsAndStillProceeds() throws Exception {
    for (int i = 0; i < 5; i++) {
      log.say("message");
    }
    var time = new AtomicLong();
    LongSupplier slow = () -> time.addAndGet(Duration.ofSeconds(3).toNanos());
    var found = search(slow, 100).find(ALL, range(true), 100, Slice.BYTES);
    assertThat(found.events()).hasSize(1);
    assertThat(found.more()).hasValue(found.events().getFirst().position());
  }

  @Test
  void anInterruptEndsIt() {
    log.say("message");
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> search(() -> 0, 100).find(ALL, range(true), 1, 1))
        .isInstanceOf(InterruptedException.class);
    assertThat(Thread.interrupted()).isFalse();
  }

  @Test
  void aToolOfAnMcpServerHasTwoNames() throws Exception {
    var use =
        new Event.AgentMcpToolUse(log.id(), "wiki", "look", Json.EMPTY, Event.Permission.ALLOWED);
    long at = log.add(use);
    long after = log.add(new Event.AgentMcpToolResult(log.id(), use.id(), Json.arr(), false));
    for (var name : List.of("look", "mcp__wiki__look")) {
      assertThat(all(ofTool(name), true, 10, 100, Slice.BYTES)).containsExactly(at, after);
    }
    assertThat(all(ofTool("wiki"), true, 10, 100, Slice.BYTES)).isEmpty();
  }

  @Test
  void typesWithoutCallsHaveNoCallsOfATool() throws Exception {
    log.add(log.use("bash", Json.EMPTY));
    var filter =
        new EventFilter(Set.of("agent.message"), false, Optional.of("bash"), Optional.empty());
    assertThat(all(filter, true, 10, 100, Slice.BYTES)).isEmpty();
  }
}
