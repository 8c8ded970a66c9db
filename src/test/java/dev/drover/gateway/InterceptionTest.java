package dev.drover.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.drover.base.Pause;
import dev.drover.base.Problem;
import dev.drover.catalog.Environment.Networking;
import dev.drover.gateway.tls.Authority;
import dev.drover.gateway.tls.UpstreamTls;
import dev.drover.hands.Egress;
import dev.drover.hands.Sandboxes;
import dev.drover.http.PrivateHosts;
import dev.drover.http.PublicOnly;
import dev.drover.http.Resolver;
import dev.drover.session.HandId;
import dev.drover.session.SessionId;
import dev.drover.testing.TestAuthority;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Secrets that take the place of placeholders, and TLS at both ends. The hosts are servers of this
/// test on loopback.
@Timeout(60)
final class InterceptionTest {
  private static final SessionId SESSION = new SessionId("sesn_1");
  private static final HandId HAND = new HandId("hand_1");
  private static final String TOKEN = HeldSecrets.TOKEN;
  private static final String CANARY = "canary-4f1c/+=&é\"\\";

  /// A public address leads to loopback, too.
  private static final Resolver NAMES =
      host ->
          new InetAddress[] {
            InetAddress.ofLiteral(host.startsWith("public") ? "93.184.215.14" : "127.0.0.1")
          };

  @TempDir static Path directory;
  private static TestAuthority hosts;
  private static Authority authority;
  private static X509Certificate ours;
  private static UpstreamTls upstream;
  private static TlsOrigin api;

  private final HeldSecrets secrets = new HeldSecrets();
  private final Queue<String> substituted = new ConcurrentLinkedQueue<>();
  private final BlockingQueue<EgressTap.Ended> ended = new LinkedBlockingQueue<>();
  private final List<AutoCloseable> open = new ArrayList<>();
  private Origin plain;
  private boolean unavailable;
  private Gateway gateway;
  private PlayedHand hand;
  private SandboxPort proxy;

  private static final class Request extends ByteArrayOutputStream {
    boolean endsWith(String text) {
      int from = count - text.length();
      return from >= 0 && new String(buf, from, text.length(), ISO_8859_1).equals(text);
    }
  }

  /// A server with TLS that records requests, as they arrive, and answers each.
  private static final class TlsOrigin implements AutoCloseable {
    final BlockingQueue<String> received = new LinkedBlockingQueue<>();
    private final SSLServerSocket listener;

    TlsOrigin(SSLContext context) throws IOException {
      listener =
          (SSLServerSocket)
              context
                  .getServerSocketFactory()
                  .createServerSocket(0, 100, InetAddress.ofLiteral("127.0.0.1"));
      Thread.ofVirtual()
          .start(
              () -> {
                try {
                  while (true) {
                    var socket = listener.accept();
                    Thread.ofVirtual().start(() -> serve(socket));
                  }
                } catch (IOException _) {
                  // closed
                }
              });
    }

    private void serve(Socket socket) {
      try (socket) {
        var all = new Request();
        var in = socket.getInputStream();
        while (!all.endsWith("\r\n\r\n")) {
          copy(in, all, 1);
        }
        var head = all.toString(ISO_8859_1);
        if (head.contains("transfer-encoding: chunked")) {
          while (!all.endsWith("\r\n0\r\n\r\n")) {
            copy(in, all, 1);
          }
        } else if (head.contains("content-length: ")) {
          copy(
              in, all, Integer.parseInt(head.replaceFirst("(?s).*content-length: (\\d+).*", "$1")));
        }
        received.add(all.toString(ISO_8859_1));
        socket
            .getOutputStream()
            .write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok".getBytes(ISO_8859_1));
        socket.shutdownOutput();
        in.transferTo(ByteArrayOutputStream.nullOutputStream());
      } catch (IOException _) {
        // The client has gone, or does not accept the certificate.
      }
    }

    private static void copy(InputStream in, ByteArrayOutputStream all, int count)
        throws IOException {
      var bytes = in.readNBytes(count);
      if (bytes.length < count) {
        throw new EOFException();
      }
      all.writeBytes(bytes);
    }

    int port() {
      return listener.getLocalPort();
    }

    @Override
    public void close() throws IOException {
      listener.close();
    }
  }

  @BeforeAll
  static void start() throws Exception {
    hosts = new TestAuthority();
    api = new TlsOrigin(hosts.server("api.example", "*.sub.example", "127.0.0.1"));
    var random = new SecureRandom();
    var made = Authority.make(InstantSource.system(), random);
    authority = new Authority(made, InstantSource.system(), random);
    ours =
        (X509Certificate)
            CertificateFactory.getInstance("X.509")
                .generateCertificate(
                    new ByteArrayInputStream(authority.certificate().getBytes(UTF_8)));
    upstream = new UpstreamTls(Optional.of(hosts.file(directory)));
  }

  @AfterAll
  static void stop() throws IOException {
    api.close();
  }

  @BeforeEach
  void open() throws IOException {
    plain = closing(Origin.http("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"));
    gateway(new Networking.Limited(List.of("api.example", "*.example", "127.0.0.1"), false, false));
  }

  private void gateway(Networking networking) throws IOException {
    hand = closing(new PlayedHand());
    proxy = closing(new SandboxPort(hand::proxy));
    var ports = Set.of(api.port(), plain.port(), 80);
    gateway =
        closing(
            new Gateway(
                _ -> new Policy(networking, new NetworkRules(ports, List.of())),
                new PublicOnly(PrivateHosts.of(List.of("127.0.0.1")), NAMES),
                ConnectionLimits.of(1L << 40),
                Optional.of(new Interception(_ -> secrets, this::authority, upstream)),
                tap(),
                Pause.REAL,
                this::server));
    gateway.open(SESSION, HAND, hand.dial());
  }

  private InetSocketAddress server(InetSocketAddress asked) {
    return new InetSocketAddress(
        InetAddress.ofLiteral("127.0.0.1"), asked.getPort() == 80 ? plain.port() : asked.getPort());
  }

  private EgressTap tap() {
    return new EgressTap() {
      @Override
      public void ended(Ended connection) {
        ended.add(connection);
      }

      @Override
      public void substituted(SessionId session, Destination to, String credential, boolean body) {
        substituted.add(credential + " " + to.host().text() + (body ? " body" : " header"));
      }
    };
  }

  private <T extends AutoCloseable> T closing(T one) {
    open.add(one);
    return one;
  }

  @AfterEach
  void close() throws Exception {
    for (var one : open.reversed()) {
      one.close();
    }
  }

  private Socket tunnel(String host, int port) throws IOException {
    var socket = closing(proxy.connect());
    var to = host + ":" + port;
    socket
        .getOutputStream()
        .write(("CONNECT " + to + " HTTP/1.1\r\nHost: " + to + "\r\n\r\n").getBytes(ISO_8859_1));
    var established = "HTTP/1.1 200 Connection established\r\n\r\n";
    assertThat(new String(socket.getInputStream().readNBytes(established.length()), ISO_8859_1))
        .isEqualTo(established);
    return socket;
  }

  private SSLSocket tls(Socket socket, String host, X509Certificate trusted, String... protocols)
      throws Exception {
    var factory = TestAuthority.client(trusted).getSocketFactory();
    var tls = (SSLSocket) factory.createSocket(socket, host, 443, true);
    var parameters = tls.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    parameters.setApplicationProtocols(protocols);
    tls.setSSLParameters(parameters);
    return tls;
  }

  private static String ask(Socket socket, String request) throws IOException {
    socket.getOutputStream().write(request.getBytes(ISO_8859_1));
    return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
  }

  private String ask(String host, TlsOrigin to, String request) throws Exception {
    return ask(tls(tunnel(host, to.port()), host, ours), request);
  }

  private String get(String host, String more) {
    return "GET /p?q="
        + TOKEN
        + " HTTP/1.1\r\nHost: "
        + host
        + ":"
        + api.port()
        + "\r\n"
        + more
        + "\r\n";
  }

  private static String basic(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
  }

  @Test
  void aSecretTakesThePlaceOfItsPlaceholderInTheValuesOfHeaders() throws Exception {
    secrets.of(CANARY, "api.example");
    var answer =
        ask(
            "api.example",
            api,
            get(
                "api.example",
                "Authorization: Bearer %1$s\r\nX-%1$s: a%1$sb%1$s\r\nX-Other: drvph_other\r\n"
                    .formatted(TOKEN)));
    assertThat(answer).startsWith("HTTP/1.1 200 OK").endsWith("ok");
    var secret = new String(CANARY.getBytes(UTF_8), ISO_8859_1);
    assertThat(api.received.take())
        .isEqualTo(
            "GET /p?q=%1$s HTTP/1.1\r\nhost: api.example:%3$d\r\nauthorization: Bearer %2$s\r\nx-%1$s: a%2$sb%2$s\r\nx-other: drvph_other\r\nconnection: close\r\n\r\n"
                .formatted(TOKEN, secret, api.port()));
    assertThat(secrets.revealed).containsOnly("header vcrd_1 api.example");
    assertThat(substituted).containsOnly("vcrd_1 api.example header");
    assertThat(
            ask(
                "api.example",
                api,
                get("api.example", "Authorization: Basic " + basic("x:" + TOKEN) + "\r\n")))
        .endsWith("ok");
    assertThat(api.received.take())
        .contains("\r\nauthorization: Basic " + basic("x:" + CANARY) + "\r\n");
    var other = "Authorization: Basic eDp5\r\nProxy-Authorization: Bearer " + TOKEN + "\r\n";
    ask("api.example", api, get("api.example", other));
    assertThat(api.received.take())
        .contains("authorization: Basic eDp5\r\n")
        .doesNotContain("proxy-");
    assertThat(gateway.takeRefusals(HAND)).isEmpty();
  }

  @Test
  void aConnectionWithoutAProxyAndOneToAnAddressAreServedToo() throws Exception {
    secrets.of(CANARY, "*.sub.example", "127.0.0.1");
    var direct = closing(new SandboxPort(() -> hand.transparent(api.port())));
    var header = "Authorization: " + TOKEN + "\r\n";
    ask(tls(closing(direct.connect()), "a.sub.example", ours), get("a.sub.example", header));
    assertThat(api.received.take()).contains("authorization: canary-4f1c");
    ask("127.0.0.1", api, get("127.0.0.1", header));
    assertThat(api.received.take()).contains("authorization: canary-4f1c");
  }

  @Test
  void aHostThatTheCredentialDoesNotNameGetsThePlaceholderThroughTlsOfItsOwn() throws Exception {
    secrets.of(CANARY, "b.example", "sub.example");
    var header = "Authorization: Bearer " + TOKEN + "\r\n";
    for (var host : List.of("api.example", "a.sub.example")) {
      var socket = tls(tunnel(host, api.port()), host, hosts.certificate());
      assertThat(ask(socket, get(host, header))).endsWith("ok");
      assertThat(api.received.take()).contains("Authorization: Bearer " + TOKEN);
    }
    assertThat(secrets.revealed).isEmpty();
  }

  @Test
  void onlyTheLocationsOfTheCredentialCount() throws Exception {
    var request =
        "POST / HTTP/1.1\r\nHost: api.example:%d\r\nAuthorization: %s\r\nContent-Length: 30\r\n\r\n%s"
            .formatted(api.port(), TOKEN, TOKEN);
    secrets.of("s", true, false);
    ask("api.example", api, request);
    assertThat(api.received.take()).contains("authorization: s\r\n").endsWith(TOKEN);
    secrets.of("s", false, true);
    ask("api.example", api, request);
    assertThat(api.received.take())
        .contains("authorization: " + TOKEN + "\r\n", "content-length: 1\r\n")
        .endsWith("\r\n\r\ns");
  }

  private static String post(String type, String body) {
    return "POST / HTTP/1.1\r\nHost: api.example:%d\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s"
        .formatted(api.port(), type, body.length(), body);
  }

  @ParameterizedTest
  @CsvSource({
    "application/json, {\"a\":\"%s\"}, {\"a\":\"canary-4f1c/+=&é\\\"\\\\\"}",
    "APPLICATION/vnd.x+json; charset=utf-8, %s, canary-4f1c/+=&é\\\"\\\\",
    "application/x-www-form-urlencoded, a=%s&b=, a=canary-4f1c%%2F%%2B%%3D%%26%%C3%%A9%%22%%5C&b=",
    "text/plain, %1$s%1$s, canary-4f1c/+=&é\"\\canary-4f1c/+=&é\"\\",
    "multipart/form-data, x%s, xcanary-4f1c/+=&é\"\\",
  })
  void inABodyASecretHasTheFormOfItsType(String type, String sent, String expected)
      throws Exception {
    secrets.of(CANARY);
    ask("api.example", api, post(type, sent.formatted(TOKEN)));
    var body = new String(expected.formatted().getBytes(UTF_8), ISO_8859_1);
    assertThat(api.received.take())
        .contains("\r\ncontent-length: " + body.length() + "\r\n")
        .endsWith("\r\n\r\n" + body);
    assertThat(secrets.revealed).contains("body vcrd_1 api.example");
  }

  @Test
  void aLargeBodyAndOneInChunksAreSentInChunks() throws Exception {
    secrets.of("secret");
    var large = "x".repeat(1 << 20) + TOKEN + "y".repeat(100_000);
    ask("api.example", api, post("text/plain", large));
    var received = api.received.take();
    assertThat(received)
        .contains("\r\ntransfer-encoding: chunked\r\n")
        .doesNotContain("content-length", TOKEN);
    assertThat(unchunked(received)).isEqualTo(large.replace(TOKEN, "secret"));
    var chunks = TOKEN.substring(0, 7) + "\r\n17\r\n" + TOKEN.substring(7);
    ask(
        "api.example",
        api,
        "POST / HTTP/1.1\r\nHost: api.example:%d\r\nTransfer-Encoding: chunked\r\n\r\n7;x=y\r\n%s\r\n0\r\nTrailer: %s\r\n\r\n"
            .formatted(api.port(), chunks, TOKEN));
    received = api.received.take();
    assertThat(unchunked(received)).isEqualTo("secret");
    assertThat(received).doesNotContain("Trailer");
    assertThat(ask("api.example", api, post("text/plain", large).replace(" HTTP/1.1", " HTTP/1.0")))
        .startsWith("HTTP/1.1 403 ")
        .contains("needs HTTP/1.1");
  }

  private static String unchunked(String request) {
    var body = new StringBuilder();
    int at = request.indexOf("\r\n\r\n") + 4;
    while (true) {
      int end = request.indexOf("\r\n", at);
      int size = Integer.parseInt(request.substring(at, end), 16);
      if (size == 0) {
        return body.toString();
      }
      body.append(request, end + 2, end + 2 + size);
      at = end + 2 + size + 2;
    }
  }

  @Test
  void aProgramThatWaitsForPermissionToSendItsBodyGetsIt() throws Exception {
    secrets.of("secret");
    var socket = tls(tunnel("api.example", api.port()), "api.example", ours);
    var head =
        post("text/plain", TOKEN).replace("Content-Type", "Expect: 100-continue\r\nContent-Type");
    socket.getOutputStream().write(head.substring(0, head.length() - 30).getBytes(ISO_8859_1));
    var permission = "HTTP/1.1 100 Continue\r\n\r\n";
    assertThat(new String(socket.getInputStream().readNBytes(permission.length()), ISO_8859_1))
        .isEqualTo(permission);
    assertThat(ask(socket, TOKEN)).endsWith("ok");
    assertThat(api.received.take()).endsWith("secret").doesNotContain("expect");
  }

  @Test
  void aCompressedBodyIsSentAsItIsAndTheAgentReadsThat() throws Exception {
    secrets.of("secret");
    var request = post("text/plain", TOKEN).replace("Content-Type", "Content-Encoding: gzip\r\nX");
    ask("api.example", api, request);
    assertThat(api.received.take()).endsWith("\r\n\r\n" + TOKEN);
    assertThat(gateway.takeRefusals(HAND))
        .singleElement()
        .asString()
        .contains("to api.example:" + api.port() + " is compressed");
  }

  @Test
  void placeholdersDoNotMakeARequestTooLong() throws Exception {
    secrets.of("s".repeat(8_192));
    assertThat(ask("api.example", api, post("text/plain", TOKEN.repeat(1_000))))
        .startsWith("HTTP/1.1 429 ")
        .contains("too many placeholders");
    var headers = new StringBuilder();
    for (int i = 0; i < 100; i++) {
      headers.append("X: ").append(TOKEN).append("\r\n");
    }
    assertThat(ask("api.example", api, get("api.example", headers.toString())))
        .startsWith("HTTP/1.1 429 ");
    assertThat(api.received).isEmpty();
  }

  /// Cuts a request at each position, in plain HTTP to a private host: the same code reads both.
  @Test
  void aPlaceholderIsFoundWhereverARequestIsCut() throws Exception {
    secrets.of("secret", "api.example");
    var request =
        "POST http://api.example/ HTTP/1.1\r\nHost: api.example\r\nA: %1$s\r\nContent-Length: 60\r\n\r\n%1$s%1$s"
            .formatted(TOKEN);
    for (int cut = 1; cut < request.length(); cut++) {
      try (var program = hand.proxy()) {
        program.send(request.substring(0, cut));
        assertThat(program.send(request.substring(cut)).rest()).as("%d", cut).endsWith("ok");
      }
      assertThat(plain.received.take())
          .as("%d", cut)
          .endsWith("\r\na: secret\r\ncontent-length: 12\r\nconnection: close\r\n\r\nsecretsecret");
    }
  }

  @Test
  void plainHttpCarriesASecretOnlyWithinPrivateNetworks() throws Exception {
    secrets.of(CANARY, "*.example");
    var request = "GET http://%s/ HTTP/1.1\r\nHost: %s\r\nAuthorization: %s\r\n\r\n";
    assertThat(hand.proxy().ask(request.formatted("public.example", "public.example", TOKEN)))
        .startsWith("HTTP/1.1 403 ")
        .contains("secrets are sent over the internet with https only");
    assertThat(hand.proxy().ask(request.formatted("public.example", "public.example", "none")))
        .endsWith("ok");
    assertThat(plain.received.take()).isEmpty();
    assertThat(plain.received.take()).contains("authorization: none");
    assertThat(secrets.revealed).isEmpty();
    assertThat(hand.proxy().ask(request.formatted("private.example", "private.example", TOKEN)))
        .endsWith("ok");
    assertThat(plain.received.take()).contains("authorization: canary-4f1c");
    assertThat(gateway.takeRefusals(HAND)).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({
    "expired, its certificate has expired",
    "other, its certificate is for another host",
    "self-signed, its certificate is not signed by an authority that this server trusts",
    "plain, its TLS handshake failed",
  })
  void aHostWhoseCertificateIsNotValidGetsNothing(String kind, String why) throws Exception {
    secrets.of(CANARY);
    var context =
        switch (kind) {
          case "expired" -> hosts.expired("api.example");
          case "other" -> hosts.server("evil.example");
          default -> TestAuthority.selfSigned("api.example");
        };
    try (var origin = new TlsOrigin(context);
        var noTls =
            new Origin(
                it -> {
                  it.getInputStream().read();
                  it.getOutputStream().write("no TLS here\r\n".getBytes(ISO_8859_1));
                })) {
      int port = kind.equals("plain") ? noTls.port() : origin.port();
      gateway(new Networking.Unrestricted());
      var socket = tls(tunnel("api.example", port), "api.example", ours);
      assertThat(ask(socket, get("api.example", "Authorization: " + TOKEN + "\r\n")))
          .startsWith("HTTP/1.1 502 ")
          .endsWith("drover: api.example:" + port + " was not reached: " + why + ".\n");
      assertThat(gateway.takeRefusals(HAND)).singleElement().asString().endsWith(why);
      assertThat(origin.received).isEmpty();
    }
    assertThat(secrets.revealed).isEmpty();
    assertThat(ended.take().verdict()).isEqualTo("certificate");
  }

  @Test
  void aProgramThatCannotBeAnsweredIsExplained() throws Exception {
    secrets.of(CANARY, "api.example");
    var pinned = tls(tunnel("api.example", api.port()), "api.example", hosts.certificate());
    assertThat(catchThrowable(pinned::startHandshake)).isInstanceOf(SSLException.class);
    pinned.close();
    assertThat(ended.take().verdict()).isEqualTo("protocol");
    assertThat(gateway.takeRefusals(HAND).getFirst()).contains("does not accept the certificate");
    var newer = tls(tunnel("api.example", api.port()), "api.example", ours, "h2");
    assertThat(catchThrowable(newer::startHandshake)).isInstanceOf(SSLException.class);
    newer.close();
    assertThat(ended.take().verdict()).isEqualTo("protocol");
    assertThat(gateway.takeRefusals(HAND).getFirst()).contains("needs HTTP/2");
    var both = tls(tunnel("api.example", api.port()), "api.example", ours, "h2", "http/1.1");
    both.startHandshake();
    assertThat(both.getApplicationProtocol()).isEqualTo("http/1.1");
    assertThat(ask(both, "PRI * HTTP/2.0\r\n\r\n")).startsWith("HTTP/1.1 400 ");
    assertThat(ask("api.example", api, get("evil.example", ""))).startsWith("HTTP/1.1 421 ");
    assertThat(secrets.revealed).isEmpty();
  }

  @Test
  void aTunnelThatMayCarryAnythingIsReadOnlyIfItCarriesTlsForTheHost() throws Exception {
    secrets.of(CANARY);
    gateway(new Networking.Unrestricted());
    var header = "Authorization: " + TOKEN + "\r\n";
    assertThat(ask("api.example", api, get("api.example", header))).endsWith("ok");
    assertThat(api.received.take()).contains("canary-4f1c");
    var other = tls(tunnel("other.example", api.port()), "api.example", hosts.certificate());
    assertThat(ask(other, get("api.example", header))).endsWith("ok");
    assertThat(api.received.take()).contains(TOKEN);
    try (var greeting =
            new Origin(
                socket -> {
                  socket.getOutputStream().write("220 hello\r\n".getBytes(ISO_8859_1));
                  socket.getInputStream().transferTo(socket.getOutputStream());
                });
        var echo = Origin.echo()) {
      var first = tunnel("mail.example", greeting.port());
      assertThat(new String(first.getInputStream().readNBytes(11), ISO_8859_1))
          .isEqualTo("220 hello\r\n");
      first.getOutputStream().write(TOKEN.getBytes(ISO_8859_1));
      first.shutdownOutput();
      assertThat(new String(first.getInputStream().readAllBytes(), ISO_8859_1)).isEqualTo(TOKEN);
      var second = tunnel("any.example", echo.port());
      second.getOutputStream().write(TOKEN.getBytes(ISO_8859_1));
      second.shutdownOutput();
      assertThat(new String(second.getInputStream().readAllBytes(), ISO_8859_1)).isEqualTo(TOKEN);
    }
    assertThat(secrets.revealed).hasSize(1);
  }

  @Test
  void whatAPlaceholderStandsForIsReadForEachConnection() throws Exception {
    secrets.of("one", "api.example");
    var header = "Authorization: " + TOKEN + "\r\n";
    ask("api.example", api, get("api.example", header));
    assertThat(api.received.take()).contains("authorization: one\r\n");
    secrets.of("two", "api.example");
    ask("api.example", api, get("api.example", header));
    assertThat(api.received.take()).contains("authorization: two\r\n");
    secrets.secrets = Map.of(); // archived between the handshake and the request
    ask("api.example", api, get("api.example", header));
    assertThat(api.received.take()).contains("authorization: " + TOKEN + "\r\n");
    secrets.current = List.of();
    var socket = tls(tunnel("api.example", api.port()), "api.example", hosts.certificate());
    assertThat(ask(socket, get("api.example", header))).endsWith("ok");
    assertThat(api.received.take()).contains("Authorization: " + TOKEN + "\r\n");
    secrets.away = true;
    var refused = hand.proxy().ask("GET http://api.example/ HTTP/1.1\r\nHost: api.example\r\n\r\n");
    assertThat(refused).startsWith("HTTP/1.1 502 ").contains("secrets of this session are not");
  }

  @ParameterizedTest
  @CsvSource({
    "'', contains no certificate in PEM",
    "nonsense, contains",
    "-----BEGIN CERTIFICATE-----AAAA, contains something that is no certificate in PEM",
  })
  void aFileOfAuthoritiesThatIsNoneIsRefused(String text, String why) throws Exception {
    var file = Files.writeString(directory.resolve("wrong.pem"), text);
    assertThatThrownBy(() -> new UpstreamTls(Optional.of(file)))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(file + " " + why);
  }

  @Test
  void aSandboxTrustsTheAuthorityIfItHasPlaceholdersAndAWayOut() throws Exception {
    assertThat(gateway.surroundings(SESSION)).isEqualTo(Egress.Surroundings.NONE);
    secrets.of(CANARY, "api.example");
    var variables = Map.of("API_TOKEN", TOKEN);
    assertThat(gateway.surroundings(SESSION))
        .isEqualTo(new Egress.Surroundings(variables, Optional.of(authority.certificate()), ""));
    unavailable = true;
    assertThatThrownBy(() -> gateway.surroundings(SESSION))
        .isInstanceOf(Sandboxes.Unavailable.class)
        .hasMessageContaining("its environment variables cannot be used. no keys");
    gateway(new Networking.Limited(List.of(), false, false));
    assertThat(gateway.surroundings(SESSION))
        .isEqualTo(new Egress.Surroundings(variables, Optional.empty(), ""));
  }

  private Authority authority() {
    if (unavailable) {
      throw Problem.unavailable("no keys", new IOException());
    }
    return authority;
  }

  @Test
  void aWebsocketGetsTheSecretInItsRequestAndNotInItsFrames() throws Exception {
    secrets.of("secret", "api.example");
    try (var socket =
        new Origin(
            it -> {
              var text = new StringBuilder();
              while (text.indexOf("\r\n\r\n") < 0) {
                text.append((char) it.getInputStream().read());
              }
              it.getOutputStream().write("HTTP/1.1 101 Switching\r\n\r\n".getBytes(ISO_8859_1));
              it.getOutputStream().write(text.toString().getBytes(ISO_8859_1));
              it.getInputStream().transferTo(it.getOutputStream());
              it.shutdownOutput();
            })) {
      gateway(new Networking.Unrestricted());
      var program = closing(hand.proxy());
      program.send(
          "GET http://api.example:%1$d/ HTTP/1.1\r\nHost: api.example:%1$d\r\nConnection: upgrade\r\nUpgrade: websocket\r\nA: %2$s\r\n\r\n%2$s"
              .formatted(socket.port(), TOKEN));
      assertThat(program.end().rest())
          .startsWith("HTTP/1.1 101 Switching")
          .contains("\r\na: secret\r\n")
          .endsWith("\r\n\r\n" + TOKEN);
    }
  }
}
