package dev.drover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Json;
import dev.drover.pax.PaxEntry;
import dev.drover.pax.PaxReader;
import dev.drover.pax.PaxStream;
import dev.drover.testing.DroverClient;
import dev.drover.testing.Script;
import dev.drover.testing.ScriptedMessages;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The files of a session as archives, over HTTP and with real sandboxes.
@Timeout(60)
@Tag("sandbox")
@Tag("database")
final class SessionFilesTest {
  private static final ScriptedMessages MODEL = ScriptedMessages.start();

  @TempDir private static Path directory;
  private static Drover server;
  private static DroverClient client;
  private static HttpClient http;

  @BeforeAll
  static void start() throws Exception {
    var flags = new HashMap<String, String>();
    flags.put("data", directory.resolve("data").toString());
    flags.put("port", "0");
    flags.put("anthropic.base_url", MODEL.uri().toString());
    flags.put("anthropic.api_key", "sk-model");
    flags.put("api_key", "sk-test-key");
    server = new Drover(Config.read(flags, Map.of()));
    client = new DroverClient(server.url(), "sk-test-key");
    http = HttpClient.newHttpClient();
  }

  @AfterAll
  static void stop() {
    http.close();
    client.close();
    server.close();
    MODEL.close();
  }

  private static HttpRequest.Builder request(String session, String query) {
    return HttpRequest.newBuilder(
            URI.create(server.url() + "/drover/sessions/" + session + "/files" + query))
        .header("authorization", "Bearer sk-test-key");
  }

  private static String at(String path) {
    return "?path=" + URLEncoder.encode(path, StandardCharsets.UTF_8);
  }

  private static HttpResponse<byte[]> get(String session, String query) throws Exception {
    return http.send(request(session, query).build(), BodyHandlers.ofByteArray());
  }

  private static HttpResponse<byte[]> put(String session, String query, byte[] archive)
      throws Exception {
    var request = request(session, query).PUT(BodyPublishers.ofByteArray(archive));
    return http.send(request.build(), BodyHandlers.ofByteArray());
  }

  private static String error(HttpResponse<byte[]> response) {
    var body = (Json.Obj) Json.trusted(new String(response.body(), StandardCharsets.UTF_8));
    return body.object("error").text("type") + ": " + body.object("error").text("message");
  }

  private static byte[] archive(PaxStream.Item... items) throws IOException {
    try (var stream = new PaxStream(Arrays.asList(items).iterator())) {
      return stream.readAllBytes();
    }
  }

  private static PaxStream.Item file(String path, String text) {
    var bytes = text.getBytes(StandardCharsets.UTF_8);
    return new PaxStream.Item(
        PaxEntry.file(path, 0644, bytes.length, Instant.EPOCH),
        () -> new ByteArrayInputStream(bytes));
  }

  private static PaxStream.Item link(PaxEntry.Kind kind, String path, String target) {
    return new PaxStream.Item(new PaxEntry(kind, path, 0777, 0, Instant.EPOCH, target));
  }

  /// An archive with one entry of another type.
  private static byte[] ofType(char type) throws IOException {
    var all = archive(file("entry", ""));
    all[156] = (byte) type;
    Arrays.fill(all, 148, 156, (byte) ' ');
    int sum = 0;
    for (int i = 0; i < 512; i++) {
      sum += all[i] & 0xff;
    }
    System.arraycopy("%06o\0 ".formatted(sum).getBytes(StandardCharsets.US_ASCII), 0, all, 148, 8);
    return all;
  }

  private static Map<String, String> files(byte[] archive) throws IOException {
    var files = new LinkedHashMap<String, String>();
    try (var reader = new PaxReader(new ByteArrayInputStream(archive))) {
      for (var next = reader.next(); next.isPresent(); next = reader.next()) {
        var content = new String(reader.content().readAllBytes(), StandardCharsets.UTF_8);
        files.put(next.get().path(), content);
      }
    }
    return files;
  }

  @Test
  void whatIsPutIsThereAndIsListed() throws Exception {
    var session = client.session("scripted");
    assertThat(new String(get(session, "/list").body(), StandardCharsets.UTF_8))
        .isEqualTo("{\"data\":[],\"total\":0,\"complete\":true}");
    var put = put(session, at("/workspace/sub"), archive(file("a/b", "text"), file("c", "")));
    assertThat(put.statusCode()).isEqualTo(200);
    assertThat(files(get(session, at("/workspace/sub")).body()))
        .containsEntry("sub/a/b", "text")
        .containsEntry("sub/c", "");
    assertThat(files(get(session, at("/workspace/sub/a/b")).body())).containsEntry("b", "text");
    var body = new String(get(session, "/list?limit=1").body(), StandardCharsets.UTF_8);
    var list = (Json.Obj) Json.trusted(body);
    assertThat(list.number("total", 0)).isEqualTo(2);
    assertThat(list.items("data")).hasSize(1);
    var one = (Json.Obj) list.items("data").getFirst();
    assertThat(one.text("path")).startsWith("/workspace/sub/");
  }

  @Test
  void hostileArchivesAreRefusedAndTheSessionGoesOn() throws Exception {
    var hostile = new LinkedHashMap<String, byte[]>();
    hostile.put("no archive", "hello".repeat(500).getBytes(StandardCharsets.UTF_8));
    hostile.put("cut in a header", Arrays.copyOf(archive(file("a", "b")), 300));
    hostile.put("cut in a file", Arrays.copyOf(archive(file("a", "b".repeat(5_000))), 2_000));
    hostile.put("above", archive(file("../above", "x")));
    hostile.put("above within", archive(file("a/../../above", "x")));
    hostile.put("absolute", archive(file("/etc/x", "x")));
    for (char type : new char[] {'3', '4', '6', '7', 'L', 'z'}) {
      hostile.put("type " + type, ofType(type));
    }
    hostile.put(
        "through a link",
        archive(link(PaxEntry.Kind.SYMBOLIC_LINK, "way", "/tmp"), file("way/x", "x")));
    hostile.put(
        "a name of what is outside",
        archive(link(PaxEntry.Kind.HARD_LINK, "name", "../../etc/passwd")));
    var session = client.session("scripted");
    for (var one : hostile.entrySet()) {
      var response = put(session, at("/workspace/into"), one.getValue());
      assertThat(response.statusCode()).as(one.getKey()).isEqualTo(400);
      assertThat(error(response)).as(one.getKey()).startsWith("invalid_request_error: ");
    }
    assertThat(put(session, at("/workspace/into"), archive(file("fine", "x"))).statusCode())
        .isEqualTo(200);
    assertThat(files(get(session, at("/workspace/into")).body()).keySet())
        .contains("into/fine")
        .doesNotContain("into/entry", "into/way/x", "into/name");
    assertThat(get(session, at("/tmp/x")).statusCode()).isEqualTo(404);
  }

  @Test
  void pathsThatCannotBeReadOrWrittenAreErrors() throws Exception {
    var session = client.session("scripted");
    for (var query :
        List.of("", "?path=", at("workspace"), at("/a\0b"), at("/" + "a".repeat(4_096)))) {
      assertThat(get(session, query).statusCode()).as(query).isEqualTo(400);
      assertThat(put(session, query, archive()).statusCode()).as(query).isEqualTo(400);
    }
    assertThat(error(get(session, at("/workspace") + "&odd=1"))).contains("odd");
    assertThat(error(get(session, at("/workspace/none")))).startsWith("not_found_error: ");
    assertThat(error(get("sesn_none", at("/workspace")))).startsWith("not_found_error: ");
    assertThat(error(get(session, "/list?limit=0"))).contains("limit");
    for (var path : List.of("/usr/x", "/proc/x", "/etc/passwd", "/workspace/\n")) {
      int status = put(session, at(path), archive(file("a", "b"))).statusCode();
      assertThat(status).as(path).isIn(path.startsWith("/workspace") ? List.of(200) : List.of(400));
    }
  }

  @Test
  void whileTheAgentIsAtWorkTheClientSaysThatItKnows() throws Exception {
    var session = client.session("scripted");
    var enough = new CountDownLatch(1);
    MODEL.forget();
    MODEL.script(Script.reply().text("a").hold(enough).text("b"));
    client.say(session, "Go");
    MODEL.request(1); // which is sent before its own events are durable
    await().until(() -> "running".equals(client.get("/v1/sessions/" + session).text("status")));
    var refused = new ArrayList<HttpResponse<byte[]>>();
    refused.add(get(session, at("/workspace")));
    refused.add(put(session, at("/workspace"), archive(file("a", "b"))));
    refused.add(get(session, "/list"));
    for (var response : refused) {
      assertThat(response.statusCode()).isEqualTo(409);
      assertThat(error(response)).contains("at work").contains("live=true");
      assertThat(response.headers().firstValue("x-should-retry")).contains("false");
    }
    var live = at("/workspace") + "&live=true";
    assertThat(put(session, live, archive(file("a", "b"))).statusCode()).isEqualTo(200);
    assertThat(files(get(session, live).body())).containsEntry("workspace/a", "b");
    enough.countDown();
    client.awaitIdle(session);
    assertThat(get(session, at("/workspace")).statusCode()).isEqualTo(200);
  }
}
