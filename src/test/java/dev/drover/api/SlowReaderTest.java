package dev.drover.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Json;
import dev.drover.base.Scope;
import dev.drover.session.Event;
import dev.drover.session.Feed;
import dev.drover.session.Lease;
import dev.drover.session.SessionId;
import dev.drover.testing.Postgres;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// A reader that stops reading costs a bounded piece of memory for a bounded time, and nobody else
/// anything. Over real sockets.
@Isolated("it measures the memory of the whole process")
@Timeout(120)
@ParameterizedClass
@EnumSource
@Tag("database")
final class SlowReaderTest {
  enum Kind {
    SQLITE,
    POSTGRES
  }

  private static final int TOGETHER = 50;

  /// Some 4 kB, so that what sockets hold for a reader who sleeps is a small part of all.
  private static final String TEXT = "words ".repeat(700);

  private static final int MANY = 3 * Feed.LISTENER_LIMIT;

  /// How far the reader that keeps up may be behind: less than would cut it off.
  private static final int BEHIND = Feed.LISTENER_LIMIT / 2;

  @TempDir Path directory;

  private final Kind kind;
  private final Postgres.Database database = Postgres.database();
  private final List<String> appended = new ArrayList<>();
  private final Semaphore pace = new Semaphore(BEHIND);
  private Api api = new Api();
  private String session = "";
  private Lease lease = new Lease(new SessionId("sesn_01none"), 0);

  SlowReaderTest(Kind kind) {
    this.kind = kind;
  }

  @AfterEach
  void stop() {
    api.close();
    database.close();
  }

  private void start(Duration ping) throws Exception {
    api.close();
    api =
        switch (kind) {
          case SQLITE -> new Api(ping, directory.resolve("drover.db"));
          case POSTGRES -> new Api(ping, database);
        };
    session = api.session();
    api.say(session, "go");
    lease = api.woken();
    api.process(lease, 1);
    appended.addAll(api.get(session + "/events").data("id"));
  }

  /// Appends no faster than the reader reads who keeps up.
  private void append(int count) throws InterruptedException {
    for (int done = 0; done < count; done += TOGETHER) {
      pace.acquire(TOGETHER);
      var events = new Event[TOGETHER];
      for (int i = 0; i < TOGETHER; i++) {
        var id = api.id();
        events[i] = new Event.AgentMessage(id, Json.arr(Json.obj("type", "text", "text", TEXT)));
        appended.add(id.value());
      }
      api.emit(lease, events);
    }
  }

  /// The ids of a stream's events to its end, however it ends.
  private List<String> read(Api.Frames stream, Runnable each) {
    var ids = new ArrayList<String>();
    try (stream) {
      for (var frame = stream.poll(); frame != null; frame = stream.poll()) {
        if (!frame.event().equals("ping")) {
          ids.add(String.valueOf(frame.data().text("id")));
          each.run();
        }
      }
    } catch (IOException _) {
      // broken by the server
    }
    return ids;
  }

  private List<String> listed() throws Exception {
    var ids = new ArrayList<String>();
    var next = "";
    while (true) {
      var page = api.get(session + "/events" + next);
      ids.addAll(page.data("id"));
      if (page.text("next_page").equals("null")) {
        return ids;
      }
      next = "?page=" + page.text("next_page");
    }
  }

  /// What was kept for a stream is released by the thread that serves it, when it ends.
  private static void awaitLessThan(long bytes) {
    await().untilAsserted(() -> assertThat(used()).isLessThan(bytes));
  }

  private static long used() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  @Test
  void aReaderThatTakesNothingIsBrokenOffAndCatchesUp() throws Exception {
    start(Duration.ofSeconds(1));
    try (var scope = new Scope()) {
      int first = appended.size();
      var quick = api.stream(session + "/events/stream");
      var quickIds = scope.fork(() -> read(quick, pace::release));
      append(20 * TOGETHER);
      long before = used();
      int from = appended.size();
      var slow = api.stream(session + "/events/stream");
      append(MANY);
      await().atMost(Duration.ofSeconds(30)).until(() -> api.server.openStreams() == 1);
      append(MANY / 4);
      // Some 60 MB have passed.
      awaitLessThan(before + (16L << 20));

      var kept = read(slow, () -> {});
      assertThat(kept).isNotEmpty().hasSizeLessThan(MANY);
      assertThat(kept.equals(appended.subList(from, from + kept.size()))).isTrue();

      assertCatchesUp(scope);
      assertThat(quickIds.join().equals(appended.subList(first, appended.size()))).isTrue();
    }
  }

  @Test
  void aReaderThatFellBehindGetsWhatWasKeptForItAndCatchesUp() throws Exception {
    start(Duration.ofMinutes(1));
    try (var scope = new Scope()) {
      int first = appended.size();
      var quick = api.stream(session + "/events/stream");
      var quickIds = scope.fork(() -> read(quick, pace::release));
      append(20 * TOGETHER);
      long before = used();
      int from = appended.size();
      var slow = api.stream(session + "/events/stream");
      append(MANY);
      // Nobody has broken it off yet: what waits for it is what its bound allows.
      assertThat(api.server.openStreams()).isEqualTo(2);
      long bound = 2L * Feed.LISTENER_LIMIT * TEXT.length();
      assertThat(used()).isLessThan(before + bound);

      var kept = read(slow, () -> {});
      assertThat(kept).hasSizeBetween(Feed.LISTENER_LIMIT, MANY - 1);
      assertThat(kept.equals(appended.subList(from, from + kept.size()))).isTrue();
      await().until(() -> api.server.openStreams() == 1);
      awaitLessThan(before + (16L << 20));

      assertCatchesUp(scope);
      assertThat(quickIds.join().equals(appended.subList(first, appended.size()))).isTrue();
    }
  }

  /// The way back that the protocol's documentation gives: open the stream, list what was missed,
  /// go on with the stream and leave out what the list has shown. Ends the session.
  private void assertCatchesUp(Scope scope) throws Exception {
    var stream = api.stream(session + "/events/stream");
    var live = scope.fork(() -> read(stream, () -> {}));
    append(10 * TOGETHER);
    var listed = listed();
    append(10 * TOGETHER);
    api.rest(lease);
    assertThat(api.post(session + "/archive").status()).isEqualTo(200);
    var all = new LinkedHashSet<>(listed);
    assertThat(all).hasSameSizeAs(listed);
    live.join().stream().filter(id -> !all.contains(id)).forEach(all::add);
    var end = api.get(session + "/events?order=desc&limit=2").data("id").reversed();
    appended.addAll(end);
    assertThat(List.copyOf(all).equals(appended)).isTrue();
  }
}
