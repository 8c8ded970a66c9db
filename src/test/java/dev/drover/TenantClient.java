package dev.drover;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.skills.ZipBytes;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/// A client with a key of one workspace, which shows how each request ended.
record TenantClient(HttpClient http, URI url, String key) {
  /// What a request may carry.
  record Body(String type, BodyPublisher content) {
    static final Body NONE = new Body("", BodyPublishers.noBody());

    static Body json(Json json) {
      return new Body("application/json", BodyPublishers.ofString(json.toString()));
    }

    /// A form with one file.
    static Body form(String field, String filename, String content) {
      var text =
          "--b\r\nContent-Disposition: form-data; name=\"%s\"; filename=\"%s\"\r\n\r\n%s\r\n--b--\r\n"
              .formatted(field, filename, content);
      return new Body("multipart/form-data; boundary=b", BodyPublishers.ofString(text));
    }

    static Body skill(String name) {
      return form("files[]", name + "/SKILL.md", ZipBytes.manifest(name, "What it is for."));
    }
  }

  record Answer(int status, String text) {
    Json.Obj json() {
      return (Json.Obj) Json.trusted(text);
    }

    String error() {
      return json().object("error").text("type") + ": " + json().object("error").text("message");
    }
  }

  /// Sends a request. Of a stream, only the beginning is awaited.
  Answer send(String method, String path, Body body) throws IOException, InterruptedException {
    var request =
        HttpRequest.newBuilder(url.resolve(path))
            .timeout(Duration.ofSeconds(45))
            .header("authorization", "Bearer " + key)
            .method(method, body.content);
    if (!body.type.isEmpty()) {
      request.header("content-type", body.type);
    }
    var response = http.send(request.build(), BodyHandlers.ofInputStream());
    try (InputStream in = response.body()) {
      boolean streams =
          response.headers().firstValue("content-type").orElse("").startsWith("text/event-stream");
      var text = streams ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return new Answer(response.statusCode(), text);
    }
  }

  Answer get(String path) throws IOException, InterruptedException {
    return send("GET", path, Body.NONE);
  }

  Answer post(String path, Json body) throws IOException, InterruptedException {
    return send("POST", path, Body.json(body));
  }

  /// The answer to a request that must succeed.
  Json.Obj ok(String method, String path, Body body) throws IOException, InterruptedException {
    var answer = send(method, path, body);
    assertThat(answer.status()).as("%s %s: %s", method, path, answer.text()).isEqualTo(200);
    return answer.json();
  }

  /// The id of what a request creates.
  String made(String path, Body body) throws IOException, InterruptedException {
    return String.valueOf(ok("POST", path, body).text("id"));
  }

  String made(String path, Json body) throws IOException, InterruptedException {
    return made(path, Body.json(body));
  }
}
