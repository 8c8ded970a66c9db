package dev.drover.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.pax.PaxEntry;
import dev.drover.pax.PaxReader;
import dev.drover.pax.PaxStream;
import dev.drover.session.Event;
import dev.drover.session.ModelUsage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// What the routes of bundles take and answer.
final class BundleRoutesTest {
  private static final String MANIFEST = "manifest.json";
  private static final String SESSION = "session.json";
  private static final String EVENTS = "events.jsonl";

  /// The number of events of a session.
  private static final int COUNT = 12;

  private Api api;

  @BeforeEach
  void open() {
    api = new Api();
  }

  @AfterEach
  void close() {
    api.close();
  }

  /// A session with two turns, each with a request.
  private String session() throws Exception {
    var session = api.session();
    for (int i = 0; i < 2; i++) {
      api.say(session, "message " + i);
      var lease = api.woken();
      var message = api.store.eventLog().inbox(lease.session()).queued().getFirst().event();
      var start = new Event.ModelRequestStart(api.id());
      api.emit(
          lease,
          new Event.StatusRunning(api.id()),
          message,
          start,
          new Event.AgentMessage(api.id(), Json.arr(Json.obj("type", "text", "text", "yes"))),
          new Event.ModelRequestEnd(api.id(), start.id(), false, ModelUsage.NONE));
      api.rest(lease);
    }
    return session;
  }

  private byte[] export(String session, String query) throws Exception {
    var path = session.replace("/v1/", "/drover/") + "/export" + query;
    var response = api.http.send(api.request(path).build(), BodyHandlers.ofByteArray());
    assertThat(response.statusCode())
        .as(new String(response.body(), StandardCharsets.UTF_8))
        .isEqualTo(200);
    assertThat(response.headers().firstValue("content-type")).hasValue("application/x-tar");
    assertThat(response.headers().firstValueAsLong("content-length"))
        .hasValue(response.body().length);
    return response.body();
  }

  private Api.Answer imported(byte[] bundle) throws Exception {
    return imported(bundle, "?agent=" + api.agent() + "&environment_id=" + api.environment());
  }

  private Api.Answer imported(byte[] bundle, String query) throws Exception {
    return api.send(
        api.request("/drover/sessions/import" + query)
            .header("Content-Type", "application/x-tar")
            .POST(BodyPublishers.ofByteArray(bundle))
            .build());
  }

  private static String path(Json.Obj made) {
    return "/v1/sessions/" + made.object("session").text("id");
  }

  private static Map<String, byte[]> entries(byte[] bundle) throws IOException {
    var entries = new LinkedHashMap<String, byte[]>();
    try (var reader = new PaxReader(new ByteArrayInputStream(bundle))) {
      for (var next = reader.next(); next.isPresent(); next = reader.next()) {
        entries.put(next.get().path(), reader.content().readAllBytes());
      }
    }
    return entries;
  }

  private static byte[] archive(List<PaxStream.Item> items) throws IOException {
    try (var stream = new PaxStream(items.iterator())) {
      return stream.readAllBytes();
    }
  }

  private static byte[] archive(Map<String, byte[]> entries) throws IOException {
    return archive(
        entries.entrySet().stream()
            .map(
                entry ->
                    new PaxStream.Item(
                        PaxEntry.file(entry.getKey(), 0644, entry.getValue().length, Instant.EPOCH),
                        () -> new ByteArrayInputStream(entry.getValue())))
            .toList());
  }

  private static String text(Map<String, byte[]> entries, String name) {
    return new String(Objects.requireNonNull(entries.get(name), name), StandardCharsets.UTF_8);
  }

  private static void put(Map<String, byte[]> entries, String name, String text) {
    entries.put(name, text.getBytes(StandardCharsets.UTF_8));
  }

  private static void replace(
      Map<String, byte[]> entries, String name, String before, String after) {
    var text = text(entries, name);
    assertThat(text).contains(before);
    put(entries, name, text.replace(before, after));
  }

  private static Json.Obj json(Map<String, byte[]> entries, String name) {
    return (Json.Obj) Json.trusted(text(entries, name));
  }

  /// Corrects what the manifest says of the other entries.
  private static void seal(Map<String, byte[]> entries, int events) throws Exception {
    var parts = new LinkedHashMap<String, Json>();
    for (var name : List.of(SESSION, "agent.json", EVENTS)) {
      var bytes = Objects.requireNonNull(entries.get(name), name);
      var digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      parts.put(
          name, Json.obj("sha256", HexFormat.of().formatHex(digest), "size_bytes", bytes.length));
    }
    var manifest =
        json(entries, MANIFEST).with("events", events).with("parts", new Json.Obj(parts));
    put(entries, MANIFEST, manifest.toString());
  }

  @Test
  void anImportedSessionHasTheSameEventsAndGoesOn() throws Exception {
    var session = session();
    var bundle = export(session, "");
    assertThat(entries(bundle).keySet()).containsExactly(MANIFEST, SESSION, "agent.json", EVENTS);
    var answer = imported(bundle);
    assertThat(answer.status()).as(answer.body().toString()).isEqualTo(200);
    var made = answer.body();
    assertThat(made.text("type")).isEqualTo("session_import");
    assertThat(made.get("left_out")).hasValue(Json.arr("sandbox_files"));
    var origin =
        Json.obj("session_id", session.substring("/v1/sessions/".length()), "position", COUNT);
    assertThat(made.object("imported_from")).isEqualTo(origin);
    assertThat(made.object("session").text("status")).isEqualTo("idle");
    assertThat(path(made)).isNotEqualTo(session);
    assertThat(api.get(path(made) + "/events").body().get("data"))
        .isEqualTo(api.get(session + "/events").body().get("data"));
    var standing = api.get(path(made).replace("/v1/", "/drover/")).body();
    assertThat(standing.object("imported_from")).isEqualTo(origin);
    assertThat(standing.get("forked_from")).hasValue(Json.NULL);
    var again = text(entries(export(path(made), "")), EVENTS);
    assertThat(again).startsWith(text(entries(bundle), EVENTS));
    assertThat(again.lines()).hasSize(COUNT + 1);
    assertThat(api.woken).isEmpty();
    api.say(path(made), "and now?");
    assertThat(api.woken().session().value()).isEqualTo(made.object("session").text("id"));
  }

  @Test
  void anExportEndsBeforeATurnThatRuns() throws Exception {
    var session = session();
    var before = text(entries(export(session, "")), EVENTS);
    api.say(session, "more");
    api.process(api.woken(), 1);
    assertThat(text(entries(export(session, "")), EVENTS)).isEqualTo(before);
  }

  @Test
  void aPublicBundleHasOnlyWhatClientsSeeAndIsNotImported() throws Exception {
    var session = session();
    api.post(session, "{\"title\":\"T\",\"metadata\":{\"internal\":\"note\"}}");
    var made = path(imported(export(session, "")).body());
    var bundle = export(made, "?public=true");
    var entries = entries(bundle);
    assertThat(text(entries, EVENTS))
        .contains("message 0")
        .doesNotContain("drover.", "hidden", "internal");
    assertThat(text(entries, EVENTS).lines()).hasSize(COUNT);
    assertThat(json(entries, SESSION).text("title")).isEqualTo("T");
    assertThat(text(entries, SESSION)).doesNotContain("internal");
    assertThat(imported(bundle).error())
        .isEqualTo(
            "invalid_request_error: The bundle cannot be imported: it is public, so it does not"
                + " have what the model needs to go on with the session.");
  }

  @Test
  void titleAndMetadataAreImportedAndWhatIsNotIsNamed() throws Exception {
    var session = session();
    api.post(session, "{\"title\":\"T\",\"metadata\":{\"a\":\"b\"}}");
    var agent = api.post("/v1/agents", "{\"name\":\"Other\",\"model\":\"rehearsal\"}").text("id");
    var query = "?agent=" + agent + "&environment_id=" + api.environment();
    var made = imported(export(session, ""), query).body();
    assertThat(made.object("session").text("title")).isEqualTo("T");
    assertThat(made.object("session").object("metadata")).isEqualTo(Json.obj("a", "b"));
    assertThat(made.object("session").object("agent").text("name")).isEqualTo("Other");
    assertThat(made.get("left_out")).hasValue(Json.arr("sandbox_files", "agent"));
  }

  @Test
  void aBundleHasNoBudget() throws Exception {
    var body =
        Json.obj(
            "agent",
            api.agent(),
            "environment_id",
            api.environment(),
            "budget",
            Json.obj("type", "limit", "max_list_cost", Json.obj("amount", "9", "currency", "USD")));
    var session = "/v1/sessions/" + api.post("/v1/sessions", body.toString()).text("id");
    var made = imported(export(session, "")).body();
    assertThat(made.get("left_out")).hasValue(Json.arr("budget"));
    assertThat(made.object("session").get("budget")).hasValue(Json.NULL);
  }

  /// A change of the entries of a good bundle.
  @FunctionalInterface
  interface Change {
    byte[] of(Map<String, byte[]> entries) throws Exception;
  }

  private static Arguments entry(String message, Change change) {
    return Arguments.of(message, change);
  }

  /// A change of one entry, to which the manifest is adapted.
  private static Arguments sealed(
      String message, int events, String name, String before, String after) {
    return entry(
        message,
        entries -> {
          replace(entries, name, before, after);
          seal(entries, events);
          return archive(entries);
        });
  }

  /// A change of the manifest.
  private static Arguments manifest(String message, String key, Object value) {
    return entry(
        message,
        entries -> {
          put(entries, MANIFEST, json(entries, MANIFEST).with(key, value).toString());
          return archive(entries);
        });
  }

  /// The log without one of its lines.
  private static Arguments without(String message, int line) {
    return entry(
        message,
        entries -> {
          var lines = new ArrayList<>(text(entries, EVENTS).lines().toList());
          lines.remove(line);
          put(entries, EVENTS, String.join("\n", lines) + "\n");
          seal(entries, COUNT - 1);
          return archive(entries);
        });
  }

  static Stream<Arguments> hostile() {
    return Stream.of(
        entry("the archive ends too early", _ -> "nonsense".getBytes(StandardCharsets.UTF_8)),
        entry(
            "the archive has an invalid number in a header",
            _ -> "x".repeat(2048).getBytes(StandardCharsets.UTF_8)),
        entry(
            "the archive ends too early",
            entries -> {
              var whole = archive(entries);
              return Arrays.copyOf(whole, whole.length - 1100);
            }),
        entry("it has no manifest.json", _ -> new byte[1024]),
        entry(
            "it has the entry events.jsonl in place of the file agent.json",
            entries -> {
              entries.remove("agent.json");
              return archive(entries);
            }),
        entry(
            "it has more entries than a bundle has",
            entries -> {
              put(entries, "more.txt", "more");
              return archive(entries);
            }),
        entry(
            "the archive has a path that is not allowed: ../manifest.json",
            _ -> archive(Map.of("../manifest.json", new byte[1]))),
        entry(
            "it has the entry manifest.json in place of the file manifest.json",
            _ ->
                archive(
                    List.of(
                        new PaxStream.Item(
                            PaxEntry.symbolicLink(MANIFEST, "/etc/passwd", Instant.EPOCH))))),
        entry(
            "manifest.json is larger than 4 MiB",
            _ -> archive(Map.of(MANIFEST, new byte[(4 << 20) + 1]))),
        entry("manifest.json is not UTF-8", _ -> archive(Map.of(MANIFEST, new byte[] {-1}))),
        entry(
            "session.json is not the one that the manifest describes",
            entries -> {
              replace(entries, SESSION, "\"title\":null", "\"title\":\"x\"");
              return archive(entries);
            }),
        entry(
            "events.jsonl is not the one that the manifest describes",
            entries -> {
              replace(entries, EVENTS, "message 0", "message 9");
              return archive(entries);
            }),
        manifest("it has format 2, and this version of Drover knows format 1", "format", 2),
        manifest("manifest.json.more: unknown field", "more", 1),
        manifest("manifest.json.session_id: ", "session_id", "../x"),
        manifest("manifest.json.left_out: must have names of", "left_out", List.of("all")),
        manifest("manifest.json.events: must be an integer", "events", 100_001),
        manifest("it has more events than its manifest says", "events", 3),
        manifest("it has fewer events than its manifest says", "events", 99),
        sealed(
            "line 1 of events.jsonl is not valid JSON", COUNT, EVENTS, "{\"json\":", "{{\"json\":"),
        sealed(
            "line 1 of events.jsonl must have the fields json and hidden",
            COUNT,
            EVENTS,
            "{\"json\":",
            "{\"more\":1,\"json\":"),
        sealed(
            "line 1 of events.jsonl has a hidden that is neither an object nor null",
            COUNT,
            EVENTS,
            "\"hidden\":null",
            "\"hidden\":7"),
        sealed(
            "line 1 of events.jsonl has a type or a form that this version of Drover does not know",
            COUNT,
            EVENTS,
            "session.status_running",
            "session.tomorrow"),
        sealed("line 1 of events.jsonl has no valid id", COUNT, EVENTS, "\"sevt_", "\"other_"),
        sealed("event 1 has a time in the future", COUNT, EVENTS, "_at\":\"20", "_at\":\"29"),
        sealed("line 1 of events.jsonl has a processed_at", COUNT, EVENTS, "Z\"", "+00:00\""),
        entry(
            "the last line of events.jsonl is incomplete",
            entries -> {
              put(entries, EVENTS, text(entries, EVENTS).strip());
              seal(entries, COUNT);
              return archive(entries);
            }),
        without("The log of the bundle ends in the middle of a turn", COUNT - 1),
        without("The log of the bundle has event 3, which is from the model", 2),
        entry(
            "session.json.title: must be a string",
            entries -> {
              put(entries, SESSION, json(entries, SESSION).with("title", 7).toString());
              seal(entries, COUNT);
              return archive(entries);
            }));
  }

  @ParameterizedTest
  @MethodSource("hostile")
  void aBadBundleMakesNoSession(String message, Change change) throws Exception {
    var good = entries(export(session(), ""));
    var answer = imported(change.of(good));
    assertThat(answer.status()).as(answer.body().toString()).isEqualTo(400);
    assertThat(answer.error()).startsWith("invalid_request_error: ").contains(message);
    assertThat(api.get("/v1/sessions").data("id")).hasSize(1);
  }

  @Test
  void anImportIsIntoWhatANewSessionCouldHave() throws Exception {
    var bundle = export(session(), "");
    var agent = api.agent();
    var environment = api.environment();
    assertThat(imported(bundle, "").error()).isEqualTo("invalid_request_error: agent: is required");
    assertThat(imported(bundle, "?agent=" + agent).error())
        .isEqualTo("invalid_request_error: environment_id: is required");
    assertThat(imported(bundle, "?agent=agent_none&environment_id=" + environment).status())
        .isEqualTo(404);
    var both = "?agent=" + agent + "&environment_id=" + environment;
    assertThat(imported(bundle, both + "&x=1").status()).isEqualTo(400);
    assertThat(api.post("/v1/environments/" + environment + "/archive", "").status())
        .isEqualTo(200);
    assertThat(imported(bundle, both).error())
        .isEqualTo("invalid_request_error: Environment " + environment + " is archived.");
    assertThat(api.get("/v1/sessions").data("id")).hasSize(1);
  }
}
