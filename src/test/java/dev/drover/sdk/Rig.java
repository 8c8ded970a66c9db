package dev.drover.sdk;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.core.JsonValue;
import com.anthropic.models.beta.agents.AgentCreateParams;
import com.anthropic.models.beta.agents.BetaManagedAgentsAgent;
import com.anthropic.models.beta.agents.BetaManagedAgentsAgentToolset20260401Params;
import com.anthropic.models.beta.agents.BetaManagedAgentsModel;
import com.anthropic.models.beta.environments.BetaEnvironment;
import com.anthropic.models.beta.environments.EnvironmentCreateParams;
import com.anthropic.models.beta.sessions.SessionCreateParams;
import com.anthropic.services.blocking.BetaService;
import com.anthropic.services.blocking.FileService;
import com.anthropic.services.blocking.ModelService;
import com.anthropic.services.blocking.SkillService;
import com.anthropic.services.blocking.beta.organization.WebhookService;
import dev.drover.testing.Deployment;
import dev.drover.testing.Script;
import dev.drover.testing.ScriptedMessages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/// The whole of Drover in this process, with a scripted Messages server behind it and real
/// sandboxes, and the vendor's client before it, with its validation on.
final class Rig implements AutoCloseable {
  /// Costs a dollar for a million tokens, has effort levels, takes system messages.
  static final String MODEL = "scripted";

  /// Nothing is known of it.
  static final String PLAIN = "plain";

  /// Replies of one turn that may ask for tools.
  static final int MAX_TOOL_ROUNDS = 10;

  private static final String SETTINGS =
      """
      max_tool_rounds: 10
      files.max_mib: 3
      network.private: [127.0.0.1]
      model_settings:
        scripted:
          effort: [low, medium, high]
          mid_conversation_system: true
          price: {input: 1, output: 1, cache_read: 1, cache_write: 1}
      """;

  final ScriptedMessages model = ScriptedMessages.start();
  final Witness witness = new Witness();
  final Deployment.Running drover;
  final AnthropicClient client;
  final BetaService beta;
  final ModelService models;
  final FileService files;
  final SkillService skills;

  /// Of a client without validation: the vendor's model of endpoints knows none of the types of
  /// events that are sent to them.
  final WebhookService webhooks;

  private final AtomicInteger names = new AtomicInteger();

  Rig(Deployment deployment, Path data) throws IOException, InterruptedException {
    Files.writeString(data.resolve("drover.yaml"), SETTINGS);
    drover =
        deployment.start(
            data,
            Map.of(
                "anthropic.base_url", model.uri().toString(),
                "anthropic.api_key", "sk-model",
                "rehearsal.first_token_ms", "0"));
    client = client(drover.key().reveal());
    beta = witness.watched(BetaService.class, client.beta(), "beta");
    files = witness.watched(FileService.class, client.files(), "files");
    models = witness.watched(ModelService.class, client.models(), "models");
    skills = witness.watched(SkillService.class, client.skills(), "skills");
    var unvalidated = client.withOptions(options -> options.responseValidation(false));
    webhooks =
        witness.watched(
            WebhookService.class,
            unvalidated.beta().organization().webhooks(),
            "beta.organization.webhooks");
  }

  /// A client of its own, unwatched.
  AnthropicClient client(String key) {
    return AnthropicOkHttpClient.builder()
        .baseUrl(drover.url().toString())
        .apiKey(key)
        .responseValidation(true)
        .timeout(Duration.ofSeconds(30))
        .build();
  }

  /// A name that nothing has.
  String name() {
    return "name " + names.incrementAndGet();
  }

  BetaEnvironment environment() {
    return beta.environments().create(EnvironmentCreateParams.builder().name(name()).build());
  }

  /// What an agent with all built-in tools is made of.
  static AgentCreateParams.Builder coder() {
    return AgentCreateParams.builder()
        .name("Coder")
        .model(BetaManagedAgentsModel.of(MODEL))
        .addTool(toolset().build());
  }

  static BetaManagedAgentsAgentToolset20260401Params.Builder toolset() {
    return BetaManagedAgentsAgentToolset20260401Params.builder()
        .type(JsonValue.from("agent_toolset_20260401"));
  }

  BetaManagedAgentsAgent agent() {
    return beta.agents().create(coder().build());
  }

  /// What a session of a new agent in a new environment is made of.
  SessionCreateParams.Builder session(AgentCreateParams.Builder agent) {
    return SessionCreateParams.builder()
        .agent(beta.agents().create(agent.build()).id())
        .environmentId(environment().id());
  }

  /// The id of a new session.
  String session() {
    return beta.sessions().create(session(coder()).build()).id();
  }

  /// A new session with an open stream.
  Talk talk(AgentCreateParams.Builder agent) {
    return new Talk(this, beta.sessions().create(session(agent).build()).id());
  }

  /// A session of an agent with all built-in tools, whose model does what the scripts say.
  Talk talk(Script... scripts) {
    model.script(scripts);
    return talk(coder());
  }

  @Override
  public void close() {
    client.close();
    drover.close();
    model.close();
  }
}
