package dev.drover.cli;

import dev.drover.base.Json;
import java.io.IOException;
import java.util.Objects;
import java.util.Optional;

/// The creation of a session for a task, with its environment and agent.
final class NewSession {
  static final String ENVIRONMENT = "default";
  private static final String BUILT_IN_MODEL = "rehearsal";
  private static final Json.Obj TOOLSET = Json.obj("type", "agent_toolset_20260401");

  /// The toolset if the operator's policy demands that a tool asks.
  private static final Json.Obj ASKING =
      TOOLSET.with("default_config", Json.obj("permission_policy", Json.obj("type", "always_ask")));

  /// The environment if the operator's policy does not allow an unrestricted one.
  private static final Json.Obj LIMITED =
      Json.obj("type", "cloud", "networking", Json.obj("type", "limited"));

  private static final int LONGEST_TITLE = 100;

  private final Api api;

  NewSession(Api api) {
    this.api = api;
  }

  /// The model of an agent that is made for a user.
  ///
  /// @param named by the user; if empty, `DROVER_MODEL` or else the built-in model
  static String model(Optional<String> named, Shell shell) {
    return named
        .or(() -> Optional.ofNullable(shell.variables().get("DROVER_MODEL")))
        .filter(id -> !id.isBlank())
        .orElse(BUILT_IN_MODEL);
  }

  /// @param system empty for none
  /// @return the id of the session
  String create(String task, String model, Optional<String> system)
      throws Refusal, IOException, InterruptedException {
    var environment = environment();
    var made = agent("run", model, system);
    return id(
        api.post(
            "/v1/sessions",
            Json.obj("agent", id(made), "environment_id", environment, "title", title(task))));
  }

  /// A new agent with all built-in tools, as far as the operator's policy allows.
  Json.Obj agent(String name, String model, Optional<String> system)
      throws Refusal, IOException, InterruptedException {
    var agent = Json.obj("name", name, "model", model, "tools", Json.arr(TOOLSET));
    return made(system.map(text -> agent.with("system", text)).orElse(agent));
  }

  private Json.Obj made(Json.Obj agent) throws Refusal, IOException, InterruptedException {
    try {
      return api.post("/v1/agents", agent);
    } catch (Refusal refusal) {
      if (!refusal.isOfPolicy()) {
        throw refusal;
      }
      return api.post("/v1/agents", agent.with("tools", Json.arr(ASKING)));
    }
  }

  /// The id of the environment that all runs share, and that sessions have for which none is named.
  /// It is created if it is missing.
  String environment() throws Refusal, IOException, InterruptedException {
    var known = find();
    if (known.isPresent()) {
      return known.get();
    }
    var environment = Json.obj("name", ENVIRONMENT);
    try {
      return id(api.post("/v1/environments", environment));
    } catch (Refusal refusal) {
      if (refusal.isOfPolicy()) {
        return id(api.post("/v1/environments", environment.with("config", LIMITED)));
      }
      if (refusal.status() != 409) {
        throw refusal;
      }
      return find().orElseThrow(() -> refusal); // another run was quicker
    }
  }

  private Optional<String> find() throws Refusal, IOException, InterruptedException {
    var page = Optional.<String>empty();
    do {
      var answer = api.get("/v1/environments?limit=100" + Paging.parameter(page));
      for (var item : answer.items("data")) {
        if (item instanceof Json.Obj environment
            && ENVIRONMENT.equals(environment.text("name"))
            && environment.text("archived_at") == null) {
          return Optional.of(id(environment));
        }
      }
      page = Paging.next(answer);
    } while (page.isPresent());
    return Optional.empty();
  }

  private static String id(Json.Obj object) {
    return Objects.requireNonNull(object.text("id"), "the server sends an id");
  }

  static String title(String task) {
    var line = task.strip().lines().findFirst().orElse("");
    return Columns.clip(Sanitized.line(line), LONGEST_TITLE);
  }
}
