package dev.drover;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.testing.Postgres;
import dev.drover.testing.ScriptedMessages;
import dev.drover.testing.WebhookReceiver;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A server dies at each step of the delivery of webhook events, and another one goes on: every
/// event of the log is received, under one id however often it comes.
@Tag("proof")
@Tag("database")
@Tag("sandbox")
@Timeout(300)
final class KilledWithWebhooksTest {
  private static final List<String> FAULTS =
      List.of(
          "emit/session.status_running:before:1",
          "emit/session.status_running:after:1",
          "emit/session.status_idle:before:1",
          "emit/session.status_idle:after:1",
          "webhooks/claim:before:1",
          "webhooks/claim:after:1",
          "webhooks/record:before:1",
          "webhooks/record:after:1",
          "webhooks/record:before:2");

  @TempDir Path directory;

  @Test
  void everyEventIsReceivedOnSqlite() throws Exception {
    play(0, Map.of());
  }

  @Test
  void everyEventIsReceivedOnPostgres() throws Exception {
    try (var database = Postgres.database()) {
      play(2, Map.of("DROVER_DATABASE_URL", database.url()));
    }
  }

  /// @param part which part of a sample
  private void play(int part, Map<String, String> settings) throws Exception {
    var all = new HashMap<>(settings);
    all.put("DROVER_NETWORK_PRIVATE", "[127.0.0.1]");
    try (var receiver = new WebhookReceiver();
        var model = ScriptedMessages.start().otherwise(FaultScenario::reply);
        var client = new FaultClient(directory, model, all)) {
      var endpoint =
          client.sent(
              "/v1/organizations/webhooks",
              Json.obj(
                  "url",
                  receiver.uri("/").toString(),
                  "enabled_events",
                  List.of("session.status_run_started", "session.status_idled")),
              200);
      var secret = String.valueOf(endpoint.text("signing_secret"));
      var environment = client.sent("/v1/environments", Json.obj("name", "here"), 200).text("id");
      var agent = client.sent("/v1/agents", FaultScenario.AGENT, 200).text("id");
      for (var fault : FaultSample.of(FAULTS, part, 5)) {
        var request =
            Json.obj("agent", String.valueOf(agent), "environment_id", String.valueOf(environment));
        var session = String.valueOf(client.sent("/v1/sessions", request, 200).text("id"));
        client.arm(fault);
        client.say(session, FaultScenario.LAST, 1);
        while (client.deaths() == 0
            || !received(receiver, session).equals(expected(client, session))) {
          client.revive(FaultChild.PACE_MILLIS);
        }
        assertThat(client.deaths()).as(fault).isEqualTo(1);
        assertThat(ids(receiver, session)).as(fault).hasSize(2);
      }
      assertThat(receiver.all()).allMatch(received -> received.isSignedWith(secret));
    }
  }

  /// The types and times of the events that were received, each once.
  private static List<String> received(WebhookReceiver receiver, String session) {
    var seen = new TreeSet<String>();
    for (var received : receiver.all()) {
      if (received.about().equals(session)) {
        seen.add(received.type() + " " + received.json().text("created_at"));
      }
    }
    return List.copyOf(seen);
  }

  private static List<String> expected(FaultClient client, String session) throws Exception {
    var types =
        Map.of(
            "session.status_running", "session.status_run_started",
            "session.status_idle", "session.status_idled");
    var events = new ArrayList<String>();
    for (var event : client.events(session)) {
      var type = types.get(String.valueOf(event.text("type")));
      if (type != null) {
        events.add(type + " " + event.text("processed_at"));
      }
    }
    return events.stream().sorted().toList();
  }

  private static Set<String> ids(WebhookReceiver receiver, String session) {
    var ids = new TreeSet<String>();
    for (var received : receiver.all()) {
      if (received.about().equals(session)) {
        ids.add(received.id());
      }
    }
    return ids;
  }
}
