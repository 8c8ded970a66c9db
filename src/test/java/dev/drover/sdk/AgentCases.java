package dev.drover.sdk;

import static dev.drover.sdk.RefusalCases.refused;
import static org.assertj.core.api.Assertions.assertThat;

import com.anthropic.core.JsonValue;
import com.anthropic.errors.BadRequestException;
import com.anthropic.models.beta.agents.AgentCreateParams;
import com.anthropic.models.beta.agents.AgentListParams;
import com.anthropic.models.beta.agents.AgentRetrieveParams;
import com.anthropic.models.beta.agents.AgentUpdateParams;
import com.anthropic.models.beta.agents.BetaManagedAgentsAgent;
import com.anthropic.models.beta.agents.BetaManagedAgentsAgentToolsetDefaultConfigParams;
import com.anthropic.models.beta.agents.BetaManagedAgentsAlwaysAskPolicy;
import com.anthropic.models.beta.agents.BetaManagedAgentsBashToolConfigParams;
import com.anthropic.models.beta.agents.BetaManagedAgentsModel;
import com.anthropic.models.beta.agents.BetaManagedAgentsModelConfigParams;
import com.anthropic.models.beta.agents.BetaManagedAgentsUserLocation;
import com.anthropic.models.beta.agents.BetaManagedAgentsWebFetchToolConfigParams;
import com.anthropic.models.beta.agents.BetaManagedAgentsWebFetchUrlSourceShorthand;
import com.anthropic.models.beta.agents.BetaManagedAgentsWebFetchUrlSourcesParams;
import com.anthropic.models.beta.agents.BetaManagedAgentsWebSearchToolConfigParams;
import com.anthropic.models.beta.agents.versions.VersionListParams;
import com.anthropic.models.beta.models.BetaModelInfo;
import com.anthropic.models.beta.models.ModelListParams;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Agents with their versions, and the models that they name.
final class AgentCases {
  private final Rig rig;

  AgentCases(Rig rig) {
    this.rig = rig;
  }

  @Test
  void everythingThatAnAgentIsMadeOf() {
    var ask = BetaManagedAgentsAlwaysAskPolicy.builder().type(JsonValue.from("always_ask")).build();
    var bash =
        BetaManagedAgentsBashToolConfigParams.builder()
            .name(JsonValue.from("bash"))
            .enabled(false)
            .build();
    var tools =
        Rig.toolset()
            .defaultConfig(
                BetaManagedAgentsAgentToolsetDefaultConfigParams.builder()
                    .permissionPolicy(ask)
                    .build())
            .addConfig(bash)
            .build();
    var agent =
        rig.beta
            .agents()
            .create(
                AgentCreateParams.builder()
                    .name("Coder")
                    .model(
                        BetaManagedAgentsModelConfigParams.builder()
                            .id(Rig.MODEL)
                            .effort(
                                BetaManagedAgentsModelConfigParams.Effort
                                    .BetaManagedAgentsEffortLevel.LOW)
                            .build())
                    .description("Writes code.")
                    .system("Be brief.")
                    .addTool(tools)
                    .addTool(ToolCases.weather())
                    .metadata(
                        AgentCreateParams.Metadata.builder()
                            .putAdditionalProperty("team", JsonValue.from("one"))
                            .build())
                    .build());
    assertThat(agent.version()).isEqualTo(1);
    assertThat(agent.model().effort().orElseThrow().isLow()).isTrue();
    assertThat(agent.model().speed().orElseThrow().asString()).isEqualTo("standard");
    assertThat(agent.executionIdentity().isServiceAccount()).isTrue();
    assertThat(agent.mcpServers()).isEmpty();
    assertThat(agent.skills()).isEmpty();
    assertThat(agent._multiagent().isNull()).isTrue();
    assertThat(agent._archivedAt().isNull()).isTrue();
    assertThat(agent.metadata()._additionalProperties())
        .containsExactly(Map.entry("team", JsonValue.from("one")));
    var toolset = agent.tools().getFirst().asAgentToolset20260401();
    assertThat(toolset.defaultConfig().enabled()).isTrue();
    assertThat(toolset.defaultConfig().permissionPolicy().isAlwaysAsk()).isTrue();
    var config = toolset.configs().getFirst().asBash();
    assertThat(config.enabled()).isFalse();
    assertThat(config.permissionPolicy().isAlwaysAsk()).isTrue();
    assertThat(agent.tools().getLast().asCustom().name()).isEqualTo("weather");
    assertThat(rig.beta.agents().retrieve(agent.id())).isEqualTo(agent);
  }

  @Test
  void theRulesOfTheWebTools() {
    var sources =
        BetaManagedAgentsWebFetchUrlSourcesParams.builder()
            .userInput(BetaManagedAgentsWebFetchUrlSourceShorthand.NONE)
            .build();
    var fetch =
        BetaManagedAgentsWebFetchToolConfigParams.builder()
            .name(JsonValue.from("web_fetch"))
            .addAllowedDomain("docs.example")
            .maxContentTokens(5_000)
            .urlSources(sources)
            .build();
    var search =
        BetaManagedAgentsWebSearchToolConfigParams.builder()
            .name(JsonValue.from("web_search"))
            .addBlockedDomain("ads.example/x")
            .userLocation(
                BetaManagedAgentsUserLocation.builder()
                    .type(JsonValue.from("approximate"))
                    .country("CH")
                    .build())
            .build();
    var tools = Rig.toolset().addConfig(fetch).addConfig(search).build();
    var agent =
        rig.beta
            .agents()
            .create(
                AgentCreateParams.builder()
                    .name("Reader")
                    .model(BetaManagedAgentsModel.of(Rig.MODEL))
                    .addTool(tools)
                    .build());
    var configs = agent.tools().getFirst().asAgentToolset20260401().configs();
    var fetches = configs.getFirst().asWebFetch();
    assertThat(fetches.allowedDomains()).contains(List.of("docs.example"));
    assertThat(fetches.blockedDomains()).isEmpty();
    assertThat(fetches.maxContentTokens()).contains(5_000);
    var shown = fetches.urlSources().orElseThrow();
    assertThat(shown.userInput().orElseThrow().isNone()).isTrue();
    assertThat(shown.clientToolResults()).isEmpty();
    var searches = configs.getLast().asWebSearch();
    assertThat(searches.blockedDomains()).contains(List.of("ads.example/x"));
    assertThat(searches.userLocation().orElseThrow().country()).contains("CH");
    assertThat(rig.beta.agents().retrieve(agent.id())).isEqualTo(agent);
  }

  @Test
  void anAgentChangesInVersions() {
    var agents = rig.beta.agents();
    var first = rig.agent();
    var second =
        agents.update(
            AgentUpdateParams.builder()
                .agentId(first.id())
                .version(1)
                .system("Be kind.")
                .metadata(
                    AgentUpdateParams.Metadata.builder()
                        .putAdditionalProperty("a", JsonValue.from("1"))
                        .putAdditionalProperty("b", JsonValue.from("2"))
                        .build())
                .build());
    assertThat(second.version()).isEqualTo(2);
    assertThat(second.system()).contains("Be kind.");
    assertThat(second.tools()).isEqualTo(first.tools());
    assertThat(second.updatedAt()).isAfter(first.updatedAt());
    var third =
        agents.update(
            AgentUpdateParams.builder()
                .agentId(first.id())
                .system(Optional.<String>empty())
                .tools(List.of())
                .metadata(
                    AgentUpdateParams.Metadata.builder()
                        .putAdditionalProperty("a", JsonValue.from(null))
                        .build())
                .build());
    assertThat(third.system()).isEmpty();
    assertThat(third.tools()).isEmpty();
    assertThat(third.metadata()._additionalProperties()).containsOnlyKeys("b");
    var same =
        agents.update(AgentUpdateParams.builder().agentId(first.id()).name(first.name()).build());
    assertThat(same).isEqualTo(third);
    assertThat(
            agents.retrieve(AgentRetrieveParams.builder().agentId(first.id()).version(2).build()))
        .isEqualTo(second);
    assertThat(
            agents
                .versions()
                .list(VersionListParams.builder().agentId(first.id()).limit(1).build())
                .autoPager())
        .containsExactly(third, second, first);
  }

  @Test
  void anArchivedAgentIsReadOnlyAndHidden() {
    var agents = rig.beta.agents();
    var agent = rig.agent();
    var archived = agents.archive(agent.id());
    assertThat(archived.archivedAt()).isPresent();
    assertThat(agents.archive(agent.id())).isEqualTo(archived);
    refused(
            BadRequestException.class,
            () -> agents.update(AgentUpdateParams.builder().agentId(agent.id()).name("x").build()),
            "")
        .hasMessageContaining("Cannot modify archived agent");
    refused(
        BadRequestException.class,
        () -> rig.beta.sessions().create(rig.session(Rig.coder()).agent(agent.id()).build()),
        "");
    var since = AgentListParams.builder().createdAtGte(agent.createdAt());
    assertThat(agents.list(since.build()).items()).doesNotContain(archived);
    assertThat(agents.list(since.includeArchived(true).build()).items()).contains(archived);
  }

  @Test
  void agentsPageFromTheNewestOn() {
    var made = new ArrayList<BetaManagedAgentsAgent>();
    for (int i = 0; i < 5; i++) {
      made.addFirst(rig.agent());
    }
    var params =
        AgentListParams.builder()
            .createdAtGte(made.getLast().createdAt())
            .createdAtLte(made.getFirst().createdAt())
            .limit(2);
    var first = rig.beta.agents().list(params.build());
    assertThat(first.items()).hasSize(2);
    assertThat(first.hasNextPage()).isTrue();
    assertThat(first.autoPager()).containsExactlyElementsOf(made);
  }

  @Test
  void whatAnAgentMayNotBe() {
    refused(
        BadRequestException.class,
        () -> rig.beta.agents().create(Rig.coder().name("").build()),
        "");
    refused(
            BadRequestException.class,
            () ->
                rig.beta
                    .agents()
                    .create(
                        Rig.coder()
                            .putAdditionalBodyProperty("colour", JsonValue.from("red"))
                            .build()),
            "")
        .hasMessageContaining("colour");
    refused(
        BadRequestException.class,
        () -> rig.beta.agents().create(Rig.coder().addTool(Rig.toolset().build()).build()),
        "");
    refused(
        BadRequestException.class,
        () -> rig.beta.agents().create(Rig.coder().addAnthropicSkill("xlsx").build()),
        "");
    refused(
        BadRequestException.class,
        () ->
            rig.beta
                .agents()
                .create(
                    Rig.coder()
                        .model(
                            BetaManagedAgentsModelConfigParams.builder()
                                .id(BetaManagedAgentsModel.of(Rig.MODEL))
                                .effort(
                                    BetaManagedAgentsModelConfigParams.Effort
                                        .BetaManagedAgentsEffortLevel.MAX)
                                .build())
                        .build()),
        "");
  }

  @Test
  void modelsAreListedInBothDirections() {
    var models = rig.beta.models();
    var first = models.list(ModelListParams.builder().limit(1).build());
    assertThat(first.autoPager().stream().map(BetaModelInfo::id))
        .containsExactly("rehearsal", Rig.MODEL);
    assertThat(
            models.list(ModelListParams.builder().beforeId(Rig.MODEL).build()).items().stream()
                .map(BetaModelInfo::id))
        .containsExactly("rehearsal");
    assertThat(models.retrieve(Rig.MODEL).displayName()).isEqualTo(Rig.MODEL);
    assertThat(rig.models.list().items()).hasSize(2);
    assertThat(rig.models.retrieve(Rig.MODEL).id()).isEqualTo(Rig.MODEL);
  }
}
