package dev.drover.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import dev.drover.base.Problem;
import dev.drover.base.Scope;
import dev.drover.catalog.MemoryStore;
import dev.drover.catalog.MemoryStoreId;
import dev.drover.catalog.Resource;
import dev.drover.memory.Memories;
import dev.drover.memory.Memory;
import dev.drover.memory.MemoryActor;
import dev.drover.memory.MemoryChange;
import dev.drover.memory.MemoryHead;
import dev.drover.memory.MemoryId;
import dev.drover.memory.MemoryListing;
import dev.drover.memory.MemoryPath;
import dev.drover.memory.MemoryRound;
import dev.drover.memory.MemoryText;
import dev.drover.memory.MemoryVersion;
import dev.drover.memory.MemoryVersion.Operation;
import dev.drover.memory.MemoryVersionId;
import dev.drover.memory.ModelFolder;
import dev.drover.memory.VersionListing;
import dev.drover.session.Job;
import dev.drover.session.SessionId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What every [Memories] does.
abstract class MemoriesContract extends StoreContract {
  private static final MemoryActor KEY = MemoryActor.api("apikey_1");
  private static final MemoryActor AGENT = MemoryActor.session(new SessionId("sesn_1"));

  private MemoryStoreId notes = new MemoryStoreId("memstore_none");

  @BeforeEach
  final void makeStore() {
    notes = newStore();
  }

  private MemoryStoreId newStore() {
    var id = new MemoryStoreId(ids.next(MemoryStoreId.PREFIX));
    store
        .catalogs()
        .of(MemoryStore.KIND)
        .create(
            new Resource<>(
                id.value(), WORKSPACE, new MemoryStore("Notes", "", Map.of()), clock.instant()));
    return id;
  }

  private Memories memories() {
    return store.memories();
  }

  private Memory create(String path, String text) {
    return memories().create(WORKSPACE, notes, MemoryPath.of(path), MemoryText.of(text), KEY);
  }

  private Memory get(Memory memory) {
    return memories().get(WORKSPACE, notes, memory.id());
  }

  private Memory update(Memory memory, MemoryChange change) {
    return memories().update(WORKSPACE, notes, memory.id(), change, AGENT);
  }

  private static MemoryChange writing(String text) {
    return new MemoryChange(Optional.empty(), Optional.of(MemoryText.of(text)), Optional.empty());
  }

  private static MemoryChange writing(String text, String expected) {
    return new MemoryChange(
        Optional.empty(), Optional.of(MemoryText.of(text)), Optional.of(sha256(expected)));
  }

  private static MemoryChange moving(String path) {
    return new MemoryChange(Optional.of(MemoryPath.of(path)), Optional.empty(), Optional.empty());
  }

  private static String sha256(String text) {
    return MemoryText.of(text).sha256();
  }

  private void delete(Memory memory) {
    memories().delete(WORKSPACE, notes, memory.id(), Optional.empty(), KEY);
  }

  private static MemoryListing listing(String prefix, boolean deep, int limit) {
    return new MemoryListing(prefix, deep, false, limit, Optional.empty());
  }

  private List<String> paths(MemoryListing first) {
    var paths = new ArrayList<String>();
    var page = Optional.of("");
    while (page.isPresent()) {
      var from = page.filter(cursor -> !cursor.isEmpty());
      var found =
          memories()
              .list(
                  WORKSPACE,
                  notes,
                  new MemoryListing(
                      first.prefix(), first.deep(), first.contents(), first.limit(), from));
      assertThat(found.items()).hasSizeLessThanOrEqualTo(first.limit());
      found.items().forEach(item -> paths.add(item.path()));
      page = found.next();
    }
    return paths;
  }

  private static VersionListing all(int limit, Optional<String> page) {
    return new VersionListing(
        Optional.empty(),
        Optional.empty(),
        List.of(),
        Optional.empty(),
        Optional.empty(),
        true,
        limit,
        page);
  }

  private List<MemoryVersion> versions() {
    var versions = new ArrayList<MemoryVersion>();
    var page = Optional.of("");
    while (page.isPresent()) {
      var from = page.filter(cursor -> !cursor.isEmpty());
      var found = memories().versions(WORKSPACE, notes, all(7, from));
      versions.addAll(found.items());
      page = found.next();
    }
    return versions;
  }

  private static void assertConflict(
      ThrowingCallable call, String type, Map<String, String> fields) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            Problem.class,
            problem -> {
              assertThat(problem.kind()).isEqualTo(Problem.Kind.CONFLICT);
              assertThat(problem.particulars())
                  .hasValue(new Problem.Particulars("memory_" + type + "_error", fields));
            });
  }

  private static void assertInTheWay(ThrowingCallable call, Memory other) {
    assertConflict(
        call,
        "path_conflict",
        Map.of(
            "conflicting_path", other.path().value(), "conflicting_memory_id", other.id().value()));
  }

  // Writing

  @Test
  void aMemoryIsReadBackAsItWasWrittenAndItsVersionsTellWhatHappened() throws Exception {
    var text = "Ünïcode 🐎\r\n\t";
    var made = create("/notes/a b/ü🐎.md", text);
    assertThat(made.sha256()).isEqualTo(sha256(text));
    assertThat(made.size()).isEqualTo(text.getBytes(StandardCharsets.UTF_8).length);
    reopened();
    assertThat(get(made)).isEqualTo(made);
    clock.move(Duration.ofSeconds(1));
    var changed = update(made, writing(""));
    assertThat(changed.id()).isEqualTo(made.id());
    assertThat(changed.createdAt()).isEqualTo(made.createdAt());
    assertThat(changed.updatedAt()).isEqualTo(Micros.whole(clock.instant()));
    assertThat(get(made)).isEqualTo(changed).extracting(Memory::content).isEqualTo("");
    var moved = update(made, moving("/b"));
    assertThat(moved.content()).isEmpty();
    delete(moved);
    assertProblem(() -> get(made), Problem.Kind.NOT_FOUND, "Memory " + made.id() + " not found.");
    reopened();
    assertThat(versions())
        .extracting(
            MemoryVersion::operation,
            MemoryVersion::path,
            MemoryVersion::content,
            MemoryVersion::createdBy)
        .containsExactly(
            tuple(Operation.DELETED, "/b", null, KEY),
            tuple(Operation.MODIFIED, "/b", "", AGENT),
            tuple(Operation.MODIFIED, "/notes/a b/ü🐎.md", "", AGENT),
            tuple(Operation.CREATED, "/notes/a b/ü🐎.md", text, KEY));
    assertThat(versions()).extracting(MemoryVersion::memory).containsOnly(made.id());
    assertThat(versions().get(1).id()).isEqualTo(moved.version());
  }

  @Test
  void anUpdateThatChangesNothingAddsNoVersion() {
    var made = create("/a", "one");
    clock.move(Duration.ofSeconds(1));
    assertThat(update(made, writing("one"))).isEqualTo(made);
    assertThat(update(made, moving("/a"))).isEqualTo(made);
    assertThat(update(made, new MemoryChange(Optional.empty(), Optional.empty(), Optional.empty())))
        .isEqualTo(made);
    assertThat(versions()).hasSize(1);
  }

  @Test
  void aPreconditionIsOnTheContentAndARepeatedChangeSucceeds() {
    var made = create("/a", "one");
    var second = update(made, writing("two", "one"));
    assertThat(second.content()).isEqualTo("two");
    assertThat(update(made, writing("two", "one"))).as("repeated").isEqualTo(second);
    var failed = "precondition_failed";
    assertConflict(() -> update(made, writing("three", "one")), failed, Map.of());
    var move =
        new MemoryChange(
            Optional.of(MemoryPath.of("/b")), Optional.empty(), Optional.of(sha256("one")));
    assertConflict(() -> update(made, move), failed, Map.of());
    var nothing = new MemoryChange(Optional.empty(), Optional.empty(), Optional.of(sha256("one")));
    assertConflict(() -> update(made, nothing), failed, Map.of());
    var expected = Optional.of(sha256("one"));
    assertConflict(
        () -> memories().delete(WORKSPACE, notes, made.id(), expected, KEY), failed, Map.of());
    memories().delete(WORKSPACE, notes, made.id(), Optional.of(sha256("two")), KEY);
    assertThat(versions()).hasSize(3);
  }

  @Test
  void noMemoryHasThePathOfAnotherOneOrIsItsDirectory() {
    var todo = create("/notes/work/todo.md", "");
    assertInTheWay(() -> create("/notes/work/todo.md", "x"), todo);
    assertInTheWay(() -> create("/notes", "x"), todo);
    assertInTheWay(() -> create("/notes/work", "x"), todo);
    assertInTheWay(() -> create("/notes/work/todo.md/more/still", "x"), todo);
    var beside =
        List.of("/notes/work/todo", "/notes/work/todo.md2", "/notes/work-", "/note", "/Notes");
    beside.forEach(path -> create(path, ""));
    var other = create("/other", "");
    assertInTheWay(() -> update(other, moving("/notes/work/todo.md")), todo);
    assertInTheWay(() -> update(other, moving("/notes/work/todo.md/x")), todo);
    update(todo, moving("/notes/work/todo.md/x"));
    update(todo, moving("/notes/work/todo.md"));
    assertThat(versions()).hasSize(9);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 20})
  void aPathMayBeAsDeepAsTheLimit(int segments) {
    var path = "/a".repeat(segments);
    var made = create(path, "x");
    assertInTheWay(() -> create(path, "y"), made);
  }

  @Test
  void aStoreHoldsTwoThousandMemoriesAndNoMore() throws Exception {
    try (var scope = new Scope()) {
      var running =
          IntStream.range(0, Memories.MOST)
              .mapToObj(i -> scope.fork(() -> create("/%d/%d".formatted(i % 7, i), "memory " + i)))
              .toList();
      for (var one : running) {
        one.join();
      }
    }
    assertProblem(
        () -> create("/one-more", ""),
        Problem.Kind.INVALID_REQUEST,
        "This store holds 2,000 memories, the most that one may.");
    var paths = paths(listing("/", true, 100));
    assertThat(paths).hasSize(Memories.MOST).doesNotHaveDuplicates().isSorted();
    assertThat(paths(listing("/", false, 3)))
        .containsExactly("/0/", "/1/", "/2/", "/3/", "/4/", "/5/", "/6/");
    delete(
        ((MemoryListing.One)
                memories().list(WORKSPACE, notes, listing("/", true, 1)).items().getFirst())
            .memory());
    create("/one-more", "");
  }

  @Test
  void writersAtTheSameTimeLoseNothingAndOnlyOneOfThemMeetsAPrecondition() throws Exception {
    var shared = create("/shared", "0");
    var tries = new ArrayList<Callable<Integer>>();
    for (int i = 1; i <= 12; i++) {
      int writer = i;
      tries.add(
          () -> {
            int won = 0;
            for (int j = 0; j < 10; j++) {
              create("/%d/%d".formatted(writer, j), "x");
              try {
                update(
                    shared,
                    writing(writer + "." + j, Objects.requireNonNull(get(shared).content())));
                won++;
              } catch (Problem e) {
                assertThat(e.kind()).isEqualTo(Problem.Kind.CONFLICT);
              }
            }
            return won;
          });
    }
    int won = 0;
    try (var scope = new Scope()) {
      var running = tries.stream().map(scope::fork).toList();
      for (var one : running) {
        won += one.join();
      }
    }
    var versions = versions();
    assertThat(paths(listing("/", true, 100))).hasSize(121);
    assertThat(versions).hasSize(121 + won).extracting(MemoryVersion::id).doesNotHaveDuplicates();
    var history = versions.stream().filter(one -> one.memory().equals(shared.id())).toList();
    assertThat(history).hasSize(1 + won);
    assertThat(history.getFirst().content()).isEqualTo(get(shared).content());
  }

  @Test
  void twoWritersLoseNoVersion() throws Exception {
    twoWriters(100);
  }

  @Test
  @Tag("proof")
  void twoWritersLoseNoVersionInAThousandRounds() throws Exception {
    twoWriters(1_000);
  }

  private void twoWriters(int rounds) throws InterruptedException {
    var shared = create("/shared", "start");
    try (var scope = new Scope()) {
      var running =
          Stream.of("a", "b")
              .map(
                  name ->
                      scope.fork(
                          () -> {
                            for (int i = 0; i < rounds; i++) {
                              update(shared, writing(name + i));
                            }
                            return true;
                          }))
              .toList();
      for (var one : running) {
        one.join();
      }
    }
    var contents = versions().stream().map(MemoryVersion::content).toList();
    assertThat(contents).hasSize(2 * rounds + 1).doesNotHaveDuplicates();
    for (var name : List.of("a", "b")) {
      assertThat(contents.reversed().stream().filter(text -> String.valueOf(text).startsWith(name)))
          .containsExactlyElementsOf(IntStream.range(0, rounds).mapToObj(i -> name + i).toList());
    }
    assertThat(get(shared).content()).isEqualTo(contents.getFirst());
  }

  @Test
  void twoSessionsThatWriteTheSameFilesLoseNothing() throws Exception {
    twoSessions(50);
  }

  @Test
  @Tag("proof")
  void twoSessionsThatWriteTheSameFilesLoseNothingInAThousandRounds() throws Exception {
    twoSessions(500);
  }

  /// @param rounds of each
  private void twoSessions(int rounds) throws InterruptedException {
    var folders = Map.of("a", new ModelFolder(() -> {}), "b", new ModelFolder(() -> {}));
    try (var scope = new Scope()) {
      var running =
          folders.keySet().stream()
              .map(
                  name ->
                      scope.fork(
                          () -> {
                            for (int i = 0; i < rounds; i++) {
                              var folder = folders.getOrDefault(name, new ModelFolder(() -> {}));
                              folder.write("/" + i % 3, name + i);
                              round(name, folder);
                            }
                            return true;
                          }))
              .toList();
      for (var one : running) {
        one.join();
      }
    }
    for (int i = 0; i < 3; i++) {
      folders.forEach(this::round);
    }
    var contents = versions().stream().map(MemoryVersion::content).toList();
    for (var name : folders.keySet()) {
      assertThat(contents).containsAll(IntStream.range(0, rounds).mapToObj(i -> name + i).toList());
    }
    var now = new HashMap<String, String>();
    memories()
        .heads(WORKSPACE, notes)
        .forEach(
            (path, head) ->
                now.put(
                    path, String.valueOf(memories().get(WORKSPACE, notes, head.id()).content())));
    assertThat(folders.values()).allSatisfy(one -> assertThat(one.files).isEqualTo(now));
  }

  /// Rounds until what the directory had is stored: one that another session outruns leaves it to
  /// the next.
  private void round(String session, ModelFolder folder) {
    var actor = MemoryActor.session(new SessionId("sesn_" + session));
    var store = new MemoryRound.Store(WORKSPACE, notes, "n", actor);
    try {
      MemoryRound round;
      do {
        round = new MemoryRound(memories(), store, folder);
        round.run();
      } while (!round.isSettled());
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void anOverruledContentIsAVersionAndTheMemoryStaysWhatItWas() {
    var made = create("/a", "one");
    create("/b", "other");
    assertThat(memories().heads(WORKSPACE, notes))
        .hasSize(2)
        .containsEntry("/a", new MemoryHead(made.id(), sha256("one")));
    var loser = MemoryText.of("two");
    assertConflict(
        () -> memories().keep(WORKSPACE, notes, made.id(), sha256("two"), loser, AGENT),
        "precondition_failed",
        Map.of());
    var kept = memories().keep(WORKSPACE, notes, made.id(), sha256("one"), loser, AGENT);
    assertThat(memories().version(WORKSPACE, notes, kept).content()).isEqualTo("two");
    assertThat(get(made).content()).isEqualTo("one");
    assertThat(versions().stream().filter(one -> one.memory().equals(made.id())))
        .extracting(MemoryVersion::content, MemoryVersion::createdBy)
        .containsExactly(tuple("one", KEY), tuple("two", AGENT), tuple("one", KEY));
    assertThat(get(made).version()).isEqualTo(versions().getFirst().id());
    memories().redact(WORKSPACE, notes, kept, KEY);
  }

  // Lists

  @Test
  void aListIsInTheOrderOfBytesAndADirectoryIsAWholeSegment() {
    for (var path :
        List.of("/b", "/a/x", "/a/y/z", "/a/y/ü", "/a-b", "/a0", "/B", "/ü", "/🐎", "/\uFFFD")) {
      create(path, path);
    }
    assertThat(paths(listing("/", true, 3)))
        .containsExactly(
            "/B", "/a-b", "/a/x", "/a/y/z", "/a/y/ü", "/a0", "/b", "/ü", "/\uFFFD", "/🐎");
    assertThat(paths(listing("/", false, 2)))
        .containsExactly("/B", "/a-b", "/a/", "/a0", "/b", "/ü", "/\uFFFD", "/🐎");
    assertThat(paths(listing("/a/", true, 1))).containsExactly("/a/x", "/a/y/z", "/a/y/ü");
    assertThat(paths(listing("/a/", false, 1))).containsExactly("/a/x", "/a/y/");
    assertThat(paths(listing("/none/", true, 5))).isEmpty();
    var full = new MemoryListing("/a/", false, true, 5, Optional.empty());
    assertThat(memories().list(WORKSPACE, notes, full).items())
        .filteredOn(MemoryListing.One.class::isInstance)
        .extracting(item -> ((MemoryListing.One) item).memory().content())
        .containsExactly("/a/x");
  }

  @Test
  void aPageGoesOnAfterAMemoryThatIsGone() {
    var first = create("/a", "");
    create("/b/x", "");
    create("/c", "");
    var page = memories().list(WORKSPACE, notes, listing("/", false, 1));
    delete(first);
    var next = new MemoryListing("/", false, false, 1, page.next());
    var second = memories().list(WORKSPACE, notes, next);
    assertThat(second.items()).containsExactly(new MemoryListing.Directory("/b/"));
    var third = new MemoryListing("/", false, false, 1, second.next());
    assertThat(memories().list(WORKSPACE, notes, third).items())
        .extracting(MemoryListing.Item::path)
        .containsExactly("/c");
    for (var other :
        List.of(
            new MemoryListing("/", true, false, 1, page.next()),
            new MemoryListing("/b/", false, false, 1, page.next()),
            new MemoryListing("/", false, false, 1, Optional.of("page_x")))) {
      assertProblem(
          () -> memories().list(WORKSPACE, notes, other),
          Problem.Kind.INVALID_REQUEST,
          "invalid page cursor");
    }
  }

  @Test
  void versionsAreFilteredByEverythingTheyHave() {
    var a = create("/a", "1");
    clock.move(Duration.ofSeconds(1));
    var then = clock.instant();
    var b = create("/b", "2");
    clock.move(Duration.ofSeconds(1));
    update(b, writing("3"));
    delete(a);
    assertThat(found(Optional.of(a.id()), Optional.empty(), List.of(), Optional.empty()))
        .containsExactly(Operation.DELETED, Operation.CREATED);
    assertThat(found(Optional.empty(), Optional.of(Operation.CREATED), List.of(), Optional.empty()))
        .hasSize(2);
    assertThat(found(Optional.empty(), Optional.empty(), List.of(AGENT), Optional.empty()))
        .containsExactly(Operation.MODIFIED);
    assertThat(found(Optional.empty(), Optional.empty(), List.of(AGENT, KEY), Optional.empty()))
        .isEmpty();
    assertThat(found(Optional.empty(), Optional.empty(), List.of(), Optional.of(then)))
        .containsExactly(Operation.CREATED);
  }

  private List<Operation> found(
      Optional<MemoryId> memory,
      Optional<Operation> operation,
      List<MemoryActor> actors,
      Optional<Instant> at) {
    var listing =
        new VersionListing(memory, operation, actors, at, at, false, 100, Optional.empty());
    var page = memories().versions(WORKSPACE, notes, listing);
    assertThat(page.items()).allMatch(one -> one.content() == null);
    return page.items().stream().map(MemoryVersion::operation).toList();
  }

  // Redaction and removal

  @Test
  void aRedactedVersionKeepsOnlyWhoAndWhen() {
    var made = create("/secret", "password");
    assertProblem(
        () -> memories().redact(WORKSPACE, notes, made.version(), KEY),
        Problem.Kind.INVALID_REQUEST,
        "Memory version %s has the content of its memory. Change or delete the memory first."
            .formatted(made.version()));
    update(made, writing("gone"));
    clock.move(Duration.ofSeconds(1));
    var redacted = memories().redact(WORKSPACE, notes, made.version(), KEY);
    assertThat(redacted.redaction())
        .hasValue(new MemoryVersion.Redaction(Micros.whole(clock.instant()), KEY));
    assertThat(redacted.path()).isNull();
    assertThat(redacted.content()).isNull();
    assertThat(redacted.sha256()).isNull();
    assertThat(redacted.size()).isNull();
    assertThat(redacted.createdBy()).isEqualTo(KEY);
    clock.move(Duration.ofSeconds(1));
    assertThat(memories().redact(WORKSPACE, notes, made.version(), AGENT)).isEqualTo(redacted);
    assertThat(memories().version(WORKSPACE, notes, made.version())).isEqualTo(redacted);
    assertThat(versions()).contains(redacted);
    delete(made);
    versions().forEach(one -> memories().redact(WORKSPACE, notes, one.id(), KEY));
    assertThat(versions())
        .extracting(MemoryVersion::content, MemoryVersion::path)
        .containsOnly(tuple(null, null));
  }

  @Test
  void oldVersionsAreTrimmedButNeverTheNewestOfAMemory() {
    var kept = create("/kept", "1");
    var gone = create("/gone", "1");
    var changed = create("/changed", "1");
    for (int i = 2; i < 300; i++) {
      update(changed, writing("" + i));
    }
    delete(gone);
    clock.move(Duration.ofDays(31));
    var now = clock.instant().minus(Duration.ofDays(30));
    var newest = update(changed, writing("new"));
    assertThat(memories().hasVersionsBefore(now)).isTrue();
    memories().trim(now);
    assertThat(memories().hasVersionsBefore(now)).isFalse();
    assertThat(versions())
        .extracting(MemoryVersion::memory, MemoryVersion::operation)
        .containsExactly(
            tuple(changed.id(), Operation.MODIFIED),
            tuple(gone.id(), Operation.DELETED),
            tuple(kept.id(), Operation.CREATED));
    assertThat(get(changed)).isEqualTo(newest);
    assertThat(get(kept)).isEqualTo(kept);
    update(kept, writing("2"));
    assertThat(versions()).hasSize(4);
  }

  @Test
  void anArchivedStoreIsReadDeletedFromAndRedactedButNotWritten() {
    var made = create("/a", "1");
    var other = create("/b", "1");
    update(made, writing("2"));
    store.catalogs().of(MemoryStore.KIND).archive(WORKSPACE, notes.value(), clock.instant());
    var refused = "cannot modify archived resource";
    var kind = Problem.Kind.INVALID_REQUEST;
    assertProblem(() -> create("/c", ""), kind, refused);
    assertProblem(() -> update(made, writing("3")), kind, refused);
    assertThat(get(made).content()).isEqualTo("2");
    assertThat(paths(listing("/", true, 5))).containsExactly("/a", "/b");
    memories().redact(WORKSPACE, notes, made.version(), KEY);
    delete(other);
    assertThat(paths(listing("/", true, 5))).containsExactly("/a");
  }

  @Test
  void aDeletedStoreIsGoneAtOnceAndClearedByAJob() {
    var made = create("/a", "1");
    for (int i = 0; i < 300; i++) {
      update(made, writing("change " + i));
    }
    store.catalogs().of(MemoryStore.KIND).delete(WORKSPACE, notes.value());
    assertMissing(notes, made);
    var job = store.jobs().claim(Set.of(Job.DELETE_MEMORIES), 9).getFirst();
    assertThat(job.key()).isEqualTo(notes.value());
    memories().clear(notes);
    memories().clear(notes);
    assertThat(memories().hasVersionsBefore(clock.instant().plus(Duration.ofDays(1)))).isFalse();
  }

  @Test
  void everyChangeOfAMemoryRaisesTheRevisionOfItsStoreAlone() {
    var elsewhere = memories().revision(WORKSPACE, newStore());
    long before = memories().revision(WORKSPACE, notes);
    var made = create("/a", "1");
    long created = memories().revision(WORKSPACE, notes);
    memories().update(WORKSPACE, notes, made.id(), writing("2"), KEY);
    long updated = memories().revision(WORKSPACE, notes);
    memories().update(WORKSPACE, notes, made.id(), writing("2"), KEY);
    assertThat(memories().revision(WORKSPACE, notes)).isEqualTo(updated);
    memories().delete(WORKSPACE, notes, made.id(), Optional.empty(), KEY);
    assertThat(List.of(before, created, updated, memories().revision(WORKSPACE, notes)))
        .isSorted()
        .doesNotHaveDuplicates();
    assertThat(memories().revision(WORKSPACE, newStore())).isEqualTo(elsewhere);
  }

  @Test
  void whatIsNotThereIsNotFoundAndAnotherWorkspaceSeesNothing() {
    var made = create("/a", "1");
    var elsewhere = newStore();
    assertProblem(
        () -> memories().get(WORKSPACE, elsewhere, made.id()),
        Problem.Kind.NOT_FOUND,
        "Memory " + made.id() + " not found.");
    assertProblem(
        () -> memories().version(WORKSPACE, elsewhere, made.version()),
        Problem.Kind.NOT_FOUND,
        "Memory version " + made.version() + " not found.");
    assertThatThrownBy(() -> memories().get(OTHER_WORKSPACE, notes, made.id()))
        .hasMessage("Memory store " + notes + " not found.");
    assertMissing(new MemoryStoreId("memstore_none"), made);
    assertThat(get(made)).isEqualTo(made);
  }

  private void assertMissing(MemoryStoreId missing, Memory memory) {
    var version = new MemoryVersionId("memver_1");
    for (ThrowingCallable call :
        List.<ThrowingCallable>of(
            () -> memories().create(WORKSPACE, missing, memory.path(), MemoryText.of(""), KEY),
            () -> memories().get(WORKSPACE, missing, memory.id()),
            () -> memories().update(WORKSPACE, missing, memory.id(), writing("x"), KEY),
            () -> memories().delete(WORKSPACE, missing, memory.id(), Optional.empty(), KEY),
            () -> memories().heads(WORKSPACE, missing),
            () -> memories().revision(WORKSPACE, missing),
            () -> memories().list(WORKSPACE, missing, listing("/", true, 1)),
            () -> memories().versions(WORKSPACE, missing, all(1, Optional.empty())),
            () -> memories().version(WORKSPACE, missing, version),
            () -> memories().redact(WORKSPACE, missing, version, KEY))) {
      assertProblem(call, Problem.Kind.NOT_FOUND, "Memory store " + missing + " not found.");
    }
  }
}
