package dev.drover.mcp;

import dev.drover.base.Pause;
import dev.drover.base.Scope;
import dev.drover.base.Secret;
import dev.drover.catalog.McpServer;
import dev.drover.gateway.NetworkRules;
import dev.drover.gateway.Policy;
import dev.drover.hands.ToolCall;
import dev.drover.http.Guard;
import dev.drover.http.HostName;
import dev.drover.http.Outbound;
import dev.drover.http.Unreachable;
import dev.drover.session.RemoteTool;
import dev.drover.session.Session;
import dev.drover.session.SessionError;
import dev.drover.session.SessionId;
import dev.drover.tools.McpResult;
import dev.drover.tools.McpTools;
import java.net.URI;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// The connections of this node to MCP servers: one for each session and server, opened when it is
/// needed and closed when it was not used for a while.
public final class McpClients implements McpTools, AutoCloseable {
  /// The most connections that are kept.
  private static final int MOST = 1_000;

  private static final Duration NOW = Duration.ZERO;

  private final Outbound http;
  private final Credentials credentials;
  private final McpTimes times;
  private final Pause pause;
  private final Map<Key, McpSlot> slots = new ConcurrentHashMap<>();

  private record Key(SessionId session, McpServer server) {}

  /// @param guard decides to which servers requests may go
  public McpClients(Guard guard, Credentials credentials) {
    this(guard, credentials, McpTimes.USUAL, Pause.REAL);
  }

  McpClients(Guard guard, Credentials credentials, McpTimes times, Pause pause) {
    this.http = new Outbound(guard, times.connect());
    this.credentials = credentials;
    this.times = times;
    this.pause = pause;
  }

  @Override
  public Knowledge knowledge(SessionId session, McpServer server) {
    var slot = slots.get(new Key(session, server));
    return slot == null ? Knowledge.NONE : slot.knowledge();
  }

  @Override
  public List<RemoteTool> list(Session session, McpServer server)
      throws Failed, InterruptedException {
    return inConnection(session, server, McpConnection::list);
  }

  @Override
  public McpResult call(Session session, McpServer server, String tool, ToolCall call)
      throws Failed, InterruptedException {
    return inConnection(session, server, connection -> connection.call(tool, call.input()));
  }

  private interface Use<T> {
    T in(McpConnection connection) throws McpTrouble, InterruptedException;
  }

  private <T> T inConnection(Session session, McpServer server, Use<T> use)
      throws Failed, InterruptedException {
    try {
      checkNetworking(session, server);
      closeIdle();
      var slot = entered(new Key(session.id(), server));
      try {
        return inSlot(slot, session, server, use);
      } finally {
        slot.leave();
      }
    } catch (McpTrouble e) {
      throw failed(server, e);
    }
  }

  private McpSlot entered(Key key) {
    while (true) {
      var slot = slots.computeIfAbsent(key, _ -> new McpSlot());
      if (slot.enter()) {
        return slot;
      }
      slots.remove(key, slot);
    }
  }

  private <T> T inSlot(McpSlot slot, Session session, McpServer server, Use<T> use)
      throws McpTrouble, InterruptedException {
    try {
      return once(slot, session, server, use);
    } catch (McpTrouble e) {
      if (e.kind() != McpTrouble.Kind.EXPIRED) {
        throw e;
      }
    }
    return once(slot, session, server, use); // the server has not taken the request
  }

  private <T> T once(McpSlot slot, Session session, McpServer server, Use<T> use)
      throws McpTrouble, InterruptedException {
    var connection = slot.connection(() -> open(session, server));
    try {
      return use.in(connection);
    } catch (McpTrouble e) {
      if (e.kind() == McpTrouble.Kind.EXPIRED || e.kind() == McpTrouble.Kind.UNREACHABLE) {
        slot.drop(connection);
      }
      throw e;
    }
  }

  private McpConnection open(Session session, McpServer server)
      throws McpTrouble, InterruptedException {
    var endpoint =
        new McpEndpoint(http, server.url(), new SessionBearer(credentials, session, server.url()));
    return McpConnection.open(server.name(), endpoint, times, pause);
  }

  /// The tokens of a session for one server.
  private record SessionBearer(Credentials credentials, Session session, URI url)
      implements McpEndpoint.Bearer {
    @Override
    public Optional<Secret> token() throws InterruptedException {
      return credentials.bearer(session, url);
    }

    @Override
    public Optional<Secret> insteadOf(Secret rejected) throws InterruptedException {
      return credentials.insteadOf(rejected, session, url);
    }
  }

  /// Refuses servers that the environment's networking does not allow.
  private static void checkNetworking(Session session, McpServer server) throws McpTrouble {
    boolean allowed;
    try {
      var policy = new Policy(session.origin().networking(), NetworkRules.NONE);
      allowed = policy.allowsMcpServer(HostName.of(server.url()));
    } catch (Unreachable e) {
      throw new McpTrouble(McpTrouble.Kind.UNREACHABLE, "Cannot connect: " + e.what() + ".");
    }
    if (!allowed) {
      throw new McpTrouble(
          McpTrouble.Kind.UNREACHABLE,
          "The networking of the environment allows neither MCP servers (allow_mcp_servers) nor"
              + " this host.");
    }
  }

  private static Failed failed(McpServer server, McpTrouble trouble) {
    var type =
        trouble.kind() == McpTrouble.Kind.UNAUTHORIZED
            ? SessionError.Type.MCP_AUTHENTICATION_FAILED
            : SessionError.Type.MCP_CONNECTION_FAILED;
    var message = "MCP server \"" + server.name() + "\": " + trouble.what();
    return new Failed(
        new SessionError(type, message, SessionError.Retry.EXHAUSTED, server.name()),
        trouble.mayHaveActed());
  }

  /// Closes the connections that were not used for a while, and one more if there are too many.
  private void closeIdle() {
    slots.values().removeIf(slot -> slot.closeIfIdle(times.idle()));
    if (slots.size() >= MOST) {
      var oldest = slots.values().stream().min(Comparator.comparingLong(McpSlot::lastUse));
      slots.values().removeIf(slot -> oldest.equals(Optional.of(slot)) && slot.closeIfIdle(NOW));
    }
  }

  @Override
  public void close() {
    try (var scope = new Scope()) {
      var closing =
          slots.values().stream()
              .map(
                  slot ->
                      scope.fork(
                          () -> {
                            slot.close();
                            return true;
                          }))
              .toList();
      for (var task : closing) {
        task.join();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    http.close();
  }
}
