package dev.drover.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Scope;
import dev.drover.session.Emission;
import dev.drover.session.Emitted;
import dev.drover.session.Event;
import dev.drover.session.Feed;
import dev.drover.session.Inbox;
import dev.drover.session.Lease;
import dev.drover.session.Queued;
import dev.drover.session.SessionId;
import dev.drover.session.Slice;
import dev.drover.session.Stored;
import dev.drover.wire.EventCodec;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CyclicBarrier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/// What every [dev.drover.session.EventLog] does under many callers.
abstract class EventLogRaces extends StoreContract {

  /// Rounds of the race between a message and a brain that goes to rest: many where they are cheap.
  int rounds() {
    return 2_000;
  }

  @Test
  void noMessageIsLostWhileABrainGoesToRest() throws Exception {
    var id = newSession();
    var together = new CyclicBarrier(2);
    for (int round = 0; round < rounds(); round++) {
      var hello = message("hello");
      var lease = send(id, hello);
      var seen = store.eventLog().inbox(id);
      var late = message("late");
      try (var scope = new Scope()) {
        var rest =
            scope.fork(
                () -> {
                  together.await();
                  return store.eventLog().emitEvents(lease, resting(seen, hello));
                });
        var receive =
            scope.fork(
                () -> {
                  together.await();
                  return store.eventLog().receive(id, List.of(late), once()).lease();
                });
        finish(rest.join(), receive.join(), lease, hello, late);
      }
    }
    assertThat(store.eventLog().inbox(id).queued()).isEmpty();
    assertThat(log(id)).hasSize(2 * rounds());
  }

  /// Either the brain learns of the message, or the receiver gets the lease.
  private void finish(
      Emitted rest, Optional<Lease> receiver, Lease brain, Event hello, Event late) {
    switch (rest) {
      case Emitted.Appended _ -> rest(receiver.orElseThrow(), late);
      case Emitted.InboxMoved _ -> {
        assertThat(receiver).isEmpty();
        rest(brain, hello, late);
      }
      case Emitted.LeaseLost lost -> throw new AssertionError(lost);
    }
  }

  private void rest(Lease lease, Event... events) {
    var seen = store.eventLog().inbox(lease.session());
    appended(store.eventLog().emitEvents(lease, resting(seen, events)));
  }

  private static Emission resting(Inbox seen, Event... events) {
    return emission(OptionalLong.of(seen.received()), events).knowing(seen.head());
  }

  private List<Stored> log(SessionId id) {
    return store.eventLog().getEvents(id, Slice.after(0, 1_000_000));
  }

  @Test
  void oneOfManyClaimsWins() throws Exception {
    for (int round = 0; round < 50; round++) {
      var id = newSession();
      try (var scope = new Scope()) {
        var claims = new ArrayList<Scope.Task<Optional<Lease>>>();
        for (int i = 0; i < 8; i++) {
          claims.add(scope.fork(() -> store.eventLog().claim(id)));
        }
        var won = new ArrayList<Lease>();
        for (var claim : claims) {
          claim.join().ifPresent(won::add);
        }
        assertThat(won).containsExactly(new Lease(id, 1));
      }
    }
  }

  @Test
  void fiftyAppendersInFiftySessionsKeepEachLogDense() throws Exception {
    var sessions = new ArrayList<Lease>();
    for (int i = 0; i < 50; i++) {
      sessions.add(store.eventLog().claim(newSession()).orElseThrow());
    }
    try (var scope = new Scope()) {
      var appenders =
          sessions.stream()
              .map(
                  lease ->
                      scope.fork(
                          () -> {
                            for (int i = 0; i < 20; i++) {
                              append(lease, answer("one"), answer("two"));
                            }
                            return true;
                          }))
              .toList();
      for (var appender : appenders) {
        appender.join();
      }
    }
    for (var lease : sessions) {
      assertThat(log(lease.session()))
          .extracting(Stored::position)
          .containsExactlyElementsOf(LongStream.rangeClosed(1, 40).boxed().toList());
    }
  }

  @Test
  void listenersSeeTheOrderOfTheLogUnderManyAppenders() throws Exception {
    var id = newSession();
    var lease = store.eventLog().claim(id).orElseThrow();
    List<Feed.Item> items;
    try (var subscription = feed.subscribe(id);
        var scope = new Scope()) {
      var appenders = new ArrayList<Scope.Task<Integer>>();
      for (int thread = 0; thread < 10; thread++) {
        appenders.add(
            scope.fork(
                () -> {
                  int taken = 0;
                  for (int i = 0; i < 50; i++) {
                    taken += append(lease, answer("a"), answer("b")).size();
                    var sent = message("c");
                    store.eventLog().receive(id, List.of(sent), once());
                    taken += append(lease, sent).size();
                  }
                  return taken;
                }));
      }
      int total = 0;
      for (var appender : appenders) {
        total += appender.join();
      }
      assertThat(total).isEqualTo(1_500);
      items = drain(subscription);
    }
    var processed = new ArrayList<String>();
    var waiting = new HashSet<String>();
    for (var json : json(items)) {
      if (json.contains("\"processed_at\":null")) {
        waiting.add(EventCodec.read(json).id().value());
      } else {
        processed.add(json);
        var event = EventCodec.read(json);
        assertThat(!(event instanceof Event.FromClient) || waiting.remove(event.id().value()))
            .as("received before processed")
            .isTrue();
      }
    }
    assertThat(processed).isEqualTo(log(id).stream().map(Stored::json).toList());
    var times = log(id).stream().map(Stored::processedAt).toList();
    assertThat(times).isSorted().doesNotHaveDuplicates();
  }

  @Test
  void manySendersGetSequencesWithoutGaps() throws Exception {
    var id = newSession();
    try (var scope = new Scope()) {
      var senders = new ArrayList<Scope.Task<Integer>>();
      for (int thread = 0; thread < 10; thread++) {
        senders.add(
            scope.fork(
                () -> {
                  int leases = 0;
                  for (int i = 0; i < 20; i++) {
                    leases +=
                        store
                            .eventLog()
                            .receive(id, List.of(message("x"), message("y")), once())
                            .lease()
                            .stream()
                            .mapToInt(_ -> 1)
                            .sum();
                  }
                  return leases;
                }));
      }
      int leases = 0;
      for (var sender : senders) {
        leases += sender.join();
      }
      assertThat(leases).as("one receiver has the lease").isEqualTo(1);
    }
    var inbox = store.eventLog().inbox(id);
    assertThat(inbox.received()).isEqualTo(400);
    assertThat(inbox.queued())
        .extracting(Queued::sequence)
        .containsExactlyElementsOf(LongStream.rangeClosed(1, 400).boxed().toList());
  }
}
