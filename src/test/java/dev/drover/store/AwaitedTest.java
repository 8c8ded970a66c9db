package dev.drover.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.Stored;
import dev.drover.session.ThreadKey;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What waits for the client, and for which thread.
final class AwaitedTest {
  private static Stored stored(int thread, Event event) {
    return new Stored(1, Instant.EPOCH, ThreadKey.of(thread), event, "{}", null);
  }

  private static EventId id(String name) {
    return new EventId("sevt_" + name);
  }

  @ParameterizedTest
  @CsvSource({
    "0, false, confirmation:sevt_a",
    "0, true, result:sevt_a",
    "1, false, confirmation@1:sevt_a",
    "1, true, result@1:sevt_a",
    "25, true, result@25:sevt_a"
  })
  void aRowKeepsTheThreadUnlessItIsThePrimary(int thread, boolean custom, String text) {
    Event use =
        custom
            ? new Event.AgentCustomToolUse(id("a"), "x", Json.EMPTY)
            : new Event.AgentToolUse(id("a"), "x", Json.EMPTY, Event.Permission.ASKED);
    var awaited = Awaited.NOTHING.after(stored(thread, use));
    assertThat(awaited.text()).isEqualTo(text);
    assertThat(Awaited.parse(text)).isEqualTo(awaited);
    assertThat(awaited.thread(id("a"))).contains(ThreadKey.of(thread));
    assertThat(awaited.waits(id("a"), custom)).isTrue();
    assertThat(awaited.waits(id("a"), !custom)).isFalse();
    assertThat(awaited.thread(id("b"))).isEmpty();
  }

  @Test
  void theToolUsesOfSeveralThreadsWaitSideBySide() {
    var both = Awaited.parse("result:sevt_a confirmation@3:sevt_b");
    assertThat(both.thread(id("a"))).contains(ThreadKey.PRIMARY);
    assertThat(both.thread(id("b"))).contains(ThreadKey.of(3));
    var answer = new Event.UserToolConfirmation(id("c"), id("b"), true, null);
    assertThat(both.after(stored(3, answer)).text()).isEqualTo("result:sevt_a");
    var result =
        new Event.UserCustomToolResult(id("d"), id("a"), Optional.empty(), Optional.empty());
    assertThat(both.after(stored(0, result)).text()).isEqualTo("confirmation@3:sevt_b");
  }
}
