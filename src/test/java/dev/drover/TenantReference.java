package dev.drover;

import dev.drover.base.Json;
import java.util.List;
import java.util.function.Function;

/// A request whose body refers to something by its id.
///
/// @param name of the id, as [TenantWorld#id] knows it
/// @param body makes the body with an id
record TenantReference(String path, String name, Function<String, Json.Obj> body) {
  /// One for each place where a body may have an id.
  ///
  /// @param own what the caller has
  static List<TenantReference> all(TenantWorld own) {
    var session = "/v1/sessions/" + own.id("session_id");
    return List.of(
        new TenantReference("/v1/sessions", "agent_id", id -> session(own).with("agent", id)),
        new TenantReference(
            "/v1/sessions",
            "agent_id",
            id -> session(own).with("agent", Json.obj("type", "agent", "id", id, "version", 1))),
        new TenantReference(
            "/v1/sessions", "environment_id", id -> session(own).with("environment_id", id)),
        new TenantReference(
            "/v1/sessions",
            "vault_id",
            id -> session(own).with("vault_ids", List.of(own.id("vault_id"), id))),
        new TenantReference(
            "/v1/sessions", "file_id", id -> session(own).with("resources", List.of(file(id)))),
        new TenantReference(
            "/v1/sessions",
            "memory_store_id",
            id -> {
              var store = Json.obj("type", "memory_store", "memory_store_id", id);
              return session(own).with("resources", List.of(store));
            }),
        new TenantReference(
            "/v1/sessions",
            "file_id",
            id -> session(own).with("initial_events", List.of(message("image", id)))),
        new TenantReference(
            "/v1/sessions",
            "skill_id",
            id -> {
              var agent = Json.obj("type", "agent_with_overrides", "id", own.id("agent_id"));
              return session(own).with("agent", agent.with("skills", List.of(skill(id))));
            }),
        new TenantReference(session + "/resources", "file_id", TenantReference::file),
        new TenantReference(
            session + "/events",
            "file_id",
            id -> Json.obj("events", List.of(message("image", id)))),
        new TenantReference(
            session + "/events",
            "file_id",
            id -> Json.obj("events", List.of(message("document", id)))),
        new TenantReference(
            session + "/events",
            "thread_id",
            id -> {
              var interrupt = Json.obj("type", "user.interrupt", "session_thread_id", id);
              return Json.obj("events", List.of(interrupt));
            }),
        new TenantReference("/v1/agents", "skill_id", id -> agent(skill(id))),
        new TenantReference(
            "/v1/agents", "version", id -> agent(skill(own.id("skill_id")).with("version", id))));
  }

  private static Json.Obj session(TenantWorld own) {
    return Json.obj("agent", own.id("agent_id"), "environment_id", own.id("environment_id"));
  }

  private static Json.Obj file(String id) {
    return Json.obj("type", "file", "file_id", id);
  }

  private static Json.Obj skill(String id) {
    return Json.obj("type", "custom", "skill_id", id);
  }

  private static Json.Obj agent(Json.Obj skill) {
    var tools = List.of(Json.obj("type", "agent_toolset_20260401"));
    return Json.obj("name", "X", "model", "rehearsal", "tools", tools, "skills", List.of(skill));
  }

  private static Json.Obj message(String type, String file) {
    var block = Json.obj("type", type, "source", file(file));
    return Json.obj("type", "user.message", "content", List.of(block));
  }
}
