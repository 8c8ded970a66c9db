import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.models.beta.agents.AgentCreateParams;
import com.anthropic.models.beta.agents.BetaManagedAgentsAgentToolset20260401Params;
import com.anthropic.models.beta.agents.BetaManagedAgentsModel;
import com.anthropic.models.beta.environments.BetaCloudConfigParams;
import com.anthropic.models.beta.environments.BetaUnrestrictedNetwork;
import com.anthropic.models.beta.environments.EnvironmentCreateParams;
import com.anthropic.models.beta.sessions.SessionCreateParams;
import com.anthropic.models.beta.sessions.events.BetaManagedAgentsStreamSessionEvents;
import com.anthropic.models.beta.sessions.events.BetaManagedAgentsUserMessageEventParams;
import com.anthropic.models.beta.sessions.events.EventSendParams;

/// The steps of the vendor's quickstart, for a client that the environment alone configures.
void main() {
  var client = AnthropicOkHttpClient.fromEnv();
  try {
    var beta = client.beta();
    var agent =
        beta.agents()
            .create(
                AgentCreateParams.builder()
                    .name("Coding Assistant")
                    .model(BetaManagedAgentsModel.of(System.getenv("DROVER_TEST_MODEL_ID")))
                    .system("You write short programs.")
                    .addTool(BetaManagedAgentsAgentToolset20260401Params.builder().build())
                    .build());
    var environment =
        beta.environments()
            .create(
                EnvironmentCreateParams.builder()
                    .name("quickstart-java")
                    .config(
                        BetaCloudConfigParams.builder()
                            .networking(BetaUnrestrictedNetwork.builder().build())
                            .build())
                    .build());
    var session =
        beta.sessions()
            .create(
                SessionCreateParams.builder()
                    .agent(agent.id())
                    .environmentId(environment.id())
                    .title("Quickstart")
                    .build());
    var events = beta.sessions().events();
    try (var stream = events.streamStreaming(session.id())) {
      events.send(
          session.id(),
          EventSendParams.builder()
              .addEvent(
                  BetaManagedAgentsUserMessageEventParams.builder()
                      .addTextContent(System.getenv("DROVER_TEST_PROMPT"))
                      .build())
              .build());
      for (var event : (Iterable<BetaManagedAgentsStreamSessionEvents>) stream.stream()::iterator) {
        if (event.isAgentMessage()) {
          event
              .asAgentMessage()
              .content()
              .forEach(block -> block.text().ifPresent(text -> IO.print(text.text())));
        } else if (event.isAgentToolUse()) {
          IO.println("\n[tool " + event.asAgentToolUse().name() + "]");
        } else if (event.isSessionStatusIdle()) {
          IO.println("\n[end of agent " + agent.id() + " version " + agent.version() + "]");
          break;
        }
      }
    }
  } finally {
    client.close();
  }
}
