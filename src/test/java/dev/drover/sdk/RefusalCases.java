package dev.drover.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.anthropic.core.JsonValue;
import com.anthropic.core.Sleeper;
import com.anthropic.errors.AnthropicServiceException;
import com.anthropic.errors.BadRequestException;
import com.anthropic.errors.ConflictException;
import com.anthropic.errors.ContentTooLargeException;
import com.anthropic.errors.NotFoundException;
import com.anthropic.errors.UnauthorizedException;
import com.anthropic.models.beta.agents.AgentRetrieveParams;
import com.anthropic.models.beta.agents.AgentUpdateParams;
import com.anthropic.models.beta.agents.BetaManagedAgentsModel;
import com.anthropic.models.beta.environments.EnvironmentCreateParams;
import com.anthropic.models.beta.sessions.BetaManagedAgentsAgentWithOverridesParams;
import com.anthropic.models.beta.sessions.BetaManagedAgentsSystemContentBlock;
import com.anthropic.models.beta.sessions.SessionCreateParams;
import com.anthropic.models.beta.sessions.events.BetaManagedAgentsSystemMessageEventParams;
import com.anthropic.models.beta.sessions.events.EventSendParams;
import com.anthropic.services.blocking.BetaService;
import dev.drover.base.Json;
import dev.drover.testing.Script;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/// Refusals, as the client's own exceptions.
abstract class RefusalCases {
  private final Rig rig;

  RefusalCases(Rig rig) {
    this.rig = rig;
  }

  /// Checks a refusal: its class, its error body, its `error_code` (empty: none).
  static <E extends AnthropicServiceException> AbstractThrowableAssert<?, E> refused(
      Class<E> kind, ThrowingCallable call, String code) {
    var refusal = catchThrowableOfType(kind, call);
    assertThat(refusal).isNotNull();
    var body = Witness.json(refusal.body());
    assertThat(body.text("type")).isEqualTo("error");
    assertThat(refusal.headers().values("request-id"))
        .containsExactly(String.valueOf(body.text("request_id")));
    assertThat(body.object("error").text("type"))
        .isEqualTo(
            switch (refusal.statusCode()) {
              case 400 -> "invalid_request_error";
              case 401 -> "authentication_error";
              case 404 -> "not_found_error";
              case 409 -> "conflict_error";
              case 413 -> "request_too_large";
              default -> "another";
            });
    var found = body.object("error").object("details").text("error_code");
    assertThat(found == null ? "" : found).isEqualTo(code);
    return Assertions.assertThat(refusal);
  }

  @Test
  void aWrongKey() {
    var stranger = rig.client("sk-other");
    refused(UnauthorizedException.class, () -> stranger.beta().agents().list(), "")
        .hasMessageContaining("Authentication failed");
    stranger.close();
  }

  @Test
  void whatIsNotThere() {
    var session = rig.session();
    refused(NotFoundException.class, () -> rig.beta.agents().retrieve("agent_01Nothing"), "");
    refused(
        NotFoundException.class,
        () ->
            rig.beta
                .agents()
                .retrieve(
                    AgentRetrieveParams.builder().agentId(rig.agent().id()).version(9).build()),
        "");
    refused(NotFoundException.class, () -> rig.beta.environments().retrieve("env_01Nothing"), "");
    refused(NotFoundException.class, () -> rig.beta.sessions().retrieve("sesn_01Nothing"), "");
    refused(NotFoundException.class, () -> rig.beta.sessions().events().list("sesn_01Nothing"), "");
    refused(
        NotFoundException.class,
        () -> rig.beta.sessions().events().streamStreaming("sesn_01Nothing"),
        "");
    refused(
        NotFoundException.class,
        () ->
            rig.beta
                .sessions()
                .threads()
                .retrieve(
                    com.anthropic.models.beta.sessions.threads.ThreadRetrieveParams.builder()
                        .sessionId(session)
                        .threadId("sthr_01Nothing")
                        .build()),
        "");
    refused(NotFoundException.class, () -> rig.beta.models().retrieve("nothing"), "");
    refused(
        NotFoundException.class,
        () ->
            rig.beta
                .sessions()
                .create(
                    SessionCreateParams.builder()
                        .agent("agent_01Nothing")
                        .environmentId(rig.environment().id())
                        .build()),
        "");
  }

  @Test
  void whatIsNoId() {
    refused(BadRequestException.class, () -> rig.beta.agents().retrieve("sesn_01Other"), "");
    refused(BadRequestException.class, () -> rig.beta.sessions().retrieve("..."), "");
  }

  @Test
  void aConflictIsFinalAndNotSentAgain() {
    var agent = rig.agent();
    rig.beta.agents().update(AgentUpdateParams.builder().agentId(agent.id()).name("Other").build());
    var stale = AgentUpdateParams.builder().agentId(agent.id()).version(1).name("Third").build();
    var naps = new Naps();
    var patient = naps.watch(rig.beta);
    refused(ConflictException.class, () -> patient.agents().update(stale), "")
        .hasMessageContaining("Concurrent modification")
        .satisfies(e -> assertThat(e.headers().values("x-should-retry")).containsExactly("false"));
    var taken = EnvironmentCreateParams.builder().name(rig.environment().name()).build();
    refused(ConflictException.class, () -> patient.environments().create(taken), "");
    assertThat(naps.count).hasValue(0);

    rig.model.script(Script.status(409), Script.status(409), Script.status(409));
    var elsewhere = patient.withOptions(options -> options.baseUrl(rig.model.uri().toString()));
    assertThat(
            catchThrowableOfType(ConflictException.class, () -> elsewhere.agents().update(stale)))
        .isNotNull();
    assertThat(naps.count).hasValue(2);
    rig.model.forget();
  }

  @Test
  void aBodyOfMoreThan32Megabytes() {
    var id = rig.session();
    var much = EventSendParams.builder().addEvent(Talk.message("x".repeat(33 << 20)));
    refused(
        ContentTooLargeException.class,
        () -> rig.beta.sessions().events().send(much.sessionId(id).build()),
        "");
  }

  @Test
  void anAgentNeedsAModel() {
    var without =
        BetaManagedAgentsAgentWithOverridesParams.builder()
            .type(JsonValue.from("agent_with_overrides"))
            .id(rig.agent().id())
            .putAdditionalProperty("model", JsonValue.from(null))
            .build();
    var session =
        SessionCreateParams.builder().agent(without).environmentId(rig.environment().id()).build();
    refused(
        BadRequestException.class,
        () -> rig.beta.sessions().create(session),
        "agent_model_required");
  }

  @Test
  void aModelThatTakesNoSystemMessages() {
    try (var talk = rig.talk(Rig.coder().model(BetaManagedAgentsModel.of(Rig.PLAIN)))) {
      refused(
          BadRequestException.class,
          () -> talk.send(withSystem("Hi", "Be brief.")),
          "model_does_not_support_mid_conversation_system");
    }
  }

  @Test
  void whatTheSessionDoesNotTakeNow() {
    rig.model.script(Script.reply().toolUse("bash", Json.obj("command", "echo")));
    try (var talk = rig.talk(ToolCases.asking())) {
      talk.say("Go");
      var waiting = talk.waitsFor();
      refused(BadRequestException.class, () -> talk.say("Well?"), "")
          .hasMessageContaining("waiting on responses to events [" + waiting.getFirst() + "]");
      refused(BadRequestException.class, () -> talk.allow("sevt_01Nothing"), "");
      talk.interrupt();
      talk.untilIdle();
      refused(BadRequestException.class, () -> talk.allow(waiting.getFirst()), "");
      refused(
          BadRequestException.class,
          () -> talk.send(EventSendParams.builder().addUserToolResultEvent(waiting.getFirst())),
          "");
      refused(
          BadRequestException.class,
          () ->
              talk.send(
                  EventSendParams.builder()
                      .addSystemMessageEvent(
                          List.of(BetaManagedAgentsSystemContentBlock.of("Alone")))),
          "");
    }
  }

  /// A message, and what the operator says with it.
  static EventSendParams.Builder withSystem(String text, String system) {
    return EventSendParams.builder()
        .addEvent(Talk.message(text))
        .addEvent(
            BetaManagedAgentsSystemMessageEventParams.builder()
                .type(JsonValue.from("system.message"))
                .addTextContent(system)
                .build());
  }

  /// Counts how often a client waits before it tries again.
  private static final class Naps implements Sleeper {
    final AtomicInteger count = new AtomicInteger();

    BetaService watch(BetaService service) {
      return service.withOptions(options -> options.sleeper(this).maxRetries(2));
    }

    @Override
    public void sleep(Duration duration) {
      count.incrementAndGet();
    }

    @Override
    public CompletableFuture<Void> sleepAsync(Duration duration) {
      count.incrementAndGet();
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public void close() {}
  }
}
