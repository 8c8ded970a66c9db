package dev.drover;

import static org.assertj.core.api.Assertions.assertThat;

import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.core.JsonValue;
import com.anthropic.helpers.BetaManagedAgentsEventAccumulator;
import com.anthropic.models.beta.agents.AgentCreateParams;
import com.anthropic.models.beta.agents.BetaManagedAgentsAgentToolset20260401Params;
import com.anthropic.models.beta.agents.BetaManagedAgentsModel;
import com.anthropic.models.beta.environments.EnvironmentCreateParams;
import com.anthropic.models.beta.sessions.BetaManagedAgentsDeltaType;
import com.anthropic.models.beta.sessions.SessionCreateParams;
import com.anthropic.models.beta.sessions.events.BetaManagedAgentsSessionEvent;
import com.anthropic.models.beta.sessions.events.BetaManagedAgentsStreamSessionEvents;
import com.anthropic.models.beta.sessions.events.BetaManagedAgentsUserMessageEventParams;
import com.anthropic.models.beta.sessions.events.EventListParams;
import com.anthropic.models.beta.sessions.events.EventSendParams;
import com.anthropic.models.beta.sessions.events.EventStreamParams;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The first session through the vendor's own clients, with only base URL and key changed: the
/// whole server, the built-in model, a real sandbox.
@Timeout(180)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class OfficialSdkTest {
  @TempDir static Path data;

  private Drover drover;

  @BeforeAll
  void start() throws Exception {
    drover =
        new Drover(
            Config.read(
                Map.of("data", data.toString(), "port", "0", "rehearsal.first_token_ms", "0"),
                Map.of()));
  }

  @AfterAll
  void stop() {
    drover.close();
  }

  @Test
  void aTurnWithBashThroughTheJavaSdkWithItsValidationOn() {
    var client =
        AnthropicOkHttpClient.builder()
            .baseUrl(drover.url().toString())
            .apiKey(drover.key().reveal())
            .responseValidation(true)
            .maxRetries(0)
            .build();
    try {
      var beta = client.beta();
      var environment =
          beta.environments().create(EnvironmentCreateParams.builder().name("java").build());
      var agent =
          beta.agents()
              .create(
                  AgentCreateParams.builder()
                      .name("Coder")
                      .model(BetaManagedAgentsModel.of("rehearsal"))
                      .addTool(
                          BetaManagedAgentsAgentToolset20260401Params.builder()
                              .type(JsonValue.from("agent_toolset_20260401"))
                              .build())
                      .build());
      var session =
          beta.sessions()
              .create(
                  SessionCreateParams.builder()
                      .agent(agent.id())
                      .environmentId(environment.id())
                      .title("First session")
                      .build());
      var previews = BetaManagedAgentsEventAccumulator.create();
      var streamed = new ArrayList<BetaManagedAgentsStreamSessionEvents>();
      try (var stream =
          beta.sessions()
              .events()
              .streamStreaming(
                  EventStreamParams.builder()
                      .sessionId(session.id())
                      .addEventDelta(BetaManagedAgentsDeltaType.of("agent.message"))
                      .build())) {
        beta.sessions().events().send(message(session.id(), "$ echo from $(hostname)"));
        var events = stream.stream().iterator();
        while (streamed.isEmpty() || !streamed.getLast().isSessionStatusIdle()) {
          streamed.add(previews.accumulate(events.next().validate()));
        }
      }
      var result =
          streamed.stream()
              .filter(BetaManagedAgentsStreamSessionEvents::isAgentToolResult)
              .findFirst()
              .orElseThrow()
              .asAgentToolResult();
      assertThat(result.isError().orElse(true)).isFalse();
      assertThat(result.content().orElseThrow().getFirst().asText().text()).isEqualTo("from hand");
      assertThat(streamed).anyMatch(BetaManagedAgentsStreamSessionEvents::isEventStart);
      assertThat(streamed).anyMatch(BetaManagedAgentsStreamSessionEvents::isEventDelta);
      var said =
          streamed.stream()
              .filter(BetaManagedAgentsStreamSessionEvents::isAgentMessage)
              .reduce((_, last) -> last)
              .orElseThrow()
              .asAgentMessage();
      assertThat(previews.agentMessageText(said.id())).isPresent();

      List<BetaManagedAgentsSessionEvent> listed =
          beta
              .sessions()
              .events()
              .list(EventListParams.builder().sessionId(session.id()).limit(5).build())
              .autoPager()
              .stream()
              .map(BetaManagedAgentsSessionEvent::validate)
              .toList();
      assertThat(listed).hasSize(14);
      assertThat(listed.getLast().isSessionStatusIdle()).isTrue();
      assertThat(beta.sessions().retrieve(session.id()).validate().status().asString())
          .isEqualTo("idle");
    } finally {
      client.close();
    }
  }

  private static EventSendParams message(String session, String text) {
    return EventSendParams.builder()
        .sessionId(session)
        .addEvent(
            BetaManagedAgentsUserMessageEventParams.builder()
                .type(JsonValue.from("user.message"))
                .addTextContent(text)
                .build())
        .build();
  }
}
