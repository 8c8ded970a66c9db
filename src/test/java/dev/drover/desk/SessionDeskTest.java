package dev.drover.desk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.drover.access.KeyId;
import dev.drover.access.KeyScope;
import dev.drover.base.Ids;
import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.brain.Brain;
import dev.drover.catalog.Agent;
import dev.drover.catalog.AgentId;
import dev.drover.catalog.Definition;
import dev.drover.catalog.Environment;
import dev.drover.catalog.Environment.Networking;
import dev.drover.catalog.EnvironmentId;
import dev.drover.catalog.ModelConfig;
import dev.drover.catalog.Resource;
import dev.drover.catalog.ResourceKind;
import dev.drover.catalog.WorkspaceId;
import dev.drover.model.Capabilities;
import dev.drover.model.Models;
import dev.drover.model.Price;
import dev.drover.policy.OperatorPolicy;
import dev.drover.profile.Profiles;
import dev.drover.session.Delivery;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.Feed;
import dev.drover.session.ForkPoint;
import dev.drover.session.Lease;
import dev.drover.session.Money;
import dev.drover.session.Session;
import dev.drover.session.SessionId;
import dev.drover.session.Sessions;
import dev.drover.session.Status;
import dev.drover.session.ThreadId;
import dev.drover.store.Store;
import dev.drover.store.memory.MemoryStore;
import dev.drover.testing.ListedLog;
import dev.drover.testing.TestProfiles;
import dev.drover.testing.TestVaults;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What the desk does for any caller, without HTTP: rules first, then the store, then the brain.
final class SessionDeskTest {
  private static final InstantSource CLOCK = InstantSource.fixed(Instant.EPOCH);
  private static final Caller CALLER = caller("wrkspc_one");
  private static final Caller STRANGER = caller("wrkspc_two");

  private final Ids ids = new Ids(new Random(7));
  private final Store store = new MemoryStore(new Feed(), ids, CLOCK);
  private final List<String> told = new ArrayList<>();
  private final List<Lease> leases = new ArrayList<>();
  private final SessionDesk desk =
      new SessionDesk(
          store.catalogs(),
          store.files(),
          store.skills(),
          store.vaults(),
          TestVaults.repositories(store),
          store.sessions(),
          store.eventLog(),
          new NotedBrain(),
          new TwoModels(),
          ids,
          CLOCK);
  private AgentId agent;
  private EnvironmentId environment;

  private static Caller caller(String workspace) {
    return new Caller(new KeyId("k"), new WorkspaceId(workspace), EnumSet.allOf(KeyScope.class));
  }

  private final class NotedBrain implements Brain {
    @Override
    public void wake(Lease lease) {
      told.add("wake");
      leases.add(lease);
    }

    @Override
    public void ring(SessionId session) {
      told.add("ring");
    }

    @Override
    public void ended(SessionId session) {
      told.add("ended");
    }

    @Override
    public void deleted(SessionId session) {
      told.add("deleted");
    }
  }

  /// `priced` has a price, takes system messages between others, and its server compacts; `plain`
  /// has and does nothing of that.
  private static final class TwoModels implements Models {
    @Override
    public Route route(String id) {
      if (!ids().contains(id)) {
        throw Problem.invalid("model: no server for " + id);
      }
      return new Route(
          (_, _) -> {
            throw new IllegalStateException("nothing asks it");
          },
          id);
    }

    @Override
    public Capabilities capabilities(String id) {
      boolean priced = id.equals("priced");
      return new Capabilities(
              200_000,
              32_000,
              List.of(),
              Optional.empty(),
              true,
              true,
              priced,
              priced ? Optional.of(Price.FREE) : Optional.empty())
          .withServerCompaction(priced);
    }

    @Override
    public List<String> ids() {
      return List.of("priced", "plain");
    }
  }

  @BeforeEach
  void keep() {
    agent = keepAgent("priced");
    environment = new EnvironmentId(ids.next(EnvironmentId.PREFIX));
    var networking = new Networking.Limited(List.of(), false, false);
    keep(
        environment.value(), Environment.KIND, new Environment("here", null, networking, Map.of()));
  }

  private <T> void keep(String id, ResourceKind<T> kind, T content) {
    store
        .catalogs()
        .of(kind)
        .create(new Resource<>(id, CALLER.workspace(), content, Instant.EPOCH));
  }

  private AgentId keepAgent(String model) {
    var id = new AgentId(ids.next(AgentId.PREFIX));
    keep(id.value(), Agent.KIND, new Agent(definition(model), Map.of()));
    return id;
  }

  private static Definition definition(String model) {
    return new Definition(
        "Coder", null, new ModelConfig(model, Optional.empty(), "standard"), null, List.of());
  }

  private SessionRequest request(AgentChoice choice, Event.FromClient... events) {
    return new SessionRequest(
        choice,
        environment,
        null,
        Map.of(),
        Optional.empty(),
        List.of(),
        List.of(),
        List.of(events));
  }

  private SessionRequest request(Event.FromClient... events) {
    return request(new AgentChoice(agent), events);
  }

  private Session created(Event.FromClient... events) {
    return desk.create(CALLER, request(events));
  }

  private EventId id() {
    return new EventId(ids.next(EventId.PREFIX));
  }

  private static Json.Arr text(String text) {
    return Json.arr(Json.obj("type", "text", "text", text));
  }

  private Event.UserMessage message() {
    return new Event.UserMessage(id(), text("hello"));
  }

  private Event.SystemMessage system() {
    return new Event.SystemMessage(id(), text("be brief"));
  }

  private void send(Session session, Event.FromClient... events) {
    desk.send(CALLER, session.id(), List.of(events), new Delivery(ids.next("d"), false));
  }

  private static void assertProblem(Problem.Kind kind, String message, ThrowingCallable call) {
    var problem = catchThrowableOfType(Problem.class, call);
    assertThat(problem).isNotNull();
    assertThat(problem.kind()).isEqualTo(kind);
    assertThat(problem).hasMessageContaining(message);
  }

  private static void assertInvalid(String message, ThrowingCallable call) {
    assertProblem(Problem.Kind.INVALID_REQUEST, message, call);
  }

  @Test
  void aSessionThatBeginsWithEventsIsSetToWork() {
    var idle = created();
    assertThat(told).isEmpty();
    assertThat(idle.status()).isEqualTo(Status.IDLE);
    assertThat(idle.workspace()).isEqualTo(CALLER.workspace());
    var running = created(message());
    assertThat(told).containsExactly("wake");
    assertThat(leases.getFirst().session()).isEqualTo(running.id());
    assertThat(running).isEqualTo(desk.get(CALLER, running.id()));
  }

  @Test
  void aSendWakesTheBrainOfASessionAtRestAndRingsThatOfAnother() {
    var session = created();
    send(session, message());
    send(session, message());
    assertThat(told).containsExactly("wake", "ring");
    assertThat(store.eventLog().inbox(session.id()).queued()).hasSize(2);
  }

  @Test
  void anArchivedAndADeletedSessionAreTheBrainsConcernToo() {
    var session = created();
    assertThat(desk.archive(CALLER, session.id()).status()).isEqualTo(Status.TERMINATED);
    desk.delete(CALLER, session.id());
    assertThat(told).containsExactly("ended", "deleted");
  }

  @Test
  void aSessionOfAnotherWorkspaceIsNotThere() {
    var session = created();
    var id = session.id();
    var kept = desk.get(CALLER, id);
    List<ThrowingCallable> calls =
        List.of(
            () -> desk.get(STRANGER, id),
            () -> desk.send(STRANGER, id, List.of(message()), new Delivery("d", false)),
            () -> desk.update(STRANGER, id, new SessionChange(false, before -> before)),
            () -> desk.archive(STRANGER, id),
            () -> desk.delete(STRANGER, id),
            () -> desk.fork(STRANGER, id, fork("")),
            () -> desk.settledAt(STRANGER, id),
            () -> desk.importSession(STRANGER, request(), exported(session)),
            () -> desk.create(STRANGER, request()));
    calls.forEach(call -> assertProblem(Problem.Kind.NOT_FOUND, "not found", call));
    var all =
        new Sessions.Listing(
            9,
            Optional.empty(),
            true,
            true,
            Set.of(),
            Optional.empty(),
            OptionalInt.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    assertThat(desk.list(STRANGER, all).items()).isEmpty();
    assertThat(desk.list(CALLER, all).items()).containsExactly(kept);
    assertThat(told).isEmpty();
  }

  @Test
  void aSessionIsMadeOfWhatIsThereAndNotArchived() {
    var none = new AgentId("agent_none");
    assertProblem(
        Problem.Kind.NOT_FOUND,
        "not found",
        () -> desk.create(CALLER, request(new AgentChoice(none))));
    var second = new AgentChoice(agent, OptionalInt.of(2), Optional.empty());
    assertProblem(
        Problem.Kind.NOT_FOUND,
        "agent.version: 2 not found",
        () -> desk.create(CALLER, request(second)));
    store
        .catalogs()
        .of(Environment.KIND)
        .archive(CALLER.workspace(), environment.value(), Instant.EPOCH);
    assertInvalid("Environment " + environment + " is archived.", this::created);
    store.catalogs().of(Agent.KIND).archive(CALLER.workspace(), agent.value(), Instant.EPOCH);
    assertInvalid("Agent " + agent + " is archived.", this::created);
  }

  /// @param model the id of another model; empty for the same one
  private static ForkRequest fork(String model) {
    return new ForkRequest(
        new ForkPoint.Newest(),
        true,
        !model.isEmpty(),
        before ->
            new Session.Editable(
                model.isEmpty() ? before.agent() : definition(model),
                "Again",
                before.metadata(),
                before.budget()));
  }

  @Test
  void aForkObeysTheRulesOfNewSessions() {
    var session = created();
    var same = desk.fork(CALLER, session.id(), fork("")).session();
    assertThat(desk.get(CALLER, same.id())).isEqualTo(same);
    assertThat(same.editable().title()).isEqualTo("Again");
    assertThat(same.agent()).isEqualTo(session.agent());
    assertThat(same.primary().id()).isEqualTo(session.primary().id());
    var plain = desk.fork(CALLER, session.id(), fork("plain")).session();
    assertThat(plain.agent().model().id()).isEqualTo("plain");
    assertInvalid("no server for other", () -> desk.fork(CALLER, session.id(), fork("other")));
    assertThat(told).isEmpty();
    store.catalogs().of(Agent.KIND).archive(CALLER.workspace(), agent.value(), Instant.EPOCH);
    assertInvalid(
        "Agent " + agent + " is archived.", () -> desk.fork(CALLER, session.id(), fork("")));
  }

  private static ListedLog exported(Session session) {
    return new ListedLog(session.id(), session.primary().id(), List.of());
  }

  @Test
  void anImportObeysTheRulesOfNewSessions() {
    var session = created();
    assertThat(desk.settledAt(CALLER, session.id())).isZero();
    var made = desk.importSession(CALLER, request(), exported(session));
    assertThat(desk.get(CALLER, made.id())).isEqualTo(made);
    assertThat(made.id()).isNotEqualTo(session.id());
    assertThat(made.primary().id()).isEqualTo(session.primary().id());
    assertThat(made.status()).isEqualTo(Status.IDLE);
    assertThat(told).isEmpty();
    store.catalogs().of(Agent.KIND).archive(CALLER.workspace(), agent.value(), Instant.EPOCH);
    assertInvalid(
        "Agent " + agent + " is archived.",
        () -> desk.importSession(CALLER, request(), exported(session)));
  }

  @Test
  void anOverridingModelMustBeServed() {
    assertThat(desk.create(CALLER, request(overriding("plain"))).agent().model().id())
        .isEqualTo("plain");
    assertInvalid("no server for other", () -> desk.create(CALLER, request(overriding("other"))));
  }

  @Test
  void aProfileWithTheServersCompactionIsForModelsThatHaveIt() {
    var compacting =
        new SessionDesk(
            store.catalogs(),
            store.files(),
            store.skills(),
            store.vaults(),
            TestVaults.repositories(store),
            store.sessions(),
            store.eventLog(),
            new NotedBrain(),
            new TwoModels(),
            () -> OperatorPolicy.NONE,
            TestProfiles.with("compacting", "strategy: server"),
            ids,
            CLOCK);
    assertThat(compacting.create(CALLER, named("priced")).id()).isNotNull();
    assertInvalid(
        "metadata.drover.profile: profile compacting has the strategy server, but the server of"
            + " the model plain is not known to make compaction blocks",
        () -> compacting.create(CALLER, named("plain")));
    var session = compacting.create(CALLER, request(overriding("plain")));
    var change =
        new SessionChange(
            false,
            before ->
                new Session.Editable(
                    before.agent(),
                    before.title(),
                    Map.of(Profiles.KEY, "compacting"),
                    before.budget()));
    assertInvalid("strategy server", () -> compacting.update(CALLER, session.id(), change));
  }

  private SessionRequest named(String model) {
    return new SessionRequest(
        overriding(model),
        environment,
        null,
        Map.of(Profiles.KEY, "compacting"),
        Optional.empty(),
        List.of(),
        List.of(),
        List.of());
  }

  private AgentChoice overriding(String model) {
    var overrides = new AgentChoice.Overrides(true, _ -> definition(model));
    return new AgentChoice(agent, OptionalInt.empty(), Optional.of(overrides));
  }

  @Test
  void systemMessagesFollowWhatTheyAccompanyAtTheEnd() {
    var session = created();
    var misplaced = "a system.message must be the last event of a request";
    assertInvalid("events.0.type: " + misplaced, () -> send(session, system()));
    assertInvalid("events.1.type: ", () -> send(session, message(), system(), message()));
    assertInvalid("events.1.type: ", () -> send(session, message(), system(), system()));
    assertInvalid("events.1.type: ", () -> send(session, new Event.UserInterrupt(id()), system()));
    assertThat(told).isEmpty();
    send(session, message(), system());
    assertThat(told).containsExactly("wake");
  }

  @Test
  void systemMessagesAreForModelsThatTakeThem() {
    var session = desk.create(CALLER, request(new AgentChoice(keepAgent("plain"))));
    assertInvalid(
        "model_does_not_support_mid_conversation_system", () -> send(session, message(), system()));
    send(session, message());
    assertThat(told).containsExactly("wake");
  }

  @Test
  void anInterruptIsForAThreadOfTheSession() {
    var session = created();
    var other = new ThreadId(ids.next(ThreadId.PREFIX));
    assertProblem(
        Problem.Kind.NOT_FOUND,
        "thread " + other + " not found",
        () -> send(session, new Event.UserInterrupt(id(), Optional.of(other))));
    send(session, new Event.UserInterrupt(id(), Optional.of(session.primary().id())));
    assertThat(told).containsExactly("wake");
  }

  @Test
  void aSendHasEvents() {
    var session = created();
    assertInvalid("events: must contain at least 1 item", () -> send(session));
  }

  @Test
  void aBudgetNeedsAPriceAndIsSetAtTheStart() {
    var plain = keepAgent("plain");
    assertInvalid("model_not_budgetable", () -> desk.create(CALLER, budgeted(plain, 5)));
    var free = created();
    assertInvalid("budget_create_only", () -> changeBudget(free, 5));
    assertThat(desk.get(CALLER, free.id()).budget()).isEmpty();
    assertThat(told).isEmpty();
  }

  private SessionRequest budgeted(AgentId of, long cents) {
    return new SessionRequest(
        new AgentChoice(of),
        environment,
        null,
        Map.of(),
        Optional.of(new Money(cents)),
        List.of(),
        List.of(),
        List.of());
  }

  private void changeBudget(Session session, long cents) {
    desk.update(
        CALLER,
        session.id(),
        new SessionChange(
            true,
            before ->
                new Session.Editable(
                    before.agent(),
                    before.title(),
                    before.metadata(),
                    Optional.of(new Money(cents)))));
  }

  @Test
  void aSessionAtItsBudgetTakesNoQuestionsUntilItIsRaised() {
    var session = desk.create(CALLER, budgeted(agent, 0)); // costs nothing, and may cost nothing
    assertThat(desk.isAtBudget(session)).isTrue();
    assertInvalid("session budget reached", () -> send(session, message()));
    assertInvalid("budget_not_raised", () -> changeBudget(session, 0));
    // Another change is none of the budget's concern.
    desk.update(CALLER, session.id(), new SessionChange(false, before -> before));
    send(session, new Event.UserInterrupt(id()));
    changeBudget(session, 5);
    send(session, message());
    assertThat(told).containsExactly("ring", "wake", "ring", "ring");
  }
}
