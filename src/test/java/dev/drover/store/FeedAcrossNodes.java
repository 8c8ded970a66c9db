package dev.drover.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.base.Scope;
import dev.drover.session.Emission;
import dev.drover.session.Emitted;
import dev.drover.session.Event;
import dev.drover.session.Feed;
import dev.drover.session.Lease;
import dev.drover.session.SessionId;
import dev.drover.session.Slice;
import dev.drover.session.Status;
import dev.drover.session.Stored;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/// Sessions that wander between two nodes while clients send to both, and listeners that come and
/// go: what each of them was shown, against the log.
final class FeedAcrossNodes {
  private static final int SESSIONS = 4;

  /// How many of them have listeners that stay. At the others it happens that nobody listens.
  private static final int WATCHED = 2;

  private static final int SENDERS = 2;
  private static final int MESSAGES = 20;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final ManyNodesContract contract;
  private final AtomicInteger texts = new AtomicInteger();
  private final AtomicBoolean over = new AtomicBoolean();

  FeedAcrossNodes(ManyNodesContract contract) {
    this.contract = contract;
  }

  /// What one listener was shown.
  ///
  /// @param first whether it listened before anything was sent
  /// @param last whether it listened to the end
  private record Heard(SessionId session, boolean first, boolean last, List<String> shown) {}

  void run() throws Exception {
    var sessions = new ArrayList<SessionId>();
    for (int i = 0; i < SESSIONS; i++) {
      sessions.add(contract.newSession());
    }
    var whole = new ArrayList<Feed.Subscription>();
    for (var session : sessions.subList(0, WATCHED)) {
      whole.add(contract.feed.subscribe(session));
      whole.add(contract.otherFeed.subscribe(session));
    }
    var heard = new ArrayList<Heard>();
    try (var scope = new Scope()) {
      var passing = new ArrayList<Scope.Task<List<Heard>>>();
      var senders = new ArrayList<Scope.Task<Boolean>>();
      for (var session : sessions) {
        for (var feed : List.of(contract.feed, contract.otherFeed)) {
          passing.add(scope.fork(() -> comeAndGo(feed, session)));
        }
        for (var node : List.of(contract.store, contract.other)) {
          for (int i = 0; i < SENDERS; i++) {
            senders.add(scope.fork(() -> send(node, session)));
          }
        }
      }
      for (var sender : senders) {
        sender.join();
      }
      over.set(true);
      for (var listener : passing) {
        heard.addAll(listener.join());
      }
    }
    for (int i = 0; i < whole.size(); i++) {
      try (var subscription = whole.get(i)) {
        var session = sessions.get(i / 2);
        heard.add(new Heard(session, true, true, toTheEnd(subscription, session)));
      }
    }
    assertThat(heard).hasSizeGreaterThan(4 * SESSIONS);
    for (var session : sessions) {
      assertThat(contract.store.eventLog().inbox(session).queued()).isEmpty();
      assertThat(client(log(session))).hasSize(2 * SENDERS * MESSAGES);
    }
    heard.forEach(this::check);
  }

  private boolean send(Store node, SessionId session) {
    for (int i = 0; i < MESSAGES; i++) {
      var message = contract.message("message " + texts.incrementAndGet());
      node.eventLog()
          .receive(session, List.of(message), contract.once())
          .lease()
          .ifPresent(lease -> think(node, lease));
    }
    return true;
  }

  /// A brain that answers what there is, then rests.
  private void think(Store node, Lease lease) {
    while (true) {
      var inbox = node.eventLog().inbox(lease.session());
      var taken = new ArrayList<Event>();
      taken.add(new Event.StatusRunning(contract.eventId()));
      inbox.queued().forEach(queued -> taken.add(queued.event()));
      StoreContract.appended(node.eventLog().emitEvents(lease, emission(taken)));
      StoreContract.appended(
          node.eventLog()
              .emitEvents(
                  lease, emission(List.of(contract.answer("a" + texts.incrementAndGet())))));
      var rest =
          StoreContract.emission(
              OptionalLong.of(inbox.received()),
              contract.answer("rest " + texts.incrementAndGet()),
              contract.become(Status.IDLE));
      if (node.eventLog().emitEvents(lease, rest) instanceof Emitted.Appended) {
        return;
      }
    }
  }

  private static Emission emission(List<Event> events) {
    return StoreContract.emission(events.toArray(Event[]::new));
  }

  private List<Heard> comeAndGo(Feed feed, SessionId session) throws InterruptedException {
    var heard = new ArrayList<Heard>();
    for (int stay = 1; !over.get(); stay = stay % 7 + 1) {
      try (var subscription = feed.subscribe(session)) {
        var shown = new ArrayList<String>();
        while (shown.size() < 5 * stay && !over.get()) {
          var item = subscription.poll(Duration.ofMillis(20));
          if (item instanceof Feed.Item.Shown one) {
            shown.add(one.json());
          }
        }
        heard.add(new Heard(session, false, false, shown));
      }
    }
    return heard;
  }

  private List<String> toTheEnd(Feed.Subscription subscription, SessionId session)
      throws InterruptedException {
    var end = log(session).getLast();
    var shown = new ArrayList<String>();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (shown.isEmpty() || !shown.getLast().equals(end)) {
      var item = subscription.poll(Duration.ofMillis(50));
      if (item instanceof Feed.Item.Shown one) {
        shown.add(one.json());
      } else {
        contract.look();
      }
      assertThat(System.nanoTime()).as("the end has not come after %s", shown).isLessThan(deadline);
    }
    return shown;
  }

  private void check(Heard heard) {
    var log = log(heard.session);
    var processed = heard.shown.stream().filter(json -> !isQueued(json)).toList();
    if (heard.first && heard.last) {
      assertThat(processed).isEqualTo(log);
    } else if (!processed.isEmpty()) {
      int from = log.indexOf(processed.getFirst());
      assertThat(from).isNotNegative();
      assertThat(processed).isEqualTo(log.subList(from, from + processed.size()));
    }
    var queued = new HashSet<String>();
    var done = new HashSet<String>();
    for (var json : heard.shown) {
      var id = id(json);
      if (isQueued(json)) {
        assertThat(queued.add(id)).as("queued once: %s", json).isTrue();
        assertThat(done).as("queued before processed").doesNotContain(id);
      } else {
        done.add(id);
        assertThat(!heard.first || !json.contains("user.message") || queued.contains(id))
            .as("seen queued: %s", json)
            .isTrue();
      }
    }
  }

  private List<String> log(SessionId session) {
    return contract.store.eventLog().getEvents(session, Slice.after(0, 1_000_000)).stream()
        .map(Stored::json)
        .toList();
  }

  private static List<String> client(List<String> log) {
    return log.stream().filter(json -> json.contains("user.message")).toList();
  }

  private static boolean isQueued(String json) {
    return json.contains("\"processed_at\":null");
  }

  private static String id(String json) {
    return String.valueOf(((Json.Obj) Json.trusted(json)).text("id"));
  }
}
