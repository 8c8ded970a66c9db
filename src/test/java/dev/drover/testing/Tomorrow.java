package dev.drover.testing;

import dev.drover.base.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// Rows as a newer version of Drover may write them, in the full form: every field of this version
/// is there, so that what is given back can be compared as a whole.
public final class Tomorrow {
  private static final Json.Obj SCHEMA = Json.obj("type", "object");

  private Tomorrow() {}

  private static Json json(String text) {
    return Json.trusted(text);
  }

  /// An agent's definition as this version writes it.
  public static Json.Obj definition() {
    return Json.obj(
        "name",
        "Coder",
        "description",
        "for tests",
        "model",
        json("{\"id\":\"rehearsal\",\"effort\":{\"type\":\"high\"},\"speed\":\"standard\"}"),
        "system",
        "You code.",
        "tools",
        List.of(toolset("{\"type\":\"always_allow\"}"), custom()),
        "mcp_servers",
        List.of(),
        "skills",
        List.of(),
        "execution_identity",
        Json.obj("type", "service_account"));
  }

  /// The built-in tools, where `bash` has this permission policy.
  public static Json.Obj toolset(String policy) {
    return (Json.Obj)
        json(
            """
            {"type":"agent_toolset_20260401",
             "default_config":{"enabled":true,"permission_policy":{"type":"always_allow"}},
             "configs":[{"name":"bash","type":"bash","enabled":true,"permission_policy":%s}]}\
            """
                .formatted(policy));
  }

  public static Json.Obj custom() {
    return Json.obj(
        "type", "custom", "name", "lookup", "description", "Looks up.", "input_schema", SCHEMA);
  }

  private static Json.Obj withTools(Json... tools) {
    return definition().with("tools", Json.arr((Object[]) tools));
  }

  private static Json.Obj withModel(String model) {
    return definition().with("model", json(model));
  }

  /// Definitions that this version does not know everything of.
  public static Stream<Json.Obj> definitions() {
    var all = new ArrayList<Json.Obj>();
    all.add(definition());
    all.add(definition().with("newer_field", 1).with("another", json("{\"a\":[1,{\"b\":null}]}")));
    all.add(
        definition()
            .with(
                "mcp_servers", json("[{\"type\":\"url\",\"name\":\"s\",\"url\":\"https://x\"}]")));
    all.add(definition().with("skills", json("[{\"type\":\"custom\",\"skill_id\":\"skill_1\"}]")));
    all.add(
        definition()
            .with("multiagent", json("{\"type\":\"coordinator\",\"agents\":[\"agent_1\"]}")));
    all.add(definition().with("execution_identity", json("{\"type\":\"user\",\"id\":\"u\"}")));
    all.add(
        definition()
            .with("execution_identity", json("{\"type\":\"service_account\",\"id\":\"sa\"}")));
    all.add(definition().with("description", json("{\"markdown\":\"x\"}")));
    all.add(definition().with("system", json("[{\"type\":\"text\",\"text\":\"You\"}]")));
    all.add(withModel("{\"id\":\"m\",\"effort\":{\"type\":\"ultra\"},\"speed\":\"standard\"}"));
    all.add(withModel("{\"id\":\"m\",\"effort\":{\"type\":\"low\",\"n\":5},\"speed\":\"fast\"}"));
    all.add(
        withModel("{\"id\":\"m\",\"effort\":7,\"speed\":\"standard\",\"inference_geo\":\"eu\"}"));
    all.add(
        withModel("{\"id\":\"m\",\"speed\":{\"type\":\"fast\"},\"fallbacks\":[{\"id\":\"n\"}]}"));
    all.add(withModel("{\"type\":\"router\",\"id\":\"m\",\"speed\":\"standard\"}"));
    all.add(withTools(json("{\"type\":\"mcp_toolset\",\"mcp_server_name\":\"s\"}")));
    all.add(withTools(custom(), json("{\"type\":\"browser_20270101\",\"width\":1024}"), custom()));
    all.add(withTools(json("\"by name\""), json("null"), json("{\"no\":\"type\"}")));
    all.add(withTools(custom().with("permission_policy", json("{\"type\":\"auto\"}"))));
    all.add(withTools(custom().with("name", json("{\"first\":\"a\"}"))));
    all.add(withTools(custom().with("input_schema", json("{\"$ref\":\"#/x\"}"))));
    all.add(withTools(toolset("{\"type\":\"never\"}")));
    all.add(withTools(toolset("{\"type\":\"by_rule\",\"rules\":[{\"allow\":\"ls\"}]}")));
    all.add(withTools(toolset("{\"type\":\"always_ask\",\"whom\":\"owner\"}")));
    all.add(withTools(toolset("{\"type\":\"auto\"}").with("version", 2)));
    all.add(
        withTools(
            toolset("{\"type\":\"auto\"}")
                .with("default_config", json("{\"enabled\":true,\"timeout_ms\":5}"))));
    all.add(
        withTools(
            toolset("{\"type\":\"auto\"}")
                .with("configs", json("[{\"name\":\"web_fetch\",\"allowed_domains\":[\"x\"]}]"))));
    return all.stream();
  }

  /// What an environment's networking may be.
  public static Stream<Json.Obj> networkings() {
    return Stream.of(
            "{\"type\":\"unrestricted\"}",
            "{\"type\":\"unrestricted\",\"audit\":true}",
            limited(""),
            limited(",\"allowed_ports\":[443]"),
            limited(",\"deny\":{\"hosts\":[\"x\"]},\"log\":null"),
            "{\"type\":\"limited\",\"allowed_hosts\":[\"a\",{\"host\":\"b\"}],"
                + "\"allow_mcp_servers\":\"some\",\"allow_package_managers\":true}",
            "{\"type\":\"mesh\",\"peers\":[\"env_1\"]}",
            "{\"type\":7}",
            "{\"peers\":[]}")
        .map(text -> (Json.Obj) json(text));
  }

  private static String limited(String more) {
    return ("{\"type\":\"limited\",\"allowed_hosts\":[\"example.com\"],\"allow_mcp_servers\":true,"
            + "\"allow_package_managers\":false%s}")
        .formatted(more);
  }

  /// An environment as this version writes it.
  public static Json.Obj environment(String name, Json networking) {
    return Json.obj(
        "name",
        name,
        "description",
        null,
        "config",
        Json.obj("type", "cloud", "networking", networking, "packages", packages("")),
        "metadata",
        Json.obj("k", "v"),
        "scope",
        "organization");
  }

  private static Json packages(String more) {
    return json(
        "{\"type\":\"packages\",\"apt\":[],\"cargo\":[],\"gem\":[],\"go\":[],\"npm\":[],\"pip\":[]"
            + more
            + "}");
  }

  /// Environments that this version does not know everything of.
  public static Stream<Json.Obj> environments() {
    var all = new ArrayList<Json.Obj>();
    networkings().forEach(networking -> all.add(environment("net " + all.size(), networking)));
    var plain = environment("plain", json("{\"type\":\"unrestricted\"}"));
    var config = plain.object("config");
    all.add(plain.with("newer_field", json("{\"a\":1}")));
    all.add(plain.with("scope", "account"));
    all.add(plain.with("state", "building"));
    all.add(plain.with("name", json("{\"first\":\"a\"}")));
    all.add(plain.with("metadata", json("{\"k\":{\"v\":1}}")));
    all.add(plain.with("config", config.with("packages", packages(",\"nix\":[\"hello\"]"))));
    all.add(plain.with("config", config.with("image", "debian")));
    all.add(plain.with("config", json("{\"type\":\"self_hosted\",\"pool\":\"p\"}")));
    all.add(plain.with("config", json("[\"by list\"]")));
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).text("name") != null) {
        all.set(i, all.get(i).with("name", "environment " + i));
      }
    }
    return all.stream();
  }

  /// What may stand beside the known fields of a session.
  public static Stream<Json.Obj> ofSessions() {
    return Stream.of(
            "{}",
            "{\"newer_field\":[1,{\"a\":null}]}",
            "{\"resources\":[{\"type\":\"github_repository\",\"url\":\"https://x\"}]}",
            "{\"deployment_id\":\"depl_1\"}",
            "{\"outcome_evaluations\":[{\"result\":\"satisfied\"}]}",
            "{\"budget\":{\"type\":\"tokens\",\"max_tokens\":5}}")
        .map(text -> (Json.Obj) json(text));
  }
}
