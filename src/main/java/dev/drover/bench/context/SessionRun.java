package dev.drover.bench.context;

import dev.drover.base.Ids;
import dev.drover.base.Json;
import dev.drover.brain.Harness;
import dev.drover.catalog.AgentId;
import dev.drover.catalog.Definition;
import dev.drover.catalog.Environment;
import dev.drover.catalog.EnvironmentId;
import dev.drover.catalog.ModelConfig;
import dev.drover.catalog.Toolset;
import dev.drover.catalog.WorkspaceId;
import dev.drover.hands.ToolResult;
import dev.drover.profile.Profiles;
import dev.drover.profile.Strategy;
import dev.drover.reading.GetEvents;
import dev.drover.session.Delivery;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.EventLog;
import dev.drover.session.Session;
import dev.drover.session.SessionId;
import dev.drover.session.Sessions;
import dev.drover.session.Slice;
import dev.drover.session.Stored;
import dev.drover.session.ThreadId;
import dev.drover.tools.Inventory;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// A scripted session, run by the harness over a store, with a [CachingModel]. One thread.
public final class SessionRun {
  private static final int PAGE = 1_000;

  /// The beginning of an answer of `get_events`.
  private static final String READ = "Recorded data of this session";

  private static final Set<String> RESULTS = Set.of("agent.tool_result");
  private static final Pattern POSITION = Pattern.compile("^#([0-9]+) ", Pattern.MULTILINE);

  private final ScriptedSession script;
  private final ScriptedAgent agent;
  private final CachingModel model;
  private final EventLog log;
  private final Ids ids;
  private final SessionId session;
  private final Harness harness;

  /// @param log where the session's events go
  /// @param ids makes ids that are in neither of the two yet
  public SessionRun(
      Sessions sessions,
      EventLog log,
      Ids ids,
      ScriptedSession script,
      Strategy strategy,
      CachingModel.Server server) {
    this.script = script;
    this.log = log;
    this.ids = ids;
    agent = new ScriptedAgent(script);
    model = agent.on(server);
    var made = session(ids, script);
    sessions.create(made, List.of());
    session = made.id();
    harness = harness(sessions, strategy);
  }

  private static Session session(Ids ids, ScriptedSession script) {
    var definition =
        new Definition(
            "Long",
            null,
            new ModelConfig(CachingModel.ID, Optional.empty(), "standard"),
            ScriptedSession.system(script.size().fixed()),
            List.of(new Toolset(Toolset.OPEN, offered())));
    return new Session(
        new SessionId(ids.next(SessionId.PREFIX)),
        new Session.Origin(
            new WorkspaceId(ids.next("wrkspc_")),
            new ThreadId(ids.next(ThreadId.PREFIX)),
            new AgentId(ids.next("agent_")),
            1,
            new EnvironmentId(ids.next("env_")),
            new Environment.Networking.Unrestricted(),
            InstantSource.system().instant()),
        new Session.Editable(definition, null, Map.of(), Optional.empty()));
  }

  /// Only the scripted tool and the reader of the log.
  private static List<Toolset.ToolSetting> offered() {
    var off = new Toolset.Setting(false, Toolset.Policy.ALWAYS_ALLOW);
    return Toolset.NAMES.stream().sorted().map(name -> new Toolset.ToolSetting(name, off)).toList();
  }

  private Harness harness(Sessions sessions, Strategy strategy) {
    var reader = new GetEvents(() -> 0); // no search ends because time is up
    return SimulatedHarness.of(
        sessions,
        log,
        ids,
        model,
        Inventory.of(List.of(new ScriptedTool(script))).withReader(reader, true),
        Profiles.BUILT_IN.with(strategy),
        script.calls());
  }

  /// Plays the script to its end.
  public void play() throws InterruptedException {
    for (int turn = 0; turn < script.size().turns(); turn++) {
      agent.begin();
      say(script.message(turn));
    }
  }

  private void say(String text) throws InterruptedException {
    var message =
        new Event.UserMessage(
            new EventId(ids.next(EventId.PREFIX)), Json.arr(ScriptedAgent.text(text)));
    var delivery = new Delivery(ids.next("send_"), false);
    log.receive(session, List.of(message), delivery).lease().ifPresent(log::release);
    if (!harness.wake(session)) {
      throw new IllegalStateException("the session is held by another node");
    }
  }

  /// The facts that the agent finds again, each with at most two calls of `get_events`: it searches
  /// for what it knows of the fact, and then reads one of the events that were found.
  public int find() throws InterruptedException {
    int found = 0;
    for (var fact : script.facts()) {
      found += isFound(fact) ? 1 : 0;
    }
    return found;
  }

  private boolean isFound(Fact fact) throws InterruptedException {
    agent.search(Json.obj("text", fact.needle()));
    var answer = answerTo("Look it up in the log.");
    if (answer.contains(fact.value())) {
      return true;
    }
    var position = POSITION.matcher(answer);
    if (!position.find()) {
      return false;
    }
    agent.search(Json.obj("position", Long.parseLong(position.group(1))));
    return answerTo("Read the event that you found.").contains(fact.value());
  }

  /// What the agent reads in the log in the turn of a message, in which it may hand over, too.
  private String answerTo(String message) throws InterruptedException {
    long before = log.inbox(session).head();
    say(message);
    var results = new Slice(before, PAGE, true, RESULTS, true, Optional.empty(), Optional.empty());
    return log.getEvents(session, results).stream()
        .map(Stored::event)
        .filter(Event.AgentToolResult.class::isInstance)
        .map(
            event -> new ToolResult(((Event.AgentToolResult) event).content(), false, false).text())
        .filter(text -> text.startsWith(READ))
        .findFirst()
        .orElse("");
  }

  public CachingModel model() {
    return model;
  }

  /// For each accepted request, which facts its messages had.
  public List<BitSet> seen() {
    return agent.seen();
  }

  public SessionId session() {
    return session;
  }

  /// The events of one kind, in order.
  public <E extends Event> List<E> all(Class<E> kind) {
    var all = new ArrayList<E>();
    long position = 0;
    while (true) {
      var page = log.getEvents(session, Slice.after(position, PAGE));
      if (page.isEmpty()) {
        return all;
      }
      page.stream().map(Stored::event).filter(kind::isInstance).map(kind::cast).forEach(all::add);
      position = page.getLast().position();
    }
  }
}
