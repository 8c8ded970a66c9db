package dev.drover.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.drover.base.Json;
import dev.drover.base.Pause;
import dev.drover.base.Problem;
import dev.drover.base.Secret;
import dev.drover.catalog.Definition;
import dev.drover.catalog.Environment.Networking;
import dev.drover.catalog.McpServer;
import dev.drover.catalog.WorkspaceId;
import dev.drover.hands.Cell;
import dev.drover.hands.ToolCall;
import dev.drover.http.Guard;
import dev.drover.http.Outbound;
import dev.drover.http.PublicOnly;
import dev.drover.mcp.Credentials;
import dev.drover.mcp.McpClients;
import dev.drover.session.EventId;
import dev.drover.session.HandId;
import dev.drover.session.RepositoryPath;
import dev.drover.session.RepositoryUrl;
import dev.drover.session.Session;
import dev.drover.session.SessionId;
import dev.drover.session.SessionResource.Repository;
import dev.drover.session.SessionResourceId;
import dev.drover.session.SessionThread;
import dev.drover.testing.Stage;
import dev.drover.tools.CallContext;
import dev.drover.tools.McpTools;
import dev.drover.tools.ServerTool;
import dev.drover.vault.VaultRequests;
import dev.drover.web.WebFetch;
import dev.drover.web.WebTools;
import dev.drover.webhooks.WebhookGuard;
import dev.drover.webhooks.WebhookRequests;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/// Everything that connects to a host which an agent, a client or another server names, behind one
/// guard. It notes the addresses that connections are made to.
final class Entrances implements AutoCloseable {
  /// The place where a host is named.
  enum Entrance {
    /// The target of `CONNECT`, in a sandbox.
    CONNECT,
    /// The URL of a plain request to the proxy, in a sandbox.
    PROXY,
    /// The name in a request of SOCKS, in a sandbox.
    SOCKS,
    /// The header of a request without a proxy, in a sandbox.
    HOST_HEADER,
    /// The server name of a TLS handshake without a proxy, in a sandbox.
    SERVER_NAME,
    /// The URL of a session's repository.
    REPOSITORY,
    /// The URL of an agent's MCP server.
    MCP_SERVER,
    /// The URL of the MCP server of a credential that is validated.
    CREDENTIAL,
    /// The URL at which a credential gets new tokens.
    TOKEN_ENDPOINT,
    /// The URL of a webhook endpoint.
    WEBHOOK,
    /// The URL that a model passes to `web_fetch`.
    WEB_FETCH
  }

  /// The path that all requests have but those to repositories.
  static final String PATH = "/to";

  /// The path of requests to repositories.
  static final String GIT_PATH = PATH + "/info/refs";

  private static final SessionId SESSION = new SessionId("sesn_1");
  private static final HandId HAND = new HandId("hand_1");
  private static final SessionResourceId REPOSITORY = new SessionResourceId("sesrsc_one");
  private static final Duration CONNECT = Duration.ofSeconds(5);

  /// What a program sends through a tunnel: the server closes the connection after its answer.
  private static final String THROUGH =
      "GET " + PATH + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

  private static final Cell NO_CELL =
      new Cell() {
        @Override
        public byte[] run(Order order) throws Failed {
          throw new Failed("there is none");
        }

        @Override
        public void close() {}
      };

  private final List<String> admitted = new CopyOnWriteArrayList<>();
  private final PlayedHand hand = new PlayedHand();
  private final Stage stage = new Stage();
  private final Session session;
  private final Gateway gateway;
  private final Outbound http;
  private final Outbound webhooks;
  private final McpClients mcp;
  private final ServerTool web;
  private volatile List<Repository> repositories = List.of();

  /// @param networking of the session
  /// @param guard as the server has it
  /// @param open allows the public internet only
  /// @param port that limited networking allows
  Entrances(Networking networking, PublicOnly guard, PublicOnly open, int port) throws IOException {
    session = session(stage.row(), networking);
    var noting = noting(guard);
    var rules = new NetworkRules(Set.of(port), List.of());
    gateway =
        new Gateway(
            _ -> new Policy(networking, rules),
            guard,
            new GitGate(
                new Named(),
                _ -> Optional.empty(),
                new Outbound(noting, CONNECT),
                Optional.empty(),
                GitSettings.USUAL_REFS),
            ConnectionLimits.of(1L << 40),
            Optional.empty(),
            EgressTap.NONE,
            Pause.REAL,
            this::dialled);
    gateway.open(SESSION, HAND, hand.dial());
    http = new Outbound(noting, CONNECT);
    webhooks = new Outbound(noting(new WebhookGuard(guard, open)), CONNECT);
    mcp = new McpClients(noting, Credentials.NONE);
    web = WebTools.fetch(http, NO_CELL, 100_000, 1_000, InstantSource.system());
  }

  private static Session session(Session plain, Networking networking) {
    var was = plain.origin();
    var origin =
        new Session.Origin(
            was.workspace(),
            was.primary(),
            was.agentId(),
            was.agentVersion(),
            was.environment(),
            networking,
            was.createdAt());
    return new Session(plain.id(), origin, plain.editable());
  }

  private Guard noting(Guard guard) {
    return url -> {
      var address = guard.admit(url);
      address.map(InetAddress::getHostAddress).ifPresent(admitted::add);
      return address;
    };
  }

  private InetSocketAddress dialled(InetSocketAddress to) {
    admitted.add(to.getHostString());
    return to;
  }

  /// The repositories of the session: the one that was named last.
  private final class Named implements GitRepositories {
    @Override
    public List<Repository> of(SessionId asked) {
      return repositories;
    }

    @Override
    public WorkspaceId workspace(SessionId asked) {
      return WorkspaceId.DEFAULT;
    }

    @Override
    public Optional<Secret> token(SessionId asked, Repository repository, URI to) {
      return Optional.empty();
    }
  }

  /// The addresses that were to be connected to so far.
  List<String> admitted() {
    return List.copyOf(admitted);
  }

  /// Names a host, and waits until the connection to it has ended, if there is one.
  void enter(Entrance entrance, String host, int port) throws Exception {
    switch (entrance) {
      case CONNECT, PROXY, SOCKS, HOST_HEADER, SERVER_NAME -> program(entrance, host, port);
      case REPOSITORY -> repository("http://" + host + ":" + port + PATH);
      case WEB_FETCH -> fetch("http://" + host + ":" + port + PATH);
      case MCP_SERVER, CREDENTIAL, TOKEN_ENDPOINT, WEBHOOK -> {
        var url = url(host, port);
        if (url.isPresent()) {
          request(entrance, url.get());
        }
      }
    }
  }

  private void program(Entrance entrance, String host, int port) throws Exception {
    var raw = new String(host.getBytes(UTF_8), ISO_8859_1);
    var at = raw + ":" + port;
    switch (entrance) {
      case CONNECT ->
          hand.proxy().ask("CONNECT " + at + " HTTP/1.1\r\nHost: " + at + "\r\n\r\n" + THROUGH);
      case PROXY ->
          hand.proxy().ask("GET http://" + at + PATH + " HTTP/1.1\r\nHost: " + at + "\r\n\r\n");
      case SOCKS -> socks("\3" + (char) raw.length() + raw, port);
      case HOST_HEADER ->
          hand.transparent(port).ask("GET " + PATH + " HTTP/1.1\r\nHost: " + at + "\r\n\r\n");
      default -> {
        try (var program = hand.transparent(port)) {
          program.send(hello(raw)).end();
          program.bytes();
        }
      }
    }
  }

  /// Names the bytes of an address in a request of SOCKS.
  void socksAddress(String hex, int port) throws IOException {
    var bytes = HexFormat.of().parseHex(hex);
    socks((bytes.length == 4 ? "\1" : "\4") + new String(bytes, ISO_8859_1), port);
  }

  private void socks(String host, int port) throws IOException {
    hand.proxy().ask("\5\1\0\5\1\0" + host + (char) (port >> 8) + (char) (port & 255) + THROUGH);
  }

  /// A handshake that names this host, whatever it is.
  private static byte[] hello(String host) throws Exception {
    var name = (host.isEmpty() ? "0" : host).getBytes(ISO_8859_1);
    var filler = "a".repeat(name.length);
    var hello = Hello.to(filler);
    int at = new String(hello, ISO_8859_1).indexOf(filler);
    System.arraycopy(name, 0, hello, at, name.length);
    return hello;
  }

  private void repository(String url) throws IOException {
    try {
      repositories =
          List.of(
              new Repository(
                  REPOSITORY,
                  RepositoryUrl.of(url),
                  RepositoryPath.of("/workspace/app"),
                  Optional.empty(),
                  Optional.empty(),
                  Instant.EPOCH,
                  Instant.EPOCH));
    } catch (Problem _) {
      return; // no session can have it
    }
    hand.proxy()
        .ask(
            "GET /_git/"
                + REPOSITORY
                + "/info/refs?service=git-upload-pack HTTP/1.1\r\nHost: 127.0.0.1:3128\r\n\r\n");
  }

  private void fetch(String url) throws InterruptedException {
    var at = new CallContext(Stage.WORKSPACE, shown(url), stage.store().eventLog());
    web.execute(at, new ToolCall(new EventId("sevt_1"), WebFetch.NAME, Json.obj("url", url)));
  }

  /// A thread of an agent whose system prompt contains a URL, which may therefore be fetched.
  private SessionThread shown(String url) {
    var was = session.editable().agent();
    var agent = new Definition(was.name(), null, was.model(), url, was.tools());
    var editable = new Session.Editable(agent, null, Map.of(), Optional.empty());
    return session.with(editable).primary();
  }

  /// Empty if it is none, which no agent, credential or endpoint can have.
  private static Optional<URI> url(String host, int port) {
    try {
      return Optional.of(new URI("http://" + host + ":" + port + PATH));
    } catch (URISyntaxException _) {
      return Optional.empty();
    }
  }

  private void request(Entrance entrance, URI url) throws InterruptedException {
    switch (entrance) {
      case CREDENTIAL -> VaultRequests.probe(http, url);
      case TOKEN_ENDPOINT -> VaultRequests.refresh(http, url);
      case WEBHOOK -> WebhookRequests.send(webhooks, url);
      default -> {
        try {
          mcp.list(session, new McpServer("wiki", url));
        } catch (McpTools.Failed _) {
          // It is refused, or no MCP server.
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    gateway.close();
    mcp.close();
    http.close();
    webhooks.close();
    hand.close();
    stage.close();
  }
}
