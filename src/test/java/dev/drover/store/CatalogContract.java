package dev.drover.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Problem;
import dev.drover.base.Scope;
import dev.drover.catalog.Agent;
import dev.drover.catalog.Catalog;
import dev.drover.catalog.Definition;
import dev.drover.catalog.Environment;
import dev.drover.catalog.Listing;
import dev.drover.catalog.ModelConfig;
import dev.drover.catalog.Resource;
import dev.drover.catalog.ResourceKind;
import dev.drover.catalog.WorkspaceId;
import dev.drover.testing.ResourceSample;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What every [Catalog] does, for each kind of resource.
abstract class CatalogContract extends StoreContract {
  static Stream<ResourceSample<?>> kinds() {
    return ResourceSample.all();
  }

  static Stream<ResourceSample<?>> kindsWithVersions() {
    return kinds().filter(sample -> sample.kind().versioned());
  }

  static Stream<ResourceSample<?>> kindsWithUniqueNames() {
    return kinds().filter(sample -> sample.kind().uniqueName().isPresent());
  }

  private static Listing listing(int limit, Optional<String> page, boolean archived) {
    return new Listing(limit, page, archived, Optional.empty(), Optional.empty());
  }

  /// A kind of resource in the store of a test.
  private final class Under<T> {
    final ResourceSample<T> sample;
    final ResourceKind<T> kind;

    Under(ResourceSample<T> sample) {
      this.sample = sample;
      this.kind = sample.kind();
    }

    /// Of the store that is open.
    Catalog<T> catalog() {
      return store.catalogs().of(kind);
    }

    Resource<T> make(WorkspaceId workspace, String mark) {
      return new Resource<>(
          ids.next(kind.prefix()), workspace, sample.content(mark), clock.instant());
    }

    Resource<T> create(WorkspaceId workspace, String mark) {
      var resource = make(workspace, mark);
      catalog().create(resource);
      return resource;
    }

    Resource<T> createArchived(WorkspaceId workspace, String mark) {
      var resource = make(workspace, mark).archived(kind, clock.instant());
      catalog().create(resource);
      return resource;
    }

    Resource<T> update(Resource<T> resource, String mark) {
      return update(WORKSPACE, resource.id(), mark);
    }

    Resource<T> update(WorkspaceId workspace, String id, String mark) {
      return catalog()
          .update(workspace, id, clock.instant(), before -> sample.changed(before.content(), mark));
    }

    /// A resource after `count - 1` updates, a second apart.
    Resource<T> updated(int count) {
      var resource = create(WORKSPACE, ids.next(""));
      for (int i = 2; i <= count; i++) {
        clock.move(Duration.ofSeconds(1));
        resource = update(resource, "update " + i);
      }
      return resource;
    }

    List<Resource<T>> pages(int limit) {
      var seen = new ArrayList<Resource<T>>();
      Optional<String> next = Optional.empty();
      do {
        var page = catalog().list(WORKSPACE, listing(limit, next, false));
        assertThat(page.items()).isNotEmpty().hasSizeLessThanOrEqualTo(limit);
        seen.addAll(page.items());
        next = page.next();
      } while (next.isPresent());
      return seen;
    }

    String notFound(String id) {
      return kind.title() + " " + id + " not found.";
    }
  }

  // Reading

  @ParameterizedTest
  @MethodSource("kinds")
  <T> void aResourceIsReadBackAsItWasCreated(ResourceSample<T> sample) throws Exception {
    var under = new Under<>(sample);
    var mine = under.create(WORKSPACE, "one");
    var archived = under.createArchived(WORKSPACE, "two");
    var theirs = under.create(OTHER_WORKSPACE, "one");
    reopened();
    assertThat(under.catalog().get(WORKSPACE, mine.id())).isEqualTo(mine);
    assertThat(under.catalog().get(WORKSPACE, mine.id(), 1)).isEqualTo(mine);
    assertThat(under.catalog().get(WORKSPACE, archived.id())).isEqualTo(archived);
    assertThat(under.catalog().get(OTHER_WORKSPACE, theirs.id())).isEqualTo(theirs);
  }

  @Test
  void anAgentWithTheLeastInItIsReadBack() throws Exception {
    var model = new ModelConfig("m", Optional.empty(), "standard");
    var plain =
        new Resource<>(
            "agent_plain",
            WORKSPACE,
            new Agent(new Definition("plain", null, model, null, List.of()), Map.of()),
            clock.instant());
    var full =
        new Resource<>(
            "agent_full",
            WORKSPACE,
            new Agent(definition("full"), Map.of("k", "ü")),
            clock.instant());
    store.catalogs().of(Agent.KIND).create(plain);
    store.catalogs().of(Agent.KIND).create(full);
    reopened();
    assertThat(store.catalogs().of(Agent.KIND).get(WORKSPACE, plain.id())).isEqualTo(plain);
    assertThat(store.catalogs().of(Agent.KIND).get(WORKSPACE, full.id())).isEqualTo(full);
  }

  @Test
  void anEnvironmentWithAndWithoutLimitsIsReadBack() throws Exception {
    var contents =
        List.of(
            new Environment("open", null, new Environment.Networking.Unrestricted(), Map.of()),
            new Environment(
                "limited \"\\\n\u0001ü🐎",
                "",
                new Environment.Networking.Limited(List.of("*.example.com"), false, true),
                Map.of("k", "v")));
    var made = new ArrayList<Resource<Environment>>();
    for (var content : contents) {
      made.add(
          new Resource<>(ids.next(Environment.KIND.prefix()), WORKSPACE, content, clock.instant()));
      store.catalogs().of(Environment.KIND).create(made.getLast());
    }
    reopened();
    for (var environment : made) {
      assertThat(store.catalogs().of(Environment.KIND).get(WORKSPACE, environment.id()))
          .isEqualTo(environment);
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  <T> void whatDoesNotExistIsNotFound(ResourceSample<T> sample) {
    var under = new Under<>(sample);
    var mine = under.create(WORKSPACE, "mine");
    var unknown = under.kind.prefix() + "x";
    assertProblem(
        () -> under.catalog().get(WORKSPACE, unknown),
        Problem.Kind.NOT_FOUND,
        under.notFound(unknown));
    assertProblem(
        () -> under.catalog().get(WORKSPACE, unknown, 3),
        Problem.Kind.NOT_FOUND,
        under.notFound(unknown));
    assertProblem(
        () -> under.catalog().get(OTHER_WORKSPACE, mine.id()),
        Problem.Kind.NOT_FOUND,
        under.notFound(mine.id()));
    for (int version : List.of(-1, 0, 2)) {
      assertProblem(
          () -> under.catalog().get(WORKSPACE, mine.id(), version),
          Problem.Kind.NOT_FOUND,
          under.kind.title() + " version not found.");
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  <T> void whatDoesNotExistIsNotChanged(ResourceSample<T> sample) {
    var under = new Under<>(sample);
    var mine = under.create(WORKSPACE, "mine");
    var message = under.notFound(mine.id());
    assertProblem(
        () -> under.update(OTHER_WORKSPACE, mine.id(), "x"), Problem.Kind.NOT_FOUND, message);
    assertProblem(
        () -> under.catalog().archive(OTHER_WORKSPACE, mine.id(), clock.instant()),
        Problem.Kind.NOT_FOUND,
        message);
    assertProblem(
        () -> under.catalog().delete(OTHER_WORKSPACE, mine.id()), Problem.Kind.NOT_FOUND, message);
    assertProblem(
        () -> under.catalog().versions(OTHER_WORKSPACE, mine.id(), 9, Optional.empty()),
        Problem.Kind.NOT_FOUND,
        message);
    assertThat(under.catalog().get(WORKSPACE, mine.id())).isEqualTo(mine);
  }

  // Names

  @ParameterizedTest
  @MethodSource("kindsWithUniqueNames")
  <T> void aNameIsUniqueAmongThoseInUse(ResourceSample<T> sample) {
    var under = new Under<>(sample);
    under.createArchived(WORKSPACE, "one");
    var taken = under.create(WORKSPACE, "one");
    under.create(OTHER_WORKSPACE, "one");
    under.createArchived(WORKSPACE, "one");
    assertProblem(
        () -> under.create(WORKSPACE, "one"),
        Problem.Kind.CONFLICT,
        "An %s named \"name one\" already exists: %s.".formatted(under.kind.noun(), taken.id()));
    under.catalog().archive(WORKSPACE, taken.id(), clock.instant());
    under.create(WORKSPACE, "one");
  }

  @ParameterizedTest
  @MethodSource("kindsWithUniqueNames")
  <T> void aNameInUseIsNotTakenByAnUpdateEither(ResourceSample<T> sample) {
    var under = new Under<>(sample);
    under.createArchived(WORKSPACE, "archived");
    under.create(OTHER_WORKSPACE, "theirs");
    var taken = under.create(WORKSPACE, "taken");
    var mine = under.create(WORKSPACE, "mine");
    assertProblem(
        () -> renamed(under, mine, "taken"),
        Problem.Kind.CONFLICT,
        "An %s named \"name taken\" already exists: %s.".formatted(under.kind.noun(), taken.id()));
    assertThat(under.catalog().get(WORKSPACE, mine.id())).isEqualTo(mine);
    renamed(under, mine, "archived");
    renamed(under, mine, "theirs");
    renamed(under, taken, "mine");
  }

  private <T> void renamed(Under<T> under, Resource<T> resource, String mark) {
    var content = under.sample.content(mark);
    assertThat(
            under
                .catalog()
                .update(WORKSPACE, resource.id(), clock.instant(), _ -> content)
                .content())
        .isEqualTo(content);
  }

  // Changing

  @ParameterizedTest
  @MethodSource("kinds")
  <T> void anUpdateAddsAVersionOrReplacesTheContent(ResourceSample<T> sample) throws Exception {
    var under = new Under<>(sample);
    var before = under.create(WORKSPACE, "before");
    clock.move(Duration.ofSeconds(1));
    var after = under.update(before, "after");
    assertThat(after)
        .isEqualTo(
            new Resource<>(
                before.id(),
                WORKSPACE,
                under.kind.versioned() ? 2 : 1,
                sample.changed(before.content(), "after"),
                before.createdAt(),
                clock.instant(),
                null));
    reopened();
    assertThat(under.catalog().get(WORKSPACE, before.id())).isEqualTo(after);
    assertThat(under.catalog().versions(WORKSPACE, before.id(), 9, Optional.empty()).items())
        .isEqualTo(under.kind.versioned() ? List.of(after, before) : List.of(after));
    if (under.kind.versioned()) {
      assertThat(under.catalog().get(WORKSPACE, before.id(), 1)).isEqualTo(before);
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  <T> void anUpdateThatChangesNothingMovesNoTimeAndMakesNoVersion(ResourceSample<T> sample) {
    var under = new Under<>(sample);
    var before = under.create(WORKSPACE, "same");
    clock.move(Duration.ofSeconds(1));
    assertThat(under.update(before, "same")).isEqualTo(before);
    assertThat(under.catalog().versions(WORKSPACE, before.id(), 9, Optional.empty()).items())
        .containsExactly(before);
  }

  @ParameterizedTest
  @MethodSource("kinds")
  <T> void anUpdateThatIsRefusedChangesNothing(ResourceSample<T> sample) {
    var under = new Under<>(sample);
    var before = under.create(WORKSPACE, "before");
    assertProblem(
        () ->
            under
                .catalog()
                .update(
                    WORKSPACE,
                    before.id(),
                    clock.instant(),
                    found -> {
                      assertThat(found).isEqualTo(before);
                      throw Problem.conflict("no");
                    }),
        Problem.Kind.CONFLICT,
        "no");
    assertThat(under.catalog().get(WORKSPACE, before.id())).isEqualTo(before);
  }

  @ParameterizedTest
  @MethodSource("kindsWithVersions")
  <T> void ofManyUpdatesAtOnceNoneIsLost(ResourceSample<T> sample) throws Exception {
    var under = new Under<>(sample);
    var resource = under.create(WORKSPACE, "first");
    try (var scope = new Scope()) {
      var updates = new ArrayList<Scope.Task<Integer>>();
      for (int i = 0; i < 8; i++) {
        var mark = "update " + i;
        updates.add(scope.fork(() -> under.update(resource, mark).version()));
      }
      var versions = new ArrayList<Integer>();
      for (var update : updates) {
        versions.add(update.join());
      }
      assertThat(versions).containsExactlyInAnyOrder(2, 3, 4, 5, 6, 7, 8, 9);
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  <T> void anArchivedResourceIsReadAndChangedNoMore(ResourceSample<T> sample) throws Exception {
    var under = new Under<>(sample);
    var resource = under.updated(2);
    var first = under.catalog().versions(WORKSPACE, resource.id(), 9, Optional.empty()).items();
    clock.move(Duration.ofSeconds(1));
    var at = clock.instant();
    var archived = resource.archived(under.kind, at);
    assertThat(archived.archivedAt()).isEqualTo(at);
    assertThat(archived.updatedAt()).isEqualTo(under.kind.versioned() ? resource.updatedAt() : at);
    assertThat(under.catalog().archive(WORKSPACE, resource.id(), at)).isEqualTo(archived);
    assertThat(under.catalog().archive(WORKSPACE, resource.id(), at.plusSeconds(1)))
        .as("archiving again changes nothing")
        .isEqualTo(archived);
    reopened();
    assertThat(under.catalog().get(WORKSPACE, resource.id())).isEqualTo(archived);
    assertThat(under.catalog().versions(WORKSPACE, resource.id(), 9, Optional.empty()).items())
        .isEqualTo(first.stream().map(version -> version.archived(under.kind, at)).toList());
    var refusal = under.kind.archived().apply(resource.id());
    assertProblem(
        () -> under.update(resource, "more"), refusal.kind(), String.valueOf(refusal.getMessage()));
  }

  @Test
  void updatesOfArchivedAgentsAndEnvironmentsAreRefusedAsTheApiSays() {
    var refusals = new ArrayList<String>();
    kinds()
        .map(ResourceSample::kind)
        .filter(kind -> List.of(Agent.KIND, Environment.KIND).contains(kind))
        .forEach(kind -> refusals.add(kind.archived().apply(kind.prefix() + "1").getMessage()));
    assertThat(refusals)
        .containsExactly("Cannot modify archived agent", "Environment env_1 is archived.");
  }

  @ParameterizedTest
  @MethodSource("kinds")
  <T> void aDeletedResourceIsGoneWithItsVersionsAndLeavesAllOthers(ResourceSample<T> sample)
      throws Exception {
    var under = new Under<>(sample);
    var kept = under.create(WORKSPACE, "kept");
    var theirs = under.create(OTHER_WORKSPACE, "theirs");
    var gone = under.updated(3);
    var archived = under.createArchived(WORKSPACE, "archived");
    under.catalog().delete(WORKSPACE, gone.id());
    under.catalog().delete(WORKSPACE, archived.id());
    reopened();
    for (var id : List.of(gone.id(), archived.id())) {
      var message = under.notFound(id);
      assertProblem(() -> under.catalog().get(WORKSPACE, id), Problem.Kind.NOT_FOUND, message);
      assertProblem(() -> under.catalog().get(WORKSPACE, id, 1), Problem.Kind.NOT_FOUND, message);
      assertProblem(() -> under.catalog().delete(WORKSPACE, id), Problem.Kind.NOT_FOUND, message);
    }
    assertThat(under.catalog().get(WORKSPACE, kept.id())).isEqualTo(kept);
    assertThat(under.catalog().get(OTHER_WORKSPACE, theirs.id())).isEqualTo(theirs);
  }

  @Test
  void anEnvironmentIsDeletedOnceNoSessionRefersToIt() throws Exception {
    var session = session(WORKSPACE, clock.instant());
    var id = session.origin().environment().value();
    var content = new Environment("used", null, session.origin().networking(), Map.of());
    store
        .catalogs()
        .of(Environment.KIND)
        .create(new Resource<>(id, WORKSPACE, content, clock.instant()));
    store.sessions().create(session, List.of());
    store.sessions().archive(WORKSPACE, session.id());
    reopened();
    var environments = store.catalogs().of(Environment.KIND);
    var refusal =
        "Environment "
            + id
            + " cannot be deleted while sessions refer to it. Delete them, or archive it.";
    assertProblem(() -> environments.delete(WORKSPACE, id), Problem.Kind.CONFLICT, refusal);
    environments.archive(WORKSPACE, id, clock.instant());
    assertProblem(() -> environments.delete(WORKSPACE, id), Problem.Kind.CONFLICT, refusal);
    store.sessions().delete(WORKSPACE, session.id());
    environments.delete(WORKSPACE, id);
    assertProblem(
        () -> environments.get(WORKSPACE, id),
        Problem.Kind.NOT_FOUND,
        "Environment " + id + " not found.");
  }

  // Listing

  @ParameterizedTest
  @MethodSource("kindsWithVersions")
  <T> void versionsAreListedNewestFirst(ResourceSample<T> sample) throws Exception {
    var under = new Under<>(sample);
    var resource = under.updated(11);
    under.updated(3);
    reopened();
    for (int limit : List.of(1, 2, 5, 10, 11, 12)) {
      var seen = new ArrayList<Resource<T>>();
      Optional<String> next = Optional.empty();
      do {
        var page = under.catalog().versions(WORKSPACE, resource.id(), limit, next);
        assertThat(page.items()).isNotEmpty().hasSizeLessThanOrEqualTo(limit);
        seen.addAll(page.items());
        next = page.next();
      } while (next.isPresent());
      assertThat(seen)
          .extracting(Resource::version)
          .containsExactlyElementsOf(
              IntStream.rangeClosed(1, 11).map(i -> 12 - i).boxed().toList());
      assertThat(seen.getFirst()).isEqualTo(resource);
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  <T> void pagesHoldTheLatestVersionOfEachNewestFirst(ResourceSample<T> sample) throws Exception {
    var under = new Under<>(sample);
    under.create(OTHER_WORKSPACE, "theirs");
    under.createArchived(WORKSPACE, "archived");
    var made = new ArrayList<Resource<T>>();
    for (int i = 0; i < 5; i++) {
      made.addFirst(under.create(WORKSPACE, "number " + i));
      clock.move(Duration.ofSeconds(1));
    }
    made.set(2, under.update(made.get(2), "changed"));
    for (var other : ResourceSample.all().toList()) {
      if (!other.kind().equals(under.kind)) {
        new Under<>(other).create(WORKSPACE, "another kind");
      }
    }
    reopened();
    for (int limit = 1; limit <= 6; limit++) {
      assertThat(under.pages(limit)).isEqualTo(made);
    }
    assertThat(under.catalog().list(WORKSPACE, listing(9, Optional.empty(), true)).items())
        .hasSize(6)
        .containsAll(made);
  }

  @ParameterizedTest
  @MethodSource("kinds")
  <T> void thoseOfOneMomentAreListedOnceEach(ResourceSample<T> sample) {
    var under = new Under<>(sample);
    var made = new ArrayList<Resource<T>>();
    for (int i = 0; i < 5; i++) {
      made.add(under.create(WORKSPACE, "number " + i));
    }
    for (int limit = 1; limit <= 6; limit++) {
      assertThat(under.pages(limit))
          .containsExactlyInAnyOrderElementsOf(made)
          .isSortedAccordingTo((a, b) -> b.id().compareTo(a.id()));
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  <T> void listsAreLimitedByTimeInclusively(ResourceSample<T> sample) {
    var under = new Under<>(sample);
    var made = new ArrayList<Resource<T>>();
    for (int i = 0; i < 4; i++) {
      made.add(under.create(WORKSPACE, "number " + i));
      clock.move(Duration.ofSeconds(1));
    }
    Instant from = made.get(1).createdAt();
    Instant to = made.get(2).createdAt();
    var listing = new Listing(9, Optional.empty(), false, Optional.of(from), Optional.of(to));
    assertThat(under.catalog().list(WORKSPACE, listing).items())
        .containsExactly(made.get(2), made.get(1));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  <T> void aCursorOfAnotherListIsRefused(ResourceSample<T> sample) {
    var under = new Under<>(sample);
    var resource = under.create(WORKSPACE, "one");
    under.create(WORKSPACE, "two");
    var next = under.catalog().list(WORKSPACE, listing(1, Optional.empty(), false)).next();
    assertThat(next).isPresent();
    assertProblem(
        () -> under.catalog().versions(WORKSPACE, resource.id(), 1, next),
        Problem.Kind.INVALID_REQUEST,
        "invalid page cursor");
    for (var other : ResourceSample.all().toList()) {
      if (!other.kind().equals(under.kind)) {
        assertProblem(
            () -> new Under<>(other).catalog().list(WORKSPACE, listing(1, next, false)),
            Problem.Kind.INVALID_REQUEST,
            "invalid page cursor");
      }
    }
    assertProblem(
        () -> under.catalog().list(WORKSPACE, listing(2, Optional.of("nonsense!"), false)),
        Problem.Kind.INVALID_REQUEST,
        "invalid page cursor");
  }
}
