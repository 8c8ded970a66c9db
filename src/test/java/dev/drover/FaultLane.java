package dev.drover;

import dev.drover.base.Json;
import dev.drover.testing.DroverClient;
import dev.drover.testing.ScriptedMessages;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A server, its successors after each death, and a client that does not give up: it sends again
/// what was not answered, as the vendor's clients do. One thread.
final class FaultLane implements AutoCloseable {
  /// More than any step needs. Who waits longer waits in vain.
  private static final Duration STUCK = Duration.ofSeconds(40);

  private final HttpClient http = HttpClient.newHttpClient();
  private final Path data;
  private final File log;
  private final Map<String, String> environment;
  private FaultChild child;
  private String agent = "";
  private String surroundings = "";
  private List<String> later = List.of();
  private int deaths;

  /// What a run of the scenario has left behind.
  ///
  /// @param acknowledged ids of events that were acknowledged
  /// @param file what the shell command has written
  record Run(
      String session, List<String> acknowledged, List<Json.Obj> events, String file, int deaths) {}

  /// A step that does not end.
  static final class Stuck extends Exception {
    private static final long serialVersionUID = 1;

    Stuck(String message) {
      super(message);
    }
  }

  FaultLane(Path data, File log, Map<String, String> environment, ScriptedMessages model)
      throws IOException, InterruptedException {
    this.data = data;
    this.log = log;
    this.environment = new HashMap<>(environment);
    this.environment.put("DROVER_ANTHROPIC_BASE_URL", model.uri().toString());
    this.environment.putIfAbsent("DROVER_NODES_LAPSE_MS", "500");
    this.environment.put("DROVER_LOG_LEVEL", "warning");
    this.environment.put("DROVER_WORKSPACES_KIND", "directory"); // the test looks into it
    child = FaultChild.start(data, log, this.environment).orElseThrow();
  }

  /// Prepares what sessions are made from.
  void prepare() throws Exception {
    surroundings = id(acknowledged("/v1/environments", Json.obj("name", "here " + data)));
    agent = id(acknowledged("/v1/agents", FaultScenario.AGENT));
  }

  /// Plays the scenario.
  ///
  /// @return the boundaries that it passes
  List<String> boundaries() throws Exception {
    child.arm("");
    play();
    return child.boundaries();
  }

  /// Plays the scenario with these faults: the first in the server that is there, each other in the
  /// one that comes after the death before.
  Run play(String... faults) throws Exception {
    deaths = 0;
    var later = new ArrayList<>(List.of(faults));
    if (!later.isEmpty()) {
      child.arm(later.removeFirst());
    }
    this.later = later;
    var acknowledged = new ArrayList<String>();
    var session =
        id(
            acknowledged(
                "/v1/sessions",
                Json.obj(
                    "agent",
                    agent,
                    "environment_id",
                    surroundings,
                    "initial_events",
                    List.of(FaultScenario.message(FaultScenario.FIRST)))));
    var asked = until(session, events -> paused(events, "agent.tool_use"));
    send(
        acknowledged,
        session,
        Json.obj(
            "type",
            "user.tool_confirmation",
            "tool_use_id",
            id(FaultScenario.ofType(asked, "agent.tool_use").getLast()),
            "result",
            "allow"));
    var called = until(session, events -> paused(events, "agent.custom_tool_use"));
    send(
        acknowledged,
        session,
        Json.obj(
            "type",
            "user.custom_tool_result",
            "custom_tool_use_id",
            id(FaultScenario.ofType(called, "agent.custom_tool_use").getLast()),
            "content",
            List.of(Json.obj("type", "text", "text", "found"))));
    until(session, events -> ended(events, 1));
    send(acknowledged, session, FaultScenario.message(FaultScenario.SECOND));
    await("the reply that is interrupted begins", this::isHeld);
    send(acknowledged, session, Json.obj("type", "user.interrupt"));
    until(session, events -> ended(events, 2));
    send(acknowledged, session, FaultScenario.message(FaultScenario.LAST));
    var events = until(session, all -> ended(all, 3));
    // A server may die between the commit of the last event and here: the client can be faster.
    await("the deaths", () -> deaths >= faults.length);
    var file = data.resolve("workspaces/" + session + "/workspace/" + FaultScenario.FILE);
    return new Run(session, acknowledged, events, Files.readString(file), deaths);
  }

  /// Whether the server that is there now has the beginning of the reply that is interrupted.
  private boolean isHeld() {
    try {
      return child.boundaries().contains(FaultPoints.HELD + ":1");
    } catch (IOException _) {
      return false; // it has died
    }
  }

  private static boolean paused(List<Json.Obj> events, String use) {
    return !events.isEmpty()
        && DroverClient.type(events.getLast()).equals("session.status_idle")
        && events.getLast().toString().contains("requires_action")
        && !FaultScenario.ofType(events, use).isEmpty();
  }

  /// Whether so many turns have ended.
  private static boolean ended(List<Json.Obj> events, int turns) {
    return !events.isEmpty()
        && DroverClient.type(events.getLast()).equals("session.status_idle")
        && FaultScenario.ofType(events, "session.status_idle").stream()
                .filter(event -> !event.toString().contains("requires_action"))
                .count()
            == turns;
  }

  private static String id(Json.Obj object) {
    return String.valueOf(object.text("id"));
  }

  private void send(List<String> acknowledged, String session, Json.Obj event) throws Exception {
    var answer =
        acknowledged("/v1/sessions/" + session + "/events", Json.obj("events", List.of(event)));
    answer.items("data").forEach(one -> acknowledged.add(id((Json.Obj) one)));
  }

  private List<Json.Obj> until(String session, Predicate<List<Json.Obj>> fits) throws Exception {
    var seen = new ArrayList<Json.Obj>();
    await(
        "session " + session,
        () -> {
          var page = once(request("/v1/sessions/" + session + "/events?limit=1000"));
          if (page == null) {
            return false;
          }
          seen.clear();
          page.items("data").forEach(event -> seen.add((Json.Obj) event));
          return fits.test(seen);
        });
    return List.copyOf(seen);
  }

  private interface Check {
    boolean holds() throws Exception;
  }

  private void await(String what, Check check) throws Exception {
    long start = System.nanoTime();
    while (!check.holds()) {
      if (child.hasDied(FaultChild.PACE_MILLIS)) {
        revive();
      }
      if (System.nanoTime() - start > STUCK.toNanos()) {
        throw new Stuck(what);
      }
    }
  }

  /// Sends until it is answered.
  private Json.Obj acknowledged(String path, Json.Obj body) throws Exception {
    var answer = new AtomicReference<Json.Obj>();
    var retries = new int[1];
    await(
        path,
        () -> {
          var got =
              once(
                  request(path)
                      .header("content-type", "application/json")
                      .header("x-stainless-retry-count", Integer.toString(retries[0]++))
                      .POST(HttpRequest.BodyPublishers.ofString(body.toString())));
          if (got != null) {
            answer.set(got);
          }
          return got != null;
        });
    return answer.get();
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(child.url().resolve(path))
        .timeout(Duration.ofSeconds(20))
        .header("authorization", "Bearer " + FaultChild.KEY);
  }

  /// The answer; null: it should be tried again.
  private Json.@Nullable Obj once(HttpRequest.Builder request) throws Exception {
    HttpResponse<String> response;
    try {
      response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException _) {
      child.hasDied(2_000);
      return null;
    }
    if (response.statusCode() >= 500) {
      return null;
    }
    if (response.statusCode() != 200) {
      throw new AssertionError(response.statusCode() + " " + response.body());
    }
    return (Json.Obj) Json.trusted(response.body());
  }

  private void revive() throws Exception {
    while (true) {
      if (child.status() != FaultPoints.STATUS) {
        throw new AssertionError("the server ended with " + child.status() + ", see " + log);
      }
      deaths++;
      var more = new HashMap<>(environment);
      if (!later.isEmpty()) {
        more.put("FAULT_AT", later.removeFirst());
      }
      var next = FaultChild.start(data, log, more);
      if (next.isPresent()) {
        child = next.get();
        return;
      }
    }
  }

  URI url() {
    return child.url();
  }

  @Override
  public void close() {
    child.close();
    http.shutdownNow();
  }
}
