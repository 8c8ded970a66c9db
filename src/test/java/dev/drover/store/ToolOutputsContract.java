package dev.drover.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.catalog.Blob;
import dev.drover.catalog.BlobId;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.ForkPoint;
import dev.drover.session.Job;
import dev.drover.session.ModelUsage;
import dev.drover.session.Session;
import dev.drover.session.SessionId;
import dev.drover.session.Status;
import dev.drover.session.ToolOutputs;
import dev.drover.session.ToolOutputs.Output;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What every [ToolOutputs] does.
abstract class ToolOutputsContract extends StoreContract {
  static final long QUOTA = 1L << 30;

  private ToolOutputs texts() {
    return store.toolOutputs();
  }

  /// @param digit in place of the bytes: the same digit means the same bytes
  private Blob content(char digit, long size) {
    return new Blob(new BlobId(String.valueOf(digit).repeat(64) + "-" + ids.next("")), size);
  }

  private Output keep(SessionId session, EventId call, Blob content) {
    texts().keep(WORKSPACE, session, call, content);
    clock.move(Duration.ofSeconds(1));
    return new Output(call, content);
  }

  private Set<String> deletions() {
    var jobs = store.jobs().claim(Set.of(Job.DELETE_BLOB), 100);
    jobs.forEach(store.jobs()::done);
    return Set.copyOf(jobs.stream().map(Job::key).toList());
  }

  private long used() {
    return store.files().usage(WORKSPACE).bytes();
  }

  @Test
  void textsAreKeptInTheirOrderAlsoAfterARestart() throws Exception {
    var session = newSession();
    assertThat(texts().of(session)).isEmpty();
    var second = eventId();
    var a = keep(session, eventId(), content('a', 10));
    var b = keep(session, second, content('b', 20));
    reopened();
    assertThat(texts().of(session)).containsExactly(a, b);
    assertThat(texts().of(newSession())).isEmpty();
    assertThat(used()).isEqualTo(30);
    assertThat(deletions()).isEmpty();
  }

  @Test
  void aTextTakesThePlaceOfTheOneOfTheSameCall() {
    var session = newSession();
    var call = eventId();
    var first = keep(session, call, content('a', 10));
    var second = keep(session, call, content('b', 20));
    assertThat(texts().of(session)).containsExactly(second);
    assertThat(deletions()).containsExactly(first.content().id().value());
    var same = content('b', 20);
    keep(session, call, same);
    assertThat(texts().of(session)).containsExactly(second);
    assertThat(deletions()).containsExactly(same.id().value());
    assertThat(used()).isEqualTo(20);
  }

  @Test
  void theOldestTextsMakeRoom() {
    var session = newSession();
    var first = keep(session, eventId(), content('a', ToolOutputs.MOST / 2));
    var second = keep(session, eventId(), content('b', ToolOutputs.MOST / 2));
    assertThat(texts().of(session)).containsExactly(first, second);
    var third = keep(session, eventId(), content('c', 1));
    assertThat(texts().of(session)).containsExactly(second, third);
    assertThat(deletions()).containsExactly(first.content().id().value());
    assertThat(used()).isEqualTo(ToolOutputs.MOST / 2 + 1);
  }

  @Test
  void aTextThatExceedsTheQuotaIsNotKept() {
    var session = newSession();
    assertProblem(
        () -> keep(session, eventId(), content('a', QUOTA + 1)),
        Problem.Kind.INVALID_REQUEST,
        "This workspace may store 1 GiB; 0 bytes are in use. Delete files that are not"
            + " needed.");
    assertThat(texts().of(session)).isEmpty();
    assertThat(used()).isZero();
  }

  @Test
  void aDeletedSessionHasNoTexts() {
    var session = newSession();
    var a = keep(session, eventId(), content('a', 10));
    var b = keep(session, eventId(), content('b', 20));
    store.sessions().delete(WORKSPACE, session);
    assertThat(texts().of(session)).isEmpty();
    assertThat(used()).isZero();
    assertThat(deletions())
        .containsExactlyInAnyOrder(a.content().id().value(), b.content().id().value());
    assertProblem(
        () -> keep(session, eventId(), content('a', 10)),
        Problem.Kind.NOT_FOUND,
        "Session " + session + " not found.");
  }

  @Test
  void anotherWorkspacesSessionIsNotFound() {
    var session = newSession();
    assertProblem(
        () -> texts().keep(OTHER_WORKSPACE, session, eventId(), content('a', 10)),
        Problem.Kind.NOT_FOUND,
        "Session " + session + " not found.");
  }

  /// Appends a turn with one call of an MCP server.
  ///
  /// @return the call
  private EventId turn(SessionId session) {
    var message = message("look it up");
    var lease = send(session, message);
    var start = new Event.ModelRequestStart(eventId());
    var use =
        new Event.AgentMcpToolUse(eventId(), "wiki", "look", Json.EMPTY, Event.Permission.ALLOWED);
    var received = OptionalLong.of(store.eventLog().inbox(session).received());
    appended(
        store
            .eventLog()
            .emitEvents(
                lease,
                emission(
                    received,
                    new Event.StatusRunning(eventId()),
                    message,
                    start,
                    use,
                    new Event.ModelRequestEnd(eventId(), start.id(), false, ModelUsage.NONE),
                    new Event.ToolDispatched(eventId(), use.id(), 1, Optional.empty()),
                    new Event.AgentMcpToolResult(eventId(), use.id(), Json.arr(), false),
                    become(Status.IDLE))));
    return use.id();
  }

  @Test
  void aForkHasTheTextsOfTheResultsInItsLog() {
    var session = newSession();
    var first = keep(session, turn(session), content('a', 10));
    var position = store.eventLog().inbox(session).head();
    keep(session, turn(session), content('b', 20));
    keep(session, eventId(), content('c', 30));
    var to = new SessionId(ids.next(SessionId.PREFIX));
    var now = clock.instant();
    var fork =
        store
            .sessions()
            .fork(
                WORKSPACE,
                session,
                new ForkPoint.Position(position),
                true,
                before -> new Session(to, before.origin().withCreatedAt(now), before.editable()));
    assertThat(texts().of(fork.session().id())).containsExactly(first);
    assertThat(used()).isEqualTo(60);
    store.sessions().delete(WORKSPACE, session);
    assertThat(texts().of(to)).containsExactly(first);
    assertThat(used()).isEqualTo(10);
    store.sessions().delete(WORKSPACE, to);
    assertThat(used()).isZero();
  }
}
