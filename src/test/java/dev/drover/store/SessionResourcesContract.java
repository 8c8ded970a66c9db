package dev.drover.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Problem;
import dev.drover.catalog.Blob;
import dev.drover.catalog.BlobId;
import dev.drover.catalog.FileId;
import dev.drover.catalog.MemoryStoreId;
import dev.drover.catalog.WorkspaceId;
import dev.drover.files.Files;
import dev.drover.files.StoredFile;
import dev.drover.session.Checkout;
import dev.drover.session.ForkPoint;
import dev.drover.session.Job;
import dev.drover.session.MountPath;
import dev.drover.session.RepositoryPath;
import dev.drover.session.RepositoryUrl;
import dev.drover.session.SealedToken;
import dev.drover.session.Session;
import dev.drover.session.SessionId;
import dev.drover.session.SessionResource;
import dev.drover.session.SessionResource.Mounted;
import dev.drover.session.SessionResourceId;
import dev.drover.session.SessionResources;
import dev.drover.session.Sessions;
import dev.drover.vault.VaultKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/// What every [SessionResources] does.
abstract class SessionResourcesContract extends StoreContract {
  private SessionResources resources() {
    return store.sessionResources();
  }

  /// A file that was uploaded.
  ///
  /// @param digit in place of the bytes: the same digit means the same bytes
  private StoredFile uploaded(WorkspaceId workspace, char digit, Optional<Duration> expires) {
    var id = new BlobId(String.valueOf(digit).repeat(64) + "-" + ids.next(""));
    var file =
        new StoredFile(
            new FileId(ids.next(FileId.PREFIX)),
            workspace,
            digit + ".txt",
            "text/plain",
            10,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            clock.instant(),
            expires.map(clock.instant()::plus));
    return store.files().create(file, new Blob(id, 10));
  }

  private StoredFile uploaded(char digit) {
    return uploaded(WORKSPACE, digit, Optional.empty());
  }

  private Mounted mounted(StoredFile file, String path) {
    clock.move(Duration.ofMillis(1));
    return new Mounted(
        new SessionResourceId(ids.next(SessionResourceId.PREFIX)),
        new FileId(ids.next(FileId.PREFIX)),
        file.id(),
        file.blob().orElseThrow(),
        MountPath.of(path),
        clock.instant());
  }

  private Session sessionWith(SessionResource... resources) {
    var session = session(WORKSPACE, clock.instant()).with(List.of(resources));
    store.sessions().create(session, List.of());
    return session;
  }

  private long used() {
    return store.files().usage(WORKSPACE).bytes();
  }

  private List<String> deletions() {
    var jobs = store.jobs().claim(Set.of(Job.DELETE_BLOB), 100);
    jobs.forEach(store.jobs()::done);
    return jobs.stream().map(Job::key).toList();
  }

  private List<StoredFile> files(SessionId scope) {
    return store
        .files()
        .list(WORKSPACE, new Files.Listing(1_000, Optional.empty(), Optional.of(scope)))
        .items();
  }

  private List<SessionResource> shown(SessionId session) {
    var shown = store.sessions().getSession(WORKSPACE, session).resources();
    assertThat(resources().of(session)).isEqualTo(shown);
    assertThat(store.sessions().getSession(session).resources()).isEqualTo(shown);
    return shown;
  }

  private void assertNotFound(String message, ThrowingCallable call) {
    assertProblem(call, Problem.Kind.NOT_FOUND, message);
  }

  @Test
  void aSessionIsCreatedWithItsOwnCopiesOfFiles() throws Exception {
    var file = uploaded('a');
    var first = mounted(file, "z.txt");
    var second = mounted(uploaded('b'), "deep/ünïcode 🐎");
    var session = sessionWith(first, second);
    reopened();
    assertThat(shown(session.id())).containsExactly(first, second);
    var copy = store.files().get(WORKSPACE, first.file());
    assertThat(copy.scope()).contains(session.id());
    assertThat(copy.blob()).isEqualTo(file.blob());
    assertThat(copy.filename()).isEqualTo(file.filename());
    assertThat(copy.createdAt()).isEqualTo(first.createdAt());
    assertThat(files(session.id()))
        .extracting(StoredFile::id)
        .containsExactly(second.file(), first.file());
    assertThat(used()).as("copies need no space").isEqualTo(20);
  }

  @Test
  void filesComeAndGoInASessionThatExists() {
    var id = newSession();
    assertThat(shown(id)).isEmpty();
    var first = mounted(uploaded('a'), "a");
    var second = mounted(uploaded('b'), "b");
    resources().add(WORKSPACE, id, first);
    resources().add(WORKSPACE, id, second);
    assertThat(shown(id)).containsExactly(first, second);
    resources().remove(WORKSPACE, id, first.id());
    assertThat(shown(id)).containsExactly(second);
    assertThat(files(id)).extracting(StoredFile::id).containsExactly(second.file());
    assertThat(store.files().get(WORKSPACE, first.original())).isNotNull();
    var again = mounted(store.files().get(WORKSPACE, first.original()), "a");
    resources().add(WORKSPACE, id, again);
    assertThat(shown(id)).containsExactly(second, again);
    resources().remove(WORKSPACE, id, second.id());
    resources().remove(WORKSPACE, id, again.id());
    assertThat(shown(id)).isEmpty();
  }

  @Test
  void aContentLivesAsLongAsASessionHasIt() {
    var file = uploaded('a');
    var session = sessionWith(mounted(file, "a"));
    store.files().delete(WORKSPACE, file.id());
    var resource = (Mounted) shown(session.id()).getFirst();
    store.files().delete(WORKSPACE, resource.file());
    assertThat(deletions()).isEmpty();
    assertThat(used()).isEqualTo(10);
    assertThat(shown(session.id())).containsExactly(resource);
    resources().remove(WORKSPACE, session.id(), resource.id());
    assertThat(deletions()).containsExactly(file.blob().orElseThrow().value());
    assertThat(used()).isZero();
  }

  private SessionId forked(SessionId session) {
    var to = new SessionId(ids.next(SessionId.PREFIX));
    return store
        .sessions()
        .fork(
            WORKSPACE,
            session,
            new ForkPoint.Newest(),
            true,
            before -> new Session(to, before.origin(), before.editable()))
        .session()
        .id();
  }

  @Test
  void aForkHasItsOwnCopiesOfFiles() {
    var file = uploaded('a');
    var session = sessionWith(mounted(file, "a"));
    store.files().delete(WORKSPACE, file.id());
    var fork = forked(session.id());
    var resource = (Mounted) shown(session.id()).getFirst();
    var copy = (Mounted) shown(fork).getFirst();
    assertThat(copy)
        .isEqualTo(
            new Mounted(
                resource.id(),
                copy.file(),
                resource.original(),
                resource.content(),
                resource.path(),
                resource.createdAt()));
    assertThat(copy.file()).isNotEqualTo(resource.file());
    assertThat(files(fork)).extracting(StoredFile::id).containsExactly(copy.file());
    assertThat(used()).isEqualTo(10);
    store.sessions().delete(WORKSPACE, session.id());
    assertThat(deletions()).isEmpty();
    assertThat(shown(fork)).containsExactly(copy);
    store.sessions().delete(WORKSPACE, fork);
    assertThat(deletions()).containsExactly(file.blob().orElseThrow().value());
  }

  @Test
  void aForkIsRefusedWhenAFileWasDeleted() {
    var session = sessionWith(mounted(uploaded('a'), "a"));
    var resource = (Mounted) shown(session.id()).getFirst();
    store.files().delete(WORKSPACE, resource.file());
    assertProblem(
        () -> forked(session.id()),
        Problem.Kind.INVALID_REQUEST,
        ("The session cannot be forked: the file %s of its resource %s was deleted. Delete the"
                + " resource first.")
            .formatted(resource.file(), resource.id()));
    resources().remove(WORKSPACE, session.id(), resource.id());
    assertThat(shown(forked(session.id()))).isEmpty();
  }

  @Test
  void aDeletedSessionLeavesNothingButWhatWasUploaded() {
    var file = uploaded('a');
    var gone = uploaded('b');
    var session = sessionWith(mounted(file, "a"), mounted(gone, "b"), mounted(file, "c"));
    store.files().delete(WORKSPACE, gone.id());
    store.sessions().delete(WORKSPACE, session.id());
    assertThat(resources().of(session.id())).isEmpty();
    assertThat(files(session.id())).isEmpty();
    assertThat(deletions()).containsExactly(gone.blob().orElseThrow().value());
    assertThat(used()).isEqualTo(10);
    store.files().delete(WORKSPACE, file.id());
    assertThat(used()).isZero();
  }

  @Test
  void aCopyDoesNotExpireWithItsFile() {
    var file = uploaded(WORKSPACE, 'a', Optional.of(Duration.ofHours(1)));
    var session = sessionWith(mounted(file, "a"));
    clock.move(Duration.ofHours(2));
    store.files().expire(clock.instant());
    var resource = (Mounted) shown(session.id()).getFirst();
    assertThat(store.files().get(WORKSPACE, resource.file()).isExpired(clock.instant())).isFalse();
    var late = mounted(file, "late");
    var message = "File %s expired at %s.".formatted(file.id(), file.expiresAt().orElseThrow());
    assertNotFound(message, () -> resources().add(WORKSPACE, session.id(), late));
  }

  @Test
  void whatIsNotThereIsNotGivenAndNothingElseIsLeft() {
    var file = uploaded('a');
    var foreign = uploaded(OTHER_WORKSPACE, 'c', Optional.empty());
    var id = newSession();
    for (var missing : List.of(foreign, uploadedAndDeleted())) {
      var message = "File " + missing.id() + " not found.";
      assertNotFound(message, () -> resources().add(WORKSPACE, id, mounted(missing, "b")));
      var session =
          session(WORKSPACE, clock.instant())
              .with(List.of(mounted(file, "a"), mounted(missing, "b")));
      assertNotFound(message, () -> store.sessions().create(session, List.of()));
      var none = "Session " + session.id() + " not found.";
      assertNotFound(none, () -> store.sessions().getSession(WORKSPACE, session.id()));
      assertNotFound(none, () -> resources().add(WORKSPACE, session.id(), mounted(file, "a")));
    }
    assertThat(shown(id)).isEmpty();
    var none = "Session " + id + " not found.";
    assertNotFound(none, () -> resources().add(OTHER_WORKSPACE, id, mounted(foreign, "a")));
    var resource = mounted(file, "a");
    resources().add(WORKSPACE, id, resource);
    assertNotFound(none, () -> resources().remove(OTHER_WORKSPACE, id, resource.id()));
    var unknown = new SessionResourceId("sesrsc_unknown");
    assertNotFound(
        "Resource sesrsc_unknown not found.", () -> resources().remove(WORKSPACE, id, unknown));
    store.files().delete(WORKSPACE, file.id());
    store.sessions().delete(WORKSPACE, id);
    assertThat(used()).isZero();
  }

  private StoredFile uploadedAndDeleted() {
    var file = uploaded('b');
    store.files().delete(WORKSPACE, file.id());
    return file;
  }

  @Test
  void twoFilesNeverHaveOnePlace() {
    var file = uploaded('a');
    var first = mounted(file, "a/b");
    var id = sessionWith(first).id();
    assertProblem(
        () -> resources().add(WORKSPACE, id, mounted(file, "a/b")),
        Problem.Kind.CONFLICT,
        "mount_path \"/mnt/session/uploads/a/b\" is taken by " + first.id() + ".");
    for (var path : List.of("a", "a/b/c")) {
      assertProblem(
          () -> resources().add(WORKSPACE, id, mounted(file, path)),
          Problem.Kind.CONFLICT,
          ("mount_path \"/mnt/session/uploads/%s\" cannot be used beside"
                  + " \"/mnt/session/uploads/a/b\" of %s: one is inside the other.")
              .formatted(path, first.id()));
    }
    resources().add(WORKSPACE, id, mounted(file, "a/c"));
    assertThat(shown(id)).hasSize(2);
  }

  @Test
  void ofConcurrentRequestsForOnePlaceOneSucceeds() throws Exception {
    var file = uploaded('a');
    var id = newSession();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var tasks = new ArrayList<Callable<Boolean>>();
      for (int i = 0; i < 20; i++) {
        var next = mounted(file, "place" + i % 4);
        tasks.add(() -> succeeds(id, next));
      }
      int succeeded = 0;
      for (var outcome : threads.invokeAll(tasks)) {
        succeeded += outcome.get() ? 1 : 0;
      }
      assertThat(succeeded).isEqualTo(4);
    }
    assertThat(shown(id)).hasSize(4);
    assertThat(files(id)).hasSize(4);
  }

  private boolean succeeds(SessionId id, Mounted file) {
    try {
      resources().add(WORKSPACE, id, file);
      return true;
    } catch (Problem problem) {
      assertThat(problem.kind()).isEqualTo(Problem.Kind.CONFLICT);
      return false;
    }
  }

  @Test
  void aSessionHasAtMostFiveHundredResources() {
    var file = uploaded('a');
    var all = new ArrayList<SessionResource>();
    for (int i = 0; i < SessionResource.MOST; i++) {
      all.add(mounted(file, "d/" + i));
    }
    var id = sessionWith(all.toArray(SessionResource[]::new)).id();
    assertThat(shown(id)).isEqualTo(all);
    assertProblem(
        () -> resources().add(WORKSPACE, id, mounted(file, "more")),
        Problem.Kind.INVALID_REQUEST,
        "A session may have at most 500 resources.");
    resources().remove(WORKSPACE, id, all.getFirst().id());
    resources().add(WORKSPACE, id, mounted(file, "more"));
    store.sessions().delete(WORKSPACE, id);
    assertThat(files(id)).isEmpty();
  }

  private SessionResource.Attached attached(String store, boolean writable, String slug) {
    clock.move(Duration.ofMillis(1));
    return new SessionResource.Attached(
        new SessionResourceId(ids.next(SessionResourceId.PREFIX)),
        new MemoryStoreId(store),
        writable,
        Optional.of("use it").filter(_ -> writable),
        "Nötes 🐎",
        writable ? "" : "what we know",
        slug,
        clock.instant());
  }

  @Test
  void aSessionHasMemoryStoresFromItsStartToItsEnd() throws Exception {
    var notes = attached("memstore_a", true, "notes");
    var file = mounted(uploaded('a'), "notes");
    var policy = attached("memstore_b", false, "policy");
    var session = sessionWith(notes, file, policy);
    reopened();
    assertThat(shown(session.id())).containsExactly(notes, file, policy);
    assertNotFound(
        "Resource " + notes.id() + " not found.",
        () -> resources().remove(WORKSPACE, session.id(), notes.id()));
    assertThat(shown(session.id())).containsExactly(notes, file, policy);
    store.sessions().delete(WORKSPACE, session.id());
    assertThat(resources().of(session.id())).isEmpty();
    assertThat(files(session.id())).isEmpty();
  }

  @Test
  void sessionsAreListedByTheirMemoryStore() {
    newSession();
    var first = sessionWith(attached("memstore_a", true, "notes")).id();
    var second =
        sessionWith(attached("memstore_b", true, "x"), attached("memstore_a", false, "y")).id();
    assertThat(having("memstore_a")).containsExactly(second, first);
    assertThat(having("memstore_b")).containsExactly(second);
    assertThat(having("memstore_c")).isEmpty();
  }

  private List<SessionId> having(String memory) {
    var all = new ArrayList<SessionId>();
    var page = Optional.<String>empty();
    do {
      var found =
          store
              .sessions()
              .list(
                  WORKSPACE,
                  new Sessions.Listing(
                      1,
                      page,
                      false,
                      true,
                      Set.of(),
                      Optional.empty(),
                      OptionalInt.empty(),
                      Optional.of(new MemoryStoreId(memory)),
                      Optional.empty(),
                      Optional.empty()));
      found.items().forEach(session -> all.add(session.id()));
      page = found.next();
    } while (page.isPresent());
    return all;
  }

  @Test
  void listsAndUpdatesShowResourcesToo() {
    var file = uploaded('a');
    var plain = newSession();
    var first = mounted(file, "a");
    var equipped = sessionWith(first).id();
    var listing =
        new Sessions.Listing(
            10,
            Optional.empty(),
            true,
            true,
            Set.of(),
            Optional.empty(),
            OptionalInt.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    var listed = store.sessions().list(WORKSPACE, listing).items();
    assertThat(listed).extracting(Session::id).containsExactly(plain, equipped);
    assertThat(listed).extracting(Session::resources).containsExactly(List.of(), List.of(first));
    var updated =
        store
            .sessions()
            .update(
                WORKSPACE,
                equipped,
                before ->
                    before.with(
                        new Session.Editable(
                            before.agent(),
                            "another title",
                            before.editable().metadata(),
                            before.budget())))
            .session();
    assertThat(updated.resources()).containsExactly(first);
    assertThat(shown(equipped)).containsExactly(first);
  }

  @Test
  void anArchivedSessionKeepsItsResourcesAndTheyDoNotChange() {
    var file = uploaded('a');
    var first = mounted(file, "a");
    var id = sessionWith(first).id();
    assertThat(store.sessions().archive(WORKSPACE, id).resources()).containsExactly(first);
    var message = "session has been archived";
    assertProblem(
        () -> resources().add(WORKSPACE, id, mounted(file, "b")),
        Problem.Kind.INVALID_REQUEST,
        message);
    assertProblem(
        () -> resources().remove(WORKSPACE, id, first.id()), Problem.Kind.INVALID_REQUEST, message);
    assertThat(shown(id)).containsExactly(first);
  }

  private SessionResource.Repository repository(Optional<SealedToken> token) {
    clock.move(Duration.ofMillis(1));
    return new SessionResource.Repository(
        new SessionResourceId(ids.next(SessionResourceId.PREFIX)),
        RepositoryUrl.of("https://git.example/acme/app"),
        RepositoryPath.of("/workspace/app"),
        Optional.of(new Checkout.Branch("main line")),
        token,
        clock.instant(),
        clock.instant());
  }

  private SealedToken token(long version, String value) {
    var owner = VaultKey.owner(WORKSPACE);
    store.vaults().addKey(WORKSPACE, owner, new VaultKey(1, "k1", "wrapped"));
    return new SealedToken(version, 1, value);
  }

  @Test
  void theTokenOfARepositoryIsReplacedOnceAndTheRepositoryStays() throws Exception {
    var first = repository(Optional.empty());
    var session = sessionWith(first);
    assertThat(shown(session.id())).containsExactly(first);
    var second = first.with(token(1, "one"), clock.instant().plusMillis(5));
    assertThat(resources().replaceToken(WORKSPACE, session.id(), second)).isTrue();
    assertThat(resources().replaceToken(WORKSPACE, session.id(), second)).isFalse();
    reopened();
    assertThat(shown(session.id())).containsExactly(second);
    var third = second.with(token(2, "two"), clock.instant().plusMillis(6));
    assertThat(resources().replaceToken(WORKSPACE, session.id(), third)).isTrue();
    assertThat(shown(session.id())).containsExactly(third);
    assertProblem(
        () -> resources().remove(WORKSPACE, session.id(), first.id()),
        Problem.Kind.INVALID_REQUEST,
        "Resource %s is a repository, which belongs to its session until the end."
            .formatted(first.id()));
    assertNotFound(
        "Session " + session.id() + " not found.",
        () -> resources().replaceToken(OTHER_WORKSPACE, session.id(), third));
    store.sessions().archive(WORKSPACE, session.id());
    assertThatThrownBy(() -> resources().replaceToken(WORKSPACE, session.id(), third))
        .isInstanceOf(Problem.class);
    store.sessions().delete(WORKSPACE, session.id());
    assertThat(resources().of(session.id())).isEmpty();
  }

  @Test
  void aTokenWhoseKeyIsUnknownIsNotStored() {
    var lost = repository(Optional.of(new SealedToken(1, 7, "x")));
    assertThatThrownBy(() -> sessionWith(lost))
        .isInstanceOfSatisfying(
            Problem.class, e -> assertThat(e.kind()).isEqualTo(Problem.Kind.UNAVAILABLE));
  }
}
