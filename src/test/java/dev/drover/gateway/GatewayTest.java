package dev.drover.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Pause;
import dev.drover.base.Problem;
import dev.drover.catalog.Environment.Networking;
import dev.drover.hands.Egress;
import dev.drover.http.PrivateHosts;
import dev.drover.http.PublicOnly;
import dev.drover.http.Resolver;
import dev.drover.session.HandId;
import dev.drover.session.SessionId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The gateway at a stream that a played hand opens. Every name below `example` is on loopback,
/// which is open here.
@Timeout(60)
final class GatewayTest {
  private static final SessionId SESSION = new SessionId("sesn_1");
  private static final HandId HAND = new HandId("hand_1");
  private static final Resolver LOOPBACK =
      host -> {
        if (!host.endsWith(".example")) {
          throw new UnknownHostException(host);
        }
        return new InetAddress[] {InetAddress.ofLiteral("127.0.0.1")};
      };

  private final List<AutoCloseable> open = new ArrayList<>();
  private final BlockingQueue<EgressTap.Ended> ended = new LinkedBlockingQueue<>();
  private PlayedHand hand;
  private Origin echo;
  private Origin http;
  private Gateway gateway;

  @BeforeEach
  void origins() throws IOException {
    hand = closing(new PlayedHand());
    echo = closing(Origin.echo());
    http = closing(Origin.http("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nbody"));
    gateway = gateway(new Networking.Unrestricted(), LOOPBACK, limits());
  }

  @AfterEach
  void close() throws Exception {
    for (var one : open.reversed()) {
      one.close();
    }
  }

  private <T extends AutoCloseable> T closing(T one) {
    open.add(one);
    return one;
  }

  private Gateway gateway(Networking networking, Resolver resolver, ConnectionLimits limits)
      throws IOException {
    hand = closing(new PlayedHand());
    var rules = new NetworkRules(Set.of(echo.port(), http.port()), List.of("registry.example"));
    var made =
        new Gateway(
            _ -> new Policy(networking, rules),
            new PublicOnly(PrivateHosts.of(List.of("127.0.0.1")), resolver),
            limits,
            ended::add,
            Pause.REAL,
            address -> address);
    gateway = closing(made);
    gateway.open(SESSION, HAND, hand.dial());
    return made;
  }

  private void limited(String... hosts) throws IOException {
    gateway(new Networking.Limited(List.of(hosts), false, true), LOOPBACK, limits());
  }

  private void unrestricted() throws IOException {
    gateway(new Networking.Unrestricted(), LOOPBACK, limits());
  }

  private static ConnectionLimits limits() {
    return ConnectionLimits.of(1L << 40);
  }

  private static String connect(String authority) {
    return "CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n\r\n";
  }

  private static final String ESTABLISHED = "HTTP/1.1 200 Connection established\r\n\r\n";

  private PlayedHand.Program tunnel(Origin to) throws IOException {
    var program = closing(hand.proxy());
    program.send(connect("a.example:" + to.port()));
    assertThat(program.text(ESTABLISHED.length())).isEqualTo(ESTABLISHED);
    return program;
  }

  @Test
  void aTunnelCarriesBytesInBothDirectionsAndTheEndOfEach() throws Exception {
    unrestricted();
    var bytes = new byte[3_000_000];
    new Random(7).nextBytes(bytes);
    var program = tunnel(echo);
    var sender = Thread.ofVirtual().start(() -> sendAll(program, bytes));
    assertThat(program.read(bytes.length)).isEqualTo(bytes);
    sender.join();
    program.end();
    assertThat(program.rest()).isEmpty();
    var record = ended.take();
    assertThat(record.verdict()).isEqualTo("unrestricted");
    assertThat(record.protocol()).isEqualTo("connect");
    assertThat(record.destination().orElseThrow()).hasToString("a.example:" + echo.port());
    assertThat(record.sent()).isEqualTo(bytes.length);
    assertThat(record.received()).isEqualTo(bytes.length);
    assertThat(gateway.takeRefusals(HAND)).isEmpty();
  }

  private static void sendAll(PlayedHand.Program program, byte[] bytes) {
    try {
      program.send(bytes);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aRequestOfAProxyClientIsSentInOriginFormWithoutTheHeadersOfItsConnection() throws Exception {
    limited("a.example");
    var program = closing(hand.proxy());
    var response =
        program.ask(
            "GET http://A.example:%d/p?q=1 HTTP/1.1\r\nHost: a.example:%d\r\nProxy-Connection: x\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\nAccept: */*\r\nProxy-Authorization: Basic eA==\r\nUpgrade: h2c\r\n\r\nGET http://a.example/second HTTP/1.1\r\n\r\n"
                .formatted(http.port(), http.port()));
    assertThat(response).startsWith("HTTP/1.1 200 OK").endsWith("body");
    assertThat(http.received.take())
        .isEqualTo(
            "GET /p?q=1 HTTP/1.1\r\nhost: a.example:%d\r\naccept: */*\r\nconnection: close\r\n\r\n"
                .formatted(http.port()));
    assertThat(ended.take().verdict()).isEqualTo("allowed_hosts");
  }

  @Test
  void aBodyIsSentToItsEndAndNotAByteFurther() throws Exception {
    unrestricted();
    var ok = "HTTP/1.1 200 OK\r\n\r\n";
    var known = closing(Origin.http(ok, "12345"));
    var head = "POST http://a.example:%1$d HTTP/1.1\r\nHost: a.example:%1$d\r\n";
    assertThat(
            hand.proxy()
                .ask(
                    head.formatted(known.port())
                        + "Content-Length: 5\r\n\r\n12345GET / HTTP/1.1\r\n\r\n"))
        .isEqualTo(ok);
    assertThat(known.received.take())
        .contains("\r\ncontent-length: 5\r\n")
        .endsWith("\r\n\r\n12345");
    var chunked = closing(Origin.http(ok, "0\r\n\r\n"));
    assertThat(
            hand.proxy()
                .ask(
                    head.formatted(chunked.port())
                        + "Transfer-Encoding: chunked\r\n\r\n"
                        + "3;a=b\r\n"
                        + "123\r\n"
                        + "00A \r\n"
                        + "1234567890\r\n"
                        + "0\r\n"
                        + "Trailer: x\r\n\r\n"
                        + "GET / HTTP/1.1"))
        .isEqualTo(ok);
    assertThat(chunked.received.take())
        .endsWith("\r\n\r\n3\r\n123\r\na\r\n1234567890\r\n0\r\n\r\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "3\r\n1234\r\n0\r\n\r\n",
        "-1\r\n",
        "0x3\r\n123\r\n",
        "3\n123\n",
        "fffffffffffffffff\r\n",
        "\r\n",
        "3 3\r\n123\r\n"
      })
  void aChunkThatIsMalformedEndsTheRequest(String body) throws Exception {
    limited("a.example");
    var seen =
        hand.proxy()
            .ask(
                "POST http://a.example:%d HTTP/1.1\r\nHost: a.example:%d\r\nTransfer-Encoding: chunked\r\n\r\n%s"
                    .formatted(echo.port(), echo.port(), body));
    assertThat(seen).doesNotContain("0\r\n\r\n");
    assertThat(gateway.takeRefusals(HAND)).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET http://a.example/ HTTP/1.1\nHost: a.example\n\n",
        "GET http://a.example/ HTTP/1.1\r\nHost: a.example\n\r\n",
        "GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\rX: y\r\n\r\n",
        "GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\n X: folded\r\n\r\n",
        "GET http://a.example/ HTTP/1.1\r\n Host: a.example\r\n\r\n",
        "GET http://a.example/ HTTP/1.1\r\nHost : a.example\r\n\r\n",
        "GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\n: x\r\n\r\n",
        "GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\nNo colon\r\n\r\n",
        "GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\nX: \0\r\n\r\n",
        "GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\nHost: b.example\r\n\r\n",
        "GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\nHost: a.example\r\n\r\n",
        "GET http://a.example/ HTTP/1.1\r\n\r\n",
        "GET http://a.example/ HTTP/2.0\r\nHost: a.example\r\n\r\n",
        "GET http://a.example/ HTTP/1.10\r\nHost: a.example\r\n\r\n",
        "GET  http://a.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n",
        "GET http://a.example/ x HTTP/1.1\r\nHost: a.example\r\n\r\n",
        "GET http://a.example/\t HTTP/1.1\r\nHost: a.example\r\n\r\n",
        "GET http://a.example/\u00e9 HTTP/1.1\r\nHost: a.example\r\n\r\n",
        "GET http://a.example/#x HTTP/1.1\r\nHost: a.example\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n",
        "GET a.example HTTP/1.1\r\nHost: a.example\r\n\r\n",
        "GET //a.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n",
        "GET https://a.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n",
        "GET file:///etc/passwd HTTP/1.1\r\nHost: a.example\r\n\r\n",
        "GET gopher://a.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n",
        "GET http:/a.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n",
        "GET http:///a.example HTTP/1.1\r\nHost: a.example\r\n\r\n",
        "\r\nGET http://a.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n",
        "POST http://a.example/ HTTP/1.1\r\n"
            + "Host: a.example\r\n"
            + "Content-Length: 1\r\n"
            + "Transfer-Encoding: chunked\r\n\r\n",
        "POST http://a.example/ HTTP/1.1\r\n"
            + "Host: a.example\r\n"
            + "Content-Length: 1\r\n"
            + "Content-Length: 1\r\n\r\n",
        "POST http://a.example/ HTTP/1.1\r\nHost: a.example\r\nContent-Length: 1, 1\r\n\r\n",
        "POST http://a.example/ HTTP/1.1\r\nHost: a.example\r\nContent-Length: +1\r\n\r\n",
        "POST http://a.example/ HTTP/1.1\r\nHost: a.example\r\nContent-Length: 0x1\r\n\r\n",
        "POST http://a.example/ HTTP/1.1\r\n"
            + "Host: a.example\r\n"
            + "Content-Length: 9999999999999999999\r\n\r\n",
        "POST http://a.example/ HTTP/1.1\r\nHost: a.example\r\nContent-Length:\r\n\r\n",
        "POST http://a.example/ HTTP/1.1\r\n"
            + "Host: a.example\r\n"
            + "Transfer-Encoding: gzip, chunked\r\n\r\n",
        "POST http://a.example/ HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: xchunked\r\n\r\n",
        "POST http://a.example/ HTTP/1.1\r\n"
            + "Host: a.example\r\n"
            + "Transfer-Encoding: chunked\r\n"
            + "Transfer-Encoding: identity\r\n\r\n",
        "POST http://a.example/ HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
        "CONNECT a.example:443 HTTP/1.1\r\nHost: a.example\r\nContent-Length: 5\r\n\r\nhello"
      })
  void aRequestThatServersCouldReadDifferentlyIsRefusedBeforeAConnection(String request)
      throws Exception {
    unrestricted();
    assertThat(hand.proxy().ask(request)).startsWith("HTTP/1.1 400 ").contains("drover: ");
    assertThat(ended.take().refused()).isTrue();
    assertThat(http.connections() + echo.connections()).isZero();
  }

  @Test
  void aHeadThatIsTooLongIsRefused() throws Exception {
    unrestricted();
    var start = "GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\n";
    assertThat(hand.proxy().ask(start + "X: " + "x".repeat(65_536))).startsWith("HTTP/1.1 400 ");
    assertThat(hand.proxy().ask(start + "X: x\r\n".repeat(300))).startsWith("HTTP/1.1 400 ");
  }

  @Test
  void aRefusedHostIsExplainedInEveryProtocolAndToTheModelOnce() throws Exception {
    limited("a.example", "*.corp.example");
    var words =
        "evil.example:443 was refused: it is not in this environment's allowed hosts (a.example,"
            + " *.corp.example, package registries). Do not retry; tell the user if it is needed";
    assertThat(hand.proxy().ask(connect("evil.example:443")))
        .startsWith("HTTP/1.1 403 Refused by the network of this environment\r\n")
        .endsWith("\r\n\r\ndrover: " + words + ".\n");
    assertThat(gateway.takeRefusals(HAND)).containsExactly(words);
    assertThat(gateway.takeRefusals(HAND)).isEmpty();
    assertThat(hand.proxy().ask("GET http://evil.example/ HTTP/1.0\r\n\r\n"))
        .startsWith("HTTP/1.1 403 ");
    assertThat(hand.transparent(80).ask("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n"))
        .startsWith("HTTP/1.1 403 ");
    try (var program = hand.transparent(443)) {
      assertThat(program.send(Hello.to("evil.example")).bytes())
          .containsExactly(21, 3, 3, 0, 2, 2, 49);
    }
    assertThat(hand.proxy().ask(socks("evil.example", 443)).getBytes(ISO_8859_1))
        .containsExactly(5, 0, 5, 2, 0, 1, 0, 0, 0, 0, 0, 0);
    assertThat(gateway.takeRefusals(HAND))
        .hasSize(2)
        .allMatch(said -> said.startsWith("evil.example:"));
    for (int i = 0; i < 5; i++) {
      var record = ended.take();
      assertThat(record.refused()).isTrue();
      assertThat(record.verdict()).isEqualTo("host");
    }
  }

  private static String socks(String host, int port) {
    return "\5\1\0\5\1\0\3"
        + (char) host.length()
        + host
        + (char) (port >> 8)
        + (char) (port & 255);
  }

  @Test
  void socksConnectsByNameAndByAddress() throws Exception {
    unrestricted();
    var program = closing(hand.proxy()).send(socks("a.example", echo.port()) + "hello");
    assertThat(program.end().bytes())
        .containsExactly(5, 0, 5, 0, 0, 1, 0, 0, 0, 0, 0, 0, 'h', 'e', 'l', 'l', 'o');
    int port = echo.port();
    var byAddress =
        closing(hand.proxy())
            .send("\5\2\2\0\5\1\0\1\u007f\0\0\1" + (char) (port >> 8) + (char) (port & 255));
    assertThat(byAddress.end().bytes()).containsExactly(5, 0, 5, 0, 0, 1, 0, 0, 0, 0, 0, 0);
    assertThat(echo.connections()).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource({
    "5 0, 5 255", // no method
    "5 1 2, 5 255", // only with a password
    "5 1 0 5 2 0 1 1 1 1 1 0 80, 5 0 5 7 0 1 0 0 0 0 0 0", // BIND
    "5 1 0 5 3 0 1 1 1 1 1 0 80, 5 0 5 7 0 1 0 0 0 0 0 0", // UDP
    "5 1 0 5 1 0 2, 5 0 5 2 0 1 0 0 0 0 0 0", // a kind of address
    "5 1 0 5 1 0 1 10 0 0 1 0 80, 5 0 5 2 0 1 0 0 0 0 0 0", // 10.0.0.1
    "5 1 0 5 1 0 1 1 1 1 1 0 0, 5 0 5 2 0 1 0 0 0 0 0 0", // port 0
    "5 1 0 5 1 0 4 0 0 0 0 0 0 0 0 0 0 255 255 127 0 0 1 0 80, 5 0 5 2 0 1 0 0 0 0 0 0", // mapped
    "4 1 0 80 13 10 13 10, HTTP" // SOCKS 4
  })
  void whatSocksCannotDoIsRefused(String sent, String expected) throws Exception {
    unrestricted();
    var bytes = new ByteArrayOutputStream();
    for (var part : sent.split(" ", -1)) {
      bytes.write(Integer.parseInt(part));
    }
    try (var program = hand.proxy()) {
      var answer = program.send(bytes.toByteArray()).bytes();
      var said = new ArrayList<String>();
      for (byte one : answer) {
        said.add(String.valueOf(one & 0xff));
      }
      assertThat(
              new String(answer, ISO_8859_1).startsWith("HTTP/1.1 400")
                  ? "HTTP"
                  : String.join(" ", said))
          .isEqualTo(expected);
    }
  }

  @Test
  void aConnectionWithoutAProxyIsForTheHostThatItNames() throws Exception {
    limited("a.example");
    var hello = Hello.to("A.example");
    var tls = closing(hand.transparent(echo.port())).send(hello);
    assertThat(tls.read(hello.length)).isEqualTo(hello);
    assertThat(tls.end().rest()).isEmpty();
    var plain = closing(hand.transparent(http.port()));
    assertThat(plain.ask("GET /p HTTP/1.1\r\nHost: a.example:" + http.port() + "\r\n\r\n"))
        .endsWith("body");
    assertThat(http.received.take()).startsWith("GET /p HTTP/1.1\r\nhost: a.example:");
    for (var host : List.of("evil.example:" + http.port(), "", "a.example:81", "a.example:")) {
      var program = closing(hand.transparent(http.port()));
      assertThat(program.ask("GET /p HTTP/1.1\r\nHost: " + host + "\r\n\r\n"))
          .as(host)
          .containsPattern("^HTTP/1.1 4(21|00|03) ");
    }
    assertThat(closing(hand.transparent(443)).send(Hello.to("")).bytes()).startsWith(21);
    assertThat(hand.transparent(443).ask("GET / HTTP/1.1\r\n\r\n")).isEmpty();
    assertThat(hand.transparent(80).ask("\1\2\3")).isEmpty();
    assertThat(http.connections()).isEqualTo(1);
    assertThat(echo.connections()).isEqualTo(1);
  }

  @Test
  void inARestrictedTunnelTheHandshakeNamesTheHostOfTheTunnel() throws Exception {
    limited("a.example", "b.example", "127.0.0.1");
    for (int size : new int[] {16_384, 1, 3, 200}) {
      var hello = Hello.inRecords(Hello.to("A.example"), size);
      assertThat(tunnel(echo).send(hello).read(hello.length)).isEqualTo(hello);
    }
    for (var name : List.of("b.example", "evil.example", "")) {
      assertThat(tunnel(echo).send(Hello.to(name)).bytes()).containsExactly(21, 3, 3, 0, 2, 2, 49);
    }
    var words = gateway.takeRefusals(HAND);
    assertThat(words).hasSize(2).allMatch(said -> said.startsWith("a.example:" + echo.port()));
    // An address has no name.
    var hello = Hello.to("");
    var program = closing(hand.proxy()).send(connect("127.0.0.1:" + echo.port()));
    program.text(ESTABLISHED.length());
    assertThat(program.send(hello).read(hello.length)).isEqualTo(hello);
  }

  @Test
  void aHandshakeThatIsMalformedReachesNobody() throws Exception {
    hand = closing(new PlayedHand());
    var hello = Hello.to("a.example");
    var random = new Random(3);
    var got = new LinkedBlockingQueue<Integer>();
    var origin = closing(new Origin(socket -> got.add(socket.getInputStream().read())));
    var rules = new NetworkRules(Set.of(origin.port()), List.of());
    var strict =
        closing(
            new Gateway(
                _ -> new Policy(new Networking.Limited(List.of("a.example"), false, false), rules),
                new PublicOnly(PrivateHosts.of(List.of("127.0.0.1")), LOOPBACK),
                limits(),
                EgressTap.NONE,
                Pause.REAL,
                address -> address));
    strict.open(SESSION, HAND, hand.dial());
    int extensions = new String(hello, ISO_8859_1).indexOf("a.example") - 9;
    for (int i = 0; i < 100; i++) {
      var broken = hello.clone();
      int at = extensions + random.nextInt(9); // the type and the lengths of the name
      broken[at] += (byte) (1 + random.nextInt(255));
      try (var program = hand.proxy()) {
        program.send(connect("a.example:" + origin.port()));
        program.text(ESTABLISHED.length());
        program.send(broken).end();
        program.bytes();
      }
    }
    for (int i = 0; i < 100; i++) {
      assertThat(got.take()).isEqualTo(-1);
    }
  }

  @Test
  void plainHttpInARestrictedTunnelIsForTheHostOfTheTunnel() throws Exception {
    limited("a.example", "b.example");
    var path = "GET /p HTTP/1.1\r\nHost: a.example:" + http.port() + "\r\n\r\n";
    assertThat(tunnel(http).ask(path)).startsWith("HTTP/1.1 200 OK").endsWith("body");
    assertThat(http.received.take()).startsWith("GET /p HTTP/1.1\r\nhost: a.example");
    for (var host : List.of("b.example", "a.example:80", "evil.example", "x@a.example")) {
      assertThat(tunnel(http).ask("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n"))
          .containsPattern("HTTP/1.1 4(21|00|03) ");
      assertThat(http.received.take()).isEmpty();
    }
  }

  @Test
  void anotherProtocolPassesARestrictedTunnelNotAtAllAndAnUnrestrictedOneUnread() throws Exception {
    limited("a.example");
    assertThat(tunnel(echo).send("\1\2\3").rest()).isEmpty();
    assertThat(gateway.takeRefusals(HAND).getFirst()).contains("only HTTP and TLS");
    gateway.close();
    unrestricted();
    assertThat(tunnel(echo).send("\1\2\3").text(3)).isEqualTo("\1\2\3");
    var greeting = closing(new Origin(socket -> socket.getOutputStream().write('g')));
    assertThat(tunnel(greeting).rest()).isEqualTo("g"); // the server speaks first
  }

  @Test
  void anAbsoluteUrlAndItsHostHeaderAgree() throws Exception {
    unrestricted();
    for (var host : List.of("b.example", "a.example:81", "a.example.", "")) {
      var response =
          closing(hand.proxy())
              .ask(
                  "GET http://a.example:%d/ HTTP/1.1\r\nHost: %s\r\n\r\n"
                      .formatted(http.port(), host));
      assertThat(response).as(host).containsPattern("^HTTP/1.1 4(21|00) ");
    }
    assertThat(http.connections()).isZero();
  }

  @Test
  void aWebsocketBecomesATunnelOnlyIfTheServerAgrees() throws Exception {
    unrestricted();
    var agrees =
        closing(
            new Origin(
                socket -> {
                  readHead(socket);
                  socket
                      .getOutputStream()
                      .write("HTTP/1.1 101 Switching\r\n\r\n".getBytes(ISO_8859_1));
                  socket.getInputStream().transferTo(socket.getOutputStream());
                  socket.shutdownOutput();
                }));
    var request =
        "GET http://a.example:%d/ HTTP/1.1\r\n"
            + "Host: a.example:%d\r\n"
            + "Connection: Upgrade\r\n"
            + "Upgrade: WebSocket\r\n"
            + "Sec-WebSocket-Key: k\r\n\r\n";
    var program = closing(hand.proxy()).send(request.formatted(agrees.port(), agrees.port()));
    assertThat(program.text(26)).isEqualTo("HTTP/1.1 101 Switching\r\n\r\n");
    assertThat(program.send("frames").text(6)).isEqualTo("frames");
    assertThat(program.end().rest()).isEmpty();
    var asked = request.formatted(http.port(), http.port());
    assertThat(hand.proxy().ask(asked + "GET /second HTTP/1.1\r\n\r\n")).endsWith("body");
    assertThat(http.received.take())
        .contains("\r\nsec-websocket-key: k\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n")
        .doesNotContain("second");
  }

  private static void readHead(Socket socket) throws IOException {
    var text = new StringBuilder();
    while (text.indexOf("\r\n\r\n") < 0) {
      text.append((char) socket.getInputStream().read());
    }
  }

  @Test
  void aReplyThatIsCutOffDoesNotLookComplete() throws Exception {
    unrestricted();
    var cut =
        closing(
            new Origin(
                socket -> {
                  readHead(socket);
                  socket
                      .getOutputStream()
                      .write("HTTP/1.1 200 OK\r\n\r\npart".getBytes(ISO_8859_1));
                  socket.getOutputStream().flush();
                  socket.getInputStream().read();
                  socket.setSoLinger(true, 0); // a reset
                }));
    var program = closing(hand.proxy());
    program.send(
        "POST http://a.example:%d/ HTTP/1.1\r\nHost: a.example:%d\r\nContent-Length: 2\r\n\r\n"
            .formatted(cut.port(), cut.port()));
    assertThat(program.text(23)).endsWith("part");
    program.send("x");
    assertThat(program.rest()).isEmpty();
    assertThat(ended.take().verdict()).isEqualTo("unrestricted");
  }

  @Test
  void theAddressThatWasJudgedIsConnectedToAndMixedAnswersAreRefused() throws Exception {
    var asked = new ArrayList<String>();
    gateway(
        new Networking.Unrestricted(),
        host -> {
          asked.add(host);
          return asked.size() == 1
              ? new InetAddress[] {InetAddress.ofLiteral("127.0.0.1")}
              : new InetAddress[] {
                InetAddress.ofLiteral("93.184.215.14"), InetAddress.ofLiteral("10.0.0.1")
              };
        },
        limits());
    assertThat(tunnel(echo).send("x").text(1)).isEqualTo("x");
    assertThat(asked).containsExactly("a.example");
    assertThat(hand.proxy().ask(connect("a.example:" + echo.port())))
        .startsWith("HTTP/1.1 403 ")
        .contains("the host is not on the public internet");
    assertThat(echo.connections()).isEqualTo(1);
  }

  @Test
  void aHostThatIsNotThereIsReportedAsThat() throws Exception {
    unrestricted();
    assertThat(hand.proxy().ask(connect("nowhere.invalid:443")))
        .startsWith("HTTP/1.1 502 ")
        .contains("nowhere.invalid:443 was not reached: unknown host");
    int port = echo.port();
    echo.close();
    assertThat(hand.proxy().ask(connect("a.example:" + port)))
        .startsWith("HTTP/1.1 502 ")
        .contains("was not reached: it is refused or unreachable");
    assertThat(gateway.takeRefusals(HAND)).hasSize(2);
    assertThat(ended.take().verdict()).isEqualTo("unreachable");
  }

  @Test
  void aSandboxTransfersNoMoreThanItMay() throws Exception {
    gateway(new Networking.Unrestricted(), LOOPBACK, ConnectionLimits.of(1_000_000));
    var program = tunnel(echo);
    var sender =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    program.send(new byte[2_000_000]);
                  } catch (IOException _) {
                    // cut off
                  }
                });
    assertThat(program.bytes()).hasSizeLessThanOrEqualTo(1_000_000);
    sender.join();
    assertThat(gateway.takeRefusals(HAND).getFirst()).contains("that it may");
    assertThat(hand.proxy().ask(connect("a.example:" + echo.port()))).startsWith("HTTP/1.1 429 ");
  }

  @Test
  void aProgramThatSaysNothingOrSpeaksTooSlowlyIsLeft() throws Exception {
    var hurry = Duration.ofMillis(50);
    gateway(
        new Networking.Limited(List.of("a.example"), false, false),
        LOOPBACK,
        new ConnectionLimits(
            256,
            4096,
            hurry,
            hurry,
            Duration.ofSeconds(10),
            hurry,
            hurry,
            Duration.ofHours(1),
            1L << 40));
    assertThat(closing(hand.proxy()).rest()).isEmpty();
    assertThat(closing(hand.proxy()).send("GET http://a.example").rest()).isEmpty();
    assertThat(closing(hand.proxy()).send("\5").rest()).isEmpty();
    assertThat(closing(hand.transparent(443)).send("\26\3\1").rest()).isEmpty();
    assertThat(closing(hand.stream(1, 2, 6)).rest()).isEmpty();
  }

  @Test
  void aConnectionOnWhichNobodySpeaksEnds() throws Exception {
    var usual = limits();
    gateway(
        new Networking.Unrestricted(),
        LOOPBACK,
        new ConnectionLimits(
            256,
            4096,
            usual.head(),
            usual.crowded(),
            usual.connect(),
            Duration.ofMillis(50),
            Duration.ofMillis(50),
            usual.life(),
            usual.bytes()));
    assertThat(tunnel(echo).rest()).isEmpty(); // though both sides are open
  }

  @Test
  void aSandboxHasAtMostSoManyConnectionsAtOnceAndTheServerToo() throws Exception {
    var usual = limits();
    gateway(
        new Networking.Unrestricted(),
        LOOPBACK,
        new ConnectionLimits(
            3,
            2,
            usual.head(),
            usual.crowded(),
            usual.connect(),
            usual.silence(),
            usual.half(),
            usual.life(),
            usual.bytes()));
    var first = tunnel(echo);
    var second = tunnel(echo);
    assertThat(gateway.connections()).isEqualTo(2);
    assertThat(closing(hand.proxy()).rest()).isEmpty();
    assertThat(gateway.takeRefusals(HAND).getFirst()).contains("too many");
    first.close();
    second.close();
    await().until(() -> gateway.connections() == 0);
    assertThat(tunnel(echo).send("x").text(1)).isEqualTo("x");
  }

  @Test
  void connectionsEndWithTheirHandAndTheNextServerServesItAgain() throws Exception {
    unrestricted();
    var program = tunnel(echo);
    gateway.close();
    assertThat(program.rest()).isEmpty();
    await().until(() -> gateway.connections() == 0);
    unrestricted();
    assertThat(tunnel(echo).send("x").text(1)).isEqualTo("x");
  }

  @Test
  void aStoreThatIsAwayDelaysConnectionsAndADeletedSessionHasNone() throws Exception {
    hand = closing(new PlayedHand());
    var away = new AtomicBoolean(true);
    var tried = new CountDownLatch(3);
    var made =
        closing(
            new Gateway(
                session -> {
                  tried.countDown();
                  if (session.value().endsWith("deleted")) {
                    throw Problem.notFound("no such session");
                  } else if (away.get()) {
                    throw Problem.unavailable("the store is away", new IOException());
                  }
                  return new Policy(new Networking.Unrestricted(), NetworkRules.NONE);
                },
                new PublicOnly(PrivateHosts.of(List.of("127.0.0.1")), LOOPBACK),
                limits(),
                EgressTap.NONE,
                Pause.REAL,
                address -> address));
    made.open(new SessionId("sesn_deleted"), new HandId("hand_0"), hand.dial());
    made.open(SESSION, HAND, hand.dial());
    tried.await();
    away.set(false);
    assertThat(tunnel(echo).send("x").text(1)).isEqualTo("x");
  }

  @Test
  void onlyEnvironmentsThatAllowAHostHaveAWayOut() throws Exception {
    assertThat(offers(new Networking.Unrestricted())).isTrue();
    assertThat(offers(new Networking.Limited(List.of("a.example"), false, false))).isTrue();
    assertThat(offers(new Networking.Limited(List.of(), false, true))).isTrue();
    assertThat(offers(new Networking.Limited(List.of(), true, false))).isFalse();
    assertThat(Egress.NONE.offers(SESSION)).isFalse();
  }

  private boolean offers(Networking networking) throws IOException {
    return gateway(networking, LOOPBACK, limits()).offers(SESSION);
  }

  @Test
  void streamsThatAreNotOfAHandAreClosed() throws Exception {
    unrestricted();
    var random = new Random(11);
    for (int i = 0; i < 1_000; i++) {
      try (var program =
          hand.stream(
              random.nextInt(3),
              random.nextInt(6),
              random.nextInt(10) == 0 ? 0xffff : random.nextInt(8),
              random.ints(random.nextInt(60), 0, 256).toArray())) {
        program.end();
        assertThat(program.bytes()).hasSizeLessThan(500);
      }
    }
    assertThat(echo.connections() + http.connections()).isZero();
    assertThat(tunnel(echo).send("x").text(1)).isEqualTo("x");
  }
}
