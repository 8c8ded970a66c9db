package dev.drover.desk;

import dev.drover.base.Ids;
import dev.drover.base.Page;
import dev.drover.base.Problem;
import dev.drover.brain.Brain;
import dev.drover.catalog.Catalogs;
import dev.drover.files.Files;
import dev.drover.model.Models;
import dev.drover.policy.OperatorPolicy;
import dev.drover.policy.SaveRules;
import dev.drover.profile.Profiles;
import dev.drover.profile.Strategy;
import dev.drover.session.Delivery;
import dev.drover.session.Event;
import dev.drover.session.EventLog;
import dev.drover.session.ExportedLog;
import dev.drover.session.Fork;
import dev.drover.session.Money;
import dev.drover.session.Overview;
import dev.drover.session.Receipt;
import dev.drover.session.Session;
import dev.drover.session.SessionId;
import dev.drover.session.SessionThread;
import dev.drover.session.Sessions;
import dev.drover.session.Slice;
import dev.drover.session.Stored;
import dev.drover.session.ThreadId;
import dev.drover.session.ThreadKey;
import dev.drover.skills.Skills;
import dev.drover.vault.VaultStore;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/// The desk for sessions: it creates, updates, archives and deletes them, and sends events to them.
/// It is the only caller of methods that can return a session's lease, so a brain is always woken
/// with the lease. Every change is durable when a call returns. A session of another workspace is
/// `NOT_FOUND`. Safe for many threads.
public final class SessionDesk {
  /// The newest chapter of the primary thread, and the newest request for one. An index leads to
  /// each of the two types, so a long log costs nothing; there is none for both together.
  private static final Slice NEWEST_CHAPTER = newest("drover.context");

  private static final Slice NEWEST_REQUEST = newest("drover.compaction_requested");

  private final Sessions sessions;
  private final EventLog log;
  private final Brain brain;
  private final Models models;
  private final Supplier<OperatorPolicy> policy;
  private final Profiles profiles;
  private final Origins origins;

  /// A desk without an operator's policy and profiles.
  public SessionDesk(
      Catalogs catalogs,
      Files files,
      Skills skills,
      VaultStore credentials,
      RepositoryChoice repositories,
      Sessions sessions,
      EventLog log,
      Brain brain,
      Models models,
      Ids ids,
      InstantSource clock) {
    this(
        catalogs,
        files,
        skills,
        credentials,
        repositories,
        sessions,
        log,
        brain,
        models,
        () -> OperatorPolicy.NONE,
        Profiles.BUILT_IN,
        ids,
        clock);
  }

  /// @param policy the operator's, asked at each change
  /// @param profiles what sessions may choose from
  public SessionDesk(
      Catalogs catalogs,
      Files files,
      Skills skills,
      VaultStore credentials,
      RepositoryChoice repositories,
      Sessions sessions,
      EventLog log,
      Brain brain,
      Models models,
      Supplier<OperatorPolicy> policy,
      Profiles profiles,
      Ids ids,
      InstantSource clock) {
    this.policy = policy;
    this.profiles = profiles;
    this.sessions = sessions;
    this.log = log;
    this.brain = brain;
    this.models = models;
    origins =
        new Origins(catalogs, files, skills, credentials, repositories, models, policy, ids, clock);
  }

  /// Creates a session, and wakes a brain if it begins with events.
  ///
  /// @throws Problem `NOT_FOUND` for an unknown agent, environment or file; `INVALID_REQUEST` for
  ///   one that is archived, for a model that is not served, for a budget of a model without a
  ///   price, and for a profile that sessions cannot choose
  public Session create(Caller caller, SessionRequest request) {
    profiles.check(request.metadata());
    var session = origins.session(caller, request);
    checkStrategy(session.agent().model().id(), request.metadata());
    ListCost.checkBudgetable(models, session);
    var lease = sessions.create(session, request.events());
    lease.ifPresent(brain::wake);
    return lease.isPresent() ? get(caller, session.id()) : session;
  }

  /// Creates a session that continues the log of another one from a place where nothing is open.
  /// The other session is not changed, and may be running.
  ///
  /// @throws Problem `INVALID_REQUEST` if a new session could not have what the other one has, for
  ///   a model that is not served, for another profile that sessions cannot choose, and as
  ///   [Sessions#fork] says
  public Fork fork(Caller caller, SessionId id, ForkRequest request) {
    var make = origins.fork(caller, get(caller, id), request);
    return sessions.fork(
        caller.workspace(),
        id,
        request.at(),
        request.files(),
        before -> {
          var made = make.apply(before);
          checkProfile(before.editable(), made.editable());
          return made;
        });
  }

  /// Checks the profile that a session names, if it is another one than before.
  private void checkProfile(Session.Editable before, Session.Editable after) {
    var chosen = after.metadata().get(Profiles.KEY);
    if (!Objects.equals(chosen, before.metadata().get(Profiles.KEY))) {
      profiles.check(after.metadata());
      checkStrategy(after.agent().model().id(), after.metadata());
    }
  }

  /// The newest position in a session's log at which nothing is open, for an export.
  ///
  /// @throws Problem as [Sessions#settledAt] says
  public long settledAt(Caller caller, SessionId id) {
    return sessions.settledAt(caller.workspace(), id);
  }

  /// Creates a session whose log begins with the events of an exported one. It is idle.
  ///
  /// @param request without events and resources
  /// @throws Problem as [#create] and [Sessions#importSession] say
  public Session importSession(Caller caller, SessionRequest request, ExportedLog log) {
    var made = origins.session(caller, request);
    ListCost.checkBudgetable(models, made);
    return sessions.importSession(
        new Session(made.id(), made.origin().withPrimary(log.thread()), made.editable()), log);
  }

  /// Sends events to a session, all or none.
  ///
  /// @return the events as the client sees them
  /// @throws Problem `NOT_FOUND` also for a thread that the session does not have;
  ///   `INVALID_REQUEST` for a misplaced system message, for events that the session's model does
  ///   not accept, for events that a session at its budget does not accept, and as
  ///   [EventLog#receive] says
  public Receipt send(
      Caller caller, SessionId id, List<Event.FromClient> events, Delivery delivery) {
    var session = get(caller, id);
    SendRules.check(session, events);
    if (events.getLast() instanceof Event.SystemMessage) {
      ModelChoice.checkSystemMessage(models, session.agent().model());
    }
    ListCost.check(models, session, events);
    var receipt = log.receive(id, events, delivery);
    receipt.lease().ifPresentOrElse(brain::wake, () -> brain.ring(id));
    return receipt;
  }

  /// Updates a session. A turn that is paused at its budget continues when the budget is raised.
  ///
  /// @throws Problem `INVALID_REQUEST` for another profile that sessions cannot choose, for a
  ///   budget that is not above what the session has cost, or that it did not have from the start,
  ///   and as [Sessions#update] says
  public Session update(Caller caller, SessionId id, SessionChange change) {
    var updated = sessions.update(caller.workspace(), id, before -> changed(before, change));
    updated.lease().ifPresentOrElse(brain::wake, () -> brain.ring(id));
    return updated.session();
  }

  /// @throws Problem `INVALID_REQUEST` if the chosen profile needs what the model's server cannot
  ///   do
  private void checkStrategy(String model, Map<String, String> metadata) {
    profiles
        .selected(metadata)
        .filter(one -> one.settings().strategy() == Strategy.SERVER)
        .filter(_ -> !models.capabilities(model).serverCompaction())
        .ifPresent(
            one -> {
              throw Problem.invalid(
                  ("metadata.%s: profile %s has the strategy server, but the server of the model %s"
                          + " is not known to make compaction blocks; see server_compaction of its"
                          + " model_settings")
                      .formatted(Profiles.KEY, one.name(), model));
            });
  }

  private Session changed(Session before, SessionChange change) {
    var after = change.change().apply(before.editable());
    if (!after.agent().equals(before.agent())) {
      new SaveRules(policy.get()).checkSession(after.agent());
    }
    checkProfile(before.editable(), after);
    if (change.budget()) {
      ListCost.checkChange(models, before, after.budget());
    }
    return before.with(after);
  }

  /// Has a new chapter of a session's context begin with the next model request which that makes
  /// smaller. What is asked for already is not asked for again.
  ///
  /// @param instructions what a summary should keep; empty if there are none
  /// @return the position of the request in the log
  /// @throws Problem as [Sessions#requestCompaction] says
  public long compact(Caller caller, SessionId id, Optional<String> instructions) {
    get(caller, id);
    long began =
        log.getEvents(id, NEWEST_CHAPTER).stream()
            .mapToLong(Stored::position)
            .findFirst()
            .orElse(0);
    return log.getEvents(id, NEWEST_REQUEST).stream()
        .filter(
            stored ->
                stored.position() > began
                    && stored.event() instanceof Event.CompactionRequested asked
                    && asked.instructions().equals(instructions))
        .findFirst()
        .map(Stored::position)
        .orElseGet(() -> sessions.requestCompaction(caller.workspace(), id, instructions));
  }

  private static Slice newest(String type) {
    return new Slice(
            Long.MAX_VALUE, 1, false, Set.of(type), false, Optional.empty(), Optional.empty())
        .of(ThreadKey.PRIMARY);
  }

  /// Ends a session for good, and releases its hands.
  ///
  /// @throws Problem as [Sessions#archive] says
  public Session archive(Caller caller, SessionId id) {
    var session = sessions.archive(caller.workspace(), id);
    brain.ended(id);
    return session;
  }

  /// Deletes a session with its log and everything that its hands made.
  ///
  /// @throws Problem as [Sessions#delete] says
  public void delete(Caller caller, SessionId id) {
    sessions.delete(caller.workspace(), id);
    brain.deleted(id);
  }

  public Session get(Caller caller, SessionId id) {
    return sessions.getSession(caller.workspace(), id);
  }

  /// A thread of a session.
  ///
  /// @throws Problem `NOT_FOUND` if the session does not have the thread
  public static SessionThread thread(Session session, ThreadId id) {
    return session.thread(id).orElseThrow(() -> Problem.notFound("thread " + id + " not found"));
  }

  /// The caller's sessions.
  ///
  /// @throws Problem as [Sessions#list] says
  public Page<Session> list(Caller caller, Sessions.Listing listing) {
    return sessions.list(caller.workspace(), listing);
  }

  /// The caller's sessions that wait for a person.
  ///
  /// @throws Problem as [Sessions#waiting] says
  public Page<Session> waiting(Caller caller, Sessions.Waiting which) {
    return sessions.waiting(caller.workspace(), which);
  }

  /// The number of the caller's sessions that wait for a person, as [Sessions#countWaiting].
  public long countWaiting(Caller caller) {
    return sessions.countWaiting(caller.workspace());
  }

  /// The states of sessions of all workspaces; see [Sessions#overviews]. Not for a caller: each
  /// state goes to callers of its workspace only.
  public List<Overview> overviews(List<SessionId> ids) {
    return sessions.overviews(ids);
  }

  /// The cost of a session by list price; empty if its model has no price.
  public Optional<Money> cost(Session session) {
    return ListCost.of(models, session);
  }

  /// The cost of a thread by list price; empty if its model has no price.
  public Optional<Money> cost(SessionThread thread) {
    return ListCost.of(models, thread);
  }

  /// Whether a session has reached its budget.
  public boolean isAtBudget(Session session) {
    return ListCost.reached(models, session);
  }
}
