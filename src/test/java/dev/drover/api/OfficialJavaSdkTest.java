package dev.drover.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.core.JsonValue;
import com.anthropic.errors.BadRequestException;
import com.anthropic.errors.ConflictException;
import com.anthropic.errors.NotFoundException;
import com.anthropic.errors.UnauthorizedException;
import com.anthropic.models.beta.agents.AgentCreateParams;
import com.anthropic.models.beta.agents.AgentListParams;
import com.anthropic.models.beta.agents.AgentUpdateParams;
import com.anthropic.models.beta.agents.BetaManagedAgentsAgentToolset20260401Params;
import com.anthropic.models.beta.agents.BetaManagedAgentsModel;
import com.anthropic.models.beta.agents.versions.VersionListParams;
import com.anthropic.models.beta.environments.EnvironmentCreateParams;
import com.anthropic.models.beta.environments.EnvironmentUpdateParams;
import com.anthropic.models.beta.sessions.BetaManagedAgentsDeltaType;
import com.anthropic.models.beta.sessions.SessionCreateParams;
import com.anthropic.models.beta.sessions.SessionListParams;
import com.anthropic.models.beta.sessions.events.BetaManagedAgentsStreamSessionEvents;
import com.anthropic.models.beta.sessions.events.BetaManagedAgentsUserInterruptEventParams;
import com.anthropic.models.beta.sessions.events.BetaManagedAgentsUserMessageEventParams;
import com.anthropic.models.beta.sessions.events.EventListParams;
import com.anthropic.models.beta.sessions.events.EventSendParams;
import com.anthropic.models.beta.sessions.events.EventStreamParams;
import dev.drover.base.Json;
import dev.drover.session.Event;
import dev.drover.session.Feed;
import dev.drover.session.Lease;
import dev.drover.session.ModelUsage;
import dev.drover.session.SessionError;
import dev.drover.session.SessionId;
import dev.drover.session.StopReason;
import dev.drover.session.ThreadId;
import dev.drover.session.Usage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The vendor's own client, unchanged but for the base URL, and with its response validation on.
@Timeout(60)
final class OfficialJavaSdkTest {
  private final Api api = new Api(Duration.ofMillis(100));
  private final AnthropicClient client = client(Api.KEY);

  private AnthropicClient client(String key) {
    return AnthropicOkHttpClient.builder()
        .baseUrl(api.server.url())
        .apiKey(key)
        .responseValidation(true)
        .maxRetries(0)
        .build();
  }

  @AfterEach
  void stop() {
    client.close();
    api.close();
  }

  private String session() {
    var agent =
        client
            .beta()
            .agents()
            .create(
                AgentCreateParams.builder()
                    .name("Coder")
                    .model(BetaManagedAgentsModel.of("rehearsal"))
                    .addTool(
                        BetaManagedAgentsAgentToolset20260401Params.builder()
                            .type(JsonValue.from("agent_toolset_20260401"))
                            .build())
                    .build());
    var environment =
        client
            .beta()
            .environments()
            .create(EnvironmentCreateParams.builder().name(api.ids.next("e")).build());
    assertThat(client.beta().agents().retrieve(agent.id()).name()).isEqualTo("Coder");
    assertThat(client.beta().environments().retrieve(environment.id()).id())
        .isEqualTo(environment.id());
    return client
        .beta()
        .sessions()
        .create(
            SessionCreateParams.builder()
                .agent(agent.id())
                .environmentId(environment.id())
                .title("t")
                .build())
        .id();
  }

  private EventSendParams send(String session, String text) {
    return EventSendParams.builder()
        .sessionId(session)
        .addEvent(
            BetaManagedAgentsUserMessageEventParams.builder()
                .type(JsonValue.from("user.message"))
                .addTextContent(text)
                .build())
        .build();
  }

  @Test
  void aTurnIsStreamedListedAndValid() throws Exception {
    var id = session();
    var params =
        EventStreamParams.builder()
            .sessionId(id)
            .addEventDelta(BetaManagedAgentsDeltaType.of("agent.message"))
            .build();
    try (var stream = client.beta().sessions().events().streamStreaming(params)) {
      var sent = client.beta().sessions().events().send(send(id, "hi"));
      assertThat(sent.validate().data().orElseThrow()).hasSize(1);
      var last = turn(api.woken());
      var seen = new ArrayList<BetaManagedAgentsStreamSessionEvents>();
      var events = stream.stream().iterator();
      while (seen.isEmpty() || !seen.getLast().isSessionStatusIdle()) {
        seen.add(events.next().validate());
      }
      assertThat(seen).hasSize(16);
      assertThat(seen.getFirst().asUserMessage().processedAt()).isEmpty();
      assertThat(seen.stream().filter(event -> event.isEventDelta())).hasSize(1);
      assertThat(seen.getLast().asSessionStatusIdle().id()).isEqualTo(last.value());
    }
    var listed =
        client
            .beta()
            .sessions()
            .events()
            .list(EventListParams.builder().sessionId(id).limit(3).build());
    assertThat(listed.autoPager().stream().map(event -> event.validate())).hasSize(13);
    client.beta().sessions().retrieve(id).validate();
    var thread = client.beta().sessions().threads().list(id).items().getFirst();
    assertThat(
            client
                .beta()
                .sessions()
                .threads()
                .events()
                .list(
                    com.anthropic.models.beta.sessions.threads.events.EventListParams.builder()
                        .sessionId(id)
                        .threadId(thread.id())
                        .build())
                .items())
        .hasSize(13);
  }

  /// Every kind of event that this version sends.
  private dev.drover.session.EventId turn(Lease lease) {
    var message = api.store.eventLog().inbox(lease.session()).queued().getFirst().event();
    var thread = new ThreadId("sthr_01a");
    var start = api.id();
    var use = api.id();
    var reply = api.id();
    api.feed.publish(
        lease.session(),
        List.of(
            new Feed.Item.PreviewStart("agent.message", reply),
            new Feed.Item.PreviewText("agent.message", reply, 0, "a")));
    var idle = new Event.StatusIdle(api.id(), new StopReason.EndTurn());
    api.emit(
        lease,
        new Event.StatusRunning(api.id()),
        new Event.ThreadRunning(api.id(), thread, "Coder"),
        message,
        new Event.ModelRequestStart(start),
        new Event.AgentThinking(api.id()),
        new Event.AgentMessage(reply, Json.arr(Json.obj("type", "text", "text", "a"))),
        new Event.AgentToolUse(use, "bash", Json.obj("command", "ls"), Event.Permission.ALLOWED),
        new Event.ModelRequestEnd(api.id(), start, false, new ModelUsage(1, 2, 3, 4)),
        new Event.AgentToolResult(
            api.id(), use, Json.arr(Json.obj("type", "text", "text", "b")), false),
        new Event.Failed(
            api.id(),
            new SessionError(
                SessionError.Type.MODEL_OVERLOADED, "busy", SessionError.Retry.RETRYING)),
        new Event.ThreadIdle(api.id(), thread, "Coder", new StopReason.EndTurn()),
        new Event.UsageReported(
            api.id(), Usage.NONE, java.util.Optional.empty(), java.util.Optional.empty()),
        idle);
    return idle.id();
  }

  @Test
  void listsPageThroughByThemselves() {
    for (int i = 0; i < 3; i++) {
      session();
    }
    var sessions = client.beta().sessions().list();
    assertThat(sessions.items()).hasSize(3);
    var agents = client.beta().agents().list(AgentListParams.builder().limit(2).build());
    assertThat(agents.autoPager().stream()).hasSize(3);
    assertThat(client.beta().environments().list().autoPager().stream()).hasSize(3);
  }

  @Test
  void agentsChangeAndEnd() {
    var session = client.beta().sessions().retrieve(session());
    var id = session.agent().id();
    var agents = client.beta().agents();
    var changed =
        agents.update(AgentUpdateParams.builder().agentId(id).version(1).name("Reviewer").build());
    assertThat(changed.validate().version()).isEqualTo(2);
    assertThatThrownBy(
            () -> agents.update(AgentUpdateParams.builder().agentId(id).version(1).build()))
        .isInstanceOf(ConflictException.class)
        .hasMessageContaining("Concurrent modification");
    assertThat(
            agents
                .versions()
                .list(VersionListParams.builder().agentId(id).limit(1).build())
                .autoPager()
                .stream()
                .map(version -> version.validate().name()))
        .containsExactly("Reviewer", "Coder");
    assertThat(agents.archive(id).validate().archivedAt()).isPresent();
    assertThatThrownBy(
            () -> agents.update(AgentUpdateParams.builder().agentId(id).name("x").build()))
        .isInstanceOf(BadRequestException.class);
    var ofAgent =
        client
            .beta()
            .sessions()
            .list(
                SessionListParams.builder()
                    .agentId(id)
                    .agentVersion(1)
                    .createdAtGte(session.createdAt())
                    .build());
    assertThat(ofAgent.items()).hasSize(1);
  }

  @Test
  void environmentsChangeAndEnd() {
    var session = client.beta().sessions().retrieve(session());
    var environments = client.beta().environments();
    var id = session.environmentId();
    var changed =
        environments.update(
            EnvironmentUpdateParams.builder().environmentId(id).description("d").build());
    assertThat(changed.validate().description()).hasValue("d");
    assertThatThrownBy(() -> environments.delete(id)).isInstanceOf(ConflictException.class);
    assertThat(environments.archive(id).validate().archivedAt()).isPresent();
    client.beta().sessions().delete(session.id());
    assertThat(environments.delete(id).validate().id()).isEqualTo(id);
    assertThatThrownBy(() -> environments.retrieve(id)).isInstanceOf(NotFoundException.class);
  }

  @Test
  void modelsAreListedAndRetrieved() {
    var models = client.beta().models().list();
    assertThat(models.autoPager().stream().map(model -> model.validate().id()))
        .containsExactly("rehearsal", "rehearsal-2", "team/fast");
    assertThat(client.models().retrieve("team/fast").validate().displayName())
        .isEqualTo("team/fast");
  }

  @Test
  void anInterruptIsSentAndTheSessionArchivedAndDeleted() throws Exception {
    var id = session();
    var sent =
        client
            .beta()
            .sessions()
            .events()
            .send(
                EventSendParams.builder()
                    .sessionId(id)
                    .addEvent(
                        BetaManagedAgentsUserInterruptEventParams.builder()
                            .type(JsonValue.from("user.interrupt"))
                            .build())
                    .build());
    assertThat(sent.data().orElseThrow()).hasSize(1);
    api.rest(api.woken());
    var archived = client.beta().sessions().archive(id);
    assertThat(archived.archivedAt()).isPresent();
    assertThatThrownBy(() -> client.beta().sessions().events().send(send(id, "late")))
        .isInstanceOf(BadRequestException.class);
    assertThat(client.beta().sessions().delete(id).id()).isEqualTo(id);
    assertThatThrownBy(() -> client.beta().sessions().retrieve(id))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining(new SessionId(id).value());
  }

  @Test
  void aWrongKeyIsTheSdksUnauthorized() {
    var stranger = client("sk-other");
    assertThatThrownBy(() -> stranger.beta().agents().list())
        .isInstanceOf(UnauthorizedException.class)
        .hasMessageContaining("Authentication failed");
    stranger.close();
  }
}
