package dev.drover.sdk;

import static dev.drover.sdk.RefusalCases.refused;
import static dev.drover.testing.Sequences.TEXT_TURN;
import static org.assertj.core.api.Assertions.assertThat;

import com.anthropic.core.JsonValue;
import com.anthropic.errors.BadRequestException;
import com.anthropic.errors.NotFoundException;
import com.anthropic.models.beta.agents.AgentUpdateParams;
import com.anthropic.models.beta.agents.BetaManagedAgentsModel;
import com.anthropic.models.beta.sessions.BetaManagedAgentsAgentParams;
import com.anthropic.models.beta.sessions.BetaManagedAgentsAgentWithOverridesParams;
import com.anthropic.models.beta.sessions.BetaManagedAgentsSession;
import com.anthropic.models.beta.sessions.BetaManagedAgentsSessionAgentUpdate;
import com.anthropic.models.beta.sessions.SessionCreateParams;
import com.anthropic.models.beta.sessions.SessionListParams;
import com.anthropic.models.beta.sessions.SessionUpdateParams;
import com.anthropic.models.beta.sessions.events.BetaManagedAgentsStreamSessionEvents;
import dev.drover.testing.Script;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/// Sessions from their creation to their end.
abstract class SessionCases {
  private final Rig rig;

  SessionCases(Rig rig) {
    this.rig = rig;
  }

  @Test
  void theThreeWaysToNameAnAgent() {
    var agent = rig.agent();
    rig.beta.agents().update(AgentUpdateParams.builder().agentId(agent.id()).name("New").build());
    var environment = rig.environment().id();
    var latest = create(SessionCreateParams.builder().agent(agent.id()), environment);
    assertThat(latest.agent().version()).isEqualTo(2);
    assertThat(latest.status().asString()).isEqualTo("idle");
    assertThat(latest._budget().isNull()).isTrue();
    assertThat(latest.usage().inputTokens().orElseThrow().longValue()).isZero();
    assertThat(latest.resources()).isEmpty();

    var pinned =
        create(
            SessionCreateParams.builder()
                .agent(
                    BetaManagedAgentsAgentParams.builder()
                        .type(JsonValue.from("agent"))
                        .id(agent.id())
                        .version(1)
                        .build()),
            environment);
    assertThat(pinned.agent().name()).isEqualTo("Coder");

    var changed =
        create(
            SessionCreateParams.builder()
                .agent(
                    BetaManagedAgentsAgentWithOverridesParams.builder()
                        .type(JsonValue.from("agent_with_overrides"))
                        .id(agent.id())
                        .model(BetaManagedAgentsModel.of(Rig.PLAIN))
                        .system("Be kind.")
                        .tools(List.of())
                        .addTool(ToolCases.weather())
                        .build()),
            environment);
    assertThat(changed.agent().id()).isEqualTo(agent.id());
    assertThat(changed.agent().version()).isEqualTo(2);
    assertThat(changed.agent().model().id().asString()).isEqualTo(Rig.PLAIN);
    assertThat(changed.agent().system()).contains("Be kind.");
    assertThat(changed.agent().tools()).hasSize(1).allMatch(tool -> tool.isCustom());
    assertThat(rig.beta.agents().retrieve(agent.id()).system()).isEmpty();
  }

  @Test
  void aSessionBeginsWithEvents() {
    var hold = new CountDownLatch(1);
    rig.model.script(Script.reply().hold(hold).text("Hello"));
    var session =
        rig.beta
            .sessions()
            .create(rig.session(Rig.coder()).addInitialEvent(Talk.message("Hi")).build());
    assertThat(session.status().asString()).isEqualTo("running");
    try (var talk = new Talk(rig, session.id())) {
      hold.countDown();
      talk.untilIdle();
      assertThat(Talk.types(talk.listed(1000))).isEqualTo(TEXT_TURN);
    }
  }

  @Test
  void aSessionChanges() {
    rig.model.script(Script.reply().text("Hello"));
    try (var talk = rig.talk(Rig.coder())) {
      var update =
          SessionUpdateParams.builder()
              .sessionId(talk.id)
              .title("New")
              .metadata(
                  SessionUpdateParams.Metadata.builder()
                      .putAdditionalProperty("a", JsonValue.from("1"))
                      .build())
              .agent(
                  BetaManagedAgentsSessionAgentUpdate.builder()
                      .addTool(ToolCases.weather())
                      .build())
              .build();
      var session = rig.beta.sessions().update(update);
      assertThat(session.title()).contains("New");
      assertThat(session.agent().tools()).hasSize(1).allMatch(tool -> tool.isCustom());
      var event = talk.until(BetaManagedAgentsStreamSessionEvents::isSessionUpdated);
      var updated = event.asSessionUpdated();
      assertThat(updated.title()).contains("New");
      assertThat(updated.metadata().orElseThrow()._additionalProperties()).containsOnlyKeys("a");
      assertThat(updated.agent().orElseThrow()).isEqualTo(session.agent());
      assertThat(updated._budget().isMissing()).isTrue();
      assertThat(rig.beta.sessions().update(update).updatedAt()).isEqualTo(session.updatedAt());

      var cleared =
          rig.beta
              .sessions()
              .update(
                  SessionUpdateParams.builder()
                      .sessionId(talk.id)
                      .title(Optional.<String>empty())
                      .build());
      assertThat(cleared.title()).isEmpty();
      assertThat(cleared.metadata()._additionalProperties()).containsOnlyKeys("a");
      assertThat(cleared.updatedAt()).isAfter(session.updatedAt());
      talk.say("Hi");
      talk.untilIdle();
      assertThat(talk.news().subList(0, 3))
          .isEqualTo(List.of("session.updated", "session.updated", "session.status_running"));
      var requests = rig.model.requests();
      assertThat(requests.getLast().body().items("tools")).hasSize(1);
    }
  }

  @Test
  void archiveAndDelete() {
    var begun = new CountDownLatch(1);
    try (var talk = rig.talk(Script.reply().text("Well").hold(begun))) {
      talk.say("Hi");
      talk.untilAsked();
      refused(BadRequestException.class, () -> rig.beta.sessions().archive(talk.id), "")
          .hasMessageContaining("Only pending or idle sessions may be archived.");
      refused(BadRequestException.class, () -> rig.beta.sessions().delete(talk.id), "")
          .hasMessageContaining("Cannot delete session while it is running.");
      begun.countDown();
      talk.untilIdle();
      talk.news();
      var archived = rig.beta.sessions().archive(talk.id);
      assertThat(archived.status().asString()).isEqualTo("terminated");
      assertThat(archived.archivedAt()).isPresent();
      assertThat(rig.beta.sessions().archive(talk.id).archivedAt())
          .isEqualTo(archived.archivedAt());
      talk.until(BetaManagedAgentsStreamSessionEvents::isSessionStatusTerminated);
      assertThat(talk.news()).containsExactly("session.status_terminated");
      talk.assertListedAsStreamed();
      refused(BadRequestException.class, () -> talk.say("More"), "");
    }
    try (var talk = rig.talk()) {
      var deleted = rig.beta.sessions().delete(talk.id);
      assertThat(deleted.id()).isEqualTo(talk.id);
      assertThat(deleted._type()).isEqualTo(JsonValue.from("session_deleted"));
      talk.until(BetaManagedAgentsStreamSessionEvents::isSessionDeleted);
      refused(NotFoundException.class, () -> rig.beta.sessions().retrieve(talk.id), "");
      refused(NotFoundException.class, () -> talk.say("Hi"), "");
    }
  }

  @Test
  void listsWithEveryFilter() {
    var agent = rig.agent().id();
    var environment = rig.environment().id();
    var made = new ArrayList<BetaManagedAgentsSession>();
    for (int i = 0; i < 3; i++) {
      made.add(create(SessionCreateParams.builder().agent(agent), environment));
    }
    rig.beta.agents().update(AgentUpdateParams.builder().agentId(agent).name("Second").build());
    made.add(create(SessionCreateParams.builder().agent(agent), environment));
    rig.beta.sessions().archive(made.get(1).id());

    assertThat(listed(of(agent))).containsExactly(id(made, 3), id(made, 2), id(made, 0));
    assertThat(listed(of(agent).includeArchived(true)))
        .containsExactly(id(made, 3), id(made, 2), id(made, 1), id(made, 0));
    assertThat(listed(of(agent).order(SessionListParams.Order.ASC)))
        .containsExactly(id(made, 0), id(made, 2), id(made, 3));
    assertThat(listed(of(agent).agentVersion(2))).containsExactly(id(made, 3));
    var middle = made.get(2).createdAt();
    assertThat(listed(of(agent).createdAtGt(middle))).containsExactly(id(made, 3));
    assertThat(listed(of(agent).createdAtGte(middle))).containsExactly(id(made, 3), id(made, 2));
    assertThat(listed(of(agent).createdAtLt(middle))).containsExactly(id(made, 0));
    assertThat(listed(of(agent).createdAtLte(middle))).containsExactly(id(made, 2), id(made, 0));
    assertThat(
            listed(
                of(agent)
                    .includeArchived(true)
                    .addStatus(SessionListParams.Status.TERMINATED)
                    .addStatus(SessionListParams.Status.RUNNING)))
        .containsExactly(id(made, 1));
    refused(BadRequestException.class, () -> listed(of(agent).deploymentId("depl_01x")), "");
    assertThat(listed(of(agent).memoryStoreId("memstore_01x"))).isEmpty();
  }

  @Test
  void pagesForthAndBack() {
    var agent = rig.agent().id();
    var environment = rig.environment().id();
    var made = new ArrayList<String>();
    for (int i = 0; i < 5; i++) {
      made.addFirst(create(SessionCreateParams.builder().agent(agent), environment).id());
    }
    var sessions = rig.beta.sessions();
    var first = sessions.list(of(agent).limit(2).build());
    assertThat(first.prevPage()).isEmpty();
    var second = sessions.list(first.nextPageParams());
    var third = sessions.list(second.nextPageParams());
    assertThat(third.hasNextPage()).isFalse();
    assertThat(ids(third.items())).containsExactly(made.get(4));
    var back = sessions.list(of(agent).limit(2).page(third.prevPage().orElseThrow()).build());
    assertThat(ids(back.items())).isEqualTo(ids(second.items()));
    var front = sessions.list(of(agent).limit(2).page(back.prevPage().orElseThrow()).build());
    assertThat(ids(front.items())).isEqualTo(ids(first.items()));
    assertThat(front.prevPage()).isEmpty();
    assertThat(listed(of(agent).limit(2))).isEqualTo(made);
    assertThat(listed(of(agent).limit(2).order(SessionListParams.Order.ASC)))
        .isEqualTo(made.reversed());
    refused(
            BadRequestException.class,
            () -> listed(of(agent).order(SessionListParams.Order.ASC).page(back.prevPage())),
            "")
        .hasMessageContaining("page token order does not match request");
  }

  private BetaManagedAgentsSession create(SessionCreateParams.Builder session, String environment) {
    return rig.beta.sessions().create(session.environmentId(environment).build());
  }

  private static SessionListParams.Builder of(String agent) {
    return SessionListParams.builder().agentId(agent);
  }

  private List<String> listed(SessionListParams.Builder params) {
    return rig.beta.sessions().list(params.build()).autoPager().stream()
        .map(BetaManagedAgentsSession::id)
        .toList();
  }

  private static String id(List<BetaManagedAgentsSession> sessions, int index) {
    return sessions.get(index).id();
  }

  private static List<String> ids(List<BetaManagedAgentsSession> sessions) {
    return sessions.stream().map(BetaManagedAgentsSession::id).toList();
  }
}
