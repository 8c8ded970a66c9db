package dev.drover.mcp;

import static dev.drover.testing.McpHost.answer;
import static dev.drover.testing.McpHost.event;
import static dev.drover.testing.McpHost.json;
import static dev.drover.testing.McpHost.result;
import static dev.drover.testing.McpHost.said;
import static dev.drover.testing.McpHost.stream;
import static dev.drover.testing.McpHost.tool;
import static dev.drover.testing.McpHost.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import dev.drover.base.Ids;
import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.base.Secret;
import dev.drover.catalog.Environment.Networking;
import dev.drover.catalog.McpServer;
import dev.drover.hands.ToolCall;
import dev.drover.http.Guard;
import dev.drover.http.PrivateHosts;
import dev.drover.http.PublicOnly;
import dev.drover.session.EventId;
import dev.drover.session.RemoteTool;
import dev.drover.session.Session;
import dev.drover.session.SessionError;
import dev.drover.testing.McpHost;
import dev.drover.testing.Stage;
import dev.drover.tools.McpResult;
import dev.drover.tools.McpTools;
import dev.drover.tools.McpTools.Knowledge;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The client against a server that behaves well, and then in one respect does not.
final class McpClientsTest {
  private static final Duration LONG = Duration.ofMinutes(1);

  /// Long enough for anything but a test of the limits.
  private static final McpTimes TIMES = times(System::nanoTime);

  private final Session session = session(new Networking.Unrestricted());
  private final List<Duration> pauses = new CopyOnWriteArrayList<>();
  private McpHost host;
  private McpClients clients;

  @BeforeEach
  void open() throws Exception {
    host = new McpHost();
    clients = clients(Guard.NONE, Credentials.NONE, TIMES);
  }

  @AfterEach
  void close() {
    clients.close();
    host.close();
  }

  private McpClients clients(Guard guard, Credentials credentials, McpTimes times) {
    return new McpClients(guard, credentials, times, pauses::add);
  }

  /// @param clock of calls
  private static McpTimes times(LongSupplier clock) {
    return new McpTimes(LONG, LONG, LONG, LONG.multipliedBy(10), Duration.ofMillis(1), LONG, clock);
  }

  /// A clock on which a second passes each time that it is read.
  private static LongSupplier ticking() {
    var time = new AtomicLong();
    return () -> time.addAndGet(Duration.ofSeconds(1).toNanos());
  }

  private void use(McpClients others) {
    clients.close();
    clients = others;
  }

  private static Session session(Networking networking) {
    var plain = Stage.session(new Ids(new Random(1)), Stage.WORKSPACE, List.of());
    var was = plain.origin();
    return new Session(
        plain.id(),
        new Session.Origin(
            was.workspace(),
            was.primary(),
            was.agentId(),
            was.agentVersion(),
            was.environment(),
            networking,
            was.createdAt()),
        plain.editable());
  }

  private McpServer server() {
    return new McpServer("wiki", host.url());
  }

  private List<RemoteTool> list() throws Exception {
    return clients.list(session, server());
  }

  private List<String> names() throws Exception {
    return list().stream().map(RemoteTool::name).toList();
  }

  private McpResult call() throws Exception {
    return call("look", Json.obj("of", "it"));
  }

  private McpResult call(String tool, Json.Obj input) throws Exception {
    return clients.call(session, server(), tool, new ToolCall(new EventId("sevt_1"), tool, input));
  }

  private static String text(McpResult result) {
    return String.valueOf(((Json.Obj) result.content().items().getFirst()).text("text"));
  }

  private McpTools.Failed failure() {
    return (McpTools.Failed) org.assertj.core.api.Assertions.catchThrowable(this::call);
  }

  @Test
  void theHandshakeComesBeforeTheFirstRequestOnly() throws Exception {
    assertThat(names()).containsExactly("look");
    assertThat(text(call())).isEqualTo("did look");
    assertThat(host.methods())
        .containsExactly("initialize", "notifications/initialized", "tools/list", "tools/call");
    var call = host.last("tools/call");
    assertThat(call.header("mcp-protocol-version")).isEqualTo("2025-11-25");
    assertThat(call.header("accept")).contains("application/json", "text/event-stream");
    assertThat(call.message().object("params").object("arguments")).isEqualTo(Json.obj("of", "it"));
    assertThat(clients.knowledge(session.id(), server())).isEqualTo(Knowledge.CURRENT);
  }

  @ParameterizedTest
  @ValueSource(strings = {"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"})
  void theServerChoosesTheVersion(String version) throws Exception {
    host.gives("initialize", Json.obj("protocolVersion", version, "capabilities", Json.EMPTY));
    assertThat(names()).containsExactly("look");
    assertThat(host.last("tools/list").header("mcp-protocol-version")).isEqualTo(version);
  }

  @Test
  void aVersionThatDroverDoesNotSpeakIsAnError() {
    host.gives("initialize", Json.obj("protocolVersion", "1999-01-01"));
    assertThat(failure()).hasMessageContaining("version of the protocol");
    assertThat(failure().sent()).isFalse();
  }

  @Test
  void anAnswerMayBeAStreamWithOtherMessagesBeforeIt() throws Exception {
    host.on(
        "tools/call",
        (exchange, message) -> {
          stream(exchange);
          write(exchange, ": a comment\nid: 1\ndata:\n\n");
          event(exchange, Json.obj("jsonrpc", "2.0", "method", "notifications/message"));
          event(exchange, Json.obj("jsonrpc", "2.0", "id", 7, "method", "ping"));
          event(exchange, Json.obj("jsonrpc", "2.0", "id", 8, "method", "sampling/createMessage"));
          event(exchange, result(message, said("streamed")));
        });
    assertThat(text(call())).isEqualTo("streamed");
    var answers = host.seen().stream().filter(one -> one.method().equals("answer")).toList();
    assertThat(answers).hasSize(2);
    assertThat(answers.getFirst().message().object("result")).isEqualTo(Json.EMPTY);
    assertThat(answers.getLast().message().object("error").number("code", 0)).isEqualTo(-32601);
  }

  @Test
  void anAnswerMayBeInABatch() throws Exception {
    host.on(
        "tools/call",
        (exchange, message) ->
            json(
                exchange,
                Json.arr(
                    Json.obj("jsonrpc", "2.0", "method", "notifications/message"),
                    result(message, said("batched")))));
    assertThat(text(call())).isEqualTo("batched");
  }

  // Sessions of the protocol

  private void inSession() {
    host.on(
        "initialize",
        (exchange, message) -> {
          var count = host.methods().stream().filter("initialize"::equals).count();
          exchange.getResponseHeaders().set("Mcp-Session-Id", "session-" + count);
          json(
              exchange,
              result(
                  message, Json.obj("protocolVersion", "2025-11-25", "capabilities", Json.EMPTY)));
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 404})
  void aSessionThatHasEndedIsBegunAgainOnceAndTheRequestRepeated(int status) throws Exception {
    inSession();
    host.on(
        "tools/call",
        (exchange, message) -> {
          var id = exchange.getRequestHeaders().getFirst("Mcp-Session-Id");
          if ("session-1".equals(id)) {
            answer(exchange, status, "text/plain", "No valid session ID");
          } else {
            json(exchange, result(message, said("in " + id)));
          }
        });
    assertThat(text(call())).isEqualTo("in session-2");
  }

  @Test
  void aServerThatEndsEverySessionIsAnError() {
    inSession();
    host.on("tools/call", (exchange, _) -> answer(exchange, 404, "text/plain", "gone"));
    assertThat(failure()).hasMessageContaining("ended the session");
    assertThat(host.methods().stream().filter("tools/call"::equals)).hasSize(2);
  }

  @Test
  void theSessionIsEndedWhenTheConnectionIs() throws Exception {
    inSession();
    call();
    clients.close();
    await().until(() -> host.methods().contains("DELETE"));
    assertThat(host.last("DELETE").header("mcp-session-id")).isEqualTo("session-1");
  }

  @Test
  void aConnectionThatIsNotUsedIsClosed() throws Exception {
    inSession();
    var idle =
        new McpTimes(LONG, LONG, LONG, LONG, Duration.ofMillis(1), Duration.ZERO, System::nanoTime);
    use(clients(Guard.NONE, Credentials.NONE, idle));
    call();
    call();
    assertThat(host.methods().stream().filter("initialize"::equals)).hasSize(2);
    await().until(() -> host.methods().contains("DELETE"));
  }

  // Streams that are lost

  @Test
  void aStreamThatIsLostIsResumedFromItsLastEventAfterThePauseThatTheServerWants()
      throws Exception {
    var request = new java.util.concurrent.atomic.AtomicReference<>(Json.EMPTY);
    host.on(
        "tools/call",
        (exchange, message) -> {
          request.set(message);
          stream(exchange);
          write(exchange, "retry: 777\nid: first\ndata:\n\n");
        });
    host.on(
        "GET",
        (exchange, _) -> {
          stream(exchange);
          var id = exchange.getRequestHeaders().getFirst("Last-Event-ID");
          write(exchange, "id: " + id + "+\ndata:\n\n");
          if (id.equals("first++")) {
            event(exchange, result(request.get(), said("resumed")));
          }
        });
    assertThat(text(call())).isEqualTo("resumed");
    assertThat(pauses)
        .containsExactly(Duration.ofMillis(777), Duration.ofMillis(777), Duration.ofMillis(777));
  }

  @Test
  void aStreamThatCannotBeResumedMayHaveDoneItsWork() {
    host.on("tools/call", (exchange, _) -> stream(exchange));
    assertThat(failure()).hasMessageContaining("without a result");
    assertThat(failure().sent()).isTrue();
    assertThat(host.methods()).doesNotContain("GET");
  }

  @Test
  void aStreamIsNotResumedForever() {
    host.on(
        "tools/call",
        (exchange, _) -> {
          stream(exchange);
          write(exchange, "id: 1\ndata:\n\n");
        });
    host.on("GET", (exchange, _) -> stream(exchange));
    assertThat(failure().sent()).isTrue();
    assertThat(host.methods().stream().filter("GET"::equals)).hasSize(3);
  }

  // Servers that fail

  @ParameterizedTest
  @CsvSource({"401", "403"})
  void aServerThatWantsACredentialIsAnErrorOfAuthentication(int status) {
    host.on("initialize", (exchange, _) -> answer(exchange, status, "text/plain", "no"));
    var failure = failure();
    assertThat(failure.error().type()).isEqualTo(SessionError.Type.MCP_AUTHENTICATION_FAILED);
    assertThat(failure.error().mcpServer()).isEqualTo("wiki");
    assertThat(failure).hasMessageContaining("no vault of the session has one");
    assertThat(failure.sent()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"500,true", "503,true", "418,false", "302,false", "307,false"})
  void anHttpErrorIsAnErrorOfTheConnection(int status, boolean sent) {
    host.on(
        "tools/call",
        (exchange, _) -> {
          exchange.getResponseHeaders().set("location", host.url() + "/elsewhere");
          answer(exchange, status, "text/html", "<html>");
        });
    var failure = failure();
    assertThat(failure.error().type()).isEqualTo(SessionError.Type.MCP_CONNECTION_FAILED);
    assertThat(failure).hasMessageContaining("HTTP " + status);
    assertThat(failure.sent()).isEqualTo(sent);
    assertThat(host.methods().stream().filter("tools/call"::equals)).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "not json",
        "{}",
        "[]",
        "7",
        "null",
        "{\"jsonrpc\":\"2.0\",\"id\":99,\"result\":{}}",
        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\"}",
        "{\"jsonrpc\":\"2.0\",\"result\":{\"content\":[]}}"
      })
  void anAnswerThatIsNoneIsAnErrorAndTheCallMayHaveRun(String body) {
    host.on("tools/call", (exchange, _) -> answer(exchange, 200, "application/json", body));
    assertThat(failure().sent()).isTrue();
    host.on(
        "tools/call",
        (exchange, _) -> {
          stream(exchange);
          write(exchange, "data: " + body + "\n\n");
        });
    assertThat(failure().sent()).isTrue();
  }

  @Test
  void deepAndLongAnswersAreRefused() {
    var deep = "[".repeat(100_000);
    host.on("tools/call", (exchange, _) -> answer(exchange, 200, "application/json", deep));
    assertThat(failure()).hasMessageContaining("not JSON");
    host.on(
        "tools/call",
        (exchange, _) -> answer(exchange, 200, "application/json", "x".repeat(McpReply.MOST + 1)));
    assertThat(failure()).hasMessageContaining("longer than 16 MiB");
  }

  @Test
  void anHtmlPageIsNotAnAnswer() {
    host.on("initialize", (exchange, _) -> answer(exchange, 200, "text/html", "<html></html>"));
    assertThat(failure()).hasMessageContaining("has no result");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a b", "é"})
  void aSessionIdThatNoHeaderCanCarryIsRefused(String id) {
    host.on(
        "initialize",
        (exchange, message) -> {
          exchange.getResponseHeaders().set("Mcp-Session-Id", id);
          json(exchange, result(message, Json.obj("protocolVersion", "2025-11-25")));
        });
    assertThat(failure()).hasMessageContaining("session id is invalid");
  }

  @Test
  void aServerThatIsAwayIsFoundAgainWhenItIsBack() throws Exception {
    call();
    host.close();
    assertThat(failure().error().type()).isEqualTo(SessionError.Type.MCP_CONNECTION_FAILED);
    host = new McpHost();
    assertThat(text(call())).isEqualTo("did look");
  }

  @Test
  void anErrorOfTheProtocolIsAResultForTheModel() throws Exception {
    host.on(
        "tools/call",
        (exchange, message) ->
            json(
                exchange,
                Json.obj(
                    "jsonrpc",
                    "2.0",
                    "id",
                    message.get("id").orElseThrow(),
                    "error",
                    Json.obj("code", -32602, "message", "Unknown tool"))));
    var result = call();
    assertThat(result.isError()).isTrue();
    assertThat(text(result)).isEqualTo("look: Unknown tool (code -32602)");
  }

  // Time

  @Test
  void aServerThatIsSilentAfterTheCallIsGivenUpAndToldSo() {
    var time = new AtomicLong();
    use(clients(Guard.NONE, Credentials.NONE, times(time::get)));
    host.on(
        "tools/call",
        (exchange, _) -> {
          time.set(LONG.toNanos() + 1);
          stream(exchange);
          new CountDownLatch(1).await();
        });
    var failure = failure();
    assertThat(failure).hasMessageContaining("in time");
    assertThat(failure.sent()).isTrue();
    await().until(() -> host.methods().contains("notifications/cancelled"));
  }

  @Test
  void aServerThatDripsIsGivenUp() {
    use(clients(Guard.NONE, Credentials.NONE, times(ticking())));
    host.on(
        "tools/call",
        (exchange, _) -> {
          stream(exchange);
          while (true) {
            write(exchange, ":\n");
          }
        });
    assertThat(failure()).hasMessageContaining("in time");
  }

  private static void progress(HttpExchange exchange, Json.Obj call) throws IOException {
    var token = call.object("params").object("_meta").get("progressToken").orElseThrow();
    event(
        exchange,
        Json.obj(
            "jsonrpc",
            "2.0",
            "method",
            "notifications/progress",
            "params",
            Json.obj("progressToken", token, "progress", 1)));
  }

  /// The reader reads the clock for each of 100 signs, more often than a call without them has
  /// seconds.
  @Test
  void progressPostponesTheEnd() throws Exception {
    use(clients(Guard.NONE, Credentials.NONE, times(ticking())));
    host.on(
        "tools/call",
        (exchange, message) -> {
          stream(exchange);
          for (int i = 0; i < 100; i++) {
            progress(exchange, message);
          }
          event(exchange, result(message, said("at last")));
        });
    assertThat(text(call())).isEqualTo("at last");
  }

  @Test
  void progressDoesNotPostponeTheEndForever() {
    use(clients(Guard.NONE, Credentials.NONE, times(ticking())));
    host.on(
        "tools/call",
        (exchange, message) -> {
          stream(exchange);
          while (true) {
            progress(exchange, message);
          }
        });
    assertThat(failure()).hasMessageContaining("in time");
  }

  @Test
  void anInterruptStopsTheCallAndTheServerIsAsked() throws Exception {
    var runs = new CountDownLatch(1);
    host.on(
        "tools/call",
        (exchange, _) -> {
          stream(exchange);
          runs.countDown();
          new CountDownLatch(1).await();
        });
    var thread =
        Thread.ofVirtual()
            .start(() -> assertThatThrownBy(this::call).isInstanceOf(InterruptedException.class));
    runs.await();
    thread.interrupt();
    thread.join();
    var call = host.last("tools/call").message().get("id").orElseThrow();
    assertThat(host.last("notifications/cancelled").message().object("params").get("requestId"))
        .contains(call);
  }

  // Lists

  @Test
  void aListMayHavePages() throws Exception {
    host.on(
        "tools/list",
        (exchange, message) -> {
          var cursor = message.object("params").text("cursor");
          var page = Json.obj("tools", List.of(tool("of " + cursor)));
          json(exchange, result(message, "b".equals(cursor) ? page : page.with("nextCursor", "b")));
        });
    assertThat(names()).containsExactly("of null", "of b");
  }

  @Test
  void pagesWithoutEndAreAnError() {
    host.gives("tools/list", Json.obj("tools", List.of(), "nextCursor", "again"));
    assertThatThrownBy(this::list).hasMessageContaining("more than 100 pages");
  }

  @Test
  void pagesThatComeSlowlyAreAnError() {
    host.gives("tools/list", Json.obj("tools", List.of(), "nextCursor", "again"));
    var time = new AtomicLong();
    use(
        clients(
            Guard.NONE,
            Credentials.NONE,
            times(() -> time.addAndGet(Duration.ofSeconds(5).toNanos()))));
    assertThatThrownBy(this::list).hasMessageNotContaining("pages");
  }

  @Test
  void tooManyToolsAreAnError() {
    var many = new Object[1_001];
    for (int i = 0; i < many.length; i++) {
      many[i] = tool("t" + i);
    }
    host.lists(many);
    assertThatThrownBy(this::list).hasMessageContaining("more than 1,000 tools");
  }

  @Test
  void tooManyToolsThatAreLeftOutAreAnErrorAndFewLinesInTheLog() throws Exception {
    var lines = new CopyOnWriteArrayList<String>();
    var log = Logger.getLogger(ToolReader.class.getName());
    var handler =
        new Handler() {
          @Override
          public void publish(LogRecord line) {
            lines.add(line.getMessage());
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    log.addHandler(handler);
    try {
      host.lists(Collections.nCopies(1_001, Json.EMPTY).toArray());
      assertThatThrownBy(this::list).hasMessageContaining("more than 1,000 tools");
      assertThat(lines).hasSizeLessThan(10);
      host.lists(Collections.nCopies(1_000, Json.EMPTY).toArray());
      assertThat(list()).isEmpty();
      assertThat(lines).hasSizeLessThan(20);
    } finally {
      log.removeHandler(handler);
    }
  }

  @Test
  void aToolThatNoModelServerWouldAcceptIsLeftOut() throws Exception {
    var deep = Json.obj("type", "object");
    for (int i = 0; i < 40; i++) {
      deep = Json.obj("type", "object", "properties", Json.obj("a", deep));
    }
    host.lists(
        tool("good"),
        tool("good"),
        tool(""),
        tool("x".repeat(129)),
        Json.obj("description", "no name"),
        "no object",
        tool("deep").with("inputSchema", deep),
        tool("array").with("inputSchema", Json.obj("type", "array")),
        tool("property")
            .with(
                "inputSchema",
                Json.obj("type", "object", "properties", Json.obj("a b", Json.EMPTY))),
        tool("task").with("execution", Json.obj("taskSupport", "required")),
        tool("also good").with("annotations", Json.obj("readOnlyHint", true)));
    assertThat(names()).containsExactly("good", "also good");
    assertThat(list()).extracting(RemoteTool::repeatable).containsExactly(false, true);
  }

  @Test
  void whatModelServersRefuseAtTheTopOfASchemaIsRemoved() throws Exception {
    host.lists(
        tool("any")
            .with(
                "inputSchema",
                Json.obj(
                    "anyOf",
                    List.of(Json.EMPTY),
                    "properties",
                    Json.obj("a", Json.obj("anyOf", List.of(Json.EMPTY))))),
        Json.obj("name", "none"));
    assertThat(list())
        .extracting(RemoteTool::inputSchema)
        .containsExactly(
            Json.obj(
                "type",
                "object",
                "properties",
                Json.obj("a", Json.obj("anyOf", List.of(Json.EMPTY)))),
            Json.obj("type", "object"));
  }

  @Test
  void aChangeIsHeardInAnAnswerAndInTheServersOwnStream() throws Exception {
    host.announces();
    var changed = Json.obj("jsonrpc", "2.0", "method", "notifications/tools/list_changed");
    var say = new CountDownLatch(1);
    host.on(
        "GET",
        (exchange, _) -> {
          stream(exchange);
          say.await();
          event(exchange, changed);
          new CountDownLatch(1).await();
        });
    host.on(
        "tools/call",
        (exchange, message) -> {
          stream(exchange);
          event(exchange, changed);
          event(exchange, result(message, said("and there are more")));
        });
    list();
    assertThat(clients.knowledge(session.id(), server())).isEqualTo(Knowledge.CURRENT);
    call();
    assertThat(clients.knowledge(session.id(), server())).isEqualTo(Knowledge.CHANGED);
    list();
    assertThat(clients.knowledge(session.id(), server())).isEqualTo(Knowledge.CURRENT);
    say.countDown();
    await().until(() -> clients.knowledge(session.id(), server()) == Knowledge.CHANGED);
  }

  @Test
  void aServerThatAnnouncesChangesAndCannotBeHeardIsAskedAgainLater() throws Exception {
    host.announces();
    list();
    await().until(() -> clients.knowledge(session.id(), server()) == Knowledge.NONE);
  }

  // Where requests may go, and what they carry

  @Test
  void aPrivateAddressIsRefusedWithoutAConnection() {
    use(
        clients(
            new PublicOnly(PrivateHosts.NONE, InetAddress::getAllByName), Credentials.NONE, TIMES));
    assertThat(failure()).hasMessageContaining("not on the public internet");
    assertThat(host.seen()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "true, other.example, true",
    "false, other.example, false",
    "false, 127.0.0.1, true",
    "false, *.0.0.1, false",
    "false, 0.0.1, false"
  })
  void limitedNetworkingAllowsMcpServersOrTheirHosts(boolean mcp, String host, boolean allowed) {
    var limited = session(new Networking.Limited(List.of(host), mcp, false));
    var failure =
        org.assertj.core.api.Assertions.catchThrowable(() -> clients.list(limited, server()));
    if (allowed) {
      assertThat(failure).isNull();
    } else {
      assertThat(failure).hasMessageContaining("allow_mcp_servers");
      assertThat(this.host.seen()).isEmpty();
    }
  }

  @Test
  void theCredentialIsAskedForAtEachRequestAndIsNotInWhatTheServerSendsBack() throws Exception {
    var turns = new AtomicInteger();
    use(
        clients(
            Guard.NONE,
            (_, _) -> Optional.of(new Secret("token-" + turns.incrementAndGet())),
            TIMES));
    host.on(
        "tools/call",
        (exchange, message) -> {
          var header = exchange.getRequestHeaders().getFirst("Authorization");
          var encoded = Base64.getEncoder().encodeToString(header.getBytes(StandardCharsets.UTF_8));
          json(
              exchange,
              result(message, said("You sent " + header + ". " + encoded).with(header, header)));
        });
    assertThat(text(call()))
        .startsWith("You sent Bearer [secret]. ")
        .contains("QmVhcmVy") // "Bearer" in Base64
        .doesNotContain("a2VuLT"); // a part of the token
    assertThat(host.seen())
        .extracting(seen -> seen.header("authorization"))
        .containsExactly("Bearer token-1", "Bearer token-2", "Bearer token-3");
  }

  @Test
  void aTokenThatIsNotAcceptedIsReplacedOnce() throws Exception {
    var asked = new CopyOnWriteArrayList<String>();
    use(
        clients(
            Guard.NONE,
            new Credentials() {
              @Override
              public Optional<Secret> bearer(Session session, URI url) {
                return Optional.of(new Secret("token-old"));
              }

              @Override
              public Optional<Secret> insteadOf(Secret rejected, Session session, URI url) {
                asked.add(rejected.reveal());
                return Optional.of(new Secret("token-new"));
              }
            },
            TIMES));
    host.on(
        "tools/call",
        (exchange, message) -> {
          var header = exchange.getRequestHeaders().getFirst("Authorization");
          if (header.endsWith("old")) {
            answer(exchange, 401, "text/plain", "expired");
          } else {
            json(exchange, result(message, said("Not token-old but " + header)));
          }
        });
    assertThat(text(call())).isEqualTo("Not [secret] but Bearer [secret]");
    assertThat(asked).containsExactly("token-old");
    host.on("tools/call", (exchange, _) -> answer(exchange, 401, "text/plain", "no"));
    assertThat(failure().error().type()).isEqualTo(SessionError.Type.MCP_AUTHENTICATION_FAILED);
    assertThat(host.methods().stream().filter("tools/call"::equals)).hasSize(4);
  }

  @Test
  void aVaultThatCannotBeUsedIsAnErrorOfTheServer() {
    use(
        clients(
            Guard.NONE,
            (_, _) -> {
              throw Problem.unavailable("a detail of the store", new IOException("no"));
            },
            TIMES));
    assertThat(failure())
        .hasMessageContaining("cannot be used at the moment")
        .hasMessageNotContaining("detail");
  }

  @Test
  void aCredentialDoesNotFollowARedirect() throws Exception {
    try (var other = new McpHost()) {
      use(clients(Guard.NONE, (_, _) -> Optional.of(new Secret("token")), TIMES));
      host.on(
          "initialize",
          (exchange, _) -> {
            exchange.getResponseHeaders().set("location", other.url().toString());
            answer(exchange, 307, "text/plain", "");
          });
      assertThat(failure()).hasMessageContaining("redirect");
      assertThat(other.seen()).isEmpty();
    }
  }

  // The first transport

  private void speaksEventsOnly(String endpoint) {
    var streams = new java.util.concurrent.ConcurrentHashMap<String, HttpExchange>();
    McpHost.Does post =
        (exchange, message) -> {
          if (!exchange.getRequestURI().getPath().equals("/messages")) {
            answer(exchange, 405, "text/plain", "no");
            return;
          }
          answer(exchange, 202, "text/plain", "");
          var stream = java.util.Objects.requireNonNull(streams.get("one"));
          switch (String.valueOf(message.text("method"))) {
            case "initialize" ->
                event(
                    stream,
                    result(
                        message,
                        Json.obj("protocolVersion", "2024-11-05", "capabilities", Json.EMPTY)));
            case "tools/list" ->
                event(stream, result(message, Json.obj("tools", List.of(tool("old")))));
            case "tools/call" -> event(stream, result(message, said("the old way")));
            default -> {}
          }
        };
    for (var method :
        List.of(
            "initialize",
            "notifications/initialized",
            "tools/list",
            "tools/call",
            "server/discover")) {
      host.on(method, post);
    }
    host.on(
        "GET",
        (exchange, _) -> {
          stream(exchange);
          streams.put("one", exchange);
          write(exchange, "event: endpoint\ndata: " + endpoint + "\n\n");
          new CountDownLatch(1).await();
        });
  }

  @Test
  void aServerThatSpeaksOnlyTheFirstTransportIsUnderstood() throws Exception {
    speaksEventsOnly("/messages?session=1");
    assertThat(names()).containsExactly("old");
    assertThat(text(call())).isEqualTo("the old way");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://127.0.0.1:1/messages",
        "//other.example/messages",
        "https://user@other.example/",
        "http://[",
        "file:///etc/passwd"
      })
  void itsMessagesGoToTheSameServerOnly(String endpoint) {
    speaksEventsOnly(endpoint);
    assertThat(failure()).isNotNull();
    assertThat(host.methods()).doesNotContain("tools/call");
  }

  // The version without sessions

  private void isStateless() {
    McpHost.Does refuse =
        (exchange, message) ->
            answer(
                exchange,
                400,
                "application/json",
                Json.obj(
                        "jsonrpc",
                        "2.0",
                        "id",
                        message.get("id").orElse(Json.NULL),
                        "error",
                        Json.obj("code", -32022, "message", "Unsupported protocol version"))
                    .toString());
    host.on("initialize", refuse);
    host.gives(
        "server/discover",
        Json.obj(
            "resultType", "complete",
            "supportedVersions", List.of("2026-07-28"),
            "capabilities", Json.obj("tools", Json.EMPTY)));
  }

  @Test
  void aServerWithoutSessionsGetsAllInEachRequest() throws Exception {
    isStateless();
    var schema =
        Json.trusted(
            """
            {"type":"object","properties":{
              "region":{"type":"string","x-mcp-header":"Region"},
              "in":{"type":"object","properties":{"n":{"type":"integer","x-mcp-header":"N"}}},
              "not":{"type":"boolean","x-mcp-header":"Not"},
              "plain":{"type":"string"}}}
            """);
    host.lists(
        tool("größe").with("inputSchema", schema),
        tool("bad")
            .with(
                "inputSchema",
                Json.trusted(
                    """
                    {"type":"object","properties":{
                      "a":{"type":"array","items":{"type":"string","x-mcp-header":"A"}}}}
                    """)));
    var input =
        (Json.Obj) Json.trusted("{\"region\":\"Hello, 世界\",\"in\":{\"n\":-7},\"plain\":\"p\"}");
    assertThat(text(call("größe", input))).isEqualTo("did größe");
    assertThat(names()).containsExactly("größe");
    var call = host.last("tools/call");
    assertThat(call.header("mcp-protocol-version")).isEqualTo("2026-07-28");
    assertThat(call.header("mcp-method")).isEqualTo("tools/call");
    assertThat(call.header("mcp-name")).isEqualTo("=?base64?Z3LDtsOfZQ==?=");
    assertThat(call.header("mcp-param-region")).isEqualTo("=?base64?SGVsbG8sIOS4lueVjA==?=");
    assertThat(call.header("mcp-param-n")).isEqualTo("-7");
    assertThat(call.headers()).doesNotContainKey("mcp-param-not");
    var meta = call.message().object("params").object("_meta");
    assertThat(meta.text("io.modelcontextprotocol/protocolVersion")).isEqualTo("2026-07-28");
    assertThat(meta.get("io.modelcontextprotocol/clientCapabilities")).contains(Json.EMPTY);
    assertThat(host.methods()).doesNotContain("notifications/initialized");
  }

  @Test
  void aRequestForInputIsAnErrorOfTheTool() throws Exception {
    isStateless();
    host.gives("tools/call", Json.obj("resultType", "input_required", "inputRequests", Json.EMPTY));
    assertThat(call().isError()).isTrue();
    assertThat(text(call())).contains("input of a user");
  }

  @ParameterizedTest
  @CsvSource({
    "us-west1,us-west1",
    "' padded ',=?base64?IHBhZGRlZCA=?=",
    "=?base64?literal?=,=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?="
  })
  void valuesOfHeadersAreEncodedAsTheSpecificationSays(String value, String header) {
    assertThat(ParamHeaders.encoded(value)).isEqualTo(header);
  }
}
