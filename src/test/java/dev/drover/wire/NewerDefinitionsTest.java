package dev.drover.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Fields;
import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.catalog.Definition;
import dev.drover.catalog.Toolset;
import dev.drover.catalog.Toolset.Policy;
import dev.drover.testing.Tomorrow;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Agents that a newer version stored: read without a refusal, and given back whole.
final class NewerDefinitionsTest {
  private static final DefinitionCodec CODEC = DefinitionCodec.CODEC;

  private static Definition stored(String json) {
    return CODEC.stored((Json.Obj) Json.trusted(json));
  }

  private static Fields sent(String json) {
    return Fields.of(Json.trusted(json), "");
  }

  /// An agent whose `bash` has this permission policy.
  private static Definition withPolicy(String policy) {
    return stored(
        """
        {"name":"a","model":"m","tools":[{"type":"agent_toolset_20260401","configs":[
          {"name":"bash","type":"bash","enabled":true,"permission_policy":%s}]}]}\
        """
            .formatted(policy));
  }

  @ParameterizedTest
  @MethodSource("dev.drover.testing.Tomorrow#definitions")
  void aDefinitionOfTomorrowIsGivenBackWhole(Json.Obj json) {
    assertThat(CODEC.write(CODEC.stored(json))).isEqualTo(json);
  }

  @ParameterizedTest
  @MethodSource("dev.drover.testing.Tomorrow#definitions")
  void anUpdateOfTheNameKeepsAllElse(Json.Obj json) {
    var updated = CODEC.update(CODEC.stored(json), sent("{\"name\":\"renamed\"}"));
    assertThat(CODEC.write(updated)).isEqualTo(json.with("name", "renamed"));
    assertThat(CODEC.write(CODEC.stored(CODEC.write(updated)))).isEqualTo(CODEC.write(updated));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"name\":1,\"model\":2,\"system\":3,\"tools\":4,\"description\":5}",
        "{\"name\":{},\"model\":[],\"tools\":{},\"system\":[]}",
        "{\"model\":{\"effort\":7,\"speed\":8}}",
        "{\"tools\":[1,\"x\",null,{},{\"type\":3},{\"type\":\"custom\"},{\"type\":\"custom\",\"name\":4}]}",
        "{\"tools\":[{\"type\":\"agent_toolset_20260401\",\"default_config\":1,\"configs\":2}]}",
        "{\"tools\":[{\"type\":\"agent_toolset_20260401\",\"configs\":[1,{},{\"name\":2}]}]}",
      })
  void whatHasAnotherShapeIsReadToo(String json) {
    var definition = stored(json);
    assertThat(definition.customTools()).isEmpty();
    var given = CODEC.write(definition);
    ((Json.Obj) Json.trusted(json))
        .fields()
        .forEach(
            (key, value) -> {
              boolean isModelId = key.equals("model") && !(value instanceof Json.Obj);
              if (!isModelId) {
                assertThat(contains(given.get(key).orElseThrow(), value)).as(key).isTrue();
              }
            });
  }

  private static boolean contains(Json whole, Json part) {
    if (!(whole instanceof Json.Obj object && part instanceof Json.Obj some)) {
      return whole.equals(part);
    }
    return some.fields().entrySet().stream()
        .allMatch(field -> contains(object.get(field.getKey()).orElseThrow(), field.getValue()));
  }

  @Test
  void noLimitOfARequestHoldsForWhatIsStored() {
    var long_ = "x".repeat(200_000);
    var json = Tomorrow.definition().with("name", long_).with("system", long_);
    assertThat(CODEC.write(CODEC.stored(json))).isEqualTo(json);
    var updated = CODEC.update(CODEC.stored(json), sent("{\"description\":\"short\"}"));
    assertThat(CODEC.write(updated)).isEqualTo(json.with("description", "short"));
  }

  // What is sent takes the place of what is stored

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "mcp_servers | [] | []",
        "mcp_servers | null | []",
        "skills | [] | []",
        "tools | [] | []",
        "execution_identity | {\"type\":\"service_account\"} | {\"type\":\"service_account\"}",
        "description | null | null",
        "system | \"new\" | \"new\"",
        "model | \"other\" | {\"id\":\"other\",\"speed\":\"standard\"}",
      })
  void aFieldThatIsSentReplacesTheNewerOne(String field, String value, String shown) {
    var whole =
        (Json.Obj)
            Json.trusted(
                """
                {"name":"a","description":{"text":"x"},"system":["x"],
                 "model":{"id":"m","thinking":{"budget":5},"speed":"fast"},
                 "tools":[{"type":"browser_20270101","width":1024}],
                 "mcp_servers":[{"type":"registry","name":"s"}],
                 "skills":[{"type":"custom","skill_id":"skill_1"}],
                 "execution_identity":{"type":"user","id":"user_1"}}\
                """);
    var updated = CODEC.update(CODEC.stored(whole), sent("{\"%s\":%s}".formatted(field, value)));
    assertThat(CODEC.write(updated)).isEqualTo(whole.with(field, Json.trusted(shown)));
  }

  @Test
  void aModelThatIsSentWithItsIdAloneKeepsAnEffortOfTomorrow() {
    var agent =
        stored("{\"name\":\"a\",\"model\":{\"id\":\"m\",\"effort\":{\"type\":\"ultra\",\"n\":5}}}");
    var effort = Json.trusted("{\"type\":\"ultra\",\"n\":5}");
    for (var model : new String[] {"\"m\"", "{\"id\":\"m\"}"}) {
      var updated = CODEC.write(CODEC.update(agent, sent("{\"model\":" + model + "}")));
      assertThat(updated.object("model").object("effort")).isEqualTo(effort);
    }
    for (var model : new String[] {"\"n\"", "{\"id\":\"m\",\"effort\":null}"}) {
      var updated = CODEC.write(CODEC.update(agent, sent("{\"model\":" + model + "}")));
      assertThat(updated.object("model").get("effort")).isEmpty();
    }
    var copy = CODEC.write(CODEC.override(agent, sent("{\"model\":\"m\"}")));
    assertThat(copy.object("model").get("effort")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"mcp_servers\":[{\"name\":\"s\"}]}",
        "{\"skills\":[{}]}",
        "{\"multiagent\":{}}",
        "{\"model\":{\"id\":\"m\",\"effort\":\"ultra\"}}",
        "{\"model\":{\"id\":\"m\",\"speed\":\"fast\"}}",
        "{\"tools\":[{\"type\":\"mcp_toolset\"}]}",
        "{\"execution_identity\":{\"type\":\"user\"}}",
        "{\"name\":\"\"}",
      })
  void aRequestIsReadAsStrictlyAsEver(String body) {
    var agent = CODEC.stored(Tomorrow.definition());
    assertThatThrownBy(() -> CODEC.update(agent, sent(body))).isInstanceOf(Problem.class);
    var whole = Tomorrow.definition();
    for (var field : ((Json.Obj) Json.trusted(body)).fields().entrySet()) {
      whole = whole.with(field.getKey(), field.getValue());
    }
    var request = Fields.of(whole, "");
    assertThatThrownBy(() -> CODEC.request(request)).isInstanceOf(Problem.class);
  }

  // Never more than was stored

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"type\":\"never\"}",
        "{\"type\":\"by_rule\",\"rules\":[]}",
        "{\"type\":5}",
        "{}",
        "\"always_allow\"",
        "true",
      })
  void aToolWithAPolicyOfTomorrowIsDisabled(String policy) {
    var tools = withPolicy(policy).toolset().orElseThrow();
    assertThat(tools.of("bash").enabled()).isFalse();
    assertThat(tools.of("read").enabled()).isTrue();
  }

  private static Toolset configured(String config) {
    return stored(
            """
            {"name":"a","model":"m","tools":[{"type":"agent_toolset_20260401","configs":[%s]}]}\
            """
                .formatted(config))
        .toolset()
        .orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"allowed_domains\":[\"*.a.example\"]",
        "\"allowed_domains\":[]",
        "\"blocked_domains\":[\"a.example\",{\"host\":\"b.example\"}]",
        "\"blocked_domains\":\"a.example\"",
        "\"max_content_tokens\":\"few\"",
        "\"max_content_tokens\":0",
        "\"url_sources\":{}",
        "\"url_sources\":\"all\"",
        "\"url_sources\":{\"user_input\":{\"type\":\"recent\"}}",
        "\"url_sources\":{\"user_input\":{\"type\":\"only\",\"tools\":[{\"name\":\"x\"}]}}",
        "\"url_sources\":{\"client_tool_results\":{\"type\":\"only\",\"tools\":[]}}",
        "\"url_sources\":{\"client_tool_results\":{\"type\":\"except\",\"tools\":[7]}}"
      })
  void aWebToolWithRulesOfTomorrowIsDisabled(String rules) {
    var tools = configured("{\"name\":\"web_fetch\",\"enabled\":true," + rules + "}");
    assertThat(tools.of("web_fetch").enabled()).isFalse();
    assertThat(tools.of("bash").enabled()).isTrue();
  }

  @Test
  void storedRulesAreReadAgain() {
    var tools =
        configured(
            """
            {"name":"web_fetch","blocked_domains":["a.example"],"max_content_tokens":7,"url_sources":
             {"user_input":{"type":"none"},"client_tool_results":null,"server_tool_results":
              {"type":"except","tools":[{"type":"tool_reference","name":"web_search"}]}}},
            {"name":"web_search","allowed_domains":["b.example/x"],"user_location":
             {"type":"approximate","country":"CH"}}\
            """);
    var fetch = tools.fetchRules();
    assertThat(fetch.domains().permit("www.a.example", "/")).isFalse();
    assertThat(fetch.domains().permit("b.example", "/")).isTrue();
    assertThat(fetch.maxContentTokens()).hasValue(7);
    var sources = fetch.sources().orElseThrow();
    assertThat(sources.includeUserInput()).isFalse();
    assertThat(sources.includeClientTool("lookup")).isTrue();
    assertThat(sources.includeServerTool("web_search")).isFalse();
    assertThat(sources.includeServerTool("web_fetch")).isTrue();
    var search = tools.searchRules();
    assertThat(search.domains().permit("b.example", "/xy")).isTrue();
    assertThat(search.domains().permit("b.example", "/y")).isFalse();
    assertThat(search.location().orElseThrow().country()).contains("CH");
  }

  @ParameterizedTest
  @CsvSource({"always_allow, ALWAYS_ALLOW", "always_ask, ALWAYS_ASK", "auto, AUTO"})
  void aKnownPolicyIsReadBesideFieldsOfTomorrow(String type, Policy policy) {
    var setting =
        withPolicy("{\"type\":\"%s\",\"note\":1}".formatted(type))
            .toolset()
            .orElseThrow()
            .of("bash");
    assertThat(setting.enabled()).isTrue();
    assertThat(setting.policy()).isEqualTo(policy);
  }

  @Test
  void anUnknownDefaultDisablesAllToolsWithoutASettingOfTheirOwn() {
    var tools =
        stored(
                """
                {"name":"a","model":"m","tools":[{"type":"agent_toolset_20260401",
                 "default_config":{"enabled":true,"permission_policy":{"type":"never"}},
                 "configs":[{"name":"read","enabled":true},
                  {"name":"bash","enabled":true,"permission_policy":{"type":"always_ask"}}]}]}\
                """)
            .toolset()
            .orElseThrow();
    assertThat(tools.of("write").enabled()).isFalse();
    assertThat(tools.of("bash").enabled()).isTrue();
    assertThat(tools.of("bash").policy()).isEqualTo(Policy.ALWAYS_ASK);
    assertThat(tools.of("read").enabled()).as("its policy is the default's").isFalse();
  }

  @Test
  void whatIsNotClearlyEnabledIsNot() {
    var tools =
        stored(
                """
                {"name":"a","model":"m","tools":[{"type":"agent_toolset_20260401",
                 "configs":[{"name":"bash","enabled":"later"},{"name":"read","enabled":{}}]}]}\
                """)
            .toolset()
            .orElseThrow();
    assertThat(tools.of("bash").enabled()).isFalse();
    assertThat(tools.of("read").enabled()).isFalse();
    assertThat(tools.of("write").enabled()).isTrue();
  }
}
