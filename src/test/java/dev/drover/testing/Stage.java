package dev.drover.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Ids;
import dev.drover.base.Json;
import dev.drover.base.MemoryBudget;
import dev.drover.base.Pause;
import dev.drover.brain.Brains;
import dev.drover.brain.HandErrand;
import dev.drover.brain.Harness;
import dev.drover.brain.OnAmbiguous;
import dev.drover.brain.Retries;
import dev.drover.catalog.AgentId;
import dev.drover.catalog.Definition;
import dev.drover.catalog.Environment;
import dev.drover.catalog.EnvironmentId;
import dev.drover.catalog.McpServer;
import dev.drover.catalog.ModelConfig;
import dev.drover.catalog.Tool;
import dev.drover.catalog.Toolset;
import dev.drover.catalog.WorkspaceId;
import dev.drover.profile.Profiles;
import dev.drover.profile.Strategy;
import dev.drover.session.Delivery;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.EventLog;
import dev.drover.session.Feed;
import dev.drover.session.Receipt;
import dev.drover.session.Session;
import dev.drover.session.SessionId;
import dev.drover.session.SessionResource;
import dev.drover.session.Slice;
import dev.drover.session.Status;
import dev.drover.session.Stored;
import dev.drover.session.ThreadId;
import dev.drover.store.Awaited;
import dev.drover.store.LogCheck;
import dev.drover.store.SessionState;
import dev.drover.store.Store;
import dev.drover.store.memory.MemoryStore;
import dev.drover.tools.Inventory;
import dev.drover.tools.ServerTool;
import dev.drover.wire.EventCodec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;

/// One session on a store, with a scripted model and a puppet hand: what a test of the brain needs.
public final class Stage implements AutoCloseable {
  public static final WorkspaceId WORKSPACE = new WorkspaceId("wrkspc_01Test");
  public static final Retries QUICK =
      new Retries(3, Duration.ofMillis(1), Duration.ofMillis(2), Duration.ofSeconds(5));

  /// More than any test needs that is not about it.
  public static final int MAX_TOOL_ROUNDS = 50;

  private final Ids ids = new Ids(new Random(7));
  private final Feed feed = new Feed();
  private final Store store = new MemoryStore(feed, ids, InstantSource.system());
  private final ScriptedModel model = new ScriptedModel();
  private final PuppetHand hand = new PuppetHand();
  private final PuppetMcp mcp = new PuppetMcp();
  private final Inventory inventory;
  private final List<HandErrand> errands = new CopyOnWriteArrayList<>();
  private final PuppetRepositories repositories = new PuppetRepositories();
  private Profiles profiles = Profiles.BUILT_IN;
  private Harness harness;
  private final Brains brains;
  private SessionId session;

  public Stage() {
    this(List.of(new Toolset(Toolset.OPEN, List.of())));
  }

  /// @param inServer the tools that run in the brain's process
  public Stage(List<Tool> tools, ServerTool... inServer) {
    this(definition(tools, List.of()), Inventory.of(List.of(inServer)));
  }

  /// @param inventory the tools of the server
  public Stage(List<Tool> tools, Inventory inventory) {
    this(definition(tools, List.of()), inventory);
  }

  /// @param servers the MCP servers of the agent
  public Stage(List<Tool> tools, List<McpServer> servers) {
    this(definition(tools, servers), Inventory.HANDS);
  }

  private Stage(Definition agent, Inventory inventory) {
    this.inventory = inventory;
    harness = harness(store.eventLog());
    brains = new Brains(harness);
    var made = session(ids, WORKSPACE, agent);
    store.sessions().create(made, List.of());
    session = made.id();
  }

  /// A session that nothing has happened in.
  public static Session session(Ids ids, WorkspaceId workspace, List<Tool> tools) {
    return session(ids, workspace, definition(tools, List.of()));
  }

  private static Definition definition(List<Tool> tools, List<McpServer> servers) {
    return new Definition(
        "Tester",
        null,
        new ModelConfig("claude-test", Optional.empty(), "standard"),
        "Be brief.",
        tools,
        servers,
        List.of(),
        Json.EMPTY);
  }

  private static Session session(Ids ids, WorkspaceId workspace, Definition agent) {
    return new Session(
        new SessionId(ids.next(SessionId.PREFIX)),
        new Session.Origin(
            workspace,
            new ThreadId(ids.next(ThreadId.PREFIX)),
            new AgentId("agent_01Test"),
            1,
            new EnvironmentId("env_01Test"),
            new Environment.Networking.Unrestricted(),
            Instant.now()),
        new Session.Editable(agent, null, Map.of(), Optional.empty()));
  }

  /// A harness that writes through another view of the log.
  public Harness harness(EventLog log) {
    return harness(log, Pause.REAL);
  }

  /// A harness that writes through another view of the log, and waits in another way.
  public Harness harness(EventLog log, Pause pause) {
    return harness(log, pause, profiles);
  }

  /// A harness with other profiles.
  public Harness harness(EventLog log, Pause pause, Profiles profiles) {
    return new Harness(
        log,
        store.sessions(),
        feed,
        model,
        hand,
        errands,
        inventory,
        mcp,
        repositories,
        profiles,
        QUICK,
        MAX_TOOL_ROUNDS,
        OnAmbiguous.DEFAULT,
        ids,
        InstantSource.system(),
        pause,
        new Random(7),
        new MemoryBudget(1L << 30, Duration.ofDays(1)),
        NoFiles.ATTACHED);
  }

  /// Gives the harness, and those that are made from now on, profiles with this strategy. The
  /// brains of [#wakes] keep the old ones.
  public Stage withContext(Strategy strategy) {
    profiles = TestProfiles.claude(strategy);
    harness = harness(store.eventLog());
    return this;
  }

  public ScriptedModel model() {
    return model;
  }

  /// The errands of all harnesses of this stage; a test adds its own.
  public List<HandErrand> errands() {
    return errands;
  }

  public PuppetMcp mcp() {
    return mcp;
  }

  /// Replaces the session by one with these resources.
  public void begin(SessionResource... resources) {
    var made = session(ids, WORKSPACE, row().agent()).with(List.of(resources));
    store.sessions().create(made, List.of());
    session = made.id();
  }

  /// Replaces the session by another one of the store.
  public void enter(SessionId other) {
    session = other;
  }

  public PuppetRepositories repositories() {
    return repositories;
  }

  public PuppetHand hand() {
    return hand;
  }

  public Feed feed() {
    return feed;
  }

  public Store store() {
    return store;
  }

  public Harness harness() {
    return harness;
  }

  public Brains wakes() {
    return brains;
  }

  public SessionId session() {
    return session;
  }

  public Session row() {
    return store.sessions().getSession(session);
  }

  /// Receives a message and leaves the session unclaimed.
  public EventId queue(String text) {
    return one(message(text));
  }

  public EventId interrupt() {
    return one(new Event.UserInterrupt(interruptId()));
  }

  public EventId interruptId() {
    return new EventId(ids.next(EventId.PREFIX));
  }

  public Event.UserMessage message(String text) {
    return new Event.UserMessage(
        new EventId(ids.next(EventId.PREFIX)), Json.arr(ScriptedModel.textBlock(text)));
  }

  /// Receives as the API does, and rings or wakes.
  public Receipt send(Event.FromClient... events) {
    var receipt = store.eventLog().receive(session, List.of(events), delivery());
    receipt.lease().ifPresentOrElse(brains::wake, () -> brains.ring(session));
    return receipt;
  }

  /// Wakes a brain in this thread until the session rests.
  public void wake() throws InterruptedException {
    harness.wake(session);
  }

  public List<Stored> log() {
    return store.eventLog().getEvents(session, Slice.after(0, 10_000));
  }

  /// The wire types of what clients see of the log, in order.
  public List<String> types() {
    return shown().stream().map(EventCodec::type).toList();
  }

  public List<Event> shown() {
    return log().stream()
        .map(Stored::event)
        .filter(event -> !(event instanceof Event.Private))
        .toList();
  }

  /// The events of one kind, in order.
  public <E extends Event> List<E> all(Class<E> kind) {
    return log().stream().map(Stored::event).filter(kind::isInstance).map(kind::cast).toList();
  }

  public Ids ids() {
    return ids;
  }

  /// Receives in one request, and leaves the session to whoever has it.
  public void receive(Event.FromClient... events) {
    var receipt = store.eventLog().receive(session, List.of(events), delivery());
    receipt.lease().ifPresent(store.eventLog()::release);
  }

  private EventId one(Event.FromClient event) {
    receive(new Event.FromClient[] {event});
    return event.id();
  }

  private Delivery delivery() {
    return new Delivery(ids.next("send_"), false);
  }

  /// What the store keeps of the session beside its log, as far as a reader can know it.
  public SessionState state() {
    var row = row();
    var inbox = store.eventLog().inbox(session);
    var log = log();
    var awaited = Awaited.NOTHING;
    for (var stored : log) {
      awaited = awaited.after(stored);
    }
    return new SessionState(
        row.progress(),
        inbox.head(),
        inbox.received(),
        row.status() == Status.TERMINATED ? inbox.received() : 0,
        row.status() == Status.TERMINATED ? Awaited.NOTHING : awaited,
        log.isEmpty() ? Instant.EPOCH : log.getLast().processedAt(),
        0,
        null);
  }

  /// Checks the log that the test leaves behind.
  @Override
  public void close() {
    brains.close();
    var findings = log().isEmpty() ? List.of() : check();
    store.close();
    assertThat(findings).isEmpty();
  }

  private List<LogCheck.Finding> check() {
    var check = new LogCheck(session, state());
    log().forEach(stored -> check.add(stored, 0));
    var inbox = store.eventLog().inbox(session);
    for (var queued : inbox.queued()) {
      if (queued.event() instanceof Event.UnknownFromClient) {
        check.addUnknown(queued.sequence(), queued.event().id());
      } else {
        check.addWaiting(queued.sequence(), queued.event().id());
      }
    }
    check.endInbox(true);
    return check.end();
  }
}
