package dev.drover.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Pause;
import dev.drover.catalog.Environment.Networking;
import dev.drover.http.PrivateHosts;
import dev.drover.http.PublicOnly;
import dev.drover.session.HandId;
import dev.drover.session.SessionId;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A sandbox that has as many connections as it may. All but one of the limits are hours.
@Timeout(60)
final class CrowdedGatewayTest {
  private static final HandId HAND = new HandId("hand_1");
  private static final int MOST = 3;
  private static final Duration LONG = Duration.ofHours(1);
  private static final Duration SHORT = Duration.ofMillis(200);
  private static final Duration TICK = Duration.ofMillis(10);

  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private final AtomicInteger rounds = new AtomicInteger();
  private PlayedHand hand;
  private Origin echo;

  @BeforeEach
  void open() throws IOException {
    hand = closing(new PlayedHand());
    echo = closing(Origin.echo());
  }

  private Gateway gateway(Duration crowded) {
    var rules = new NetworkRules(Set.of(echo.port()), List.of());
    var gateway =
        closing(
            new Gateway(
                _ -> new Policy(new Networking.Unrestricted(), rules),
                new PublicOnly(
                    PrivateHosts.of(List.of("127.0.0.1")),
                    _ -> new InetAddress[] {InetAddress.ofLiteral("127.0.0.1")}),
                new ConnectionLimits(
                    MOST, 4096, LONG, crowded, Duration.ofSeconds(10), LONG, LONG, LONG, 1L << 40),
                EgressTap.NONE,
                _ -> {
                  Pause.REAL.pause(TICK);
                  rounds.incrementAndGet();
                },
                address -> address));
    gateway.open(new SessionId("sesn_1"), HAND, hand.dial());
    return gateway;
  }

  @AfterEach
  void close() throws Exception {
    while (!open.isEmpty()) {
      open.pop().close();
    }
  }

  private <T extends AutoCloseable> T closing(T one) {
    open.push(one);
    return one;
  }

  private String connect() {
    var authority = "a.example:" + echo.port();
    return "CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n\r\n";
  }

  private PlayedHand.Program tunnel() throws IOException {
    var program = closing(hand.proxy());
    var established = "HTTP/1.1 200 Connection established\r\n\r\n";
    assertThat(program.send(connect()).text(established.length())).isEqualTo(established);
    return program;
  }

  @Test
  void oneConnectionTooManyIsRefusedInItsProtocolAndTheNextIsServed() throws Exception {
    var gateway = gateway(SHORT);
    var first = tunnel();
    tunnel();
    tunnel();
    assertThat(hand.proxy().ask(connect()))
        .startsWith("HTTP/1.1 429 ")
        .contains("was refused: this sandbox has 3 connections open, which is the most.");
    var port = new byte[] {(byte) (echo.port() >> 8), (byte) echo.port()};
    var socks = "\5\1\0\5\1\0\3\11a.example" + new String(port, ISO_8859_1);
    assertThat(hand.proxy().ask(socks)).isEqualTo("\5\0\5\2\0\1\0\0\0\0\0\0");
    assertThat(gateway.takeRefusals(HAND)).hasSize(1);
    first.close();
    await().until(() -> gateway.connections() == MOST - 1);
    assertThat(tunnel().send("x").text(1)).isEqualTo("x");
  }

  @Test
  void aConnectionThatWaitsIsServedWhenAnotherOneEnds() throws Exception {
    gateway(LONG);
    var first = tunnel();
    tunnel();
    tunnel();
    var waiting = closing(hand.proxy()).send(connect());
    first.close();
    assertThat(waiting.text(12)).isEqualTo("HTTP/1.1 200");
  }

  /// They are more than all that are served and all that may wait.
  @Test
  void programsThatDoNotSayWhatTheyWantMakeRoomForOthers() throws Exception {
    gateway(SHORT);
    for (int i = 0; i < 150; i++) {
      var silent = closing(hand.proxy());
      if (i % 2 == 0) {
        silent.send("CONNECT a.exam");
      }
    }
    await()
        .ignoreExceptions() // it is too slow itself, or has no place yet
        .until(() -> tunnel().send("x").text(1).equals("x"));
  }

  @Test
  void whereThereIsRoomAProgramMayTakeItsTime() throws Exception {
    gateway(SHORT);
    var silent = closing(hand.proxy());
    tunnel();
    var later = rounds.get() + 2 * SHORT.dividedBy(TICK);
    await().until(() -> rounds.get() > later);
    assertThat(silent.send(connect()).text(12)).isEqualTo("HTTP/1.1 200");
  }
}
