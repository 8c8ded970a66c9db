package dev.drover.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.anthropic.core.UnwrapWebhookParams;
import com.anthropic.core.http.Headers;
import com.anthropic.errors.AnthropicWebhookException;
import com.anthropic.errors.BadRequestException;
import com.anthropic.errors.NotFoundException;
import com.anthropic.models.beta.organization.webhooks.BetaOrganizationWebhookEndpoint;
import com.anthropic.models.beta.organization.webhooks.BetaOrganizationWebhookEndpointState;
import com.anthropic.models.beta.organization.webhooks.WebhookCreateParams;
import com.anthropic.models.beta.organization.webhooks.WebhookListParams;
import com.anthropic.models.beta.organization.webhooks.WebhookUpdateParams;
import com.anthropic.services.blocking.beta.organization.WebhookService;
import dev.drover.testing.Script;
import dev.drover.testing.WebhookReceiver;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Endpoints through the client's service for them, and requests to them through its verification.
abstract class WebhookCases {
  private final Rig rig;
  private final WebhookService webhooks;

  WebhookCases(Rig rig) {
    this.rig = rig;
    webhooks = rig.webhooks;
  }

  private static WebhookCreateParams.Builder params(String url, String... events) {
    return WebhookCreateParams.builder()
        .url(url)
        .enabledEvents(Stream.of(events).map(WebhookCreateParams.EnabledEvent::of).toList());
  }

  private UnwrapWebhookParams sent(WebhookReceiver.Received received, String secret) {
    var headers = Headers.builder();
    received.headers().forEach(headers::put);
    return UnwrapWebhookParams.builder()
        .body(received.body())
        .headers(headers.build())
        .secret(secret)
        .build();
  }

  @Test
  void theClientVerifiesAndReadsWhatIsSentToAnEndpoint() throws Exception {
    try (var receiver = new WebhookReceiver()) {
      var endpoint =
          webhooks.create(
              params(
                      receiver.uri("/").toString(),
                      "session.created",
                      "session.status_run_started",
                      "session.status_idled",
                      "session.status_terminated")
                  .build());
      var talk = rig.talk(Script.reply().text("hi"));
      talk.say("hello");
      talk.untilIdle();
      rig.beta.sessions().archive(talk.id);
      var types = new ArrayList<String>();
      for (int i = 0; i < 4; i++) {
        var received = receiver.next();
        var event = rig.beta.webhooks().unwrap(sent(received, endpoint.signingSecret()));
        assertThat(event.id()).startsWith("whe_");
        var data = event.data();
        types.add(
            data.isSessionCreated()
                ? data.asSessionCreated().id()
                : data.isSessionStatusRunStarted()
                    ? data.asSessionStatusRunStarted().id()
                    : data.isSessionStatusIdled()
                        ? data.asSessionStatusIdled().id()
                        : data.asSessionStatusTerminated().id());
        assertThat(rig.beta.webhooks().parseUnverified(received.body())).isEqualTo(event);
        var altered = new WebhookReceiver.Received("/", received.headers(), received.body() + " ");
        assertThatThrownBy(
                () -> rig.beta.webhooks().unwrap(sent(altered, endpoint.signingSecret())))
            .isInstanceOf(AnthropicWebhookException.class);
      }
      assertThat(types).containsOnly(talk.id);
      webhooks.delete(endpoint.id());
    }
  }

  @Test
  void anEndpointIsCreatedChangedAndDeletedAndItsSecretReplaced() {
    var made =
        webhooks.create(
            params("https://127.0.0.1/hook", "agent.created")
                .name("Ops")
                .description("notes")
                .build());
    assertThat(made.state()).isEqualTo(BetaOrganizationWebhookEndpointState.ENABLED);
    assertThat(made.disabledReason()).isEmpty();
    assertThat(made.signingSecret()).startsWith("whsec_");
    var shown = webhooks.retrieve(made.id());
    assertThat(List.of(shown.url(), shown.name(), shown.description()))
        .containsExactly("https://127.0.0.1/hook", "Ops", "notes");
    var updated =
        webhooks.update(
            made.id(),
            WebhookUpdateParams.builder()
                .enabledEvents(List.of())
                .name("")
                .state(WebhookUpdateParams.State.DISABLED)
                .build());
    assertThat(updated.name()).isEmpty();
    assertThat(updated.state()).isEqualTo(BetaOrganizationWebhookEndpointState.DISABLED);
    assertThat(updated.enabledEvents())
        .extracting(Object::toString)
        .containsExactly("agent.created");
    assertThat(webhooks.regenerateSigningSecret(made.id()).signingSecret())
        .startsWith("whsec_")
        .isNotEqualTo(made.signingSecret());
    assertThat(webhooks.delete(made.id()).id()).isEqualTo(made.id());
    assertThatThrownBy(() -> webhooks.retrieve(made.id())).isInstanceOf(NotFoundException.class);
  }

  @Test
  void whatCannotBeSentIsRefusedByName() {
    assertThatThrownBy(
            () -> webhooks.create(params("https://127.0.0.1/", "user_profile.invented").build()))
        .isInstanceOf(BadRequestException.class)
        .hasMessageContaining("enabled_events: ");
    assertThatThrownBy(() -> webhooks.create(params("https://127.0.0.1/").build()))
        .isInstanceOf(BadRequestException.class)
        .hasMessageContaining("at least one event type");
    assertThatThrownBy(
            () -> webhooks.create(params("https://169.254.169.254/", "agent.created").build()))
        .isInstanceOf(BadRequestException.class)
        .hasMessageContaining("url: ");
  }

  @Test
  void endpointsAreListedPageByPage() {
    var made = new ArrayList<String>();
    for (int i = 0; i < 3; i++) {
      made.add(webhooks.create(params("https://127.0.0.1/" + i, "agent.created").build()).id());
    }
    var listed =
        webhooks.list(WebhookListParams.builder().limit(2).build()).autoPager().stream()
            .map(BetaOrganizationWebhookEndpoint::id)
            .toList();
    assertThat(listed).containsExactlyElementsOf(made.reversed());
    var ascending =
        webhooks.list(
            WebhookListParams.builder().limit(1).order(WebhookListParams.Order.ASC).build());
    assertThat(ascending.items().getFirst().id()).isEqualTo(made.getFirst());
    made.forEach(webhooks::delete);
    assertThat(webhooks.list().items()).isEmpty();
  }
}
