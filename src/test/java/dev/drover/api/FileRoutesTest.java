package dev.drover.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// `/v1/files`, over SQLite and a directory.
@Tag("database")
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class FileRoutesTest {
  private static final String BOUNDARY = "aBc123";
  private static final long QUOTA = 20L << 20;

  private Path directory;
  private Api api;

  @BeforeAll
  void start(@TempDir Path temporary) throws Exception {
    directory = temporary.resolve("blobs");
    api = Api.withFiles(temporary, QUOTA);
  }

  @AfterAll
  void stop() {
    api.close();
  }

  private static String field(String name, String value) {
    return "--%s\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n"
        .formatted(BOUNDARY, name, value);
  }

  /// @param attributes what follows the name of the field
  private static byte[] form(String attributes, byte[] content, String more) {
    var body = new ByteArrayOutputStream();
    body.writeBytes(
        "--%s\r\nContent-Disposition: form-data; name=\"file\"%s\r\n\r\n"
            .formatted(BOUNDARY, attributes)
            .getBytes(UTF_8));
    body.writeBytes(content);
    body.writeBytes(("\r\n" + more + "--" + BOUNDARY + "--\r\n").getBytes(UTF_8));
    return body.toByteArray();
  }

  private HttpRequest.Builder upload() {
    return api.request("/v1/files")
        .header("content-type", "multipart/form-data; boundary=" + BOUNDARY);
  }

  private Api.Answer upload(byte[] body) throws IOException, InterruptedException {
    return api.send(upload().POST(BodyPublishers.ofByteArray(body)).build());
  }

  private Api.Answer upload(String attributes, byte[] content) throws Exception {
    return upload(form(attributes, content, ""));
  }

  private String uploaded(String name, byte[] content) throws Exception {
    return api.upload(name, content).text("id");
  }

  private HttpResponse<byte[]> content(String id, String... headers) throws Exception {
    var request = api.request("/v1/files/" + id + "/content");
    if (headers.length > 0) {
      request.headers(headers);
    }
    return api.http.send(request.build(), BodyHandlers.ofByteArray());
  }

  private static String header(HttpResponse<?> response, String name) {
    return response.headers().firstValue(name).orElse("");
  }

  /// The files in the directory, also those that are not complete.
  private List<String> stored() throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.filter(Files::isRegularFile)
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.endsWith(".lock"))
          .sorted()
          .toList();
    }
  }

  @Test
  void aFileThatIsUploadedIsShownAndComesBack() throws Exception {
    var bytes = new byte[300_001];
    new Random(7).nextBytes(bytes);
    var body =
        form(
            "; filename=\"C:\\\\data\\\\ünï 🐎.CSV\"\r\nContent-Type: application/octet-stream",
            bytes,
            field("expires_in_seconds", "3600"));
    var answer = upload(body);
    assertThat(answer.status()).as("%s", answer.body()).isEqualTo(200);
    var file = answer.body();
    assertThat(file.fields().keySet())
        .containsExactly(
            "id",
            "type",
            "filename",
            "mime_type",
            "size_bytes",
            "created_at",
            "downloadable",
            "expires_at",
            "scope");
    assertThat(file.text("type")).isEqualTo("file");
    assertThat(file.text("filename")).isEqualTo("ünï 🐎.CSV");
    assertThat(file.text("mime_type")).isEqualTo("text/csv");
    assertThat(file.fields().get("size_bytes")).isEqualTo(Json.of(bytes.length));
    assertThat(file.fields().get("downloadable")).isEqualTo(Json.of(true));
    assertThat(file.fields().get("scope")).isEqualTo(Json.NULL);
    assertThat(java.time.Instant.parse(answer.text("expires_at")))
        .isEqualTo(java.time.Instant.parse(answer.text("created_at")).plusSeconds(3600));
    var id = answer.text("id");
    assertThat(api.get("/v1/files/" + id).body()).isEqualTo(file);
    var download = content(id);
    assertThat(download.statusCode()).isEqualTo(200);
    assertThat(download.body()).isEqualTo(bytes);
    assertThat(header(download, "content-type")).isEqualTo("text/csv");
    assertThat(header(download, "content-disposition"))
        .isEqualTo("attachment; filename*=UTF-8''%C3%BCn%C3%AF%20%F0%9F%90%8E.CSV");
    assertThat(header(download, "x-content-type-options")).isEqualTo("nosniff");
    assertThat(header(download, "content-security-policy")).isEqualTo("sandbox");
    var head =
        api.http.send(
            api.request("/v1/files/" + id + "/content").HEAD().build(), BodyHandlers.ofByteArray());
    assertThat(header(head, "content-length")).isEqualTo("300001");
    assertThat(header(head, "etag")).isEqualTo(header(download, "etag")).hasSize(66);
    assertThat(api.delete("/v1/files/" + id).body())
        .isEqualTo(Json.obj("id", id, "type", "file_deleted"));
    for (var path : List.of("", "/content")) {
      assertThat(api.get("/v1/files/" + id + path).error())
          .isEqualTo("not_found_error: File " + id + " not found.");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''|unnamed|application/octet-stream",
        "Content-Type: text/plain|unnamed.txt|text/plain",
        "; filename=\"\"|unnamed|application/octet-stream",
        "; filename=\"dir/\"|unnamed|application/octet-stream",
        "; filename=\"a/b.png\"|b.png|image/png",
        "; filename=\"../../etc/passwd\"|passwd|application/octet-stream",
        "; filename=\"a.png\"Content-Type: text/html; charset=utf-8|a.png|text/html; charset=utf-8",
        "; filename=.bashrc|.bashrc|application/octet-stream",
        "; filename=\" a \"|' a '|application/octet-stream",
        "; filename=\"%41+b.txt\"|%41+b.txt|text/plain",
      })
  void namesAndTypesAreChosen(String attributes, String name, String type) throws Exception {
    var answer = upload(attributes.replace("Content-Type", "\r\nContent-Type"), new byte[3]);
    assertThat(answer.status()).as("%s", answer.body()).isEqualTo(200);
    assertThat(answer.text("filename")).isEqualTo(name);
    assertThat(answer.text("mime_type")).isEqualTo(type);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a:b",
        "a<b",
        "a>b",
        "a%22b",
        "a|b",
        "a?b",
        "a*b",
        "a\tb",
        "a%0D%0Ab",
        "a\u007fb",
        ".",
        ".."
      })
  void namesThatAreNotAllowedAreRefusedAndNothingIsStored(String name) throws Exception {
    var before = stored();
    var answer = upload("; filename=\"" + name + "\"", new byte[3]);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.error()).containsAnyOf("filename: ", "malformed headers");
    assertThat(stored()).isEqualTo(before);
  }

  @Test
  void aNameHas255CharactersAtMost() throws Exception {
    assertThat(upload("; filename=\"" + "𝄞".repeat(255) + "\"", new byte[1]).status())
        .isEqualTo(200);
    assertThat(upload("; filename=\"" + "a".repeat(256) + "\"", new byte[1]).error())
        .isEqualTo("invalid_request_error: filename: must have 1 to 255 characters");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "expires_in_seconds|3599|expires_in_seconds: must be an integer from 3600 to 7776000",
        "expires_in_seconds|7776001|expires_in_seconds: must be an integer from 3600 to 7776000",
        "expires_in_seconds|+3600|expires_in_seconds: must be an integer from 3600 to 7776000",
        "expires_in_seconds|soon|expires_in_seconds: must be an integer from 3600 to 7776000",
        "expires_in_seconds|''|expires_in_seconds: must be an integer from 3600 to 7776000",
        "purpose|batch|unknown field; the valid ones are expires_in_seconds, file",
        "file|again|file: must not be repeated",
      })
  void otherFieldsAreRefusedAndNothingIsStored(String name, String value, String message)
      throws Exception {
    var before = stored();
    var answer = upload(form("; filename=a", "x".getBytes(UTF_8), field(name, value)));
    assertThat(answer.error()).isEqualTo("invalid_request_error: " + message);
    assertThat(stored()).isEqualTo(before);
  }

  @Test
  void aFormWithoutAFileOrNoFormIsRefused() throws Exception {
    var body = (field("expires_in_seconds", "3600") + "--" + BOUNDARY + "--").getBytes(UTF_8);
    assertThat(upload(body).error()).isEqualTo("invalid_request_error: file: missing");
    assertThat(api.post("/v1/files", "{}").error())
        .isEqualTo("invalid_request_error: content-type: must be multipart/form-data");
    assertThat(upload("\r\nContent-Type: text", new byte[1]).error())
        .isEqualTo("invalid_request_error: file: its content-type is not a media type");
  }

  @Test
  void aFileIsAtMostAsLargeAsTheSettingSaysAlsoInChunks() throws Exception {
    var before = stored();
    var largest = new byte[(int) Api.LARGEST];
    assertThat(upload("; filename=a", largest).status()).isEqualTo(200);
    for (int more : new int[] {1, 2 << 20}) {
      var body = form("; filename=a", new byte[largest.length + more], "");
      for (var publisher :
          List.of(
              BodyPublishers.ofByteArray(body),
              BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)))) {
        var answer = api.send(upload().POST(publisher).build());
        assertThat(answer.status()).isEqualTo(413);
        assertThat(answer.error()).isEqualTo("request_too_large: The file is larger than 3 MB.");
      }
    }
    assertThat(stored()).hasSize(before.size() + 1);
  }

  /// A client that announces far too much gets its answer before it has sent anything.
  @Test
  void aFileThatIsAnnouncedAsFarTooLargeIsRefusedAtOnce() throws Exception {
    try (var socket =
        new Socket(InetAddress.getLoopbackAddress(), URI.create(api.url("/")).getPort())) {
      socket.setSoTimeout(8_000);
      var head =
          "POST /v1/files HTTP/1.1\r\nhost: a\r\nx-api-key: "
              + Api.KEY
              + "\r\ncontent-type: multipart/form-data; boundary=b\r\ncontent-length: 600000000"
              + "\r\n\r\n";
      socket.getOutputStream().write(head.getBytes(UTF_8));
      var lines = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
      assertThat(lines.readLine()).startsWith("HTTP/1.1 413");
      assertThat(lines.lines().takeWhile(line -> !line.isEmpty()).toList())
          .contains("Connection: close");
    }
  }

  @Test
  void theQuotaEndsAnUploadWhileItArrives() throws Exception {
    var ids = new ArrayList<String>();
    Api.Answer answer;
    do {
      var bytes = new byte[2 << 20];
      new Random(ids.size()).nextBytes(bytes);
      answer = upload("; filename=a", bytes);
      ids.add(answer.text("id"));
    } while (answer.status() == 200);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.error())
        .startsWith("invalid_request_error: This workspace may store 20 MiB; ")
        .endsWith(" MiB are in use. Delete files that are not needed.");
    var kept = stored();
    assertThat(upload("; filename=a", new byte[3 << 20]).status()).isEqualTo(400);
    assertThat(stored()).isEqualTo(kept);
    for (var id : ids.subList(0, ids.size() - 1)) {
      api.delete("/v1/files/" + id);
    }
    assertThat(upload("; filename=a", new byte[100]).status()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "bytes=0-3|206|bytes 0-3/10|0123",
        "bytes=8-|206|bytes 8-9/10|89",
        "bytes=-2|206|bytes 8-9/10|89",
        "bytes=-20|206|bytes 0-9/10|0123456789",
        "bytes=9-99|206|bytes 9-9/10|9",
        "Bytes= 2-2|206|bytes 2-2/10|2",
        "bytes=10-|416|bytes */10|",
        "bytes=-0|416|bytes */10|",
        "bytes=3-2|200||0123456789",
        "bytes=0-1,4-5|200||0123456789",
        "bytes=-|200||0123456789",
        "bytes=99999999999999999999-|200||0123456789",
        "lines=1-2|200||0123456789",
      })
  void aRangeIsAnswered(String range, int status, String shown, String bytes) throws Exception {
    var id = uploaded("ten", "0123456789".getBytes(UTF_8));
    var answer = content(id, "range", range);
    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(header(answer, "content-range")).isEqualTo(shown == null ? "" : shown);
    if (bytes != null) {
      assertThat(new String(answer.body(), UTF_8)).isEqualTo(bytes);
    }
  }

  /// Without that, a client that waits for the end of the connection waits for ever.
  @ParameterizedTest
  @ValueSource(ints = {0, 10, 200_000})
  void aDownloadIsTheLastAnswerOfAConnectionIfTheClientAsksForThat(int size) throws Exception {
    var id = uploaded("last", new byte[size]);
    var head = "GET /v1/files/%s/content HTTP/1.1\r\nHost: a\r\n".formatted(id);
    var answer = api.raw(head + "Connection: close\r\nX-Api-Key: " + Api.KEY + "\r\n\r\n");
    assertThat(answer).startsWith("HTTP/1.1 200").endsWith("\r\n\r\n" + "\0".repeat(size));
  }

  @Test
  void aContentThatTheClientHasIsNotSentAgain() throws Exception {
    var id = uploaded("ten", "0123456789".getBytes(UTF_8));
    var etag = header(content(id), "etag");
    for (var known : List.of(etag, "W/" + etag, "\"other\", " + etag, "*")) {
      var answer = content(id, "if-none-match", known);
      assertThat(answer.statusCode()).isEqualTo(304);
      assertThat(answer.body()).isEmpty();
      assertThat(header(answer, "etag")).isEqualTo(etag);
    }
    assertThat(content(id, "if-none-match", "\"other\"").statusCode()).isEqualTo(200);
    for (var wanted : List.of(etag, "\"other\", " + etag, "*")) {
      assertThat(content(id, "if-match", wanted, "range", "bytes=0-1").statusCode()).isEqualTo(206);
    }
    for (var wanted : List.of("\"other\"", "W/" + etag)) {
      var answer = content(id, "if-match", wanted, "if-none-match", etag, "range", "bytes=0-1");
      assertThat(answer.statusCode()).isEqualTo(412);
      assertThat(header(answer, "etag")).isEqualTo(etag);
      assertThat(new String(answer.body(), UTF_8))
          .contains("invalid_request_error", "if-match: the file has another content");
    }
    assertThat(content(id, "if-range", etag, "range", "bytes=0-1").statusCode()).isEqualTo(206);
    assertThat(content(id, "if-range", "\"other\"", "range", "bytes=0-1").statusCode())
        .isEqualTo(200);
  }

  @Test
  void filesAreListedInPagesAndById() throws Exception {
    var ids = new ArrayList<String>();
    for (int i = 0; i < 5; i++) {
      ids.addFirst(uploaded("f" + i, new byte[] {(byte) i}));
    }
    var first = api.get("/v1/files?limit=2");
    var second = api.get("/v1/files?limit=2&page=" + first.text("next_page"));
    assertThat(first.data("id")).isEqualTo(ids.subList(0, 2));
    assertThat(second.data("id")).isEqualTo(ids.subList(2, 4));
    var some =
        api.get(
            "/v1/files?ids[]=%s&ids[]=%s&ids=%s&ids[]=file_unknown&ids[]=x%%20y"
                .formatted(ids.get(0), ids.get(3), ids.get(0)));
    assertThat(some.data("id")).containsExactly(ids.get(0), ids.get(3));
    assertThat(some.body().fields().get("next_page")).isEqualTo(Json.NULL);
    var session = api.session().substring("/v1/sessions/".length());
    assertThat(api.get("/v1/files?scope_id=" + session).data("id")).isEmpty();
    for (var refused :
        Map.of(
                "scope_id=file_x", "Invalid session ID",
                "scope_id=", "scope_id: must not be empty",
                "scope_id&limit=1", "scope_id: must not be empty",
                "ids=", "ids: must not be empty",
                "ids[]=file_a&ids[]=", "ids: must not be empty",
                "limit=1001", "limit: must be an integer from 1 to 1000",
                "page=x", "invalid page cursor",
                "ids[]=file_a&limit=1", "ids: must not be combined with page or limit",
                "after_id=file_a",
                    "unknown query parameter \"after_id\"; the valid ones are ids, ids[], limit,"
                        + " page, scope_id")
            .entrySet()) {
      assertThat(api.get("/v1/files?" + refused.getKey()).error())
          .isEqualTo("invalid_request_error: " + refused.getValue());
    }
    var many = new StringBuilder("/v1/files?limit=");
    for (int i = 0; i < 101; i++) {
      many.append("&ids[]=file_").append(i);
    }
    assertThat(api.get(many.toString()).error())
        .isEqualTo("invalid_request_error: ids: must contain no more than 100 different item(s)");
  }

  @Test
  void aContentThatHasChangedOnTheDiskIsNeverCompleted() throws Exception {
    var id = uploaded("damaged", "damage me".getBytes(UTF_8));
    var digest = header(content(id), "etag").replace("\"", "");
    try (Stream<Path> all = Files.walk(directory)) {
      var path =
          all.filter(file -> file.getFileName().toString().startsWith(digest))
              .findFirst()
              .orElseThrow();
      assertThat(path.toFile().setWritable(true)).isTrue();
      Files.writeString(path, "damaged!!");
    }
    assertThat(failure(id)).isInstanceOf(IOException.class);
  }

  private Throwable failure(String id) throws Exception {
    try {
      content(id);
      return new AssertionError("the download was complete");
    } catch (IOException e) {
      return e;
    }
  }

  private static final byte[] PNG =
      Base64.getDecoder()
          .decode(
              "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5E"
                  + "rkJggg==");

  private Api.Answer say(String session, String type, String file) throws Exception {
    var source = Json.obj("type", "file", "file_id", file);
    var content = List.of(Json.obj("type", type, "source", source));
    var event = Json.obj("type", "user.message", "content", content);
    return api.post(session + "/events", Json.obj("events", List.of(event)).toString());
  }

  @Test
  void messagesMayReferToFilesThatAModelAccepts() throws Exception {
    var session = api.session();
    assertThat(say(session, "image", uploaded("a.png", PNG)).status()).isEqualTo(200);
    var text = uploaded("a.csv", "a,b".getBytes(UTF_8));
    assertThat(say(session, "document", text).status()).isEqualTo(200);
    var pdf = uploaded("a.pdf", "%PDF-1.7".getBytes(UTF_8));
    assertThat(say(session, "document", pdf).status()).isEqualTo(200);
    var field = "invalid_request_error: events.0.content.0.source.file_id: ";
    assertThat(say(session, "image", text).error()).startsWith(field + "is text/csv; an image");
    assertThat(say(session, "document", uploaded("b.pdf", PNG)).error())
        .startsWith(field + "is not a PDF");
    assertThat(say(session, "image", uploaded("b.jpg", PNG)).error())
        .startsWith(field + "is image/jpeg, but the data is image/png");
    assertThat(say(session, "document", uploaded("b.txt", new byte[] {(byte) 0xff})).error())
        .isEqualTo(field + "is not a text in UTF-8");
    assertThat(say(session, "document", uploaded("c.txt", new byte[0])).error())
        .isEqualTo(field + "must contain a character that is not white space");
    assertThat(say(session, "image", "file_none").error())
        .isEqualTo(field + "File file_none not found.");
  }

  private Api.Answer show(String session, Stream<String> files) throws Exception {
    var images =
        files.map(
            id -> Json.obj("type", "image", "source", Json.obj("type", "file", "file_id", id)));
    var event = Json.obj("type", "user.message", "content", images.toList());
    return api.post(session + "/events", Json.obj("events", List.of(event)).toString());
  }

  @Test
  void aFileCountsForEachReferenceInTheLimitsOfARequest() throws Exception {
    var session = api.session();
    var image = uploaded("a.png", PNG);
    assertThat(show(session, Stream.generate(() -> image).limit(100)).status()).isEqualTo(200);
    assertThat(show(session, Stream.generate(() -> image).limit(101)).error())
        .isEqualTo(
            "invalid_request_error: events.0.content.100.source.file_id: "
                + "is one more than the 100 files of a request");
    var large = uploaded("c.png", Arrays.copyOf(PNG, 3 << 20));
    var full = Collections.nCopies(8, large);
    for (var last : List.of(large, image)) {
      assertThat(show(session, Stream.concat(full.stream(), Stream.of(last))).error())
          .startsWith(
              "invalid_request_error: events.0.content.8.source.file_id: "
                  + "is too large with the files before it: ");
    }
    assertThat(show(session, full.stream()).status()).isEqualTo(200);
  }

  @Test
  void uploadsBeyondTheLimitAreAskedToWait() throws Exception {
    try (var first = new Half("half");
        var second = new Half("half")) {
      var third = upload("; filename=third", new byte[1]);
      assertThat(third.status()).isEqualTo(429);
      assertThat(third.headers().firstValue("retry-after")).hasValue("1");
      assertThat(first.rest()).startsWith("HTTP/1.1 200");
      assertThat(second.rest()).startsWith("HTTP/1.1 200");
    }
    assertThat(upload("; filename=third", new byte[1]).status()).isEqualTo(200);
  }

  /// An upload that the server has begun to read, and of which half has been sent.
  private final class Half implements AutoCloseable {
    private static final int SIZE = 50_000;
    private static final String CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n";

    private final byte[] body;
    private final Socket socket = new Socket(InetAddress.getLoopbackAddress(), api.server.port());

    Half(String filename) throws IOException {
      body = form("; filename=" + filename, new byte[SIZE], "");
      var head =
          """
          POST /v1/files HTTP/1.1\r
          Host: a\r
          Connection: close\r
          Expect: 100-continue\r
          X-Api-Key: %s\r
          Content-Type: multipart/form-data; boundary=%s\r
          Content-Length: %d\r
          \r
          """
              .formatted(Api.KEY, BOUNDARY, body.length);
      socket.getOutputStream().write(head.getBytes(UTF_8));
      var answer = new String(socket.getInputStream().readNBytes(CONTINUE.length()), UTF_8);
      assertThat(answer).isEqualTo(CONTINUE);
      socket.getOutputStream().write(body, 0, SIZE / 2);
    }

    /// Sends the rest and returns the answer.
    String rest() throws IOException {
      socket.getOutputStream().write(body, SIZE / 2, body.length - SIZE / 2);
      return new String(socket.getInputStream().readAllBytes(), UTF_8);
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  @Test
  void aClientThatWasAskedToContinueGetsTheAnswerAfterItsWholeBody() throws Exception {
    for (int i = 0; i < 20; i++) {
      try (var refused = new Half("a?b")) {
        assertThat(refused.rest()).startsWith("HTTP/1.1 400").contains("filename: ");
      }
    }
  }

  @Test
  void aClientThatLeavesInTheMiddleLeavesNothing() throws Exception {
    var before = stored();
    try (var gone = new Half("half")) {
      gone.socket.shutdownOutput();
      gone.socket.getInputStream().readAllBytes();
    }
    assertThat(stored()).isEqualTo(before);
  }
}
