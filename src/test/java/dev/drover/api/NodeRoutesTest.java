package dev.drover.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.catalog.WorkspaceId;
import dev.drover.session.Event;
import dev.drover.session.Job;
import dev.drover.session.ModelUsage;
import dev.drover.session.Session;
import dev.drover.session.SessionError;
import dev.drover.session.SessionId;
import dev.drover.session.StopReason;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What an operator asks, of a server on SQLite.
@Tag("database")
final class NodeRoutesTest {
  @TempDir Path directory;

  private Api api;

  @BeforeEach
  void start() {
    api = new Api(Server.Settings.PING, directory.resolve("drover.db"));
  }

  @AfterEach
  void stop() {
    api.close();
  }

  private static String operator(String session) {
    return session.replace("/v1/", "/drover/");
  }

  private Json.Obj standing(String session) throws Exception {
    return api.get(operator(session)).body();
  }

  private String reason(String session) throws Exception {
    return String.valueOf(standing(session).object("reason").text("type"));
  }

  @Test
  void theNodeAndTheQueue() throws Exception {
    var session = api.session();
    var empty = api.get("/drover/nodes").body();
    assertThat(empty.items("data"))
        .singleElement()
        .satisfies(
            node -> {
              var self = (Json.Obj) node;
              assertThat(self.text("name")).startsWith("node_");
              assertThat(self.number("pid", 0)).isEqualTo(ProcessHandle.current().pid());
              assertThat(self.get("self")).hasValue(Json.of(true));
              assertThat(self.number("sessions", -1)).isZero();
            });
    assertThat(empty.object("queue")).isEqualTo(Json.obj("sessions", 0, "oldest_ms", null));
    api.say(session, "Hi");
    api.store.eventLog().release(api.woken());
    var queue = api.get("/drover/nodes").body().object("queue");
    assertThat(queue.number("sessions", 0)).isEqualTo(1);
    assertThat(queue.number("oldest_ms", -1))
        .isBetween(0L, Duration.ofHours(1).toMillis()); // an age, not a time
  }

  @Test
  void whatIsOwedAndWhatFailed() throws Exception {
    assertThat(api.get("/drover/nodes").body().object("jobs"))
        .isEqualTo(
            Json.obj("owed", 0, "oldest_ms", null, "failed", 0, "failures", List.<Json>of()));
    var jobs = api.store.jobs();
    for (var key : List.of("waits", "fails")) {
      jobs.owe(new Job.Order("post", key, Json.EMPTY, false));
    }
    for (var job : jobs.claim(Set.of("post"), 2)) {
      if (job.key().equals("fails")) {
        jobs.park(job, "the disk \"is\" full");
      }
    }
    var shown = api.get("/drover/nodes").body().object("jobs");
    assertThat(shown.number("owed", 0)).isEqualTo(1);
    assertThat(shown.number("oldest_ms", -1)).isBetween(0L, Duration.ofHours(1).toMillis());
    assertThat(shown.number("failed", 0)).isEqualTo(1);
    var failure = (Json.Obj) shown.items("failures").getFirst();
    assertThat(failure.text("kind")).isEqualTo("post");
    assertThat(failure.text("key")).isEqualTo("fails");
    assertThat(failure.number("tries", 0)).isEqualTo(1);
    assertThat(failure.text("error")).isEqualTo("the disk \"is\" full");
    jobs.unpark();
    jobs.held().forEach(jobs::done);
    jobs.claim(Set.of("post"), 2).forEach(jobs::done);
  }

  @Test
  void whyASessionDoesNotMove() throws Exception {
    var session = api.session();
    assertThat(reason(session)).isEqualTo("at_rest");
    assertThat(standing(session).get("last_event")).hasValue(Json.NULL);
    api.say(session, "Hi");
    var lease = api.woken();
    assertThat(reason(session)).isEqualTo("brain_missing"); // a brain here only notes
    api.store.eventLog().release(lease);
    var queued = standing(session);
    assertThat(queued.object("reason").text("type")).isEqualTo("queued");
    assertThat(queued.object("inbox")).isEqualTo(Json.obj("waiting", 1, "received", 1));
    assertThat(queued.get("holder")).hasValue(Json.NULL);
    assertThat(api.get("/drover/sessions").data("id"))
        .containsExactly(session.substring("/v1/sessions/".length()));
    api.store.eventLog().claim(lease.session());
    var held = standing(session).object("holder");
    assertThat(held.number("epoch", 0)).isEqualTo(2);
    assertThat(held.get("self")).hasValue(Json.of(true));
    assertThat(held.get("awake")).hasValue(Json.of(false));
    assertThat(api.get("/drover/sessions?limit=0").status()).isEqualTo(400);
  }

  @Test
  void whatItWaitsForAndWhatWentWrong() throws Exception {
    var session = api.session();
    api.say(session, "Hi");
    var lease = api.woken();
    var use = new Event.AgentCustomToolUse(api.id(), "lookup", Json.EMPTY);
    var start = new Event.ModelRequestStart(api.id());
    var failure =
        new SessionError(SessionError.Type.MODEL_OVERLOADED, "busy", SessionError.Retry.RETRYING);
    api.process(lease, 1);
    api.emit(
        lease,
        new Event.Failed(api.id(), failure),
        start,
        use,
        new Event.ModelRequestEnd(api.id(), start.id(), false, ModelUsage.NONE));
    api.rest(lease, new StopReason.RequiresAction(List.of(use.id())));
    var diagnosis = standing(session);
    assertThat(diagnosis.object("reason"))
        .isEqualTo(Json.obj("type", "requires_action", "event_ids", List.of(use.id().value())));
    assertThat(diagnosis.text("why")).contains(use.id().value());
    assertThat(diagnosis.object("last_error").text("message")).isEqualTo("busy");
    assertThat(diagnosis.object("last_error").text("processed_at")).isNotNull();
    assertThat(diagnosis.object("last_event").text("type")).isEqualTo("session.status_idle");
    assertThat(api.get("/drover/sessions").body().items("data")).isEmpty();
    api.post(session + "/archive");
    assertThat(reason(session)).isEqualTo("terminated");
  }

  @Test
  void sessionsOfAnotherWorkspaceAreNotThere() throws Exception {
    var path = api.session();
    var known =
        api.store
            .sessions()
            .getSession(Api.WORKSPACE, new SessionId(path.substring("/v1/sessions/".length())));
    var others = new SessionId(api.ids.next(SessionId.PREFIX));
    var lease =
        api.store
            .sessions()
            .create(
                new Session(
                    others,
                    new Session.Origin(
                        new WorkspaceId("wrkspc_01other"),
                        known.origin().primary(),
                        known.origin().agentId(),
                        known.origin().agentVersion(),
                        known.origin().environment(),
                        known.origin().networking(),
                        known.origin().createdAt()),
                    known.editable()),
                List.of(new Event.UserMessage(api.id(), Json.arr())));
    assertThat(lease).isPresent();
    assertThat(api.get("/drover/sessions/" + others).status()).isEqualTo(404);
    assertThat(api.get("/drover/sessions").body().items("data")).isEmpty();
  }

  @Test
  void aKeyIsNeededAndOthersSessionsAreNotThere() throws Exception {
    for (var path : List.of("/drover/nodes", "/drover/sessions", "/drover/sessions/sesn_1")) {
      var request = HttpRequest.newBuilder(URI.create(api.url(path))).build();
      assertThat(api.http.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(401);
      assertThat(api.post(path, "{}").status()).isEqualTo(405);
    }
    assertThat(api.get("/drover/sessions/sesn_01none").status()).isEqualTo(404);
    assertThat(api.get("/drover/sessions/%2e%2e").status()).isEqualTo(404);
    assertThat(api.get("/drover").status()).isEqualTo(404);
  }
}
