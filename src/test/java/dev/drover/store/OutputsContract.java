package dev.drover.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Problem;
import dev.drover.catalog.Blob;
import dev.drover.catalog.BlobId;
import dev.drover.catalog.FileId;
import dev.drover.files.Files;
import dev.drover.files.Outputs;
import dev.drover.files.StoredFile;
import dev.drover.session.Job;
import dev.drover.session.SessionId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What every [Outputs] does.
abstract class OutputsContract extends StoreContract {
  static final long QUOTA = 1_000;

  private Outputs outputs() {
    return store.outputs();
  }

  /// @param digit in place of the bytes: the same digit means the same bytes
  private Outputs.Found found(SessionId session, String path, String stamp, char digit, long size) {
    var blob = new Blob(new BlobId(String.valueOf(digit).repeat(64) + "-" + ids.next("")), size);
    var file =
        new StoredFile(
            new FileId(ids.next(FileId.PREFIX)),
            WORKSPACE,
            path,
            "text/plain",
            size,
            Optional.empty(),
            Optional.of(session),
            Optional.of(path),
            clock.instant(),
            Optional.empty());
    return new Outputs.Found(path, stamp, file, blob);
  }

  private void add(SessionId session, Outputs.Found... found) {
    outputs().add(WORKSPACE, session, List.of(found));
  }

  private List<FileId> listed(SessionId session) {
    var all = new Files.Listing(100, Optional.empty(), Optional.of(session));
    return store.files().list(WORKSPACE, all).items().stream().map(StoredFile::id).toList();
  }

  private Set<String> deletions() {
    var jobs = store.jobs().claim(Set.of(Job.DELETE_BLOB), 100);
    jobs.forEach(store.jobs()::done);
    return Set.copyOf(jobs.stream().map(Job::key).toList());
  }

  @Test
  void anOutputIsKnownByItsPathStateAndDigestAlsoAfterARestart() throws Exception {
    var session = newSession();
    assertThat(outputs().known(session)).isEmpty();
    var a = found(session, "a", "1", 'a', 10);
    var odd = found(session, "\u0001\u00ff\u00e9%ff", "2", 'b', 20);
    add(session, a, odd);
    reopened();
    assertThat(outputs().known(session))
        .containsExactlyInAnyOrder(
            new Outputs.Output("a", "1", "a".repeat(64)),
            new Outputs.Output(odd.path(), "2", "b".repeat(64)));
    assertThat(listed(session)).containsExactlyInAnyOrder(a.file().id(), odd.file().id());
    assertThat(outputs().known(newSession())).isEmpty();
  }

  @Test
  void theSameContentAtItsPathIsNotAddedAgainEvenIfTheFileWasDeleted() {
    var session = newSession();
    var first = found(session, "a", "1", 'a', 10);
    add(session, first);
    store.files().delete(WORKSPACE, first.file().id());
    assertThat(deletions()).containsExactly(first.content().id().value());
    var again = found(session, "a", "2", 'a', 10);
    add(session, again);
    assertThat(deletions()).containsExactly(again.content().id().value());
    assertThat(listed(session)).isEmpty();
    assertThat(outputs().known(session))
        .containsExactly(new Outputs.Output("a", "2", "a".repeat(64)));
    assertThat(store.files().usage(WORKSPACE).bytes()).isZero();
  }

  @Test
  void anOutputIsPresentUntilItsFileIsDeleted() {
    var session = newSession();
    var a = found(session, "a", "1", 'a', 10);
    add(session, a, found(session, "b", "1", 'b', 10));
    assertThat(outputs().present(session)).containsExactlyInAnyOrder("a", "b");
    assertThat(outputs().present(newSession())).isEmpty();
    store.files().delete(WORKSPACE, a.file().id());
    assertThat(outputs().present(session)).containsExactly("b");
    add(session, found(session, "a", "2", 'a', 10), found(session, "b", "2", 'c', 10));
    assertThat(outputs().present(session)).containsExactly("b");
    add(session, found(session, "a", "3", 'd', 10));
    assertThat(outputs().present(session)).containsExactlyInAnyOrder("a", "b");
    assertThat(outputs().known(session)).hasSize(2);
  }

  @Test
  void aReplacedFileIsReadableForADay() {
    var session = newSession();
    var first = found(session, "a", "1", 'a', 10);
    var second = found(session, "a", "2", 'b', 20);
    add(session, first);
    add(session, second);
    assertThat(listed(session)).containsExactly(second.file().id());
    var replaced = store.files().get(WORKSPACE, first.file().id());
    assertThat(replaced.blob()).isPresent();
    assertThat(replaced.expiresAt()).contains(clock.instant().plus(Outputs.REPLACED));
    assertThat(store.files().get(WORKSPACE, second.file().id()).expiresAt()).isEmpty();
    clock.move(Outputs.REPLACED.minus(Duration.ofSeconds(1)));
    assertThat(store.files().expire(clock.instant())).isZero();
    clock.move(Duration.ofSeconds(2));
    assertThat(store.files().expire(clock.instant())).isEqualTo(1);
    assertProblem(
        () -> store.files().get(WORKSPACE, first.file().id()),
        Problem.Kind.NOT_FOUND,
        "File " + first.file().id() + " not found.");
    assertThat(store.files().usage(WORKSPACE).bytes()).isEqualTo(20);
    assertThat(listed(session)).containsExactly(second.file().id());
  }

  @Test
  void manyOutputsAreAddedAtOnceAndEachContentIsStoredOnce() {
    var session = newSession();
    var first = new ArrayList<Outputs.Found>();
    for (int n = 0; n < 150; n++) {
      first.add(found(session, "f" + n, "1", (char) ('a' + n % 3), 10));
    }
    outputs().add(WORKSPACE, session, first);
    assertThat(store.files().usage(WORKSPACE).bytes()).isEqualTo(30);
    assertThat(outputs().known(session)).hasSize(150);
    assertThat(deletions()).hasSize(100);
    var second = new ArrayList<Outputs.Found>();
    for (int n = 0; n < 150; n++) {
      second.add(found(session, "f" + n, "2", n < 75 ? (char) ('a' + n % 3) : 'd', 10));
    }
    outputs().add(WORKSPACE, session, second);
    assertThat(listed(session)).hasSize(100); // of a page
    assertThat(outputs().known(session))
        .hasSize(150)
        .allMatch(one -> one.stamp().equals("2"))
        .filteredOn(one -> one.digest().startsWith("d"))
        .hasSize(75);
    assertThat(store.files().usage(WORKSPACE).bytes()).isEqualTo(40);
    clock.move(Outputs.REPLACED.plus(Duration.ofSeconds(1)));
    assertThat(store.files().expire(clock.instant())).isEqualTo(75);
    store.sessions().delete(WORKSPACE, session);
    assertThat(store.files().usage(WORKSPACE).bytes()).isZero();
  }

  @Test
  void allContentsAreAddedOrNone() {
    var session = newSession();
    assertProblem(
        () -> add(session, found(session, "a", "1", 'a', 600), found(session, "b", "1", 'b', 600)),
        Problem.Kind.INVALID_REQUEST,
        "This workspace may store 1000 bytes; 0 bytes are in use. Delete files that are not"
            + " needed.");
    assertThat(listed(session)).isEmpty();
    assertThat(outputs().known(session)).isEmpty();
    assertThat(store.files().usage(WORKSPACE).bytes()).isZero();
  }

  @Test
  void aDeletedSessionHasNoOutputs() {
    var session = newSession();
    add(session, found(session, "a", "1", 'a', 10), found(session, "b", "1", 'b', 10));
    add(session, found(session, "a", "2", 'c', 10));
    outputs().owe(session);
    store.sessions().delete(WORKSPACE, session);
    assertThat(outputs().known(session)).isEmpty();
    assertThat(outputs().owed()).isEmpty();
    assertThat(store.files().usage(WORKSPACE).bytes()).isZero();
    assertProblem(
        () -> add(session, found(session, "a", "1", 'a', 10)),
        Problem.Kind.NOT_FOUND,
        "Session " + session + " not found.");
  }

  @Test
  void aCollectionIsOwedUntilItIsDone() throws Exception {
    var session = newSession();
    var other = newSession();
    outputs().owe(session);
    outputs().owe(session);
    outputs().owe(other);
    reopened();
    assertThat(outputs().owed()).containsExactlyInAnyOrder(session, other);
    assertThat(outputs().isOwed(session)).isTrue();
    outputs().collected(session);
    outputs().collected(session);
    assertThat(outputs().owed()).containsExactly(other);
    assertThat(outputs().isOwed(session)).isFalse();
  }
}
