package dev.drover.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Ids;
import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.catalog.AgentId;
import dev.drover.catalog.CustomTool;
import dev.drover.catalog.Definition;
import dev.drover.catalog.Environment.Networking;
import dev.drover.catalog.EnvironmentId;
import dev.drover.catalog.ModelConfig;
import dev.drover.catalog.Toolset;
import dev.drover.catalog.WorkspaceId;
import dev.drover.session.Delivery;
import dev.drover.session.Emission;
import dev.drover.session.Emitted;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.Feed;
import dev.drover.session.Lease;
import dev.drover.session.Session;
import dev.drover.session.SessionId;
import dev.drover.session.Status;
import dev.drover.session.StopReason;
import dev.drover.session.Stored;
import dev.drover.session.ThreadId;
import dev.drover.session.ThreadKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/// Common ground of the contracts: a store under a clock that stands still, and things to keep.
abstract class StoreContract {
  static final WorkspaceId WORKSPACE = new WorkspaceId("wrkspc_one");
  static final WorkspaceId OTHER_WORKSPACE = new WorkspaceId("wrkspc_two");

  final MovableClock clock = new MovableClock();
  final Feed feed = new Feed();
  final Ids ids = new Ids(new Random(7));
  private final AtomicInteger deliveries = new AtomicInteger();

  Store store;

  /// A store on the place that belongs to this test.
  abstract Store open() throws Exception;

  /// The store, closed and opened again if it outlives that.
  abstract Store reopen() throws Exception;

  @BeforeEach
  final void start() throws Exception {
    store = open();
  }

  @AfterEach
  final void stop() {
    store.close();
  }

  final void reopened() throws Exception {
    store = reopen();
  }

  final Session session(WorkspaceId workspace, Instant createdAt) {
    return new Session(
        new SessionId(ids.next(SessionId.PREFIX)),
        new Session.Origin(
            workspace,
            new ThreadId(ids.next(ThreadId.PREFIX)),
            new AgentId(ids.next(AgentId.PREFIX)),
            3,
            new EnvironmentId(ids.next(EnvironmentId.PREFIX)),
            new Networking.Limited(List.of("example.com", "*.example.org"), true, false),
            createdAt),
        new Session.Editable(
            definition("Drover's best"),
            "A title: ünïcode 🐎",
            Map.of("a", "1", "b", ""),
            Optional.empty()));
  }

  static Definition definition(String name) {
    return new Definition(
        name,
        "what it is for",
        new ModelConfig("rehearsal", Optional.of("high"), "standard"),
        "You \"herd\" sheep.\n\u0001",
        List.of(
            new CustomTool(
                "lookup", "Looks up.", Json.obj("type", "object", "properties", Json.EMPTY)),
            new Toolset(
                Toolset.OPEN,
                List.of(
                    new Toolset.ToolSetting(
                        "bash", new Toolset.Setting(false, Toolset.Policy.ALWAYS_ASK))))));
  }

  final SessionId newSession() {
    var session = session(WORKSPACE, clock.instant());
    store.sessions().create(session, List.of());
    return session.id();
  }

  final EventId eventId() {
    return new EventId(ids.next(EventId.PREFIX));
  }

  final Event.UserMessage message(String text) {
    return new Event.UserMessage(eventId(), Json.arr(Json.obj("type", "text", "text", text)));
  }

  final Event.AgentMessage answer(String text) {
    return new Event.AgentMessage(eventId(), Json.arr(Json.obj("type", "text", "text", text)));
  }

  /// A send unlike any before.
  final Delivery once() {
    return new Delivery("send " + deliveries.incrementAndGet(), false);
  }

  final Lease send(SessionId id, Event.FromClient... events) {
    return store.eventLog().receive(id, List.of(events), once()).lease().orElseThrow();
  }

  static Emission emission(Event... events) {
    return emission(OptionalLong.empty(), events);
  }

  /// @param rest present: the session rests, if this is what was received last
  static Emission emission(OptionalLong rest, Event... events) {
    return new Emission(
        Arrays.stream(events).map(StoreContract::entry).toList(), rest, rest.isPresent());
  }

  static Emission.Entry entry(Event event) {
    return new Emission.Entry(ThreadKey.PRIMARY, event, null);
  }

  /// The event that gives a session a status.
  final Event become(Status status) {
    return switch (status) {
      case IDLE -> new Event.StatusIdle(eventId(), new StopReason.EndTurn());
      case RUNNING -> new Event.StatusRunning(eventId());
      case RESCHEDULING -> new Event.StatusRescheduled(eventId());
      case TERMINATED -> new Event.StatusTerminated(eventId());
      case OTHER -> throw new IllegalArgumentException("no event gives it");
    };
  }

  final List<Stored> append(Lease lease, Event... events) {
    return appended(store.eventLog().emitEvents(lease, emission(events)));
  }

  static List<Stored> appended(Emitted emitted) {
    if (emitted instanceof Emitted.Appended appended) {
      return appended.events();
    }
    throw new AssertionError("not appended: " + emitted);
  }

  /// What a subscription holds by now.
  static List<Feed.Item> drain(Feed.Subscription subscription) throws InterruptedException {
    var items = new ArrayList<Feed.Item>();
    for (var item = subscription.poll(Duration.ZERO);
        item != null;
        item = subscription.poll(Duration.ZERO)) {
      items.add(item);
    }
    return items;
  }

  static List<String> json(List<Feed.Item> items) {
    return items.stream().map(item -> ((Feed.Item.Shown) item).json()).toList();
  }

  static void assertProblem(ThrowingCallable call, Problem.Kind kind, String message) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            Problem.class, problem -> assertThat(problem.kind()).isEqualTo(kind))
        .hasMessage(message);
  }
}
