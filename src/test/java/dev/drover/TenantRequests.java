package dev.drover;

import dev.drover.TenantClient.Answer;
import dev.drover.TenantClient.Body;
import dev.drover.base.Json;
import dev.drover.pax.PaxEntry;
import dev.drover.pax.PaxStream;
import dev.drover.testing.ApiDocument;
import dev.drover.testing.ApiDocument.Operation;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// A good request for each operation of the OpenAPI document.
record TenantRequests(ApiDocument document) {
  /// The bodies of operations for which the document has no example.
  private static final Map<String, Json.Obj> BODIES =
      Map.ofEntries(
          Map.entry("POST /v1/agents/{}", Json.obj("description", "d")),
          Map.entry("POST /v1/environments/{}", Json.obj("description", "d")),
          Map.entry("POST /v1/vaults/{}", Json.obj("display_name", "d")),
          Map.entry("POST /v1/vaults/{}/credentials/{}", Json.obj("display_name", "d")),
          Map.entry("POST /v1/memory_stores/{}", Json.obj("description", "d")),
          Map.entry("POST /v1/memory_stores/{}/memories/{}", Json.obj("content", "d")),
          Map.entry("POST /v1/sessions/{}", Json.obj("title", "d")),
          Map.entry("POST /v1/sessions/{}/events", TenantWorld.message()),
          Map.entry("POST /v1/sessions/{}/resources/{}", Json.EMPTY),
          Map.entry("POST /v1/organizations/webhooks/{}", Json.obj("name", "d")),
          Map.entry("POST /v1/organizations/webhooks/{}/regenerate_signing_secret", Json.EMPTY),
          Map.entry("POST /drover/sessions/{}/compact", Json.EMPTY),
          Map.entry("POST /drover/workspaces/{}", Json.obj("name", "renamed")));

  /// What parameters in paths are if they are no ids.
  private static final Map<String, String> VALUES = Map.of("host", "a.example", "tool", "bash");

  /// The names of the ids in the path.
  List<String> names(Operation operation) {
    return document.parameters(operation, "path").stream()
        .map(parameter -> String.valueOf(parameter.text("name")))
        .filter(name -> !VALUES.containsKey(name))
        .toList();
  }

  List<String> queries(Operation operation) {
    return document.parameters(operation, "query").stream()
        .map(parameter -> String.valueOf(parameter.text("name")))
        .toList();
  }

  /// @param ids by the names of parameters
  /// @param own the ids of the caller's own world, for bodies
  Answer send(TenantClient client, Operation operation, Map<String, String> ids, TenantWorld own)
      throws IOException, InterruptedException {
    return client.send(operation.method(), path(operation, ids), body(operation, own));
  }

  /// The path of an operation, with the query parameters that it requires.
  String path(Operation operation, Map<String, String> ids) {
    var path = operation.path();
    for (var value : VALUES.entrySet()) {
      path = path.replace("{" + value.getKey() + "}", value.getValue());
    }
    for (var name : names(operation)) {
      path = path.replace("{" + name + "}", Objects.requireNonNull(ids.get(name), name));
    }
    for (var parameter : document.parameters(operation, "query")) {
      if (Json.of(true).equals(parameter.get("required").orElse(null))) {
        path = with(path, String.valueOf(parameter.text("name")), "/workspace");
      }
    }
    return path;
  }

  static String with(String path, String parameter, String value) {
    return path
        + (path.contains("?") ? "&" : "?")
        + URLEncoder.encode(parameter, StandardCharsets.UTF_8)
        + "="
        + URLEncoder.encode(value, StandardCharsets.UTF_8);
  }

  private static Body body(Operation operation, TenantWorld own) throws IOException {
    var content = operation.spec().object("requestBody").object("content");
    if (content.get("multipart/form-data").isPresent()) {
      return operation.path().contains("skills")
          ? Body.skill("demo")
          : Body.form("file", "b.txt", "other");
    }
    if (content.get("application/x-tar").isPresent()) {
      return archive();
    }
    var json = content.object("application/json");
    if (json.fields().isEmpty()) {
      return Body.NONE;
    }
    if (json.object("example").fields().isEmpty()) {
      return Body.json(body(operation.toString(), own));
    }
    return Body.json(json.object("example"));
  }

  private static Json.Obj body(String operation, TenantWorld own) {
    if (operation.equals("POST /v1/sessions/{}/resources")) {
      return Json.obj("type", "file", "file_id", own.id("file_id"));
    }
    return Objects.requireNonNull(
        BODIES.get(operation), () -> "add a body for " + operation + " to TenantRequests");
  }

  private static Body archive() throws IOException {
    var file =
        new PaxStream.Item(
            PaxEntry.file("a.txt", 0644, 1, Instant.EPOCH),
            () -> new ByteArrayInputStream(new byte[] {'x'}));
    try (var stream = new PaxStream(List.of(file).iterator())) {
      return new Body("application/x-tar", BodyPublishers.ofByteArray(stream.readAllBytes()));
    }
  }
}
