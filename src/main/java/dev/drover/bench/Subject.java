package dev.drover.bench;

import dev.drover.base.Json;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/// A server under measurement, in its own process. Closing it ends the process.
final class Subject implements AutoCloseable {
  private static final AtomicLong NUMBERS = new AtomicLong();

  private final Child child;
  private final String agent;
  private final String environment;
  private final BenchModelServer model;
  private final Map<String, String> settings;

  private Subject(
      Child child,
      String agent,
      String environment,
      BenchModelServer model,
      Map<String, String> settings) {
    this.child = child;
    this.agent = agent;
    this.environment = environment;
    this.model = model;
    this.settings = settings;
  }

  /// Starts `drover serve` as a user does, and creates an agent that may use every tool.
  ///
  /// @param data the data directory
  /// @param settings environment variables, in addition to those that every server gets
  static Subject drover(Path data, BenchModelServer model, Map<String, String> settings)
      throws IOException {
    var child = serve(data, model, settings);
    try {
      var environment =
          Http.post(
              child.url(),
              "/v1/environments",
              Json.obj("name", "bench " + NUMBERS.incrementAndGet() + " " + child.url().getPort()));
      var agent =
          Http.post(
              child.url(),
              "/v1/agents",
              Json.obj(
                  "name", "Bench",
                  "model", "bench-model",
                  "tools", List.of(Json.obj("type", "agent_toolset_20260401"))));
      return new Subject(child, id(agent), id(environment), model, settings);
    } catch (IOException | RuntimeException e) {
      child.close();
      throw e;
    }
  }

  /// Starts the process of `drover serve` without an agent.
  static Child serve(Path data, BenchModelServer model) throws IOException {
    return serve(data, model, Map.of());
  }

  private static Child serve(Path data, BenchModelServer model, Map<String, String> settings)
      throws IOException {
    var variables = new HashMap<>(settings);
    variables.put("DROVER_API_KEY", Http.KEY);
    variables.put("DROVER_ANTHROPIC_BASE_URL", model.url().toString());
    variables.put("DROVER_ANTHROPIC_API_KEY", Http.KEY);
    return Child.start(
        List.of("dev.drover.Main", "serve", "--port", "0", "--data", data.toString()),
        variables,
        log(data));
  }

  /// Starts another process for the same sessions: after this one, with the same data directory, or
  /// at the same time, with the same database.
  Subject again(Path data) throws IOException {
    return new Subject(serve(data, model, settings), agent, environment, model, settings);
  }

  /// Starts the server that stores nothing. It sends as little as a turn needs.
  static Subject floor(Path data, BenchModelServer model) throws IOException {
    return new Subject(startFloor(data, model), "", "", model, Map.of());
  }

  /// As [#floor(Path,BenchModelServer)], for a server that sends a recorded turn.
  ///
  /// @param turn the file of a [RecordedTurn]
  static Subject floor(Path data, BenchModelServer model, Path turn) throws IOException {
    var child =
        Child.start(
            List.of(FloorServer.class.getName(), model.url().toString(), turn.toString()),
            Map.of(),
            log(data));
    return new Subject(child, "", "", model, Map.of());
  }

  static Child startFloor(Path data, BenchModelServer model) throws IOException {
    return Child.start(
        List.of(FloorServer.class.getName(), model.url().toString()), Map.of(), log(data));
  }

  boolean isFloor() {
    return agent.isEmpty();
  }

  /// Records the second turn of a new session: the first one is a little longer.
  RecordedTurn recordedTurn() throws IOException {
    try (var client = BenchClient.open(this, session())) {
      model.take(client.turn("text").key());
      return client.recordedTurn(model);
    }
  }

  private static File log(Path data) {
    return data.resolveSibling(data.getFileName() + ".log").toFile();
  }

  URI url() {
    return child.url();
  }

  Child child() {
    return child;
  }

  /// Creates a session and returns its id.
  String session() throws IOException {
    return agent.isEmpty() ? "sesn_floor" + NUMBERS.incrementAndGet() : session(Json.EMPTY);
  }

  /// Creates a session of a Drover server and returns its id.
  ///
  /// @param more fields of the request, besides the agent and the environment
  String session(Json.Obj more) throws IOException {
    var request = Json.obj("agent", agent, "environment_id", environment);
    for (var field : more.fields().entrySet()) {
      request = request.with(field.getKey(), field.getValue());
    }
    return id(Http.post(url(), "/v1/sessions", request));
  }

  /// Opens clients, each with its own session.
  List<BenchClient> talks(int count) throws IOException {
    var talks = new ArrayList<BenchClient>();
    for (int i = 0; i < count; i++) {
      talks.add(BenchClient.open(this, session()));
    }
    return talks;
  }

  /// The id of what was created.
  static String id(Json.Obj made) {
    return String.valueOf(made.text("id"));
  }

  @Override
  public void close() {
    child.close();
  }
}
