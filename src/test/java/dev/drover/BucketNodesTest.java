package dev.drover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.drover.base.BlockStream;
import dev.drover.cli.Check;
import dev.drover.testing.Postgres;
import dev.drover.testing.S3Server;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.SequenceInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Two nodes that share PostgreSQL and a bucket, and no disk.
@Timeout(120)
@Tag("database")
@Tag("sandbox")
final class BucketNodesTest {
  /// More than what the sockets on the way take, in bytes.
  private static final int LARGE = 60_000_000;

  private static final Pattern ID = Pattern.compile("\"id\" *: *\"(file_[^\"]+)\"");

  private final String prefix = UUID.randomUUID() + "/";

  @TempDir Path directory;

  private final Postgres.Database database = Postgres.database();
  private final HttpClient http = HttpClient.newHttpClient();
  private static S3Server server;
  private Drover a;
  private Drover b;

  /// One for all tests, each of which has names of its own in the bucket.
  @BeforeAll
  static void serve(@TempDir Path shared) throws Exception {
    server = S3Server.in(shared);
  }

  @AfterAll
  static void end() throws IOException {
    server.close();
  }

  @BeforeEach
  void start() throws Exception {
    server.startAgain();
    a = node("a");
    b = node("b");
  }

  @AfterEach
  void stop() throws Exception {
    a.close();
    b.close();
    http.close();
    database.close();
  }

  private Map<String, String> environment() {
    var environment = new HashMap<>(server.environment(prefix));
    environment.put("DROVER_DATABASE_URL", database.url());
    environment.put("DROVER_API_KEY", "sk-test");
    environment.put("HOME", directory.toString());
    return environment;
  }

  private Map<String, String> flags(String name) {
    return Map.of("data", directory.resolve(name).toString(), "port", "0");
  }

  private Drover node(String name) throws InterruptedException {
    return new Drover(Config.read(flags(name), environment()));
  }

  private HttpRequest.Builder to(Drover node, String path) {
    return HttpRequest.newBuilder(URI.create(node.url() + path)).header("x-api-key", "sk-test");
  }

  private HttpResponse<String> get(Drover node, String path)
      throws IOException, InterruptedException {
    return http.send(to(node, path).build(), BodyHandlers.ofString());
  }

  private HttpResponse<String> upload(Drover node, String content) throws Exception {
    return upload(node, BodyPublishers.ofString(content));
  }

  private HttpResponse<String> upload(Drover node, BodyPublisher content) throws Exception {
    var head = "--XX\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\n";
    var form =
        BodyPublishers.concat(
            BodyPublishers.ofString(head), content, BodyPublishers.ofString("\r\n--XX--\r\n"));
    return http.send(
        to(node, "/v1/files")
            .header("content-type", "multipart/form-data; boundary=XX")
            .POST(form)
            .build(),
        BodyHandlers.ofString());
  }

  private Check doctor() {
    return new Doctor(environment())
        .look(flags("a")).stream()
            .filter(check -> check.name().equals("contents"))
            .findFirst()
            .orElseThrow();
  }

  @Test
  void aFileThatOneNodeStoredIsReadByTheOther() throws Exception {
    var content = "y".repeat(300_000);
    var uploaded = upload(a, content);
    assertThat(uploaded.statusCode()).as(uploaded.body()).isEqualTo(200);
    var path = "/v1/files/" + id(uploaded) + "/content";
    assertThat(get(b, path).body()).isEqualTo(content);
    assertThat(get(a, "/metrics").body())
        .contains(
            "drover_blobs_total{operation=\"put\",outcome=\"ok\"} 1", "drover_blob_store_up 1");
    assertThat(directory.resolve("a/blobs")).doesNotExist();
    try (var files = Files.walk(directory.resolve("a/cache"))) {
      assertThat(files.filter(Files::isRegularFile))
          .extracting(Path::getFileName)
          .containsExactly(Path.of("0.lock"));
    }
  }

  private static String id(HttpResponse<String> file) {
    var found = ID.matcher(file.body());
    assertThat(found.find()).as(file.body()).isTrue();
    return found.group(1);
  }

  @Test
  void anUploadDuringWhichTheBucketGoesAwayIsRefusedAndNothingIsShown() throws Exception {
    var begun = new ByteArrayInputStream(new byte[LARGE]);
    var content =
        new SequenceInputStream(
            begun,
            new BlockStream() {
              @Override
              public int read(byte[] bytes, int from, int length) throws IOException {
                try {
                  server.stopImmediately();
                } catch (InterruptedException e) {
                  throw new IOException(e);
                }
                return -1;
              }
            });
    var refused = upload(a, BodyPublishers.ofInputStream(() -> content));
    assertThat(refused.statusCode()).as(refused.body()).isEqualTo(503);
    assertThat(get(a, "/v1/files").body()).doesNotContain("file_");
    server.start();
    await()
        .untilAsserted(() -> assertThat(upload(a, "x").statusCode()).isEqualTo(200)); // again soon
    try (var local = Files.walk(directory.resolve("a/cache/0/incoming"))) {
      assertThat(local.filter(Files::isRegularFile)).isEmpty();
    }
  }

  @Test
  void aDownloadDuringWhichTheBucketGoesAwayEndsBeforeItsEnd() throws Exception {
    var file = id(upload(a, BodyPublishers.ofByteArray(new byte[LARGE])));
    var request = to(b, "/v1/files/" + file + "/content").build();
    var response = http.send(request, BodyHandlers.ofInputStream());
    assertThat(response.statusCode()).isEqualTo(200);
    try (var in = response.body()) {
      in.readNBytes(1 << 20);
      server.stopImmediately();
      assertThatThrownBy(in::readAllBytes).isInstanceOf(IOException.class);
    }
  }

  @Test
  void whileTheBucketIsAwayOnlyContentsAre() throws Exception {
    var file = id(upload(a, "x"));
    assertThat(doctor().ok()).as(doctor().detail()).isTrue();
    server.stopImmediately();
    var refused = upload(a, "x");
    assertThat(refused.statusCode()).isEqualTo(503);
    assertThat(refused.headers().firstValue("retry-after")).isPresent();
    assertThat(refused.body()).contains("The blob store does not answer. Please retry.");
    assertThat(get(b, "/v1/files/" + file + "/content").statusCode()).isEqualTo(503);
    assertThat(get(b, "/v1/files/" + file).statusCode()).isEqualTo(200);
    assertThat(get(a, "/readyz").statusCode()).isEqualTo(200);
    assertThat(get(a, "/metrics").body()).contains("drover_blob_store_up 0");
    try (var another = node("c")) { // a start does not need it
      assertThat(get(another, "/v1/files/" + file).statusCode()).isEqualTo(200);
    }
    var check = doctor();
    assertThat(check.ok()).isFalse();
    assertThat(check.detail()).contains("does not answer", "refused");
    assertThat(check.detail() + check.fix())
        .doesNotContain(environment().get("DROVER_BLOBS_S3_SECRET_KEY"));
  }
}
