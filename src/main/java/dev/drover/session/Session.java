package dev.drover.session;

import dev.drover.base.Json;
import dev.drover.catalog.AgentId;
import dev.drover.catalog.Definition;
import dev.drover.catalog.Environment;
import dev.drover.catalog.EnvironmentId;
import dev.drover.catalog.Packages;
import dev.drover.catalog.VaultId;
import dev.drover.catalog.WorkspaceId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A session without its log.
///
/// @param resources what it has been given besides, oldest first
public record Session(
    SessionId id,
    Origin origin,
    Editable editable,
    List<SessionResource> resources,
    Progress progress) {
  public Session {
    resources = List.copyOf(resources);
  }

  /// What a session was created from. It never changes.
  ///
  /// @param primary the id of the primary thread, which every session has from the start
  /// @param networking the networking of the environment when the session was created
  /// @param notes the paragraphs that follow the system prompt of the primary thread's agent, such
  ///   as the list of its skills; they were written when the session was created, so the prompt
  ///   never changes
  /// @param vaults the vaults whose credentials it may use, the preferred ones first
  /// @param packages the packages of the environment when the session was created
  /// @param newer the fields that a newer version stored and that this version does not know; they
  ///   are kept unchanged and override the other fields when the session is shown
  public record Origin(
      WorkspaceId workspace,
      ThreadId primary,
      AgentId agentId,
      int agentVersion,
      EnvironmentId environment,
      Environment.Networking networking,
      Instant createdAt,
      List<String> notes,
      List<VaultId> vaults,
      Packages packages,
      Json.Obj newer) {
    public Origin {
      notes = List.copyOf(notes);
      vaults = List.copyOf(vaults);
    }

    /// An origin without notes, vaults, packages and fields of a newer version.
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
          List.of(),
          List.of(),
          Packages.NONE,
          Json.EMPTY);
    }

    /// The origin of a session that continues this one.
    public Origin withCreatedAt(Instant now) {
      return with(primary, now, notes, vaults, packages);
    }

    /// A copy whose primary thread has another id.
    public Origin withPrimary(ThreadId thread) {
      return with(thread, createdAt, notes, vaults, packages);
    }

    public Origin withNotes(List<String> written) {
      return with(primary, createdAt, written, vaults, packages);
    }

    public Origin withVaults(List<VaultId> chosen) {
      return with(primary, createdAt, notes, chosen, packages);
    }

    public Origin withPackages(Packages installed) {
      return with(primary, createdAt, notes, vaults, installed);
    }

    private Origin with(
        ThreadId thread,
        Instant created,
        List<String> written,
        List<VaultId> chosen,
        Packages installed) {
      return new Origin(
          workspace,
          thread,
          agentId,
          agentVersion,
          environment,
          networking,
          created,
          written,
          chosen,
          installed,
          newer);
    }
  }

  /// The values of a session that a client can change.
  ///
  /// @param agent the agent as it was when the session was created, or after the last update of the
  ///   session
  /// @param budget the maximum cost of the session by list price; empty if there is no limit
  public record Editable(
      Definition agent,
      @Nullable String title,
      Map<String, String> metadata,
      Optional<Money> budget) {
    public Editable {
      metadata = Map.copyOf(metadata);
    }
  }

  /// A new session without resources.
  public Session(SessionId id, Origin origin, Editable editable) {
    this(id, origin, editable, List.of(), Progress.of(origin.createdAt()));
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
        origin.notes(),
        progress,
        origin.createdAt(),
        origin.newer().get("status").map(one -> Json.obj("status", one)).orElse(Json.EMPTY));
  }

  /// The session's threads, in the order of their creation. Currently only the primary thread.
  public List<SessionThread> threads() {
    return List.of(primary());
  }

  /// The thread with this id; empty if the session does not have it.
  public Optional<SessionThread> thread(ThreadId named) {
    return threads().stream().filter(thread -> thread.id().equals(named)).findFirst();
  }

  public Session with(Editable changed) {
    return new Session(id, origin, changed, resources, progress);
  }

  public Session with(Progress made) {
    return new Session(id, origin, editable, resources, made);
  }

  public Session with(List<SessionResource> given) {
    return new Session(id, origin, editable, given, progress);
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
