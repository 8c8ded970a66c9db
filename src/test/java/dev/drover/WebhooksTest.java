package dev.drover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Json;
import dev.drover.testing.DroverClient;
import dev.drover.testing.WebhookReceiver;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Webhooks of a whole server, and receivers of all sorts.
@Tag("database")
@Tag("sandbox")
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class WebhooksTest {
  private static final String ENDPOINTS = "/v1/organizations/webhooks";

  @SuppressWarnings("NullAway.Init") // by start
  private Drover server;

  @SuppressWarnings("NullAway.Init") // by start
  private DroverClient client;

  @SuppressWarnings("NullAway.Init") // by start
  private TerminalUser user;

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    server =
        TerminalUser.server(
            directory,
            Map.of(
                "rehearsal.first_token_ms", "0",
                "network.private", "[127.0.0.1]",
                "webhooks.first_pause_ms", "20"));
    client = new DroverClient(server.url(), server.key().reveal());
    user = new TerminalUser(server, directory);
  }

  @AfterAll
  void stop() {
    client.close();
    server.close();
  }

  private Json.Obj created(WebhookReceiver receiver, String... events) {
    return client.post(
        ENDPOINTS,
        Json.obj("url", receiver.uri("/hook").toString(), "enabled_events", List.of(events)));
  }

  private String agent() {
    var body = Json.obj("name", "A", "model", "rehearsal");
    return String.valueOf(client.post("/v1/agents", body).text("id"));
  }

  private Json.Obj shown(Json.Obj endpoint) {
    return client.get(ENDPOINTS + "/" + endpoint.text("id"));
  }

  private void delete(Json.Obj endpoint) {
    client.delete(ENDPOINTS + "/" + endpoint.text("id"));
  }

  /// What is listed of an endpoint's deliveries, as `state type about`.
  private List<String> deliveries(Json.Obj endpoint) {
    return client
        .get("/drover/webhooks/" + endpoint.text("id") + "/deliveries?limit=100")
        .items("data")
        .stream()
        .map(Json.Obj.class::cast)
        .map(
            one ->
                one.text("state")
                    + " "
                    + one.object("event").object("data").text("type")
                    + " "
                    + one.object("event").object("data").text("id"))
        .toList();
  }

  @Test
  void theRunOfASessionIsNotifiedOfAndEveryRequestIsSigned() throws Exception {
    try (var receiver = new WebhookReceiver()) {
      var endpoint =
          created(
              receiver,
              "session.status_run_started",
              "session.status_idled",
              "session.status_terminated");
      var secret = String.valueOf(endpoint.text("signing_secret"));
      assertThat(endpoint.with("signing_secret", null).toString()).doesNotContain("whsec_");
      var session = client.session("rehearsal");
      client.say(session, "hello");
      client.awaitIdle(session);
      var first = List.of(receiver.next(), receiver.next());
      assertThat(first)
          .extracting(WebhookReceiver.Received::type)
          .containsExactlyInAnyOrder("session.status_run_started", "session.status_idled");
      client.post("/v1/sessions/" + session + "/archive", Json.EMPTY);
      var last = receiver.next();
      assertThat(last.type()).isEqualTo("session.status_terminated");
      for (var received : receiver.all()) {
        assertThat(received.isSignedWith(secret)).isTrue();
        assertThat(received.about()).isEqualTo(session);
        assertThat(received.json().fields()).containsOnlyKeys("type", "id", "created_at", "data");
        assertThat(received.json().object("data").fields())
            .containsOnlyKeys("type", "id", "organization_id", "workspace_id");
        assertThat(received.headers().get("Webhook-id")).containsExactly(received.id());
      }
      assertThat(last.json().text("created_at"))
          .isEqualTo(client.events(session).getLast().text("processed_at"));
      await().until(() -> deliveries(endpoint).stream().allMatch(one -> one.startsWith("deliv")));
      assertThat(shown(endpoint).toString() + client.get(ENDPOINTS)).doesNotContain("whsec_");
      delete(endpoint);
    }
  }

  @Test
  void aReceiverThatIsAwayThenRefusesAndThenIsBackGetsEveryEvent() throws Exception {
    try (var receiver = new WebhookReceiver()) {
      receiver.answering(_ -> WebhookReceiver.AWAY);
      var endpoint = created(receiver, "agent.created");
      var agents = Stream.generate(this::agent).limit(20).collect(Collectors.toSet());
      for (int i = 0; i < 3; i++) {
        receiver.next();
      }
      assertThat(deliveries(endpoint)).hasSize(20).allMatch(one -> one.startsWith("owed"));
      var acknowledged = ConcurrentHashMap.<String>newKeySet();
      var refused = ConcurrentHashMap.<String>newKeySet();
      receiver.answering(
          received -> {
            if (refused.add(received.id()) && refused.size() < 3) {
              return 500;
            }
            acknowledged.add(received.about());
            return 200;
          });
      await().until(() -> acknowledged.equals(agents));
      await().until(() -> deliveries(endpoint).stream().allMatch(one -> one.startsWith("deliv")));
      assertThat(receiver.all().stream().map(WebhookReceiver.Received::id).distinct()).hasSize(20);
      assertThat(shown(endpoint).text("state")).isEqualTo("enabled");
      delete(endpoint);
    }
  }

  @Test
  void aReceiverThatDoesNotAnswerDelaysNoOtherOne() throws Exception {
    try (var slow = new WebhookReceiver();
        var quick = new WebhookReceiver()) {
      var go = new CountDownLatch(1);
      slow.answering(
          _ -> {
            try {
              go.await();
            } catch (InterruptedException _) {
              // closed
            }
            return 200;
          });
      var endpoints = new ArrayList<Json.Obj>();
      endpoints.add(created(slow, "agent.created"));
      agent();
      slow.next();
      var other = created(quick, "agent.created");
      endpoints.add(other);
      for (int i = 0; i < 10; i++) {
        var agent = agent();
        assertThat(quick.next().about()).isEqualTo(agent);
      }
      assertThat(slow.all()).hasSize(1);
      go.countDown();
      await().until(() -> slow.all().size() == 11);
      endpoints.forEach(this::delete);
    }
  }

  @Test
  void aRedirectDisablesAnEndpointUntilItsOwnerEnablesIt() throws Exception {
    try (var receiver = new WebhookReceiver()) {
      receiver.answering(_ -> 302);
      var endpoint = created(receiver, "agent.created");
      var owed = agent();
      receiver.next();
      await().until(() -> "disabled".equals(shown(endpoint).text("state")));
      assertThat(shown(endpoint).text("disabled_reason"))
          .isEqualTo("the endpoint answered with a redirect (302)");
      agent();
      assertThat(user.run("", "doctor")).isOne();
      assertThat(user.out())
          .containsPattern("webhooks +[0-9]+ endpoints?, 1 disabled\n")
          .contains(endpoint.text("id") + ": the endpoint answered with a redirect (302)");
      receiver.answering(_ -> 200);
      var path = ENDPOINTS + "/" + endpoint.text("id");
      var enabled = client.post(path, Json.obj("state", "enabled"));
      assertThat(enabled.text("disabled_reason")).isEmpty();
      assertThat(receiver.next().about()).isEqualTo(owed);
      var next = agent();
      assertThat(receiver.next().about()).isEqualTo(next);
      delete(endpoint);
    }
  }

  @Test
  void urlsThatNoEventMayBeSentToAreRefused() {
    for (var url :
        List.of(
            "http://127.0.0.2/",
            "https://[::1]/",
            "https://169.254.169.254/",
            "http://1.1.1.1/",
            "https://10.0.0.1:8080/",
            "ftp://127.0.0.1/",
            "nothing")) {
      var body = Json.obj("url", url, "enabled_events", List.of("agent.created"));
      assertThatThrownBy(() -> client.post(ENDPOINTS, body))
          .as(url)
          .hasMessageStartingWith("400 ")
          .hasMessageContaining("\"message\":\"url: ");
    }
  }

  private List<Json.Obj> lines(String... arguments) {
    var all = Stream.concat(Arrays.stream(arguments), Stream.of("--json"));
    assertThat(user.run("", all.toArray(String[]::new))).as(() -> user.err()).isZero();
    return user.out().lines().map(line -> (Json.Obj) Json.trusted(line)).toList();
  }

  @Test
  void theCommandsDoEverythingThatTheApiDoes() throws Exception {
    try (var receiver = new WebhookReceiver()) {
      var url = receiver.uri("/").toString();
      var made =
          lines(
                  "webhooks",
                  "create",
                  "--endpoint",
                  url,
                  "--event",
                  "agent.created",
                  "--event",
                  "agent.updated",
                  "--name",
                  "Ops",
                  "--description",
                  "notes")
              .getFirst();
      var id = String.valueOf(made.text("id"));
      var old = String.valueOf(made.text("signing_secret"));
      assertThat(made.items("enabled_events"))
          .containsExactly(Json.of("agent.created"), Json.of("agent.updated"));
      var agent = agent();
      var event = receiver.next();
      assertThat(event.about()).isEqualTo(agent);
      await().until(() -> lines("webhooks", "deliveries", id, "--state", "owed").isEmpty());
      var fresh =
          lines("webhooks", "rotate", id, "--overlap-seconds", "60")
              .getFirst()
              .text("signing_secret");
      lines("webhooks", "resend", id, "--event", event.id());
      var again = receiver.next();
      assertThat(again.body()).isEqualTo(event.body());
      assertThat(again.isSignedWith(String.valueOf(fresh)) && again.isSignedWith(old)).isTrue();
      lines("webhooks", "rotate", id);
      lines("webhooks", "resend", id, "--event", event.id());
      assertThat(receiver.next().isSignedWith(old)).isFalse();
      var updated = lines("webhooks", "update", id, "--event", "agent.archived", "--name", "N");
      assertThat(updated.getFirst().text("name")).isEqualTo("N");
      assertThat(lines("webhooks", "disable", id).getFirst().text("state")).isEqualTo("disabled");
      assertThat(user.run("", "webhooks", "resend", id, "--event", event.id())).isOne();
      assertThat(user.err()).contains("is disabled");
      assertThat(lines("webhooks", "enable", id).getFirst().text("state")).isEqualTo("enabled");
      assertThat(lines("webhooks", "list")).extracting(one -> one.text("id")).contains(id);
      assertThat(lines("webhooks", "retrieve", id).getFirst().text("url")).isEqualTo(url);
      assertThat(user.run("", "webhooks", "deliveries", id)).isZero();
      assertThat(user.out())
          .containsPattern("EVENT +TYPE +ABOUT +STATE")
          .containsPattern(event.id() + " +agent.created +" + agent + " +delivered +1 +200");
      assertThat(user.run("", "webhooks", "update", id)).isEqualTo(2);
      assertThat(user.run("", "webhooks", "resend", id)).isEqualTo(2);
      lines("webhooks", "delete", id);
      assertThat(user.run("", "webhooks", "retrieve", id)).isOne();
    }
  }

  @Test
  void attemptsAndWhatIsOwedAreMeasured() throws Exception {
    try (var receiver = new WebhookReceiver()) {
      var endpoint = created(receiver, "agent.created");
      agent();
      await().until(() -> deliveries(endpoint).stream().allMatch(one -> one.startsWith("deliv")));
      assertThat(client.text("/metrics"))
          .contains("drover_webhook_attempts_total{outcome=\"accepted\"} ")
          .contains("drover_webhook_attempt_seconds_count{outcome=\"accepted\"} ")
          .contains("drover_webhooks_owed ", "drover_webhook_endpoints_disabled ");
      delete(endpoint);
    }
  }
}
