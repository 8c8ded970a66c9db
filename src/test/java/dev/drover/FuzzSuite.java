package dev.drover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Json;
import dev.drover.testing.ApiDocument;
import dev.drover.testing.ApiDocument.Operation;
import dev.drover.testing.Deployment;
import dev.drover.testing.DroverClient;
import dev.drover.testing.Odd;
import dev.drover.testing.RawHttp;
import dev.drover.testing.ResourceSample;
import dev.drover.testing.Samples;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/// Requests that are wrong in every way that chance finds, to every operation of the document: no
/// failure of ours, no silence, every refusal in the protocol's form, and a server that is the same
/// afterwards. `-Ddrover.fuzz.seed` and `-Ddrover.fuzz.rounds` look elsewhere and longer.
@Timeout(170)
@Isolated // it counts the threads of the process
abstract class FuzzSuite {
  private static final long SEED = Long.getLong("drover.fuzz.seed", 20261122);
  private static final String KEY = "sk-drover-fuzz";
  private static final Charset BYTES = StandardCharsets.ISO_8859_1;

  @TempDir Path data;

  private final Random random = new Random(SEED);
  private final Map<String, String> known = new LinkedHashMap<>();
  private final Map<Integer, Integer> statuses = new TreeMap<>();
  private final Deployment deployment;
  private final int rounds;
  private Deployment.Running drover;
  private DroverClient client;
  private ApiDocument document;
  private Samples samples;

  /// @param rounds unless a property says otherwise
  FuzzSuite(Deployment deployment, int rounds) {
    this.deployment = deployment;
    this.rounds = Integer.getInteger("drover.fuzz.rounds", rounds);
  }

  @BeforeEach
  void start() throws Exception {
    drover = deployment.start(data, Map.of("api_key", KEY, "rehearsal.first_token_ms", "0"));
    client = new DroverClient(drover.url(), KEY);
    document = new ApiDocument(client.get("/openapi.json").toString());
    samples = new Samples(document, random, this::text);
    renew();
  }

  @AfterEach
  void stop() {
    client.close();
    drover.close();
  }

  /// Ids that name something; most of it does not live long here.
  private void renew() {
    var session = client.session("rehearsal");
    var shown = client.get("/v1/sessions/" + session);
    known.put("session_id", session);
    known.put("agent_id", String.valueOf(shown.object("agent").text("id")));
    known.put("environment_id", String.valueOf(shown.text("environment_id")));
    var thread =
        (Json.Obj) client.get("/v1/sessions/" + session + "/threads").items("data").getFirst();
    known.put("thread_id", String.valueOf(thread.text("id")));
    ResourceSample.all()
        .filter(sample -> !known.containsKey(sample.kind().type() + "_id"))
        .forEach(
            sample -> {
              var made = client.post(sample.kind().path(), sample.body("fuzz"));
              known.put(sample.kind().type() + "_id", String.valueOf(made.text("id")));
            });
    var workspace = client.post("/drover/workspaces", Json.obj("name", session)).text("id");
    known.put("workspace_id", String.valueOf(workspace));
    var keys = "/drover/workspaces/" + workspace + "/keys";
    known.put("key_id", String.valueOf(client.post(keys, Json.obj("name", "K")).text("id")));
    known.put("model_id", "rehearsal");
    known.put("model_name", "x");
    known.put("resource_id", "sesrsc_1");
  }

  private String id(String name) {
    return Objects.requireNonNull(known.get(name));
  }

  private String text(String field) {
    return switch (field) {
      case "id", "agent" -> id("agent_id");
      case "environment_id" -> id("environment_id");
      case "session_thread_id" -> id("thread_id");
      case "model" -> "rehearsal";
      case "url" -> "https://a.example/x.png";
      case "data" -> "aGVsbG8=";
      case "allowed_hosts" -> "a.example";
      case "name" -> "n" + random.nextInt(1_000_000);
      default -> "text";
    };
  }

  @Test
  void noRequestMakesTheServerFailOrFallSilent() throws Exception {
    client.say(id("session_id"), "hello");
    await().untilAsserted(this::rests);
    var before = figures(drover.nodes().getFirst());
    for (int round = 0; round < rounds; round++) {
      for (var operation : document.operations()) {
        fire(operation);
      }
      if (round % 10 == 9) {
        renew();
      }
    }
    assertThat(statuses).as("seed %d", SEED).containsKeys(200, 400, 401, 404, 405);
    await().untilAsserted(this::rests);
    assertThat(threads(figures(drover.nodes().getFirst())))
        .isLessThanOrEqualTo(threads(before) + 10);
    assertThat(client.session("rehearsal")).startsWith("sesn_");
  }

  /// Nothing is at work, waits or streams. Streams that lost their reader notice at the next write.
  private void rests() {
    for (var node : drover.nodes()) {
      assertThat(figures(node))
          .containsEntry("drover_brains_at_work", 0.0)
          .containsEntry("drover_inbox_events", 0.0);
    }
  }

  private static double threads(Map<String, Double> figures) {
    return Objects.requireNonNull(figures.get("jvm_threads_current"));
  }

  private static Map<String, Double> figures(URI node) {
    var figures = new LinkedHashMap<String, Double>();
    try {
      var request = "GET /metrics HTTP/1.1\r\nHost: a\r\nX-Api-Key: " + KEY + "\r\n\r\n";
      new RawHttp(node)
          .send(request.getBytes(BYTES), false)
          .body()
          .lines()
          .filter(line -> !line.startsWith("#") && !line.contains("{"))
          .map(line -> line.split(" ", -1))
          .forEach(line -> figures.put(line[0], Double.valueOf(line[1])));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return figures;
  }

  private void fire(Operation operation) throws Exception {
    var body = body(operation);
    boolean lies = random.nextInt(12) == 0;
    var request = request(operation, body, lies);
    RawHttp.Answer answer;
    try {
      answer = new RawHttp(pick(drover.nodes())).send(request, lies);
    } catch (AssertionError e) {
      throw new AssertionError(said(request), e);
    }
    statuses.merge(answer.status(), 1, Integer::sum);
    check(request, lies, answer);
  }

  private void check(byte[] request, boolean lies, RawHttp.Answer answer) {
    if (answer.status() == 0) {
      assertThat(lies).as("closed without an answer: %s", said(request)).isTrue();
      return;
    }
    assertThat(answer.status())
        .as("%s", said(request))
        .isIn(200, 204, 400, 401, 403, 404, 405, 409, 413, 414, 417, 421, 431, 501, 505);
    assertThat(answer.header("request-id")).as("%s", said(request)).startsWith("req_");
    boolean head = request.length > 4 && new String(request, 0, 5, BYTES).equals("HEAD ");
    if (answer.status() >= 400 && !head) {
      var error = Json.obj("$ref", "#/components/schemas/Error");
      assertThat(document.faults(error, answer.body())).as("%s", said(request)).isEmpty();
      assertThat(answer.body()).contains(answer.header("request-id"));
    }
  }

  private static String said(byte[] request) {
    var text = new String(request, BYTES);
    return text.substring(0, Math.min(text.length(), 1_500)).replace("\r", "\\r");
  }

  private byte[] body(Operation operation) {
    var schema = document.body(operation);
    if (schema.fields().isEmpty()) {
      return random.nextInt(5) == 0 ? "{\"unasked\":1}".getBytes(BYTES) : new byte[0];
    }
    var good = samples.good(schema);
    var text =
        switch (random.nextInt(8)) {
          case 0 -> good.toString();
          case 1, 2 -> samples.malformed(good.toString());
          case 3 -> samples.broken(samples.broken(good)).toString();
          default -> samples.broken(good).toString();
        };
    return text.getBytes(random.nextInt(20) == 0 ? BYTES : StandardCharsets.UTF_8);
  }

  private byte[] request(Operation operation, byte[] body, boolean lies) throws Exception {
    var head = new StringBuilder();
    var method =
        random.nextInt(25) == 0
            ? pick(List.of("PUT", "HEAD", "OPTIONS", "TRACE", "get", "POSTS", "DELETE", "PATCH"))
            : operation.method();
    head.append(method).append(' ').append(path(operation)).append(query(operation));
    head.append(random.nextInt(60) == 0 ? " HTTP/1.0" : " HTTP/1.1").append("\r\nHost: a\r\n");
    if (random.nextInt(15) != 0) {
      head.append("Authorization: Bearer ")
          .append(random.nextInt(25) == 0 ? "wrong" : KEY)
          .append("\r\n");
    }
    for (int i = random.nextInt(3); i > 0; i--) {
      head.append(random.nextInt(2) == 0 ? pick(Odd.HEADERS) + "\r\n" : "");
    }
    var sent = new ByteArrayOutputStream();
    if (lies) {
      lie(head, body, sent);
    } else if (body.length > 0 && random.nextInt(10) == 0) {
      head.append("Transfer-Encoding: chunked\r\n\r\n");
      sent.write((Integer.toHexString(body.length) + "\r\n").getBytes(BYTES));
      sent.write(body);
      sent.write("\r\n0\r\n\r\n".getBytes(BYTES));
    } else {
      head.append(
              body.length == 0 && method.equals("GET")
                  ? ""
                  : "Content-Length: " + body.length + "\r\n")
          .append("\r\n");
      sent.write(body);
    }
    var all = new ByteArrayOutputStream();
    all.write(head.toString().getBytes(BYTES));
    sent.writeTo(all);
    return all.toByteArray();
  }

  /// Ends the head with a wrong account of the body.
  private void lie(StringBuilder head, byte[] body, ByteArrayOutputStream sent) throws Exception {
    var lies =
        List.of(
            "Content-Length: " + (body.length + 5),
            "Content-Length: " + Math.max(0, body.length - 3),
            "Content-Length: -1",
            "Content-Length: 1e3",
            "Content-Length: 99999999999999999999",
            "Content-Length: 5\r\nContent-Length: 6",
            "Content-Length: 5\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding: chunked, chunked",
            "Transfer-Encoding: gzip",
            "Transfer-Encoding: \u000bchunked",
            "Transfer-Encoding: chunked");
    head.append(pick(lies)).append("\r\n\r\n");
    sent.write(
        switch (random.nextInt(4)) {
          case 0 -> "zz\r\nabc\r\n0\r\n\r\n".getBytes(BYTES);
          case 1 -> "ffffffffffffffff\r\nabc".getBytes(BYTES);
          case 2 -> "3\r\nabcdef\r\n0\r\n\r\n".getBytes(BYTES);
          default -> body;
        });
  }

  private String path(Operation operation) {
    var path = operation.path();
    for (var name : known.keySet()) {
      var value = random.nextInt(10) == 0 ? pick(Odd.SEGMENTS) : id(name);
      path = path.replace("{" + name + "}", value);
    }
    return random.nextInt(40) == 0
        ? path + pick(List.of("/", "/x", "//", "/..", "%2F", "#a", ";a"))
        : path;
  }

  private String query(Operation operation) {
    var parts = new ArrayList<String>();
    for (var parameter : document.parameters(operation, "query")) {
      if (random.nextInt(4) == 0) {
        var name = String.valueOf(parameter.text("name"));
        name = random.nextBoolean() ? name : URLEncoder.encode(name, StandardCharsets.UTF_8);
        for (int i = random.nextInt(10) == 0 ? 2 : 1; i > 0; i--) {
          parts.add(name + "=" + pick(Odd.VALUES));
        }
      }
    }
    if (random.nextInt(12) == 0) {
      parts.add(
          pick(
              List.of(
                  "beta=true",
                  "&&&",
                  "=",
                  "a",
                  "nonsense=1",
                  "%zz=1",
                  "limit",
                  "x=" + "&y=".repeat(1_100))));
    }
    return parts.isEmpty() ? "" : "?" + String.join("&", parts);
  }

  private <T> T pick(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }
}
