package dev.drover.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Real servers on 127.0.0.2, which the guard's owner opened, and on the same port of 127.0.0.3,
/// which has to stay unseen: nothing may ever connect to it.
@Tag("sandbox")
final class OutboundTest {
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private static final InetAddress OPENED = InetAddress.ofLiteral("127.0.0.2");
  private static final InetAddress HIDDEN = InetAddress.ofLiteral("127.0.0.3");

  private static final Certificates CERTIFICATES = Certificates.make();
  private static final TwoServers PLAIN = TwoServers.plain();
  private static final TwoServers SECURE = TwoServers.secure(CERTIFICATES.of("localhost"));

  private final AtomicInteger lookups = new AtomicInteger();
  private Resolver resolver = _ -> new InetAddress[] {OPENED};
  private final Outbound client =
      new Outbound(
          new PublicOnly(
              PrivateHosts.of(List.of("127.0.0.2")),
              host -> {
                lookups.incrementAndGet();
                return resolver.lookUp(host);
              }),
          Duration.ofSeconds(10),
          CERTIFICATES.trusting());

  @AfterAll
  static void stop() {
    PLAIN.close();
    SECURE.close();
  }

  @AfterEach
  void nothingConnectedToTheHiddenAddress() {
    client.close();
    assertThat(PLAIN.hidden()).isZero();
    assertThat(SECURE.hidden()).isZero();
  }

  private static URI url(TwoServers servers, String rest) {
    return URI.create(servers.scheme() + "://localhost:" + servers.port() + rest);
  }

  private String text(Request request) throws Exception {
    try (var response = client.send(request, PATIENCE)) {
      return response.status() + " " + response.body().text(PATIENCE, 10_000);
    }
  }

  private void refused(Request request, Unreachable.Why why) {
    assertThatThrownBy(() -> client.send(request, PATIENCE))
        .isInstanceOfSatisfying(Unreachable.class, e -> assertThat(e.why()).isEqualTo(why));
  }

  /// The machine itself finds `localhost` at 127.0.0.1, where nothing listens on this port: if it
  /// were looked up again, by whatever way, there would be no answer.
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void theAddressThatWasJudgedIsTheOneConnectedTo(boolean tls) throws Exception {
    var servers = tls ? SECURE : PLAIN;
    assertThat(text(Request.of("GET", url(servers, "/seen?a=1%2F2"))))
        .isEqualTo("200 GET /seen?a=1%2F2 localhost:" + servers.port() + (tls ? " localhost" : ""));
    assertThat(lookups).hasValue(1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aNameThatChangesItsAddressIsRefusedEvenWithAConnectionKept(boolean tls) throws Exception {
    var servers = tls ? SECURE : PLAIN;
    resolver = _ -> new InetAddress[] {lookups.get() % 2 == 1 ? OPENED : HIDDEN};
    var request = Request.of("GET", url(servers, "/seen"));
    for (int i = 0; i < 5; i++) {
      assertThat(text(request)).startsWith("200 GET");
      refused(request, Unreachable.Why.FORBIDDEN);
    }
    assertThat(lookups).hasValue(10);
  }

  @Test
  void addressesThatAreMixedAreRefused() {
    resolver = _ -> new InetAddress[] {OPENED, HIDDEN};
    refused(Request.of("GET", url(PLAIN, "/seen")), Unreachable.Why.FORBIDDEN);
  }

  @Test
  void aCertificateForAnotherNameIsRefusedEvenIfItIsForTheAddress() throws Exception {
    try (var other = TwoServers.secure(CERTIFICATES.of("other"))) {
      refused(Request.of("GET", url(other, "/seen")), Unreachable.Why.TLS);
      assertThat(other.requests()).isZero();
      // By its address it is what the certificate says.
      var address = URI.create("https://127.0.0.2:" + other.port() + "/seen");
      assertThat(text(Request.of("GET", address))).startsWith("200");
    }
  }

  @Test
  void hostsOfTheSameAddressAreCheckedEach() throws Exception {
    var named = URI.create("https://other.example:" + SECURE.port() + "/seen");
    assertThat(text(Request.of("GET", url(SECURE, "/seen")))).startsWith("200");
    refused(Request.of("GET", named), Unreachable.Why.TLS);
    assertThat(text(Request.of("GET", url(SECURE, "/seen")))).startsWith("200");
  }

  @Test
  void moreHostsThanConnectionsAreKeptForAreAnsweredEach() throws Exception {
    for (int i = 0; i < 70; i++) {
      var url = URI.create("https://a" + i + ".example:" + SECURE.port() + "/seen");
      refused(Request.of("GET", url), Unreachable.Why.TLS);
    }
    assertThat(text(Request.of("GET", url(SECURE, "/seen")))).startsWith("200");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://127.0.0.3:PORT/",
        "http://127.0.0.3:PORT",
        "//127.0.0.3:PORT/",
        "http://hidden.example:PORT/",
        "http://2130706435:PORT/",
        "http://0177.0.0.3:PORT/",
        "http://[::ffff:127.0.0.3]:PORT/",
        "http://[::1]:PORT/",
        "http://0.0.0.0:PORT/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[fd00:ec2::254]/",
        "http://10.0.0.1/"
      })
  void aRedirectIsJudgedLikeARequest(String location) {
    resolver = host -> new InetAddress[] {host.equals("hidden.example") ? HIDDEN : OPENED};
    for (int status : new int[] {301, 302, 303, 307, 308}) {
      refused(redirected(status, location, PLAIN).following(5), Unreachable.Why.FORBIDDEN);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "file:///etc/passwd",
        "gopher://127.0.0.3:70/",
        "http:127.0.0.3",
        "http://",
        "http://user@127.0.0.2:PORT/",
        "http://a b/",
        "http://127.1:PORT/"
      })
  void aRedirectToNoUrlOfAHostIsRefused(String location) {
    refused(redirected(302, location, PLAIN).following(5), Unreachable.Why.REDIRECT);
  }

  private static Request redirected(int status, String location, TwoServers servers) {
    var to = location.replace("PORT", "" + servers.port()).replace(" ", "%20");
    var query = URLEncoder.encode(to, StandardCharsets.UTF_8);
    return Request.of("GET", url(servers, "/redirect/" + status + "?" + query));
  }

  @Test
  void noRedirectIsFollowedUnlessTheRequestAsksForIt() throws Exception {
    try (var response = client.send(redirected(302, "/seen", PLAIN), PATIENCE)) {
      assertThat(response.status()).isEqualTo(302);
      assertThat(response.header("location")).hasValue("/seen");
    }
  }

  @Test
  void redirectsAreFollowedUpToTheLimit() throws Exception {
    var chain = Request.of("GET", url(PLAIN, "/chain/3"));
    assertThat(text(chain.following(3))).startsWith("200 GET /chain/0");
    refused(chain.following(2), Unreachable.Why.REDIRECT);
    assertThat(lookups).hasValue(4 + 3);
  }

  @Test
  void noRedirectLeadsFromHttpsToHttp() {
    refused(
        redirected(302, "http://localhost:" + PLAIN.port() + "/seen", SECURE).following(1),
        Unreachable.Why.REDIRECT);
  }

  @ParameterizedTest
  @CsvSource({
    "/headers, key",
    "http://localhost:PORT/headers, key",
    "http://LOCALHOST:PORT/headers, key",
    "http://other.example:PORT/headers, none",
    "http://127.0.0.2:PORT/headers, none"
  })
  void credentialsGoToNoOtherOrigin(String location, String expected) throws Exception {
    var request =
        redirected(302, location, PLAIN)
            .with("Authorization", "key")
            .with("X-Api-Key", "key")
            .with("Cookie", "key")
            .with("User-Agent", "test")
            .following(1);
    assertThat(text(request))
        .isEqualTo("200 " + String.join(" ", expected, expected, expected, "test"));
  }

  @ParameterizedTest
  @CsvSource({
    "301, POST, GET ''",
    "302, POST, GET ''",
    "303, POST, GET ''",
    "307, POST, POST 'x'",
    "308, POST, POST 'x'",
    "303, PUT, GET ''",
    "302, PUT, PUT 'x'"
  })
  void aRedirectKeepsOrDropsTheBodyAsItsStatusSays(int status, String method, String expected)
      throws Exception {
    var get = redirected(status, "/body", PLAIN);
    var request =
        new Request(method, get.url(), get.headers(), get.body(), 1).sending("text/plain", "x");
    assertThat(text(request)).isEqualTo("200 " + expected);
  }

  @Test
  void aHostOfTheCallersOwnIsRefused() {
    assertThatThrownBy(() -> Request.of("GET", url(PLAIN, "/")).with("Host", "other"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aBodyThatIsTooLongIsGivenUp() throws Exception {
    try (var response = client.send(Request.of("GET", url(PLAIN, "/long")), PATIENCE)) {
      assertThatThrownBy(() -> response.body().text(PATIENCE, 10_000))
          .isInstanceOf(BodyTooLong.class);
    }
    try (var response = client.send(Request.of("GET", url(PLAIN, "/long")), PATIENCE)) {
      assertThat(response.body().text(PATIENCE, 100_000)).hasSize(100_000);
    }
  }

  @Test
  void aBodyThatStallsOrIsCutIsNoEnd() throws Exception {
    try (var response = client.send(Request.of("GET", url(PLAIN, "/stall")), PATIENCE)) {
      assertThat(response.body().next(PATIENCE)).isNotEmpty();
      assertThatThrownBy(() -> response.body().next(Duration.ofMillis(1)))
          .isInstanceOf(BodyStalled.class);
      response.body().close();
      assertThatThrownBy(() -> response.body().next(PATIENCE))
          .hasMessage("the connection was lost");
    }
  }

  @Test
  void aServerThatDoesNotAnswerIsGivenUp() {
    assertThatThrownBy(
            () -> client.send(Request.of("GET", url(PLAIN, "/mute")), Duration.ofMillis(50)))
        .isInstanceOfSatisfying(
            Unreachable.class, e -> assertThat(e.why()).isEqualTo(Unreachable.Why.NO_ANSWER));
  }

  @Test
  void aClosedPortAndAnUnknownHostAreNamed() {
    var closed = URI.create("http://localhost:1/");
    refused(Request.of("GET", closed), Unreachable.Why.NO_CONNECTION);
    resolver =
        host -> {
          throw new UnknownHostException(host);
        };
    refused(Request.of("GET", closed), Unreachable.Why.UNKNOWN_HOST);
  }

  @Test
  void withoutAGuardLoopbackIsReached() throws Exception {
    try (var open = new Outbound(Guard.NONE, Duration.ofSeconds(10));
        var response =
            open.send(
                Request.of("GET", URI.create("http://127.0.0.2:" + PLAIN.port() + "/seen")),
                PATIENCE)) {
      assertThat(response.status()).isEqualTo(200);
    }
  }
}
