package dev.drover.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Ids;
import dev.drover.base.Json;
import dev.drover.base.Pause;
import dev.drover.base.Problem;
import dev.drover.base.Secret;
import dev.drover.brain.Brain;
import dev.drover.brain.ContextInspector;
import dev.drover.brain.Replays;
import dev.drover.catalog.Blobs;
import dev.drover.catalog.Packages;
import dev.drover.catalog.WorkspaceId;
import dev.drover.desk.AccessDesk;
import dev.drover.desk.AgentProfiles;
import dev.drover.desk.CatalogDesk;
import dev.drover.desk.FileDesk;
import dev.drover.desk.MemoryDesk;
import dev.drover.desk.SessionDesk;
import dev.drover.desk.SessionResourceDesk;
import dev.drover.desk.SkillDesk;
import dev.drover.errands.FileAccess;
import dev.drover.errands.FileProvision;
import dev.drover.model.Capabilities;
import dev.drover.model.Model;
import dev.drover.model.Models;
import dev.drover.model.Price;
import dev.drover.profile.Profiles;
import dev.drover.session.Emission;
import dev.drover.session.Emitted;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.Feed;
import dev.drover.session.Lease;
import dev.drover.session.SessionId;
import dev.drover.session.Sessions;
import dev.drover.session.StopReason;
import dev.drover.session.ThreadKey;
import dev.drover.skills.Scratch;
import dev.drover.skills.ZipBytes;
import dev.drover.store.Store;
import dev.drover.store.StoreUnusable;
import dev.drover.store.blobs.DirectoryBlobs;
import dev.drover.store.memory.MemoryStore;
import dev.drover.store.postgres.PostgresStore;
import dev.drover.store.sqlite.SqliteStore;
import dev.drover.testing.NoBlobs;
import dev.drover.testing.NoPolicy;
import dev.drover.testing.NoSnapshots;
import dev.drover.testing.NoWebhooks;
import dev.drover.testing.Postgres;
import dev.drover.testing.PuppetHand;
import dev.drover.testing.TestVaults;
import dev.drover.tools.Inventory;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// A server on a real port, over a store in memory or in a file, with a brain that only notes who
/// called.
final class Api implements AutoCloseable {
  static final String KEY = "sk-drover-test";
  static final WorkspaceId WORKSPACE = WorkspaceId.DEFAULT;

  private static final Scratch SCRATCH = new Scratch(Path.of(System.getProperty("java.io.tmpdir")));

  /// What [#KEY] may do: everything.
  static final AccessKey ACCESS = new AccessKey(new Secret(KEY), WORKSPACE);

  /// The maximum size of a file, in bytes.
  static final long LARGEST = 3L << 20;

  final Ids ids = new Ids(new Random(7));
  final Feed feed = new Feed();
  final Blobs blobs;
  final Store store;
  final BlockingQueue<Lease> woken = new LinkedBlockingQueue<>();
  final BlockingQueue<SessionId> rung = new LinkedBlockingQueue<>();
  final SessionDesk desk;
  final Backend backend;
  final Server server;
  final HttpClient http = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

  record Answer(int status, Json.Obj body, HttpHeaders headers) {
    String error() {
      return body.object("error").text("type") + ": " + body.object("error").text("message");
    }

    String text(String key) {
      return String.valueOf(body.text(key));
    }

    List<String> data(String key) {
      return body.items("data").stream()
          .map(item -> String.valueOf(((Json.Obj) item).text(key)))
          .toList();
    }
  }

  Api() {
    this(Server.Settings.PING);
  }

  Api(Duration ping) {
    this(ping, Duration.ZERO, (feed, ids) -> new MemoryStore(feed, ids, InstantSource.system()));
  }

  /// On SQLite, as a real server is.
  Api(Duration ping, Path file) {
    this(ping, Duration.ZERO, (feed, ids) -> sqlite(file, feed, ids));
  }

  /// On PostgreSQL, as a node is.
  Api(Duration ping, Postgres.Database database) {
    this(ping, Duration.ZERO, (feed, ids) -> postgres(database, feed, ids));
  }

  /// As above, with something between the API and the sessions.
  Api(Postgres.Database database, UnaryOperator<Sessions> between) {
    this(
        Server.Settings.PING, Duration.ZERO, (feed, ids) -> postgres(database, feed, ids), between);
  }

  static Store postgres(Postgres.Database database, Feed feed, Ids ids) {
    try {
      var url = new Secret(database.url());
      return PostgresStore.open(url, Duration.ofSeconds(15), feed, ids, InstantSource.system());
    } catch (StoreUnusable e) {
      throw new IllegalStateException(e);
    }
  }

  private static Store sqlite(Path file, Feed feed, Ids ids) {
    return sqlite(file, Long.MAX_VALUE, feed, ids);
  }

  private static Store sqlite(Path file, long quota, Feed feed, Ids ids) {
    try {
      return SqliteStore.open(file, quota, feed, ids, InstantSource.system());
    } catch (StoreUnusable e) {
      throw new IllegalStateException(e);
    }
  }

  /// In memory, with streams that may be opened a while after a send.
  static Api withGrace(Duration grace) {
    return new Api(
        Server.Settings.PING,
        grace,
        (feed, ids) -> new MemoryStore(feed, ids, InstantSource.system()));
  }

  private Api(Duration ping, Duration grace, BiFunction<Feed, Ids, Store> open) {
    this(ping, grace, open, sessions -> sessions);
  }

  /// On SQLite, with files in a directory.
  static Api withFiles(Path directory) throws Exception {
    return withFiles(directory, Long.MAX_VALUE);
  }

  /// @param quota of the workspace, in bytes
  static Api withFiles(Path directory, long quota) throws Exception {
    var blobs = DirectoryBlobs.open(directory.resolve("blobs"), new Ids(new Random(9)), Pause.REAL);
    return new Api(
        Server.Settings.PING,
        Duration.ZERO,
        (feed, ids) -> sqlite(directory.resolve("drover.db"), quota, feed, ids),
        sessions -> sessions,
        blobs);
  }

  private Api(
      Duration ping,
      Duration grace,
      BiFunction<Feed, Ids, Store> open,
      UnaryOperator<Sessions> between) {
    this(ping, grace, open, between, NoBlobs.INSTANCE);
  }

  private Api(
      Duration ping,
      Duration grace,
      BiFunction<Feed, Ids, Store> open,
      UnaryOperator<Sessions> between,
      Blobs blobs) {
    this.blobs = blobs;
    store = open.apply(feed, ids);
    var brain =
        new Brain() {
          @Override
          public void wake(Lease lease) {
            woken.add(lease);
          }

          @Override
          public void ring(SessionId session) {
            rung.add(session);
          }

          @Override
          public void ended(SessionId session) {}

          @Override
          public void deleted(SessionId session) {}
        };
    Model model =
        (_, _) -> {
          throw new IllegalStateException("nobody thinks here");
        };
    var models =
        new Models() {
          @Override
          public Route route(String id) {
            if (ids().contains(id)) {
              return new Route(model, id);
            }
            throw Problem.invalid(
                "model: no server for \"" + id + "\"; set DROVER_ANTHROPIC_API_KEY");
          }

          // `rehearsal-2` has effort levels, `rehearsal` has a price; the others have none.
          @Override
          public Capabilities capabilities(String id) {
            return new Capabilities(
                200_000,
                32_000,
                id.equals("rehearsal-2") ? List.of("low", "medium", "high", "max") : List.of(),
                id.equals("rehearsal-2") ? Optional.of("medium") : Optional.empty(),
                true,
                true,
                false,
                id.equals("rehearsal") ? Optional.of(Price.FREE) : Optional.empty());
          }

          @Override
          public List<String> ids() {
            return List.of("rehearsal", "rehearsal-2", "team/fast");
          }
        };
    desk =
        new SessionDesk(
            store.catalogs(),
            store.files(),
            store.skills(),
            store.vaults(),
            TestVaults.repositories(store),
            between.apply(store.sessions()),
            store.eventLog(),
            brain,
            models,
            ids,
            InstantSource.system());
    backend =
        new Backend(
            desk,
            new ContextInspector(
                store.eventLog(),
                models,
                Inventory.HANDS,
                Profiles.BUILT_IN.ofAgents(new AgentProfiles(store.catalogs()))),
            new CatalogDesk(
                store.catalogs(),
                store.skills(),
                models,
                Set.of(Packages.Manager.PIP, Packages.Manager.NPM),
                ids,
                InstantSource.system()),
            new FileDesk(store.files(), blobs, () -> {}, LARGEST, ids, InstantSource.system()),
            new MemoryDesk(store.memories()),
            TestVaults.desk(store, ids),
            store.receipts(),
            new SessionResourceDesk(
                store.sessionResources(),
                store.catalogs(),
                store.files(),
                new FileProvision(store.sessionResources(), new PuppetHand(), blobs),
                TestVaults.repositories(store),
                ids,
                InstantSource.system()),
            new FileAccess(new PuppetHand(), new NoSnapshots()),
            new SkillDesk(store.skills(), blobs, SCRATCH, ids, InstantSource.system()),
            NoWebhooks.desk(store, ids),
            NoPolicy.desk(),
            new AccessDesk(store.access(), desk, store.nodes(), ids, InstantSource.system()),
            store.eventLog(),
            store.nodes(),
            store.jobs(),
            feed,
            models,
            new Replays(
                models,
                Inventory.HANDS,
                Profiles.BUILT_IN,
                Optional.empty(),
                System::nanoTime,
                Duration.ofSeconds(30)),
            ImageLimits.DEFAULT,
            new UploadSettings(LARGEST, 2),
            SCRATCH,
            ids,
            InstantSource.system());
    var settings = new Server.Settings("127.0.0.1", 0, List.of(ACCESS), ping, grace);
    server = new Server(settings, backend);
  }

  String url(String path) {
    return server.url() + path;
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(url(path)))
        .timeout(Duration.ofSeconds(20))
        .header("Authorization", "Bearer " + KEY);
  }

  Answer send(HttpRequest request) throws IOException, InterruptedException {
    var response = http.send(request, BodyHandlers.ofString());
    assertThat(response.headers().firstValue("request-id").orElse("")).startsWith("req_");
    assertThat(response.headers().firstValue("anthropic-organization-id")).hasValue("drover");
    if (response.body().isEmpty()) {
      return new Answer(response.statusCode(), Json.EMPTY, response.headers());
    }
    assertThat(response.headers().firstValue("content-type")).hasValue("application/json");
    var body = (Json.Obj) Json.trusted(response.body());
    if (response.statusCode() >= 400) {
      assertThat(body.text("request_id"))
          .isEqualTo(response.headers().firstValue("request-id").orElse(""));
    }
    return new Answer(response.statusCode(), body, response.headers());
  }

  Answer get(String path) throws IOException, InterruptedException {
    return send(request(path).GET().build());
  }

  Answer post(String path, String body) throws IOException, InterruptedException {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body))
            .build());
  }

  Answer post(String path) throws IOException, InterruptedException {
    return send(request(path).POST(BodyPublishers.noBody()).build());
  }

  /// Uploads a file.
  Answer upload(String name, byte[] content) throws IOException, InterruptedException {
    var head = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + name + "\"";
    return send(
        request("/v1/files")
            .header("content-type", "multipart/form-data; boundary=b")
            .POST(
                BodyPublishers.concat(
                    BodyPublishers.ofString(head + "\r\n\r\n"),
                    BodyPublishers.ofByteArray(content),
                    BodyPublishers.ofString("\r\n--b--\r\n")))
            .build());
  }

  /// Uploads a skill of one file.
  Answer uploadSkill(String path, String name) throws IOException, InterruptedException {
    var manifest = ZipBytes.manifest(name, "What it is for.");
    return form(path, "files[]\"; filename=\"" + name + "/SKILL.md", manifest);
  }

  /// Sends a form of one part.
  ///
  /// @param part its name, and what may follow it in quotes
  Answer form(String path, String part, String content) throws IOException, InterruptedException {
    var body =
        "--b\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n--b--\r\n"
            .formatted(part, content);
    return send(
        request(path)
            .header("content-type", "multipart/form-data; boundary=b")
            .POST(BodyPublishers.ofString(body))
            .build());
  }

  Answer delete(String path) throws IOException, InterruptedException {
    return send(request(path).DELETE().build());
  }

  String agent() throws IOException, InterruptedException {
    return post("/v1/agents", "{\"name\":\"Coder\",\"model\":\"rehearsal\"}").text("id");
  }

  String environment() throws IOException, InterruptedException {
    return post("/v1/environments", "{\"name\":\"" + ids.next("e") + "\"}").text("id");
  }

  /// The path of a new session.
  String session() throws IOException, InterruptedException {
    var body = Json.obj("agent", agent(), "environment_id", environment());
    return "/v1/sessions/" + post("/v1/sessions", body.toString()).text("id");
  }

  /// Sends a message and returns its event id.
  String say(String session, String text) throws IOException, InterruptedException {
    var answer = post(session + "/events", message(text));
    assertThat(answer.status()).isEqualTo(200);
    return answer.data("id").getFirst();
  }

  static String message(String... texts) {
    return Json.obj(
            "events",
            Arrays.stream(texts)
                .map(
                    text ->
                        Json.obj(
                            "type",
                            "user.message",
                            "content",
                            List.of(Json.obj("type", "text", "text", text))))
                .toList())
        .toString();
  }

  /// Stands in for a brain: takes up the oldest `count` queued events, each with an answer.
  void process(Lease lease, int count) {
    var queued = store.eventLog().inbox(lease.session()).queued();
    for (var one : queued.subList(0, count)) {
      emit(
          lease,
          new Event.StatusRunning(id()),
          one.event(),
          new Event.AgentMessage(id(), Json.arr(Json.obj("type", "text", "text", "yes"))));
    }
  }

  void emit(Lease lease, Event... events) {
    var emitted =
        store
            .eventLog()
            .emitEvents(lease, new Emission(Arrays.stream(events).map(Api::entry).toList()));
    assertThat(emitted).isInstanceOf(Emitted.Appended.class);
  }

  private static Emission.Entry entry(Event event) {
    return new Emission.Entry(ThreadKey.PRIMARY, event, null);
  }

  /// Lets the session rest.
  void rest(Lease lease) {
    rest(lease, new StopReason.EndTurn());
  }

  void rest(Lease lease, StopReason reason) {
    store
        .eventLog()
        .emitEvents(
            lease,
            new Emission(
                List.of(entry(new Event.StatusIdle(id(), reason))),
                OptionalLong.of(store.eventLog().inbox(lease.session()).received()),
                true));
  }

  EventId id() {
    return new EventId(ids.next(EventId.PREFIX));
  }

  Lease woken() throws InterruptedException {
    var lease = woken.poll(5, TimeUnit.SECONDS);
    assertThat(lease).isNotNull();
    return lease;
  }

  /// The whole answer to bytes that need not be a request.
  String raw(String request) throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /// Opens an event stream; its headers have arrived when this returns.
  Frames stream(String path) throws IOException, InterruptedException {
    return new Frames(http.send(request(path).build(), BodyHandlers.ofInputStream()));
  }

  /// The frames of an event stream, read as they are asked for.
  static final class Frames implements AutoCloseable {
    final HttpResponse<InputStream> response;
    private final BufferedReader lines;

    Frames(HttpResponse<InputStream> response) {
      this.response = response;
      lines = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
    }

    record Frame(String event, Json.Obj data) {}

    /// The next frame, or null at the end; comments are skipped.
    @Nullable Frame poll() throws IOException {
      String event = null;
      while (true) {
        var line = lines.readLine();
        if (line == null) {
          return null;
        }
        if (line.startsWith("event: ")) {
          event = line.substring(7);
        } else if (line.startsWith("data: ")) {
          var data = (Json.Obj) Json.trusted(line.substring(6));
          assertThat(lines.readLine()).isEmpty();
          return new Frame(String.valueOf(event), data);
        } else {
          assertThat(line).matches(":?");
        }
      }
    }

    /// The next frame, which must be there.
    Frame next() throws IOException {
      return Objects.requireNonNull(poll());
    }

    /// The types of the next frames.
    List<String> types(int count) throws IOException {
      var types = new ArrayList<String>();
      for (int i = 0; i < count; i++) {
        var frame = poll();
        types.add(frame == null ? "end" : frame.event());
      }
      return types;
    }

    @Override
    public void close() throws IOException {
      response.body().close();
    }
  }

  @Override
  public void close() {
    http.shutdownNow();
    server.close();
    store.close();
    blobs.close();
  }
}
