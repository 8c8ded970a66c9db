package dev.drover.session;

import dev.drover.base.Json;
import dev.drover.catalog.AgentId;
import dev.drover.catalog.Definition;
import dev.drover.catalog.Environment;
import dev.drover.catalog.EnvironmentId;
import dev.drover.catalog.WorkspaceId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A session without its log.
public record Session(SessionId id, Origin origin, Editable editable, Progress progress) {
  /// What a session was created from. It never changes.
  ///
  /// @param primary names the primary thread, which every session has from the start
  /// @param networking the environment's, as it was when the session was created
  /// @param newer what a newer version stored of the session and this one does not know: kept as it
  ///   came, and shown over the rest
  public record Origin(
      WorkspaceId workspace,
      ThreadId primary,
      AgentId agentId,
      int agentVersion,
      EnvironmentId environment,
      Environment.Networking networking,
      Instant createdAt,
      Json.Obj newer) {
    /// The origin of a session of which this version knows everything.
    public Origin(
        WorkspaceId workspace,
        ThreadId primary,
        AgentId agentId,
        int agentVersion,
        EnvironmentId environment,
        Environment.Networking networking,
        Instant createdAt) {
      this(
          workspace,
          primary,
          agentId,
          agentVersion,
          environment,
          networking,
          createdAt,
          Json.EMPTY);
    }
  }

  /// What a client may change.
  ///
  /// @param agent the agent as it was when the session was created, or as an update has it
  /// @param budget what the session may cost by list price; empty: it has none
  public record Editable(
      Definition agent,
      @Nullable String title,
      Map<String, String> metadata,
      Optional<Money> budget) {
    public Editable {
      metadata = Map.copyOf(metadata);
    }
  }

  /// A new session.
  public Session(SessionId id, Origin origin, Editable editable) {
    this(id, origin, editable, Progress.of(origin.createdAt()));
  }

  /// The thread that the session has from the start.
  public SessionThread primary() {
    return new SessionThread(
        id,
        ThreadKey.PRIMARY,
        origin.primary(),
        Optional.empty(),
        origin.agentId(),
        origin.agentVersion(),
        editable.agent(),
        progress,
        origin.createdAt(),
        origin.newer().get("status").map(one -> Json.obj("status", one)).orElse(Json.EMPTY));
  }

  /// The session's threads, in the order of their creation. There is none but the primary yet.
  public List<SessionThread> threads() {
    return List.of(primary());
  }

  /// The thread with this id; empty: the session has none such.
  public Optional<SessionThread> thread(ThreadId named) {
    return threads().stream().filter(thread -> thread.id().equals(named)).findFirst();
  }

  public Session with(Editable changed) {
    return new Session(id, origin, changed, progress);
  }

  public Session with(Progress made) {
    return new Session(id, origin, editable, made);
  }

  public WorkspaceId workspace() {
    return origin.workspace();
  }

  public Definition agent() {
    return editable.agent();
  }

  public Optional<Money> budget() {
    return editable.budget();
  }

  public Status status() {
    return progress.status();
  }
}
