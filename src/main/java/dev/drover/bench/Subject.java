package dev.drover.bench;

import dev.drover.base.Json;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/// A server under measurement, in a process of its own. Close it.
final class Subject implements AutoCloseable {
  private static final AtomicLong NUMBERS = new AtomicLong();

  private final Child child;
  private final String agent;
  private final String environment;

  private Subject(Child child, String agent, String environment) {
    this.child = child;
    this.agent = agent;
    this.environment = environment;
  }

  /// `drover serve` as a user runs it, with an agent that may use every tool.
  ///
  /// @param data its data directory
  static Subject drover(Path data, ModelServer model) throws IOException {
    var child = serve(data, model);
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
                  "name",
                  "Bench",
                  "model",
                  "bench-model",
                  "tools",
                  List.of(Json.obj("type", "agent_toolset_20260401"))));
      return new Subject(child, id(agent), id(environment));
    } catch (IOException | RuntimeException e) {
      child.close();
      throw e;
    }
  }

  /// The bare process of `drover serve`.
  static Child serve(Path data, ModelServer model) throws IOException {
    return Child.start(
        List.of("dev.drover.Main", "serve", "--port", "0", "--data", data.toString()),
        Map.of(
            "DROVER_API_KEY",
            Http.KEY,
            "DROVER_ANTHROPIC_BASE_URL",
            model.url().toString(),
            "DROVER_ANTHROPIC_API_KEY",
            Http.KEY),
        log(data));
  }

  /// The server that keeps nothing.
  static Subject floor(Path data, ModelServer model) throws IOException {
    return new Subject(startFloor(data, model), "", "");
  }

  static Child startFloor(Path data, ModelServer model) throws IOException {
    return Child.start(
        List.of(FloorServer.class.getName(), model.url().toString()), Map.of(), log(data));
  }

  private static java.io.File log(Path data) {
    return data.resolveSibling(data.getFileName() + ".log").toFile();
  }

  URI url() {
    return child.url();
  }

  Child child() {
    return child;
  }

  /// A new session; its id.
  String session() throws IOException {
    return agent.isEmpty()
        ? "sesn_floor" + NUMBERS.incrementAndGet()
        : id(
            Http.post(
                url(), "/v1/sessions", Json.obj("agent", agent, "environment_id", environment)));
  }

  /// Clients, each with a session of its own.
  List<Talk> talks(int count) throws IOException {
    var talks = new ArrayList<Talk>();
    for (int i = 0; i < count; i++) {
      talks.add(Talk.open(this, session()));
    }
    return talks;
  }

  private static String id(Json.Obj made) {
    return String.valueOf(made.text("id"));
  }

  @Override
  public void close() {
    child.close();
  }
}
