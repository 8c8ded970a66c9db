package dev.drover.desk;

import dev.drover.access.AccessStore;
import dev.drover.access.KeyId;
import dev.drover.access.KeyRequest;
import dev.drover.access.KeyScope;
import dev.drover.access.KeyText;
import dev.drover.access.Workspace;
import dev.drover.access.WorkspaceKey;
import dev.drover.base.Ids;
import dev.drover.base.Page;
import dev.drover.base.Problem;
import dev.drover.base.Secret;
import dev.drover.catalog.WorkspaceId;
import dev.drover.session.Delivery;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.Nodes;
import dev.drover.session.SessionId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/// The desk for workspaces and their API keys. The methods that take a workspace reach every one:
/// only routes for callers with a scope of the server may call them. The others reach the caller's
/// own. Every change is durable when a call returns, and every node follows it from then on. Safe
/// for many threads.
public final class AccessDesk {
  /// How often a key is made anew because another one has its prefix, which is very rare.
  private static final int TRIES = 5;

  /// The length of the code of a login in base62 digits: 256 bits.
  private static final int CODE = 43;

  private final AccessStore store;
  private final SessionDesk sessions;
  private final Nodes nodes;
  private final Ids ids;
  private final InstantSource clock;

  /// @param ids over a generator that cannot be predicted: the texts of keys come from it
  public AccessDesk(
      AccessStore store, SessionDesk sessions, Nodes nodes, Ids ids, InstantSource clock) {
    this.store = store;
    this.sessions = sessions;
    this.nodes = nodes;
    this.ids = ids;
    this.clock = clock;
  }

  /// Creates a workspace.
  ///
  /// @param content gives it its name and its limit
  /// @throws Problem as [AccessStore#create(Workspace)] says
  public Workspace.Summary create(UnaryOperator<Workspace> content) {
    var id = new WorkspaceId(ids.next(WorkspaceId.PREFIX));
    store.create(content.apply(new Workspace(id, "", OptionalLong.empty(), now(), null)));
    return store.workspace(id);
  }

  public Workspace.Summary workspace(WorkspaceId id) {
    return store.workspace(id);
  }

  public Page<Workspace.Summary> workspaces(AccessStore.Listing listing) {
    return store.workspaces(listing);
  }

  /// Changes a workspace.
  ///
  /// @throws Problem as [AccessStore#update] says
  public Workspace.Summary update(WorkspaceId id, UnaryOperator<Workspace> change) {
    store.update(id, change);
    return store.workspace(id);
  }

  /// Archives a workspace: its keys are refused, its running turns are interrupted, and it keeps
  /// what it has. To archive it again interrupts what runs by then.
  ///
  /// @throws Problem `NOT_FOUND`; `INVALID_REQUEST` for the default workspace
  public Workspace.Summary archive(Caller caller, WorkspaceId id) {
    if (id.equals(WorkspaceId.DEFAULT)) {
      throw Problem.invalid("The default workspace cannot be archived.");
    }
    store.archive(id, now());
    var within = new Caller(caller.key(), id, KeyScope.USUAL);
    for (var session : nodes.atWork(id, Nodes.QUEUE_LIMIT)) {
      interrupt(within, session);
    }
    return store.workspace(id);
  }

  private void interrupt(Caller caller, SessionId session) {
    var event = new Event.UserInterrupt(new EventId(ids.next(EventId.PREFIX)));
    try {
      sessions.send(caller, session, List.of(event), new Delivery(event.id().value(), false));
    } catch (Problem e) {
      if (e.kind() == Problem.Kind.UNAVAILABLE) {
        throw e;
      }
      // it has ended meanwhile
    }
  }

  /// A new key with its text, which nothing shows again.
  public record Created(WorkspaceKey key, Secret text) {}

  /// Creates a key of the caller's workspace.
  ///
  /// @throws Problem `PERMISSION` for a scope that the caller lacks; as
  ///   [#create(Caller,WorkspaceId,KeyRequest)] says
  public Created create(Caller caller, KeyRequest request) {
    var lacking = EnumSet.noneOf(KeyScope.class);
    lacking.addAll(request.scopes());
    lacking.removeAll(caller.may());
    if (!lacking.isEmpty()) {
      throw Problem.forbidden(
          "This API key can create only keys with scopes that it has: it lacks "
              + lacking.stream().map(KeyScope::toString).collect(Collectors.joining(", ")));
    }
    return create(caller, caller.workspace(), request);
  }

  /// Creates a key of any workspace.
  ///
  /// @throws Problem `INVALID_REQUEST` for a scope of the server in another workspace than the
  ///   default one; as [AccessStore#create(WorkspaceKey,String)] says
  public Created create(Caller caller, WorkspaceId workspace, KeyRequest request) {
    if (!workspace.equals(WorkspaceId.DEFAULT)
        && request.scopes().stream().anyMatch(KeyScope::isOfServer)) {
      throw Problem.invalid(
          "scopes: %s and %s are for keys of the default workspace only"
              .formatted(KeyScope.SERVER_READ, KeyScope.SERVER_WRITE));
    }
    var now = now();
    var id = KeyId.of(ids.next(KeyId.PREFIX));
    for (int tries = 0; tries < TRIES; tries++) {
      var text = KeyText.fresh(ids);
      var key =
          new WorkspaceKey(
              id,
              workspace,
              text.prefix(),
              request.name(),
              request.scopes(),
              caller.key(),
              now,
              request.lifetime().map(now::plus),
              Optional.empty(),
              Optional.empty());
      if (store.create(key, text.hash())) {
        return new Created(key, text.secret());
      }
    }
    throw new IllegalStateException("no free prefix for an API key");
  }

  public WorkspaceKey key(Caller caller, KeyId id) {
    return key(caller.workspace(), id);
  }

  public WorkspaceKey key(WorkspaceId workspace, KeyId id) {
    return store.key(workspace, id);
  }

  public Page<WorkspaceKey> keys(Caller caller, AccessStore.Listing listing) {
    return keys(caller.workspace(), listing);
  }

  public Page<WorkspaceKey> keys(WorkspaceId workspace, AccessStore.Listing listing) {
    return store.keys(workspace, listing);
  }

  /// Revokes a key of the caller's workspace, perhaps the caller's own.
  ///
  /// @throws Problem `NOT_FOUND`
  public WorkspaceKey revoke(Caller caller, KeyId id) {
    return revoke(caller, caller.workspace(), id);
  }

  /// Revokes a key of any workspace.
  ///
  /// @throws Problem `NOT_FOUND`
  public WorkspaceKey revoke(Caller caller, WorkspaceId workspace, KeyId id) {
    return store.revoke(workspace, id, new WorkspaceKey.Revocation(now(), caller.key()));
  }

  /// The key whose text has a prefix, if it is accepted now: it exists, was not revoked and has not
  /// expired, and its workspace is not archived. The prefix is no secret: the caller must check
  /// that the client has the key, or something that was made with it.
  public Optional<AccessStore.Stored> usable(String prefix) {
    return store.find(prefix).filter(stored -> stored.key().isUsable(clock.instant()));
  }

  /// A code with which a browser can log in once, within [#CODE_LIFETIME], on any node.
  ///
  /// @param reference identifies the API key as which the browser will count, and is no secret
  public LoginCode code(String reference) {
    var now = now();
    var text = ids.digits(CODE);
    var end = now.plus(CODE_LIFETIME);
    store.addLoginCode(hash(text), reference, end, now);
    return new LoginCode(new Secret(text), end);
  }

  /// A new code. Only its hash is stored.
  public record LoginCode(Secret text, Instant expiresAt) {}

  /// How long a code is valid.
  public static final Duration CODE_LIFETIME = Duration.ofSeconds(60);

  /// Takes a code that a client sent; empty if there is no such code, or no longer.
  ///
  /// @return the reference of its key
  public Optional<String> take(String code) {
    return store.takeLoginCode(hash(code), clock.instant());
  }

  private static String hash(String text) {
    return HexFormat.of().formatHex(KeyText.sha256(text));
  }

  /// Records that a key is used today. Only the first use on a day is written; if that fails, the
  /// next one is.
  public void use(WorkspaceKey key) {
    var today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
    if (key.lastUsed().filter(day -> !day.isBefore(today)).isEmpty()) {
      try {
        store.used(key.workspace(), key.id(), today);
      } catch (Problem _) {
        // on a full disk, what can be read is still served
      }
    }
  }

  /// The current time, with the precision of the protocol.
  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }
}
