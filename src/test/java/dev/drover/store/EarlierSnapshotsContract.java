package dev.drover.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.catalog.Blob;
import dev.drover.catalog.BlobId;
import dev.drover.session.Emission;
import dev.drover.session.Event;
import dev.drover.session.Fork;
import dev.drover.session.ForkPoint;
import dev.drover.session.ModelUsage;
import dev.drover.session.Session;
import dev.drover.session.SessionId;
import dev.drover.session.Snapshot;
import dev.drover.session.Status;
import dev.drover.session.ThreadKey;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Which snapshots of a session are kept, and which one a fork begins with.
abstract class EarlierSnapshotsContract extends LogContract {
  /// The number of events of a turn.
  private static final int TURN = 6;

  private static final String HOME = "home_1";

  private void turn(SessionId id) {
    var message = message("hello");
    var lease = send(id, message);
    var start = new Event.ModelRequestStart(eventId());
    var entries =
        Stream.of(
                new Event.StatusRunning(eventId()),
                message,
                start,
                answer("hi"),
                new Event.ModelRequestEnd(eventId(), start.id(), false, ModelUsage.NONE),
                become(Status.IDLE))
            .map(event -> new Emission.Entry(ThreadKey.PRIMARY, event, null))
            .toList();
    var received = OptionalLong.of(log().inbox(id).received());
    log().emitEvents(lease, new Emission(entries, received, true));
  }

  /// Takes a snapshot at the end of the log.
  ///
  /// @param whole whether it does not stand on the newest one
  private BlobId taken(SessionId id, boolean whole, int kept) {
    var layers =
        whole
            ? List.<BlobId>of()
            : store.snapshots().newest(id).map(Snapshot::layers).orElse(List.of());
    var name = ids.next("snap_");
    var content = new BlobId(digest(name) + "-1");
    var snapshot =
        new Snapshot(
            name, HOME, store.snapshots().head(id), layers, 3, 100, "left", clock.instant());
    assertThat(store.snapshots().keep(id, snapshot, new Blob(content, 10), kept)).isTrue();
    return content;
  }

  private static String digest(String name) {
    return "%064x".formatted(name.hashCode() & 0xffffffffL);
  }

  private Fork fork(SessionId id, long position) {
    var to = new SessionId(ids.next(SessionId.PREFIX));
    var now = clock.instant();
    return store
        .sessions()
        .fork(
            WORKSPACE,
            id,
            new ForkPoint.Position(position),
            true,
            before -> new Session(to, before.origin().withCreatedAt(now), before.editable()));
  }

  private void assertBegins(SessionId id, long at, long position, BlobId... layers) {
    var fork = fork(id, at);
    assertThat(fork.filesMissing()).isFalse();
    assertThat(fork.snapshot())
        .hasValueSatisfying(
            snapshot -> {
              assertThat(snapshot.position()).isEqualTo(position);
              assertThat(snapshot.layers()).containsExactly(layers);
              assertThat(snapshot.left()).isEqualTo("left");
            });
    assertThat(store.snapshots().newest(fork.session().id())).isEqualTo(fork.snapshot());
    assertBeginsAgain(fork, position, layers);
  }

  /// A fork of the fork has the same files.
  private void assertBeginsAgain(Fork fork, long position, BlobId... layers) {
    var again = fork(fork.session().id(), fork.position());
    assertThat(again.snapshot().orElseThrow().position()).isEqualTo(position);
    assertThat(again.snapshot().orElseThrow().layers()).containsExactly(layers);
  }

  @Test
  void aForkBeginsWithTheNewestSnapshotFromItsPlaceOrBefore() throws Exception {
    var id = newSession();
    assertThat(store.snapshots().settle(id, HOME)).isTrue();
    turn(id);
    assertThat(fork(id, TURN).filesMissing()).isTrue();
    var first = taken(id, true, 8);
    turn(id);
    var second = taken(id, false, 8);
    turn(id);
    var newest = store.snapshots().newest(id).orElseThrow();
    store.snapshots().unchanged(id, newest, 3L * TURN);
    reopened();
    assertBegins(id, TURN, TURN, first);
    assertBegins(id, 2 * TURN, 2 * TURN, first, second);
    assertBegins(id, 3 * TURN, 3 * TURN, first, second);
    turn(id);
    var whole = taken(id, true, 8);
    assertBegins(id, TURN, TURN, first);
    assertBegins(id, 3 * TURN, 2 * TURN, first, second);
    assertBegins(id, 4 * TURN, 4 * TURN, whole);
    var start = fork(id, 0);
    assertThat(start.snapshot()).isEmpty();
    assertThat(start.filesMissing()).isFalse();
  }

  @Test
  void onlyTheNewestSnapshotsAreKeptWithTheLayersBelowThem() {
    var id = newSession();
    store.snapshots().settle(id, HOME);
    turn(id);
    var first = taken(id, true, 2);
    turn(id);
    var second = taken(id, false, 2);
    turn(id);
    var third = taken(id, true, 2);
    assertBegins(id, TURN, TURN, first); // the second one stands on it
    assertBegins(id, 2 * TURN, 2 * TURN, first, second);
    turn(id);
    var fourth = taken(id, false, 2);
    assertThat(fork(id, 2 * TURN).snapshot()).isEmpty();
    assertThat(fork(id, 2 * TURN).filesMissing()).isTrue();
    assertBegins(id, 3 * TURN, 3 * TURN, third);
    assertBegins(id, 4 * TURN, 4 * TURN, third, fourth);
    var fork = fork(id, 3 * TURN);
    store.sessions().delete(WORKSPACE, id);
    assertThat(store.snapshots().newest(fork.session().id()).orElseThrow().layers())
        .containsExactly(third);
  }
}
