package dev.drover.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.base.Utf8;
import dev.drover.session.Event;
import dev.drover.session.Lease;
import dev.drover.session.SessionId;
import dev.drover.session.Slice;
import dev.drover.session.Stored;
import dev.drover.session.ThreadKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What every [EventLog] gives to its readers, slice by slice.
abstract class SlicesContract extends LogContract {
  private SessionId sessionOfTen() {
    var id = newSession();
    var lease = log().claim(id).orElseThrow();
    for (int i = 1; i <= 10; i++) {
      append(
          lease,
          switch (i % 3) {
            case 0 -> new Event.ToolDispatched(eventId(), eventId(), 1);
            case 1 -> answer("number " + i);
            default -> new Event.AgentThinking(eventId());
          });
      clock.move(Duration.ofSeconds(1));
    }
    return id;
  }

  @Test
  void slicesGoForwards() {
    var id = sessionOfTen();
    assertThat(positions(log().getEvents(id, slice(0, 3, true)))).containsExactly(1L, 2L, 3L);
    assertThat(positions(log().getEvents(id, slice(8, 5, true)))).containsExactly(9L, 10L);
    assertThat(log().getEvents(id, slice(10, 5, true))).isEmpty();
    assertThat(log().getEvents(id, slice(Long.MAX_VALUE, 5, true))).isEmpty();
    assertThat(log().getEvents(UNKNOWN, slice(0, 5, true))).isEmpty();
  }

  @Test
  void slicesGoBackwards() {
    var id = sessionOfTen();
    assertThat(positions(log().getEvents(id, slice(Long.MAX_VALUE, 3, false))))
        .containsExactly(10L, 9L, 8L);
    assertThat(positions(log().getEvents(id, slice(3, 5, false)))).containsExactly(2L, 1L);
    assertThat(log().getEvents(id, slice(1, 5, false))).isEmpty();
    assertThat(log().getEvents(id, slice(0, 5, false))).isEmpty();
    assertThat(log().getEvents(UNKNOWN, slice(Long.MAX_VALUE, 5, false))).isEmpty();
  }

  @Test
  void slicesChooseByType() {
    var id = sessionOfTen();
    assertThat(positions(log().getEvents(id, slice(1, 2, true, "agent.message"))))
        .containsExactly(4L, 7L);
    assertThat(
            positions(
                log()
                    .getEvents(id, slice(10, 3, false, "agent.message", "drover.tool_dispatched"))))
        .containsExactly(9L, 7L, 6L);
    assertThat(log().getEvents(id, slice(0, 9, true, "no.such"))).isEmpty();
  }

  @Test
  void slicesChooseTheBeginningsOfChapters() {
    var id = newSession();
    var lease = log().claim(id).orElseThrow();
    for (int i = 1; i <= 3; i++) {
      append(lease, new Event.ModelRequestStart(eventId()), chapter(i));
    }
    var chapters = slice(Long.MAX_VALUE, 1, false, "drover.context");
    assertThat(positions(log().getEvents(id, chapters))).containsExactly(6L);
    assertThat(positions(log().getEvents(id, chapters.of(ThreadKey.PRIMARY)))).containsExactly(6L);
    assertThat(log().getEvents(id, chapters.of(new ThreadKey(1)))).isEmpty();
    assertThat(positions(log().getEvents(id, slice(6, 9, false, "drover.context"))))
        .containsExactly(4L, 2L);
  }

  private Event chapter(int number) {
    return new Event.ContextOpened(
        eventId(),
        number,
        Event.ContextOpened.Kind.ROLLING,
        Event.ContextOpened.Cause.THRESHOLD,
        1,
        Json.arr(),
        0,
        new Event.ContextOpened.Sizes(2, 1, 9, 100));
  }

  @Test
  void slicesForClientsShowNothingPrivate() {
    var id = sessionOfTen();
    var visible = new Slice(0, 100, true, Set.of(), true, Optional.empty(), Optional.empty());
    assertThat(positions(log().getEvents(id, visible)))
        .containsExactly(1L, 2L, 4L, 5L, 7L, 8L, 10L);
  }

  @Test
  void slicesChooseByTimeInclusively() {
    var id = sessionOfTen();
    var times = all(id).stream().map(Stored::processedAt).toList();
    assertThat(positions(log().getEvents(id, between(times.get(2), times.get(4)))))
        .containsExactly(3L, 4L, 5L);
    assertThat(
            positions(
                log()
                    .getEvents(id, between(times.get(2).plusNanos(1), times.get(4).minusNanos(1)))))
        .containsExactly(4L);
  }

  private static Slice between(Instant from, Instant to) {
    return new Slice(0, 100, true, Set.of(), false, Optional.of(from), Optional.of(to));
  }

  @Test
  void slicesAreBoundedInBytes() {
    var id = newSession();
    var lease = log().claim(id).orElseThrow();
    int[] sizes = {100, 100, 5_000, 100, 5_000, 5_000, 100};
    for (int size : sizes) {
      append(lease, answer("ü".repeat(size / 2)));
    }
    assertThat(positions(log().getEvents(id, slice(0, 9, true).within(9, 1_000))))
        .containsExactly(1L, 2L);
    assertThat(positions(log().getEvents(id, slice(2, 9, true).within(9, 1_000))))
        .containsExactly(3L);
    assertThat(positions(log().getEvents(id, slice(2, 9, true).within(9, 6_000))))
        .containsExactly(3L, 4L);
    assertThat(positions(log().getEvents(id, slice(0, 9, true).within(1, 1)))).containsExactly(1L);
    assertThat(positions(log().getEvents(id, slice(8, 9, false).within(9, 6_000))))
        .containsExactly(7L, 6L);
    assertThat(positions(log().getEvents(id, slice(6, 9, false).within(9, 1)))).containsExactly(5L);
    assertThat(positions(log().getEvents(id, slice(0, 9, true).within(9, Long.MAX_VALUE))))
        .hasSize(7);
  }

  @Test
  void aLogIsMeasuredWithoutBeingRead() {
    var id = newSession();
    var lease = log().claim(id).orElseThrow();
    append(lease, answer("one"));
    append(lease, answer("ü".repeat(3_000)));
    append(lease, answer("three"));
    var all = all(id);
    long whole = all.stream().mapToLong(stored -> Utf8.length(stored.json())).sum();
    var extent = log().measure(id, slice(0, 9, true));
    assertThat(extent.bytes()).isEqualTo(whole);
    assertThat(extent.more()).isFalse();
    assertThat(extent.waiting()).isZero();
    assertThat(log().getEvents(id, extent.slice())).isEqualTo(all);
    var first = log().measure(id, slice(0, 9, true).within(9, 6_000));
    assertThat(first.more()).isTrue();
    assertThat(positions(log().getEvents(id, first.slice()))).containsExactly(1L);
    var last = log().measure(id, slice(Long.MAX_VALUE, 2, false));
    assertThat(last.more()).isTrue();
    append(lease, answer("it does not move"));
    assertThat(positions(log().getEvents(id, last.slice()))).containsExactly(3L, 2L);
    log().receive(id, List.of(message("ü")), once());
    var waits = log().inbox(id).queued().getFirst().json();
    assertThat(log().measure(id, slice(9, 9, true)).waiting()).isEqualTo(Utf8.length(waits));
    var nothing = log().measure(UNKNOWN, slice(0, 9, true));
    assertThat(nothing.bytes()).isZero();
    assertThat(log().getEvents(UNKNOWN, nothing.slice())).isEmpty();
  }

  @Test
  void oneSessionsLogIsNotAnothers() {
    var one = newSession();
    var two = newSession();
    append(log().claim(one).orElseThrow(), answer("one"));
    append(log().claim(two).orElseThrow(), answer("two"));
    append(new Lease(one, 1), answer("one more"));
    assertThat(positions(all(one))).containsExactly(1L, 2L);
    assertThat(positions(all(two))).containsExactly(1L);
  }
}
