package dev.drover.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Json;
import dev.drover.catalog.CustomTool;
import dev.drover.catalog.Definition;
import dev.drover.catalog.McpServer;
import dev.drover.catalog.McpToolset;
import dev.drover.catalog.ModelConfig;
import dev.drover.catalog.Tool;
import dev.drover.catalog.Toolset;
import dev.drover.policy.Glob;
import dev.drover.policy.OperatorPolicy;
import dev.drover.policy.ToolCap;
import dev.drover.session.Event;
import dev.drover.session.RemoteTool;
import dev.drover.testing.PuppetTool;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Which tools an agent's model is offered, by whom they run, and what is said of all others.
final class ToolboxTest {
  private static final Json.Obj SCHEMA = Json.obj("type", "object");
  private static final Inventory INVENTORY = Inventory.of(List.of(new PuppetTool("look", true)));
  private static final Toolset ALL = new Toolset(Toolset.OPEN, List.of());

  private static Toolbox of(Tool... tools) {
    var model = new ModelConfig("claude-test", Optional.empty(), "standard");
    return Toolbox.of(
        new Definition("Tester", null, model, null, List.of(tools)), INVENTORY, Map.of());
  }

  private static CustomTool custom(String name) {
    return new CustomTool(name, "The client's.", SCHEMA);
  }

  @ParameterizedTest
  @CsvSource({
    "true, ALWAYS_ALLOW, ALLOWED",
    "true, ALWAYS_ASK, ASKED",
    "true, AUTO, UNDECIDED",
    "false, ALWAYS_ALLOW,",
    "false, ALWAYS_ASK,",
    "false, AUTO,"
  })
  void theToolsetSaysWhetherAndWhenATool(
      boolean enabled, Toolset.Policy policy, Event.Permission permission) {
    var setting = new Toolset.Setting(enabled, policy);
    for (var name : INVENTORY.names()) {
      for (var toolset :
          List.of(
              new Toolset(setting, List.of()),
              new Toolset(Toolset.OPEN, List.of(new Toolset.ToolSetting(name, setting))),
              new Toolset(
                  new Toolset.Setting(!enabled, Toolset.Policy.ALWAYS_ASK),
                  List.of(new Toolset.ToolSetting(name, setting))))) {
        assertThat(of(toolset).named(name).map(Offer::permission))
            .as(name)
            .isEqualTo(Optional.ofNullable(permission));
      }
    }
  }

  @Test
  void anOfferSaysWhoRunsItAndWhetherItChangesAnything() {
    var toolbox = of(ALL, custom("lookup"));
    for (var name : List.of("bash", "read", "write", "edit", "glob", "grep")) {
      var offer = toolbox.named(name).orElseThrow();
      assertThat(offer.runs()).isEqualTo(new Runs.Hand());
      assertThat(offer.spec().readOnly())
          .as(name)
          .isEqualTo(List.of("read", "glob", "grep").contains(name));
    }
    assertThat(toolbox.named("look").orElseThrow().runs()).isInstanceOf(Runs.Server.class);
    assertThat(toolbox.named("look").orElseThrow().spec().readOnly()).isTrue();
    assertThat(toolbox.named("lookup").orElseThrow().runs()).isEqualTo(new Runs.Client());
    assertThat(toolbox.named("lookup").orElseThrow().spec().readOnly()).isFalse();
  }

  @Test
  void definitionsAreTheSameBytesEachTime() {
    var tools = new Tool[] {ALL, custom("b"), custom("a")};
    var names =
        of(tools).definitions().items().stream()
            .map(tool -> ((Json.Obj) tool).text("name"))
            .toList();
    assertThat(names)
        .containsExactly("bash", "read", "write", "edit", "glob", "grep", "look", "b", "a");
    assertThat(of(tools).definitions().toString()).isEqualTo(of(tools).definitions().toString());
  }

  @Test
  void aClientsToolTakesThePlaceOfOneOfTheServer() {
    var toolbox = of(ALL, custom("look"));
    assertThat(toolbox.named("look").orElseThrow().runs()).isEqualTo(new Runs.Client());
    assertThat(toolbox.definitions().items()).hasSize(7);
  }

  @ParameterizedTest
  @ValueSource(strings = {"bash", "look", "web_fetch", "web_search"})
  void aToolThatIsKnownAndNotOfferedIsNotEnabled(String name) {
    assertThat(of().named(name)).isEmpty();
    assertThat(of().refusal(name))
        .isEqualTo(
            "Permission to use "
                + name
                + " has been denied. It is not enabled for this agent. There are no tools.");
  }

  @ParameterizedTest
  @CsvSource({"hammer, hammer", "'', a tool without a name", "Bash, Bash", "' ', ' '"})
  void anyOtherIsNoTool(String name, String shown) {
    assertThat(of(custom("nail")).refusal(name))
        .isEqualTo("no such tool: " + shown + ". The tools are: nail.");
  }

  @Test
  void theOperatorsPolicyLeavesToolsOutAndMakesOthersAsk() {
    var cap =
        new ToolCap(
            List.of(new Glob("read"), new Glob("mcp__w__*")),
            List.of(new Glob("bash"), new Glob("mcp__w__drop")));
    var none = OperatorPolicy.NONE;
    var policy =
        new OperatorPolicy(
            none.networking(), none.managers(), none.mcp(), cap, none.models(), none.credentials());
    var server = new McpServer("w", URI.create("https://w.example/mcp"));
    var allowed = new McpToolset("w", Toolset.OPEN, List.of());
    var model = new ModelConfig("claude-test", Optional.empty(), "standard");
    var toolbox =
        Toolbox.of(
            new Definition(
                "T",
                null,
                model,
                null,
                List.of(ALL, allowed, custom("bash2")),
                List.of(server),
                List.of(),
                Json.EMPTY),
            Inventory.of(List.of(), () -> policy),
            Map.of(server, List.of(remote("drop"), remote("look"))));
    assertThat(toolbox.definitions().toString())
        .contains("\"write\"", "mcp__w__look", "bash2")
        .doesNotContain("\"bash\"", "drop");
    assertThat(toolbox.named("read").orElseThrow().permission()).isEqualTo(Event.Permission.ASKED);
    assertThat(toolbox.named("write").orElseThrow().permission())
        .isEqualTo(Event.Permission.ALLOWED);
    assertThat(toolbox.named("mcp__w__look").orElseThrow().permission())
        .isEqualTo(Event.Permission.ASKED);
    assertThat(toolbox.refusal("bash"))
        .startsWith(
            "Permission to use bash has been denied. The cause is that the operator's policy denies"
                + " the tool bash (policy rule tools.deny.0). The tools are: read, write,");
    assertThat(toolbox.refusal("mcp__w__drop")).contains("(policy rule tools.deny.1)");
    assertThat(toolbox.ofMcpServer("mcp__w__drop")).isPresent();
  }

  private static Definition agent(Tool... tools) {
    var model = new ModelConfig("claude-test", Optional.empty(), "standard");
    return new Definition("Tester", null, model, null, List.of(tools));
  }

  @Test
  void theReaderOfTheLogIsOfferedToEveryAgentOrToNone() {
    var reader = new PuppetTool("get_events", true);
    var asking = new Toolset(new Toolset.Setting(false, Toolset.Policy.ALWAYS_ASK), List.of());
    var on = INVENTORY.withReader(reader, true);
    for (var agent : List.of(agent(), agent(asking), agent(ALL, custom("lookup")))) {
      var toolbox = Toolbox.of(agent, on, Map.of());
      var offer = toolbox.named("get_events").orElseThrow();
      assertThat(offer.runs()).isEqualTo(new Runs.LogReader(reader));
      assertThat(offer.permission()).isEqualTo(Event.Permission.ALLOWED);
      assertThat(toolbox.definitions().items()).last().asString().contains("get_events");
      assertThat(Toolbox.of(agent, on, Map.of(), false).definitions())
          .isEqualTo(Toolbox.of(agent, INVENTORY, Map.of()).definitions());
      assertThat(Toolbox.of(agent, INVENTORY.withReader(reader, false), Map.of()).definitions())
          .isEqualTo(Toolbox.of(agent, INVENTORY, Map.of()).definitions());
    }
    assertThat(on.names()).isEqualTo(INVENTORY.names());
  }

  @Test
  void aCustomToolLeavesTheReaderOfTheLogAnotherName() {
    var on = INVENTORY.withReader(new PuppetTool("get_events", true), true);
    var one = Toolbox.of(agent(custom("get_events")), on, Map.of());
    assertThat(one.named("get_events").orElseThrow().runs()).isEqualTo(new Runs.Client());
    var offer = one.named("session_get_events").orElseThrow();
    assertThat(offer.runs()).isInstanceOf(Runs.LogReader.class);
    assertThat(on.named(offer.name()).orElseThrow().spec().name()).isEqualTo("get_events");
    var both = Toolbox.of(agent(custom("get_events"), custom("session_get_events")), on, Map.of());
    assertThat(both.definitions().items()).hasSize(2);
    assertThat(both.named("session_get_events").orElseThrow().runs()).isEqualTo(new Runs.Client());
  }

  @Test
  void theOperatorMayDenyTheReaderOfTheLogOrHaveItAsk() {
    var reader = new PuppetTool("get_events", true);
    var none = OperatorPolicy.NONE;
    for (boolean denies : List.of(true, false)) {
      var names = List.of(new Glob("get_*"));
      var cap = new ToolCap(denies ? List.of() : names, denies ? names : List.of());
      var policy =
          new OperatorPolicy(
              none.networking(),
              none.managers(),
              none.mcp(),
              cap,
              none.models(),
              none.credentials());
      var toolbox =
          Toolbox.of(
              agent(ALL), Inventory.of(List.of(), () -> policy).withReader(reader, true), Map.of());
      assertThat(toolbox.named("get_events").map(Offer::permission))
          .isEqualTo(denies ? Optional.empty() : Optional.of(Event.Permission.ASKED));
      if (denies) {
        assertThat(toolbox.refusal("get_events"))
            .startsWith("Permission to use get_events has been denied. The cause is that the")
            .contains("tools.deny.0");
      }
    }
  }

  private static RemoteTool remote(String name) {
    return new RemoteTool(name, "What it does.", SCHEMA, false);
  }

  @Test
  void aLongNameIsCut() {
    assertThat(of().refusal("😀".repeat(10_000))).hasSizeLessThan(400).contains("😀…");
  }

  @Test
  void everyToolOfAHandIsOneOfTheProtocol() {
    assertThat(Toolset.NAMES).containsAll(Inventory.HANDS.names());
    assertThat(Inventory.HANDS.names()).hasSize(6);
  }

  @ParameterizedTest
  @ValueSource(strings = {"bash", "look"})
  void twoToolsOfOneNameAreAMistake(String name) {
    var tools = List.<ServerTool>of(new PuppetTool("look", true), new PuppetTool(name, true));
    assertThatThrownBy(() -> Inventory.of(tools))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(name);
  }
}
