package dev.drover.webhooks;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.http.Outbound;
import dev.drover.http.Unreachable;
import dev.drover.testing.ClosedPort;
import dev.drover.testing.WebhookReceiver;
import dev.drover.webhooks.WebhookAnswer.Kind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class WebhookSenderTest {
  private static final WebhookEvent EVENT =
      new WebhookEvent(
          new WebhookEventId("whe_01a"),
          "agent.created",
          Instant.EPOCH,
          Json.obj("text", "ünïcode 🐎"));

  private final SigningKeys keys = SigningKeys.fresh(new Random(7));
  private final AtomicBoolean forbidden = new AtomicBoolean();
  private final Outbound http =
      new Outbound(
          _ -> {
            if (forbidden.get()) {
              throw new Unreachable(Unreachable.Why.FORBIDDEN, "not public");
            }
            return Optional.of(InetAddress.ofLiteral("127.0.0.1"));
          },
          Duration.ofSeconds(5));

  @AfterEach
  void close() {
    http.close();
  }

  private WebhookAnswer send(URI url, Duration timeout) throws InterruptedException {
    return new WebhookSender(
            http, event -> event.data().toString(), timeout, InstantSource.system())
        .send(url, keys, EVENT);
  }

  private WebhookAnswer send(URI url) throws InterruptedException {
    return send(url, Duration.ofSeconds(30));
  }

  @Test
  void anEventIsPostedSignedOverExactlyTheBytesThatAreSent() throws Exception {
    try (var receiver = new WebhookReceiver()) {
      assertThat(send(receiver.uri("/hook"))).isEqualTo(new WebhookAnswer(Kind.ACCEPTED, 200, ""));
      var received = receiver.next();
      assertThat(received.path()).isEqualTo("/hook");
      assertThat(received.body()).isEqualTo(EVENT.data().toString());
      assertThat(received.isSignedWith(keys.current().reveal())).isTrue();
      assertThat(received.headers().get("Webhook-id")).containsExactly("whe_01a");
      assertThat(received.headers().get("Content-type")).containsExactly("application/json");
    }
  }

  @Test
  void aRedirectIsNotFollowedAndAnErrorIsOne() throws Exception {
    try (var receiver = new WebhookReceiver()) {
      receiver.answering(received -> Integer.parseInt(received.path().substring(1)));
      assertThat(send(receiver.uri("/307")).kind()).isEqualTo(Kind.REDIRECTED);
      assertThat(send(receiver.uri("/410")).kind()).isEqualTo(Kind.REFUSED);
      assertThat(send(receiver.uri("/202")).kind()).isEqualTo(Kind.ACCEPTED);
      assertThat(receiver.all()).hasSize(3);
    }
  }

  @Test
  void aHostThatTheGuardRefusesGetsNoConnectionThoughItWasAllowedBefore() throws Exception {
    try (var receiver = new WebhookReceiver()) {
      send(receiver.uri("/"));
      forbidden.set(true);
      assertThat(send(receiver.uri("/")))
          .isEqualTo(new WebhookAnswer(Kind.FORBIDDEN, 0, "not public"));
      assertThat(receiver.all()).hasSize(1);
    }
  }

  @Test
  void aReceiverThatIsAwayOrDoesNotAnswerIsUnreachable() throws Exception {
    try (var closed = new ClosedPort();
        var receiver = new WebhookReceiver()) {
      assertThat(send(closed.uri()))
          .isEqualTo(new WebhookAnswer(Kind.UNREACHABLE, 0, "refused or unreachable"));
      var held = new CountDownLatch(1);
      receiver.answering(
          _ -> {
            try {
              held.await();
            } catch (InterruptedException _) {
              // closed
            }
            return 200;
          });
      assertThat(send(receiver.uri("/"), Duration.ofMillis(300)).kind())
          .isEqualTo(Kind.UNREACHABLE);
      held.countDown();
    }
  }

  /// An endpoint that answers and then sends for ever holds nobody up.
  @Test
  void theBodyOfAnAnswerIsNotWaitedFor() throws Exception {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var server = Thread.ofVirtual().start(() -> drip(socket));
      var url = URI.create("http://127.0.0.1:" + socket.getLocalPort() + "/");
      assertThat(send(url).kind()).isEqualTo(Kind.ACCEPTED);
      server.join(); // the connection was closed
    }
  }

  private static void drip(ServerSocket socket) {
    try (var connection = socket.accept()) {
      var out = connection.getOutputStream();
      out.write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".getBytes(UTF_8));
      while (true) {
        out.write("1\r\nx\r\n".getBytes(UTF_8));
        out.flush();
      }
    } catch (IOException _) {
      // the other end has closed it
    }
  }
}
