package dev.drover.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Problem;
import dev.drover.catalog.Blob;
import dev.drover.catalog.BlobId;
import dev.drover.catalog.FileId;
import dev.drover.catalog.WorkspaceId;
import dev.drover.files.Files;
import dev.drover.files.StoredFile;
import dev.drover.session.Job;
import dev.drover.session.SessionId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// What every [Files] does.
abstract class FilesContract extends StoreContract {
  static final long QUOTA = 1_000;

  private Files files() {
    return store.files();
  }

  /// A stored content.
  ///
  /// @param digit in place of the bytes: the same digit means the same bytes
  private Blob content(char digit, long size) {
    return new Blob(new BlobId(String.valueOf(digit).repeat(64) + "-" + ids.next("")), size);
  }

  private StoredFile file(WorkspaceId workspace, String name, long size) {
    return new StoredFile(
        new FileId(ids.next(FileId.PREFIX)),
        workspace,
        name,
        "text/plain",
        size,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        clock.instant(),
        Optional.empty());
  }

  private static StoredFile of(
      StoredFile file, Optional<SessionId> scope, Optional<Instant> expiresAt) {
    return new StoredFile(
        file.id(),
        file.workspace(),
        file.filename(),
        file.mimeType(),
        file.size(),
        file.blob(),
        scope,
        scope.map(_ -> "charts/" + file.filename()),
        file.createdAt(),
        expiresAt);
  }

  private StoredFile created(WorkspaceId workspace, char digit, long size) {
    return files().create(file(workspace, digit + ".txt", size), content(digit, size));
  }

  private StoredFile created(char digit) {
    return created(WORKSPACE, digit, 10);
  }

  private long used(WorkspaceId workspace) {
    return files().usage(workspace).bytes();
  }

  /// The contents that jobs are to delete; the jobs are done now.
  private List<String> deletions() {
    var jobs = store.jobs().claim(Set.of(Job.DELETE_BLOB), 100);
    jobs.forEach(store.jobs()::done);
    return jobs.stream().map(Job::key).toList();
  }

  private static List<FileId> ids(List<StoredFile> files) {
    return files.stream().map(StoredFile::id).toList();
  }

  private List<FileId> listed(WorkspaceId workspace) {
    return ids(
        files()
            .list(workspace, new Files.Listing(100, Optional.empty(), Optional.empty()))
            .items());
  }

  @Test
  void aFileComesBackAsItWasCreatedAlsoAfterARestart() throws Exception {
    var session = newSession();
    var plain = created('a');
    var expires = Optional.of(clock.instant().plus(Duration.ofHours(1)));
    var scoped = of(file(WORKSPACE, "ünïcode 🐎.csv", 7), Optional.of(session), expires);
    var content = content('b', 7);
    assertThat(files().create(scoped, content)).isEqualTo(scoped.with(content.id()));
    reopened();
    assertThat(files().get(WORKSPACE, plain.id())).isEqualTo(plain);
    assertThat(files().get(WORKSPACE, scoped.id())).isEqualTo(scoped.with(content.id()));
  }

  @Test
  void theSameContentIsStoredOnceInAWorkspace() {
    var first = created('a');
    var again = content('a', 10);
    var second = files().create(file(WORKSPACE, "copy", 10), again);
    var elsewhere = created(OTHER_WORKSPACE, 'a', 10);
    assertThat(second.blob()).isEqualTo(first.blob());
    assertThat(elsewhere.blob()).isNotEqualTo(first.blob());
    assertThat(deletions()).containsExactly(again.id().value());
    assertThat(used(WORKSPACE)).isEqualTo(10);
    assertThat(used(OTHER_WORKSPACE)).isEqualTo(10);
  }

  @Test
  void aContentIsDeletedWithItsLastReference() {
    var first = created('a');
    var second = created('a');
    deletions();
    files().delete(WORKSPACE, first.id());
    assertThat(deletions()).isEmpty();
    assertThat(used(WORKSPACE)).isEqualTo(10);
    files().delete(WORKSPACE, second.id());
    assertThat(deletions()).containsExactly(first.blob().orElseThrow().value());
    assertThat(used(WORKSPACE)).isZero();
    assertThat(created('a').blob()).as("stored again").isNotEqualTo(first.blob());
  }

  @Test
  void whatDoesNotFitIntoTheQuotaIsRefusedAndChangesNothing() {
    var large = created(WORKSPACE, 'a', 990);
    assertProblem(
        () -> created(WORKSPACE, 'b', 11),
        Problem.Kind.INVALID_REQUEST,
        "This workspace may store 1000 bytes; 990 bytes are in use."
            + " Delete files that are not needed.");
    assertThat(used(WORKSPACE)).isEqualTo(990);
    assertThat(listed(WORKSPACE)).containsExactly(large.id());
    created(WORKSPACE, 'b', 10);
    created(WORKSPACE, 'a', 990); // the same bytes again need no space
    created(OTHER_WORKSPACE, 'b', 1_000);
    assertThat(used(WORKSPACE)).isEqualTo(1_000);
    files().delete(WORKSPACE, large.id());
    assertThat(files().usage(WORKSPACE)).isEqualTo(new Files.Usage(1_000, QUOTA));
  }

  @Test
  void concurrentUploadsNeverExceedTheQuota() throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var tasks = new ArrayList<Callable<Boolean>>();
      for (var digit : "0123456789abcdef".toCharArray()) {
        for (int i = 0; i < 2; i++) {
          tasks.add(() -> fits(digit));
        }
      }
      long fitting = 0;
      for (var outcome : threads.invokeAll(tasks)) {
        fitting += outcome.get() ? 1 : 0;
      }
      assertThat(used(WORKSPACE)).isEqualTo(900);
      assertThat(listed(WORKSPACE)).hasSize((int) fitting);
    }
  }

  private boolean fits(char digit) {
    try {
      created(WORKSPACE, digit, 300);
      return true;
    } catch (Problem _) {
      return false;
    }
  }

  @Test
  void pagesShowEachFileOnceNewestFirstThoughFilesComeAndGo() {
    var all = new ArrayList<StoredFile>();
    for (var digit : "0123456".toCharArray()) {
      all.add(created(digit));
      if (digit % 2 == 0) {
        clock.move(Duration.ofMillis(1));
      }
    }
    all.sort(
        Comparator.comparing(StoredFile::createdAt)
            .thenComparing(file -> file.id().value())
            .reversed());
    var seen = new ArrayList<FileId>();
    var page = Optional.<String>empty();
    do {
      var found = files().list(WORKSPACE, new Files.Listing(2, page, Optional.empty()));
      seen.addAll(ids(found.items()));
      page = found.next();
      clock.move(Duration.ofMillis(1));
      created('f');
    } while (page.isPresent());
    assertThat(seen).isEqualTo(ids(all));
    assertThat(listed(OTHER_WORKSPACE)).isEmpty();
  }

  @Test
  void aCursorOfAnotherListIsRefused() {
    for (var cursor : List.of("page_", "nonsense", "page_MSBBR0VOVFMgZGVzYyAwIHg")) {
      assertProblem(
          () ->
              files().list(WORKSPACE, new Files.Listing(2, Optional.of(cursor), Optional.empty())),
          Problem.Kind.INVALID_REQUEST,
          "invalid page cursor");
    }
  }

  @Test
  void filesAreListedByIdAndBySession() {
    var session = newSession();
    var plain = created('a');
    var scoped =
        files()
            .create(
                of(file(WORKSPACE, "out", 10), Optional.of(session), Optional.empty()),
                content('b', 10));
    var foreign = created(OTHER_WORKSPACE, 'c', 10);
    var unknown = new FileId("file_unknown");
    assertThat(files().list(WORKSPACE, Set.of(plain.id(), foreign.id(), unknown)))
        .containsExactly(plain);
    assertThat(files().list(WORKSPACE, List.of())).isEmpty();
    var listing = new Files.Listing(9, Optional.empty(), Optional.of(session));
    assertThat(files().list(WORKSPACE, listing).items()).containsExactly(scoped);
    assertThat(files().list(OTHER_WORKSPACE, listing).items()).isEmpty();
  }

  @Test
  void whoeverDoesNotOwnAFileCannotFindIt() {
    var file = created('a');
    var message = "File " + file.id() + " not found.";
    assertProblem(() -> files().get(OTHER_WORKSPACE, file.id()), Problem.Kind.NOT_FOUND, message);
    assertProblem(
        () -> files().delete(OTHER_WORKSPACE, file.id()), Problem.Kind.NOT_FOUND, message);
    files().delete(WORKSPACE, file.id());
    assertProblem(() -> files().delete(WORKSPACE, file.id()), Problem.Kind.NOT_FOUND, message);
  }

  @Test
  void anExpiredContentIsDeletedAndItsFileIsShownForThirtyDaysMore() {
    var at = clock.instant().plus(Duration.ofHours(1));
    var kept = created('a');
    var file =
        files()
            .create(
                of(file(WORKSPACE, "soon", 10), Optional.empty(), Optional.of(at)),
                content('b', 10));
    assertThat(files().expire(at.minusMillis(1))).isZero();
    assertThat(file.isExpired(at)).isTrue();
    assertThat(files().expire(at)).isEqualTo(1);
    assertThat(files().expire(at)).isZero();
    var expired = files().get(WORKSPACE, file.id());
    assertThat(expired.blob()).isEmpty();
    assertThat(expired.with(file.blob().orElseThrow())).isEqualTo(file);
    assertThat(deletions()).containsExactly(file.blob().orElseThrow().value());
    assertThat(used(WORKSPACE)).isEqualTo(10);
    assertThat(files().expire(at.plus(Files.SHOWN).minusMillis(1))).isZero();
    assertThat(files().expire(at.plus(Files.SHOWN))).isEqualTo(1);
    assertThat(listed(WORKSPACE)).containsExactly(kept.id());
    files().delete(WORKSPACE, kept.id());
    assertThat(used(WORKSPACE)).isZero();
  }

  @Test
  void theFilesOfASessionAreDeletedWithIt() {
    var session = newSession();
    var kept = created('a');
    IntStream.range(0, 3)
        .forEach(
            i ->
                files()
                    .create(
                        of(file(WORKSPACE, "out", 10), Optional.of(session), Optional.empty()),
                        content("ab0".charAt(i), 10)));
    deletions();
    store.sessions().delete(WORKSPACE, session);
    assertThat(listed(WORKSPACE)).containsExactly(kept.id());
    assertThat(deletions()).hasSize(2);
    assertThat(used(WORKSPACE)).isEqualTo(10);
  }

  @Test
  void contentsWithoutAReferenceAreKnown() {
    var kept = created('a').blob().orElseThrow();
    var stray = content('b', 10).id();
    assertThat(files().unreferenced(List.of())).isEmpty();
    assertThat(files().unreferenced(List.of(kept, stray))).containsExactly(stray);
  }
}
