package dev.drover.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Ids;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A listener whose socket and whose taker fail.
@Timeout(60)
final class AcceptorTest {
  private final List<ServerSocketChannel> opened = new CopyOnWriteArrayList<>();
  private final List<Socket> taken = new CopyOnWriteArrayList<>();
  private final AtomicInteger relieved = new AtomicInteger();
  private final AtomicInteger port = new AtomicInteger();
  private final AtomicReference<Predicate<Socket>> takes = new AtomicReference<>(taken::add);
  private final CountDownLatch failed = new CountDownLatch(1);
  private volatile boolean opens = true;
  private @Nullable Acceptor listener;

  private Acceptor start(Duration patience) throws IOException {
    var started =
        new Acceptor(
            this::open,
            new Acceptor.Taker() {
              @Override
              public boolean take(Socket socket) {
                return takes.get().test(socket);
              }

              @Override
              public void relieve() {
                relieved.incrementAndGet();
              }
            },
            new Ids(new Random(1)),
            patience,
            failed::countDown);
    listener = started;
    return started;
  }

  private ServerSocketChannel open() throws IOException {
    if (!opens) {
      throw new IOException("Too many open files");
    }
    var channel = ServerSocketChannel.open();
    channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port.get()));
    port.set(channel.socket().getLocalPort());
    opened.add(channel);
    return channel;
  }

  @AfterEach
  void stop() throws IOException {
    if (listener != null) {
      listener.close();
    }
    for (var socket : taken) {
      socket.close();
    }
  }

  private Socket connect() throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), port.get());
  }

  private static String all(Socket socket) throws IOException {
    return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  @Test
  void aSocketThatIsBrokenIsReplacedOnTheSamePort() throws Exception {
    var started = start(Duration.ofMinutes(1));
    int first = started.port();
    opened.getFirst().close();
    await().until(() -> opened.size() == 2);
    assertThat(started.port()).isEqualTo(first);
    try (var _ = connect()) {
      await().until(() -> taken.size() == 1);
    }
    assertThat(relieved).hasPositiveValue();
  }

  @Test
  void itWaitsUntilASocketCanBeOpenedAgain() throws Exception {
    start(Duration.ofMinutes(1));
    opens = false;
    opened.getFirst().close();
    await().until(() -> relieved.get() > 2);
    assertThat(failed.getCount()).isOne();
    opens = true;
    await().until(() -> opened.size() == 2);
    try (var _ = connect()) {
      await().until(() -> taken.size() == 1);
    }
  }

  @Test
  void itSaysSoWhenNothingHelps() throws Exception {
    start(Duration.ofMillis(100));
    opens = false;
    opened.getFirst().close();
    assertThat(failed.await(30, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void aConnectionThatCannotBeServedEndsAlone() throws Exception {
    start(Duration.ofMinutes(1));
    takes.set(
        _ -> {
          throw new IllegalStateException("no");
        });
    try (var socket = connect()) {
      assertThat(all(socket)).isEmpty();
    }
    takes.set(taken::add);
    try (var _ = connect()) {
      await().until(() -> taken.size() == 1);
    }
  }

  @Test
  void runningOutOfMemoryForOneConnectionIsNotTheEnd() throws Exception {
    start(Duration.ofMinutes(1));
    takes.set(
        _ -> {
          takes.set(taken::add);
          throw new OutOfMemoryError("of the test");
        });
    try (var _ = connect();
        var _ = connect()) {
      await().until(() -> taken.size() == 1);
    }
  }

  @Test
  void aConnectionForWhichThereIsNoRoomIsToldSo() throws Exception {
    start(Duration.ofMinutes(1));
    takes.set(_ -> false);
    try (var socket = connect()) {
      assertThat(all(socket))
          .startsWith("HTTP/1.1 503 ")
          .contains("retry-after: 1", "\"message\":\"Too many connections\"");
    }
  }

  @Test
  void aPortThatIsTakenIsSaidAtOnce() throws Exception {
    start(Duration.ofMinutes(1));
    opens = false;
    assertThatThrownBy(() -> start(Duration.ofMinutes(1))).isInstanceOf(IOException.class);
  }

  @Test
  void afterItsCloseNothingIsAcceptedAndNothingHasFailed() throws Exception {
    start(Duration.ofMillis(1)).close();
    // No try to connect: the port may be another process's already.
    assertThat(opened).isNotEmpty().noneMatch(ServerSocketChannel::isOpen);
    assertThat(failed.getCount()).isOne();
  }
}
