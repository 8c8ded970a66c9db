package dev.drover.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Tools that no agent may have, and in which words each way in refuses them: a new agent, an
/// agent's update, a session's override and a session's update.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class BadToolsTest {
  private Api api;
  private String agent = "";
  private String environment = "";
  private String session = "";

  @BeforeAll
  void start() throws Exception {
    api = new Api();
    agent = api.agent();
    environment = api.environment();
    session = api.session();
  }

  @AfterAll
  void stop() {
    api.close();
  }

  private static String custom(String name, String schema) {
    return "{\"type\":\"custom\",\"name\":\"%s\",\"description\":\"d\",\"input_schema\":%s}"
        .formatted(name, schema);
  }

  private static String named(String name) {
    return custom(name, "{\"type\":\"object\"}");
  }

  private static String schema(String more) {
    return custom("t", "{\"type\":\"object\"," + more + "}");
  }

  private static String configured(String config) {
    return "{\"type\":\"agent_toolset_20260401\",\"configs\":[" + config + "]}";
  }

  private static String[] refused(String tool, String message) {
    return new String[] {"[" + tool + "]", "tools" + message};
  }

  static Stream<String[]> tools() {
    return Stream.of(names(), schemas(), toolsets(), domains(), sources(), locations(), shapes())
        .flatMap(stream -> stream);
  }

  private static Stream<String[]> names() {
    String letters = ".0.name: may have letters, digits, _ and - only";
    return Stream.of(
        refused(named(""), ".0.name: must have 1 to 128 characters"),
        refused(named("x".repeat(129)), ".0.name: must have 1 to 128 characters"),
        refused(named("a b"), letters),
        refused(named("grüße"), letters),
        refused(named("a\\nb"), letters),
        refused(named("mcp__x"), ".0.name: may not begin with mcp__"),
        refused(named("bash"), ".0.name: is the name of a built-in tool"),
        refused(named("web_search"), ".0.name: is the name of a built-in tool"),
        refused(named("a") + "," + named("b") + "," + named("a"), ".2.name: is used twice"),
        refused(named("t").replace("\"t\"", "7"), ".0.name: must be a string"),
        refused(named("t").replace("\"description\":\"d\",", ""), ".0.description: field required"),
        refused(
            named("t").replace("\"d\"", "\"\""),
            ".0.description: must have 1 to 100000 characters"),
        refused(
            named("t").replace("\"d\"", "\"" + "d".repeat(100_001) + "\""),
            ".0.description: must have 1 to 100000 characters"),
        refused(named("t").replace("\"d\"", "\"d\",\"strict\":true"), ".0.strict: unknown field"));
  }

  private static Stream<String[]> schemas() {
    String top = "is not allowed at the top of an input schema";
    String reference = "is not allowed in an input schema";
    String property = "a property's name has 1 to 64 letters, digits, _, . and -";
    String at = ".0.input_schema";
    return Stream.of(
        refused(
            "{\"type\":\"custom\",\"name\":\"t\",\"description\":\"d\"}", at + ": field required"),
        refused(custom("t", "[]"), at + ": must be an object"),
        refused(custom("t", "{}"), at + ".type: field required"),
        refused(custom("t", "{\"type\":\"array\"}"), at + ".type: must be \"object\""),
        refused(custom("t", "{\"type\":[\"object\"]}"), at + ".type: must be a string"),
        refused(schema("\"oneOf\":[]"), at + ".oneOf: " + top),
        refused(schema("\"anyOf\":[]"), at + ".anyOf: " + top),
        refused(schema("\"allOf\":null"), at + ".allOf: " + top),
        refused(schema("\"properties\":[]"), at + ".properties: must be an object"),
        refused(schema("\"properties\":{\"\":{}}"), at + ".properties.: " + property),
        refused(schema("\"properties\":{\"a b\":{}}"), at + ".properties.a b: " + property),
        refused(
            schema("\"properties\":{\"" + "p".repeat(65) + "\":{}}"),
            at + ".properties." + "p".repeat(65) + ": " + property),
        refused(schema("\"required\":\"a\""), at + ".required: must be an array"),
        refused(schema("\"required\":[1]"), at + ".required: must be a string"),
        refused(schema("\"$ref\":\"#/a\""), at + ".$ref: " + reference),
        refused(
            schema("\"properties\":{\"a\":{\"items\":[{\"$ref\":\"http://a/b\"}]}}"),
            at + ".$ref: " + reference),
        refused(
            schema("\"$defs\":{\"a\":{\"$dynamicRef\":\"#a\"}}"),
            at + ".$dynamicRef: " + reference));
  }

  private static Stream<String[]> toolsets() {
    return Stream.of(
        refused(configured("{}"), ".0.configs.0.name: field required"),
        refused(configured("{\"name\":\"rm\"}"), ".0.configs.0.name: unknown tool"),
        refused(
            configured("{\"name\":\"" + "x".repeat(129) + "\"}"),
            ".0.configs.0.name: must have 1 to 128 characters"),
        refused(
            configured("{\"name\":\"bash\"},{\"name\":\"bash\"}"),
            ".0.configs.1.name: is configured twice"),
        refused(
            configured("{\"name\":\"bash\",\"type\":\"read\"}"),
            ".0.configs.0.type: must be \"bash\""),
        refused(
            configured("{\"name\":\"bash\",\"enabled\":1}"),
            ".0.configs.0.enabled: must be a boolean"),
        refused(
            configured("{\"name\":\"bash\",\"permission_policy\":\"always_allow\"}"),
            ".0.configs.0.permission_policy: must be an object"),
        refused(
            configured("{\"name\":\"bash\",\"permission_policy\":{}}"),
            ".0.configs.0.permission_policy.type: field required"),
        refused(
            configured("{\"name\":\"bash\",\"permission_policy\":{\"type\":\"never\"}}"),
            ".0.configs.0.permission_policy.type: unknown policy"),
        refused(
            configured("{\"name\":\"bash\",\"permission_policy\":{\"type\":\"auto\",\"x\":1}}"),
            ".0.configs.0.permission_policy.x: unknown field"),
        refused(
            "{\"type\":\"agent_toolset_20260401\",\"default_config\":{\"permission_policy\":"
                + "{\"type\":\"Always_allow\"}}}",
            ".0.default_config.permission_policy.type: unknown policy"),
        refused(
            "{\"type\":\"agent_toolset_20260401\",\"default_config\":{\"name\":\"bash\"}}",
            ".0.default_config.name: unknown field"),
        refused(
            "{\"type\":\"agent_toolset_20260401\"},{\"type\":\"agent_toolset_20260401\"}",
            ".1.type: only one agent_toolset_20260401 is allowed"));
  }

  private static String[] fetch(String fields, String message) {
    return refused(
        configured("{\"name\":\"web_fetch\"," + fields + "}") + "," + named("lookup"),
        ".0.configs.0" + message);
  }

  private static String[] search(String fields, String message) {
    return refused(
        configured("{\"name\":\"web_search\"," + fields + "}"), ".0.configs.0" + message);
  }

  private static String[] domain(String domain, String message) {
    return fetch("\"blocked_domains\":[\"" + domain + "\"]", ".blocked_domains.0: " + message);
  }

  private static Stream<String[]> domains() {
    var many =
        IntStream.range(0, 65)
            .mapToObj(i -> "\"a" + i + ".example\"")
            .collect(Collectors.joining(","));
    String labels = "must be a host name of at least two labels, such as example.com";
    String addresses = "IP addresses are not supported; use a host name";
    return Stream.of(
        fetch(
            "\"allowed_domains\":[]",
            ".allowed_domains: Empty list of domains is ambiguous. Provide at least one domain or"
                + " null."),
        fetch(
            "\"allowed_domains\":[\"a.example\"],\"blocked_domains\":[\"b.example\"]",
            ".allowed_domains: Only one of allowed_domains or blocked_domains may be set."),
        fetch(
            "\"allowed_domains\":[" + many + "]",
            ".allowed_domains: must contain no more than 64 item(s)"),
        fetch("\"allowed_domains\":\"a.example\"", ".allowed_domains: must be an array"),
        fetch("\"allowed_domains\":[1]", ".allowed_domains: must be a string"),
        fetch(
            "\"allowed_domains\":[\"a.example\",\"A.example/\"]",
            ".allowed_domains.1: is a duplicate"),
        domain("https://a.example", "must be a host name without a scheme"),
        domain("*.a.example", "wildcards are not supported; a domain includes its subdomains"),
        domain("a.example:80", "must not have a port"),
        domain("a.example/x", "must not have a path"),
        domain("127.0.0.1", addresses),
        domain("[::1]", addresses),
        domain("fe80::1", addresses),
        domain("1.2.3", addresses),
        domain("0x7f.1", addresses),
        domain("localhost", labels),
        domain("com", labels),
        domain("a..example", labels),
        domain("-a.example", labels),
        domain("a_b.example", labels),
        domain("a b.example", labels),
        domain("a.example.", labels),
        domain("bücher.example", "must be ASCII; write an international name as xn--…"),
        domain("a.localhost", "is not the name of a public host"),
        domain("a.invalid", "is not the name of a public host"),
        search(
            "\"allowed_domains\":[\"a.example/b?c\"]",
            ".allowed_domains.0: the path has characters that no path of a URL has"),
        refused(
            configured("{\"name\":\"bash\",\"allowed_domains\":[\"a.example\"]}"),
            ".0.configs.0.allowed_domains: unknown field"),
        fetch(
            "\"max_content_tokens\":0",
            ".max_content_tokens: must be an integer from 1 to 2147483647"),
        fetch("\"user_location\":{\"type\":\"approximate\"}", ".user_location: unknown field"),
        search("\"max_content_tokens\":5", ".max_content_tokens: unknown field"),
        search("\"url_sources\":null", ".url_sources: unknown field"));
  }

  private static String[] source(String sources, String message) {
    return fetch("\"url_sources\":{" + sources + "}", ".url_sources" + message);
  }

  private static String only(String... names) {
    var tools =
        Stream.of(names)
            .map(name -> "{\"type\":\"tool_reference\",\"name\":\"" + name + "\"}")
            .collect(Collectors.joining(","));
    return "{\"type\":\"only\",\"tools\":[" + tools + "]}";
  }

  private static Stream<String[]> sources() {
    String custom = "must be the name of a custom tool of the same agent";
    return Stream.of(
        source("\"user_input\":\"some\"", ".user_input: must be \"all\" or \"none\""),
        source("\"user_input\":7", ".user_input: must be a string or an object"),
        source("\"user_input\":" + only("lookup"), ".user_input.type: must be \"all\" or \"none\""),
        source("\"user_input\":{}", ".user_input.type: field required"),
        source("\"user_input\":{\"type\":\"all\",\"x\":1}", ".user_input.x: unknown field"),
        source(
            "\"server_tool_results\":{\"type\":\"any\"}",
            ".server_tool_results.type: must be all, none, only or except"),
        source(
            "\"client_tool_results\":" + only(),
            ".client_tool_results.tools: must contain at least 1 item"),
        source(
            "\"client_tool_results\":" + only("other"),
            ".client_tool_results.tools.0.name: " + custom),
        source(
            "\"client_tool_results\":" + only("web_search"),
            ".client_tool_results.tools.0.name: " + custom),
        source(
            "\"client_tool_results\":" + only("lookup", "lookup"),
            ".client_tool_results.tools.1.name: is a duplicate"),
        source(
            "\"server_tool_results\":" + only("web_search", "bash"),
            ".server_tool_results.tools.1.name: must be web_fetch or web_search"),
        source("\"other\":\"all\"", ".other: unknown field"),
        source(
            "\"user_input\":\"none\",\"client_tool_results\":{\"type\":\"none\"},"
                + "\"server_tool_results\":\"none\"",
            ": at least one source must not be none"));
  }

  private static String[] location(String fields, String message) {
    return search("\"user_location\":{" + fields + "}", ".user_location" + message);
  }

  private static Stream<String[]> locations() {
    return Stream.of(
        location("\"city\":\"Bern\"", ".type: field required"),
        location("\"type\":\"exact\"", ".type: must be \"approximate\""),
        location(
            "\"type\":\"approximate\",\"country\":\"ch\"",
            ".country: must be two capital letters of ISO 3166-1"),
        location(
            "\"type\":\"approximate\",\"timezone\":\"no zone\"",
            ".timezone: must be a time zone of IANA: Europe/Zurich"),
        location("\"type\":\"approximate\",\"city\":\"\"", ".city: must have 1 to 255 characters"),
        location("\"type\":\"approximate\",\"planet\":\"x\"", ".planet: unknown field"));
  }

  private static Stream<String[]> shapes() {
    var many =
        IntStream.range(0, 257).mapToObj(i -> named("t" + i)).collect(Collectors.joining(","));
    return Stream.of(
        new String[] {"{}", "tools: must be an array"},
        refused("\"bash\"", ".0: must be an object"),
        refused("{}", ".0.type: field required"),
        refused("{\"type\":\"bash_20250124\",\"name\":\"bash\"}", ".0.type: unknown tool type"),
        refused(many, ": must contain no more than 256 item(s)"));
  }

  @ParameterizedTest
  @MethodSource("tools")
  void aBadToolIsRefusedByEveryWayIn(String tools, String message) throws Exception {
    var fields = "{\"name\":\"a\",\"model\":\"rehearsal\",\"tools\":" + tools + "}";
    assertRefused("/v1/agents", fields, message);
    assertRefused("/v1/agents/" + agent, "{\"tools\":" + tools + "}", message);
    assertRefused(session, "{\"agent\":{\"tools\":" + tools + "}}", "agent." + message);
    var override =
        "{\"environment_id\":\"%s\",\"agent\":{\"type\":\"agent_with_overrides\",\"id\":\"%s\",\"tools\":%s}}"
            .formatted(environment, agent, tools);
    assertRefused("/v1/sessions", override, "agent." + message);
  }

  private void assertRefused(String path, String body, String message) throws Exception {
    var answer = api.post(path, body);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.error()).isEqualTo("invalid_request_error: " + message);
  }

  @Test
  void whatIsJustWithinTheRulesIsTaken() throws Exception {
    var tools =
        IntStream.range(1, 256).mapToObj(i -> named("t" + i)).collect(Collectors.joining(","));
    var properties = "\"properties\":{\"" + "p".repeat(64) + "\":{\"oneOf\":[]}}";
    var body =
        "{\"name\":\"a\",\"model\":\"rehearsal\",\"tools\":[%s,%s]}"
            .formatted(tools, schema(properties).replace("\"t\"", "\"" + "x".repeat(128) + "\""));
    var made = api.post("/v1/agents", body);
    assertThat(made.status()).as("%s", made.body()).isEqualTo(200);
    assertThat(made.body().items("tools")).hasSize(256);
    assertThat(((Json.Obj) made.body().items("tools").getLast()).text("name")).hasSize(128);
  }
}
