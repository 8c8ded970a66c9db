package dev.drover.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.session.Emitted;
import dev.drover.session.Lease;
import dev.drover.session.SessionId;
import dev.drover.session.Status;
import org.junit.jupiter.api.Test;

/// What every [EventLog] grants to one node at a time.
abstract class LeasesContract extends LogContract {
  @Test
  void oneHoldsTheLease() {
    var id = newSession();
    assertThat(log().claim(id)).contains(new Lease(id, 1));
    assertThat(log().claim(id)).isEmpty();
    log().release(new Lease(id, 1));
    assertThat(log().claim(id)).contains(new Lease(id, 2));
    assertThat(log().claim(UNKNOWN)).isEmpty();
  }

  @Test
  void anOldLeaseReleasesNothing() {
    var id = newSession();
    var old = log().claim(id).orElseThrow();
    log().release(old);
    var lease = log().claim(id).orElseThrow();
    log().release(old);
    log().release(new Lease(UNKNOWN, 1));
    assertThat(log().claim(id)).isEmpty();
    append(lease, answer("still here"));
  }

  @Test
  void aSessionThatIsOverCannotBeClaimed() {
    var id = newSession();
    store.sessions().archive(WORKSPACE, id);
    assertThat(log().claim(id)).isEmpty();
  }

  @Test
  void aZombieAppendsNothing() {
    var id = newSession();
    var zombie = log().claim(id).orElseThrow();
    log().release(zombie);
    assertThat(log().emitEvents(zombie, emission(answer("boo"))))
        .isEqualTo(new Emitted.LeaseLost());
    var lease = log().claim(id).orElseThrow();
    append(lease, answer("mine"));
    assertThat(log().emitEvents(zombie, emission(answer("boo"))))
        .isEqualTo(new Emitted.LeaseLost());
    assertThat(log().emitEvents(new Lease(UNKNOWN, 1), emission(answer("boo"))))
        .isEqualTo(new Emitted.LeaseLost());
    assertThat(all(id)).hasSize(1);
  }

  @Test
  void unfinishedAreTheSessionsThatOweWorkAndThatNobodyHolds() throws Exception {
    newSession();
    var waiting = newSession();
    log().release(send(waiting, message("hello")));
    var held = newSession();
    send(held, message("hello"));
    var running = inStatus(Status.RUNNING);
    var rescheduling = inStatus(Status.RESCHEDULING);
    inStatus(Status.IDLE);
    inStatus(Status.TERMINATED);
    assertThat(log().unfinished()).containsExactlyInAnyOrder(waiting, running, rescheduling);
    log().claim(waiting);
    log().claim(running);
    assertThat(log().unfinished()).containsExactly(rescheduling);
  }

  private SessionId inStatus(Status status) {
    var id = newSession();
    var lease = log().claim(id).orElseThrow();
    appended(log().emitEvents(lease, emission(become(status), answer("hello"))));
    log().release(lease);
    return id;
  }
}
