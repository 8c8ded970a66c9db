package dev.drover.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Ids;
import dev.drover.base.Json;
import dev.drover.base.Scope;
import dev.drover.session.Feed;
import dev.drover.session.SessionId;
import dev.drover.session.Sessions;
import dev.drover.store.Store;
import dev.drover.testing.Postgres;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Streams of sessions that end at any moment, on this node and on another: a stream that was
/// opened shows the end, and then ends.
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("database")
final class EndedStreamTest {
  private static final int RACES = 30;

  private Postgres.Database database;
  private Api api;
  private Store other;

  /// Has never counted the other nodes, and tells them nothing.
  private Store silent;

  /// Happens once: when a request has begun, before the API looks at its session, and after that.
  private final Queue<Runnable> beforeLook = new ConcurrentLinkedQueue<>();

  private final Queue<Runnable> afterLook = new ConcurrentLinkedQueue<>();

  private final AtomicBoolean looked = new AtomicBoolean();

  private String session;

  enum Node {
    THIS,
    OTHER,
    SILENT
  }

  @BeforeAll
  void start() {
    database = Postgres.database();
    api = new Api(database, this::between);
    other = Api.postgres(database, new Feed(), new Ids(new Random(8)));
    silent = Api.postgres(database, new Feed(), new Ids(new Random(9)));
  }

  @AfterAll
  void stop() {
    silent.close();
    other.close();
    api.close();
    database.close();
  }

  @BeforeEach
  void makeASession() throws Exception {
    session = api.session();
  }

  @AfterEach
  void nothingIsLeftToHappen() {
    assertThat(beforeLook).isEmpty();
    assertThat(afterLook).isEmpty();
  }

  private Sessions between(Sessions sessions) {
    return (Sessions)
        Proxy.newProxyInstance(
            Sessions.class.getClassLoader(),
            new Class<?>[] {Sessions.class},
            (_, method, arguments) -> {
              boolean look = method.getName().equals("getSession") && !isFirst();
              try {
                if (look) {
                  run(beforeLook);
                }
                var result = method.invoke(sessions, arguments);
                if (look) {
                  run(afterLook);
                }
                return result;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  /// Whether this is the look before the subscription, which shows only whether the caller may have
  /// the stream.
  private boolean isFirst() {
    boolean waits = !beforeLook.isEmpty() || !afterLook.isEmpty();
    return !looked.getAndSet(waits && !looked.get());
  }

  private static void run(Queue<Runnable> once) {
    for (var next = once.poll(); next != null; next = once.poll()) {
      next.run();
    }
  }

  private static SessionId id(String path) {
    return new SessionId(path.substring("/v1/sessions/".length()));
  }

  private Sessions sessions(Node node) {
    var store =
        switch (node) {
          case THIS -> api.store;
          case OTHER -> other;
          case SILENT -> silent;
        };
    return store.sessions();
  }

  private void archive(Node node) {
    sessions(node).archive(Api.WORKSPACE, id(session));
  }

  private void delete(Node node) {
    sessions(node).delete(Api.WORKSPACE, id(session));
  }

  private Api.Frames open() throws Exception {
    return api.stream(session + "/events/stream");
  }

  private void assertShowsTheEnd(Api.Frames stream, String type) throws Exception {
    try (stream) {
      assertThat(stream.response.statusCode()).isEqualTo(200);
      assertThat(stream.types(2)).containsExactly(type, "end");
    }
  }

  /// What one node tells the other arrives.
  private void meet() {
    for (var node : List.of(other, api.store, other)) {
      assertThat(node.nodes().beat()).isTrue();
    }
  }

  @Test
  void aStreamThatHasEndedIsTheLastAnswerOfAConnectionIfTheClientAsksForThat() throws Exception {
    archive(Node.THIS);
    var head = "GET " + session + "/events/stream HTTP/1.1\r\nHost: a\r\n";
    var answer = api.raw(head + "Connection: close\r\nX-Api-Key: " + Api.KEY + "\r\n\r\n");
    assertThat(answer).startsWith("HTTP/1.1 200").contains(EventStream.TERMINATED);
    assertThat(answer).endsWith("\r\n0\r\n\r\n");
  }

  @ParameterizedTest
  @EnumSource
  void aStreamThatIsOpenedAfterTheArchiveShowsIt(Node node) throws Exception {
    archive(node);
    assertShowsTheEnd(open(), EventStream.TERMINATED);
    assertShowsTheEnd(open(), EventStream.TERMINATED);
  }

  @ParameterizedTest
  @EnumSource
  void anArchiveBetweenSubscriptionAndLookIsShownOnce(Node node) throws Exception {
    beforeLook.add(() -> archive(node));
    assertShowsTheEnd(open(), EventStream.TERMINATED);
  }

  @ParameterizedTest
  @CsvSource({"THIS,beforeHeaders", "OTHER,beforeHeaders", "THIS,open", "OTHER,open"})
  void anArchiveAfterTheLookIsShownOnce(Node node, String moment) throws Exception {
    meet();
    if (moment.equals("beforeHeaders")) {
      afterLook.add(() -> archive(node));
      assertShowsTheEnd(open(), EventStream.TERMINATED);
    } else {
      var stream = open();
      archive(node);
      assertShowsTheEnd(stream, EventStream.TERMINATED);
    }
  }

  /// This node finds it by looking.
  @ParameterizedTest
  @ValueSource(strings = {"archive", "delete"})
  void anEndWithoutAHintIsFound(String end) throws Exception {
    meet();
    var stream = open();
    if (end.equals("archive")) {
      archive(Node.SILENT);
    } else {
      delete(Node.SILENT);
    }
    meet();
    assertShowsTheEnd(stream, end.equals("archive") ? EventStream.TERMINATED : "session.deleted");
  }

  @ParameterizedTest
  @EnumSource
  void aDeletedSessionHasNoStream(Node node) throws Exception {
    beforeLook.add(() -> delete(node));
    assertThat(api.get(session + "/events/stream").status()).isEqualTo(404);
    assertThat(api.get(session + "/events/stream").status()).isEqualTo(404);
  }

  @ParameterizedTest
  @CsvSource({"THIS,false", "OTHER,false", "THIS,true", "OTHER,true"})
  void aDeletionAfterTheLookIsShown(Node node, boolean archivedBefore) throws Exception {
    meet();
    if (archivedBefore) {
      archive(node);
    }
    afterLook.add(() -> delete(node));
    assertShowsTheEnd(open(), "session.deleted");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/stream",
        "/events/stream?event_deltas=agent.message",
        "/threads/{thread}/stream",
        "/events/stream?beta=true"
      })
  void everyPathOfAStreamShowsTheEnd(String path) throws Exception {
    var thread = api.get(session + "/threads").data("id").getFirst();
    archive(Node.OTHER);
    assertShowsTheEnd(
        api.stream(session + path.replace("{thread}", thread)), EventStream.TERMINATED);
  }

  @Test
  void theEndIsAsTheListHasIt() throws Exception {
    archive(Node.OTHER);
    try (var stream = open()) {
      assertThat(stream.next().data())
          .isEqualTo(api.get(session + "/events").body().items("data").getLast());
    }
  }

  @ParameterizedTest
  @CsvSource({"THIS,archive", "OTHER,archive", "THIS,delete", "OTHER,delete"})
  void whoeverRacesWithTheEndSeesIt(Node node, String end) throws Exception {
    meet();
    var body = Json.obj("agent", api.agent(), "environment_id", api.environment()).toString();
    var together = new CyclicBarrier(2);
    try (var scope = new Scope()) {
      for (int i = 0; i < RACES; i++) {
        session = "/v1/sessions/" + api.post("/v1/sessions", body).text("id");
        var ending =
            scope.fork(
                () -> {
                  together.await();
                  if (end.equals("archive")) {
                    archive(node);
                  } else {
                    delete(node);
                  }
                  return true;
                });
        together.await();
        try (var stream = open()) {
          if (end.equals("archive")) {
            assertThat(stream.types(2)).containsExactly(EventStream.TERMINATED, "end");
          } else if (stream.response.statusCode() != 404) {
            assertThat(stream.types(2)).containsExactly("session.deleted", "end");
          }
        }
        ending.join();
      }
    }
  }
}
