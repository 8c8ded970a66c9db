package dev.drover.testing;

import static org.awaitility.Awaitility.await;

import dev.drover.base.Json;
import dev.drover.pax.PaxEntry;
import dev.drover.pax.PaxStream;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/// A plain client of the API, without a vendor's help: it shows what is on the wire.
public final class DroverClient implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 30;

  private final HttpClient http = HttpClient.newHttpClient();
  private final URI url;
  private final String key;
  private int environments;

  public DroverClient(URI url, String key) {
    this.url = url;
    this.key = key;
  }

  public Json.Obj post(String path, Json body) {
    return answer(
        request(path)
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body.toString())));
  }

  public Json.Obj get(String path) {
    return answer(request(path));
  }

  /// What is there, such as the content of a file.
  public String text(String path) {
    return text(request(path));
  }

  public Json.Obj delete(String path) {
    return answer(request(path).DELETE());
  }

  /// Uploads a file; its id.
  public String upload(String name, byte[] content) {
    var head = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + name + "\"";
    var body =
        HttpRequest.BodyPublishers.concat(
            HttpRequest.BodyPublishers.ofString(head + "\r\n\r\n"),
            HttpRequest.BodyPublishers.ofByteArray(content),
            HttpRequest.BodyPublishers.ofString("\r\n--b--\r\n"));
    var request =
        request("/v1/files").header("content-type", "multipart/form-data; boundary=b").POST(body);
    return String.valueOf(answer(request).text("id"));
  }

  /// Puts a file into the workspace of a session.
  public void put(String session, String name, String text) {
    put(session, "", name, text);
  }

  /// As [#put], also while the agent is at work.
  public void putLive(String session, String name, String text) {
    put(session, "&live=true", name, text);
  }

  private void put(String session, String more, String name, String text) {
    var bytes = text.getBytes(StandardCharsets.UTF_8);
    var file =
        new PaxStream.Item(
            PaxEntry.file(name, 0644, bytes.length, Instant.EPOCH),
            () -> new ByteArrayInputStream(bytes));
    try (var archive = new PaxStream(List.of(file).iterator())) {
      var body = HttpRequest.BodyPublishers.ofByteArray(archive.readAllBytes());
      answer(request("/drover/sessions/" + session + "/files?path=/workspace" + more).PUT(body));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// A session with all built-in tools; its id.
  public String session(String model) {
    var environment =
        post(
            "/v1/environments",
            Json.obj("name", "environment " + System.nanoTime() + "-" + environments++));
    var agent =
        post(
            "/v1/agents",
            Json.obj(
                "name",
                "Tester",
                "model",
                model,
                "tools",
                List.of(Json.obj("type", "agent_toolset_20260401"))));
    var session =
        post(
            "/v1/sessions",
            Json.obj("agent", agent.text("id"), "environment_id", environment.text("id")));
    return String.valueOf(session.text("id"));
  }

  /// What to post for one more session like that one.
  public Json.Obj another(String session, Json.Obj... initialEvents) {
    var pattern = get("/v1/sessions/" + session);
    return Json.obj(
        "agent",
        pattern.object("agent").text("id"),
        "environment_id",
        pattern.text("environment_id"),
        "initial_events",
        List.of(initialEvents));
  }

  public Json.Obj say(String session, String text) {
    return send(
        session,
        Json.obj(
            "type", "user.message", "content", List.of(Json.obj("type", "text", "text", text))));
  }

  public Json.Obj interrupt(String session) {
    return send(session, Json.obj("type", "user.interrupt"));
  }

  public Json.Obj send(String session, Json.Obj... events) {
    return post("/v1/sessions/" + session + "/events", Json.obj("events", List.of(events)));
  }

  /// Everything that the list shows.
  public List<Json.Obj> events(String session) {
    return get("/v1/sessions/" + session + "/events").items("data").stream()
        .map(Json.Obj.class::cast)
        .toList();
  }

  public List<String> types(String session) {
    return events(session).stream().map(DroverClient::type).toList();
  }

  /// The ids of everything that the list shows.
  public List<String> ids(String session) {
    return events(session).stream().map(event -> String.valueOf(event.text("id"))).toList();
  }

  /// Waits until the last that the list shows is the end of a turn.
  public void awaitIdle(String session) {
    await()
        .until(
            () -> {
              var types = types(session);
              return !types.isEmpty() && types.getLast().equals("session.status_idle");
            });
  }

  public static String type(Json.Obj event) {
    return String.valueOf(event.text("type"));
  }

  /// Opens the session's stream; subscribed when this returns.
  public Stream stream(String session, String query) {
    try {
      var response =
          http.send(
              request("/v1/sessions/" + session + "/events/stream" + query).build(),
              HttpResponse.BodyHandlers.ofInputStream());
      if (response.statusCode() != 200) {
        throw new AssertionError("the stream answers " + response.statusCode());
      }
      return new Stream(response.body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /// An open event stream, read by a thread of its own.
  public static final class Stream implements AutoCloseable {
    private final InputStream body;
    private final BlockingQueue<Json.Obj> arrived = new LinkedBlockingQueue<>();
    private final List<Json.Obj> taken = new ArrayList<>();

    private Stream(InputStream body) {
      this.body = body;
      Thread.ofVirtual().start(this::read);
    }

    /// Waits for an event that fits; everything up to it is among [#taken].
    public Json.Obj until(Predicate<Json.Obj> fits) throws InterruptedException {
      while (true) {
        var event = arrived.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (event == null) {
          throw new AssertionError("no such event came; there were " + taken);
        }
        taken.add(event);
        if (fits.test(event)) {
          return event;
        }
      }
    }

    public Json.Obj until(String type) throws InterruptedException {
      return until(event -> type(event).equals(type));
    }

    /// What was read so far, in order.
    public List<Json.Obj> taken() {
      return List.copyOf(taken);
    }

    /// The types of the processed events that were read so far.
    public List<String> types() {
      return taken.stream()
          .filter(event -> event.text("processed_at") != null)
          .map(DroverClient::type)
          .toList();
    }

    private void read() {
      try (var reader = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8))) {
        for (var line = reader.readLine(); line != null; line = reader.readLine()) {
          if (line.startsWith("data: ") && !line.contains("\"type\":\"ping\"")) {
            arrived.add((Json.Obj) Json.trusted(line.substring(6)));
          }
        }
      } catch (IOException _) {
        // Closed.
      }
    }

    @Override
    public void close() {
      try {
        body.close(); // not the reader: its lock is held by who reads
      } catch (IOException _) {
        // It is gone either way.
      }
    }
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(url.resolve(path)).header("authorization", "Bearer " + key);
  }

  private Json.Obj answer(HttpRequest.Builder request) {
    return (Json.Obj) Json.trusted(text(request));
  }

  private String text(HttpRequest.Builder request) {
    try {
      var response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
      if (response.statusCode() != 200) {
        throw new AssertionError(response.statusCode() + " " + response.body());
      }
      return response.body();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
