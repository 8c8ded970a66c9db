package dev.drover.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Page;
import dev.drover.base.Problem;
import dev.drover.catalog.Blob;
import dev.drover.catalog.BlobId;
import dev.drover.catalog.SkillReference;
import dev.drover.catalog.WorkspaceId;
import dev.drover.session.ForkPoint;
import dev.drover.session.Job;
import dev.drover.session.Session;
import dev.drover.session.SessionId;
import dev.drover.skills.Skill;
import dev.drover.skills.SkillId;
import dev.drover.skills.SkillVersion;
import dev.drover.skills.SkillVersionId;
import dev.drover.skills.Skills;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What every [Skills] does.
abstract class SkillsContract extends StoreContract {
  static final long QUOTA = 1_000;

  private Skills skills() {
    return store.skills();
  }

  /// A stored content; the same digit means the same bytes.
  private Blob content(char digit, long size) {
    return new Blob(new BlobId(String.valueOf(digit).repeat(64) + "-" + ids.next("")), size);
  }

  private SkillVersion.Draft draft(WorkspaceId workspace, SkillId skill, String name) {
    clock.move(Duration.ofSeconds(1));
    return new SkillVersion.Draft(
        new SkillVersionId(ids.next(SkillVersionId.PREFIX)),
        workspace,
        skill,
        name,
        "What \"it\" is for: ünïcode 🐎\nand more.",
        clock.instant());
  }

  private Skill created(WorkspaceId workspace, SkillId id, char digit) {
    var version = draft(workspace, id, "demo");
    var at = version.createdAt();
    var skill = new Skill(id, workspace, "Démo 🐎", version.id(), at, at);
    return skills().create(skill, version, content(digit, 10));
  }

  private Skill created(char digit) {
    return created(WORKSPACE, new SkillId(ids.next(SkillId.PREFIX)), digit);
  }

  private SkillVersion added(Skill skill, char digit) {
    return skills().add(draft(skill.workspace(), skill.id(), "demo"), content(digit, 10));
  }

  private long used() {
    return store.files().usage(WORKSPACE).bytes();
  }

  /// The contents that jobs are to delete; the jobs are done now.
  private List<String> deletions() {
    var jobs = store.jobs().claim(Set.of(Job.DELETE_BLOB), 100);
    jobs.forEach(store.jobs()::done);
    return jobs.stream().map(Job::key).toList();
  }

  private static void assertNotFound(ThrowingCallable call, Object id) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            Problem.class,
            problem -> {
              assertThat(problem.kind()).isEqualTo(Problem.Kind.NOT_FOUND);
              assertThat(problem).hasMessageContaining(id + " not found.");
            });
  }

  private static void assertInvalid(ThrowingCallable call, String message) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            Problem.class,
            problem -> {
              assertThat(problem.kind()).isEqualTo(Problem.Kind.INVALID_REQUEST);
              assertThat(problem).hasMessageContaining(message);
            });
  }

  @Test
  void aSkillComesBackAsItWasCreatedAlsoAfterARestart() throws Exception {
    var id = new SkillId(ids.next(SkillId.PREFIX));
    var draft = draft(WORKSPACE, id, "demo");
    var at = draft.createdAt();
    var skill = new Skill(id, WORKSPACE, "Démo 🐎", draft.id(), at, at);
    var content = content('a', 10);
    assertThat(skills().create(skill, draft, content)).isEqualTo(skill);
    reopened();
    assertThat(skills().get(WORKSPACE, id)).isEqualTo(skill);
    var version = skills().version(WORKSPACE, id, draft.id());
    assertThat(version).isEqualTo(draft.with(content, 1));
    assertThat(skills().latest(WORKSPACE, id)).isEqualTo(version);
  }

  @Test
  void theNewestVersionIsTheLatestAndTheOthersStay() {
    var skill = created('a');
    var second = added(skill, 'b');
    var third = added(skill, 'b');
    assertThat(third.content()).isEqualTo(second.content());
    assertThat(used()).isEqualTo(20);
    var now = skills().get(WORKSPACE, skill.id());
    assertThat(now.latest()).isEqualTo(third.id());
    assertThat(now.updatedAt()).isEqualTo(third.createdAt());
    assertThat(now.createdAt()).isEqualTo(skill.createdAt());
    assertThat(skills().latest(WORKSPACE, skill.id())).isEqualTo(third);
    assertThat(versions(skill, 2)).extracting(SkillVersion::number).containsExactly(3L, 2L, 1L);

    skills().delete(WORKSPACE, skill.id(), third.id());
    assertThat(skills().latest(WORKSPACE, skill.id())).isEqualTo(second);
    assertThat(skills().get(WORKSPACE, skill.id()).latest()).isEqualTo(second.id());
    assertNotFound(() -> skills().version(WORKSPACE, skill.id(), third.id()), third.id());
    assertThat(used()).isEqualTo(20);
    assertThat(deletions()).hasSize(1); // the content that was there already
  }

  private List<SkillVersion> versions(Skill skill, int limit) {
    return all(page -> skills().versions(skill.workspace(), skill.id(), limit, page));
  }

  private static <T> List<T> all(Function<Optional<String>, Page<T>> list) {
    var found = new ArrayList<T>();
    var page = list.apply(Optional.empty());
    found.addAll(page.items());
    while (page.next().isPresent()) {
      page = list.apply(page.next());
      found.addAll(page.items());
    }
    return found;
  }

  @Test
  void versionsOfAnotherNameAreRefusedAndLeaveNothing() {
    var skill = created('a');
    assertInvalid(
        () -> skills().add(draft(WORKSPACE, skill.id(), "other"), content('b', 10)),
        "the name of skill " + skill.id() + " is \"demo\"");
    assertThat(versions(skill, 10)).hasSize(1);
    assertThat(used()).isEqualTo(10);
  }

  @Test
  void theOnlyVersionIsNotDeleted() {
    var skill = created('a');
    assertInvalid(
        () -> skills().delete(WORKSPACE, skill.id(), skill.latest()), "at least one version");
    assertThat(skills().latest(WORKSPACE, skill.id()).id()).isEqualTo(skill.latest());
    var second = added(skill, 'b');
    skills().delete(WORKSPACE, skill.id(), skill.latest());
    assertThat(versions(skill, 10)).containsExactly(second);
    assertInvalid(() -> skills().delete(WORKSPACE, skill.id(), second.id()), "at least one");
    assertThat(deletions()).hasSize(1);
    assertThat(used()).isEqualTo(10);
  }

  @Test
  void aDeletedSkillIsGoneWithItsVersionsAndContents() {
    var kept = created('a');
    var skill = created('a');
    added(skill, 'b');
    assertThat(deletions()).hasSize(1); // the content that was there already
    skills().delete(WORKSPACE, skill.id());
    assertNotFound(() -> skills().get(WORKSPACE, skill.id()), skill.id());
    assertNotFound(() -> skills().latest(WORKSPACE, skill.id()), skill.id());
    assertNotFound(() -> versions(skill, 10), skill.id());
    assertNotFound(() -> skills().delete(WORKSPACE, skill.id()), skill.id());
    assertNotFound(() -> skills().version(WORKSPACE, skill.id(), skill.latest()), skill.latest());
    assertNotFound(
        () -> skills().add(draft(WORKSPACE, skill.id(), "demo"), content('c', 1)), skill.id());
    assertThat(used()).isEqualTo(10);
    assertThat(deletions()).hasSize(1).first().asString().startsWith("bbb");
    assertThat(skills().get(WORKSPACE, kept.id())).isEqualTo(kept);
  }

  @Test
  void anImportedSkillIsCreatedOnceAndThenGetsVersions() {
    var xlsx = new SkillId("xlsx");
    var first = created(WORKSPACE, xlsx, 'a');
    var second = created(WORKSPACE, xlsx, 'b');
    assertThat(second.createdAt()).isEqualTo(first.createdAt());
    assertThat(second.latest()).isNotEqualTo(first.latest());
    assertThat(versions(second, 10)).hasSize(2);
    assertThat(created(OTHER_WORKSPACE, xlsx, 'a').latest()).isNotEqualTo(second.latest());
    assertThat(versions(second, 10)).hasSize(2);
  }

  private Session sessionWith(Skill... skills) {
    var plain = session(WORKSPACE, clock.instant());
    var references =
        Arrays.stream(skills)
            .map(
                skill ->
                    new SkillReference(
                        SkillReference.Type.CUSTOM, skill.id().value(), skill.latest().value()))
            .toList();
    return new Session(
        plain.id(),
        plain.origin(),
        new Session.Editable(
            plain.agent().withSkills(references), null, Map.of(), Optional.empty()));
  }

  @Test
  void aSessionKeepsTheVersionsThatItHas() throws Exception {
    var skill = created('a');
    var other = created('b');
    var session = sessionWith(skill, other);
    store.sessions().create(session, List.of());
    var second = sessionWith(skill);
    store.sessions().create(second, List.of());
    added(skill, 'c');
    skills().delete(WORKSPACE, skill.id());
    assertThat(deletions()).hasSize(1).first().asString().startsWith("ccc");
    reopened();
    assertThat(store.sessions().getSession(session.id())).isEqualTo(session);
    assertThat(skills().of(session.id()))
        .extracting(SkillVersion::id)
        .containsExactlyInAnyOrder(skill.latest(), other.latest());
    assertNotFound(() -> skills().version(WORKSPACE, skill.id(), skill.latest()), skill.latest());

    store.sessions().delete(WORKSPACE, session.id());
    assertThat(deletions()).isEmpty();
    assertThat(skills().of(second.id())).hasSize(1);
    store.sessions().delete(WORKSPACE, second.id());
    assertThat(deletions()).hasSize(1).first().asString().startsWith("aaa");
    assertThat(used()).isEqualTo(10);
    assertThat(skills().get(WORKSPACE, other.id())).isEqualTo(other);
  }

  @Test
  void aForkHasTheVersionsOfItsSessionAlsoThoseThatWereDeleted() {
    var skill = created('a');
    var session = sessionWith(skill);
    store.sessions().create(session, List.of());
    skills().delete(WORKSPACE, skill.id());
    var to = new SessionId(ids.next(SessionId.PREFIX));
    store
        .sessions()
        .fork(
            WORKSPACE,
            session.id(),
            new ForkPoint.Newest(),
            true,
            before -> new Session(to, before.origin(), before.editable()));
    store.sessions().delete(WORKSPACE, session.id());
    assertThat(deletions()).isEmpty();
    assertThat(skills().of(to)).extracting(SkillVersion::id).containsExactly(skill.latest());
    store.sessions().delete(WORKSPACE, to);
    assertThat(deletions()).hasSize(1).first().asString().startsWith("aaa");
  }

  @Test
  void aSessionIsNotCreatedWithAVersionThatWasDeleted() {
    var skill = created('a');
    var session = sessionWith(skill);
    skills().delete(WORKSPACE, skill.id());
    assertInvalid(() -> store.sessions().create(session, List.of()), "was deleted");
    assertThatThrownBy(() -> store.sessions().getSession(session.id())).isInstanceOf(Problem.class);
  }

  @Test
  void whatBelongsToAnotherWorkspaceIsNotFound() {
    var skill = created('a');
    added(skill, 'b');
    assertNotFound(() -> skills().get(OTHER_WORKSPACE, skill.id()), skill.id());
    assertNotFound(() -> skills().delete(OTHER_WORKSPACE, skill.id()), skill.id());
    assertNotFound(() -> skills().latest(OTHER_WORKSPACE, skill.id()), skill.id());
    assertNotFound(
        () -> skills().version(OTHER_WORKSPACE, skill.id(), skill.latest()), skill.latest());
    assertNotFound(
        () -> skills().delete(OTHER_WORKSPACE, skill.id(), skill.latest()), skill.latest());
    assertNotFound(
        () -> skills().add(draft(OTHER_WORKSPACE, skill.id(), "demo"), content('c', 1)),
        skill.id());
    assertThat(skills().list(OTHER_WORKSPACE, listing(10, null)).items()).isEmpty();
    assertThat(versions(skill, 10)).hasSize(2);
  }

  private static Skills.Listing listing(int limit, @Nullable Boolean imported) {
    return new Skills.Listing(limit, Optional.empty(), Optional.ofNullable(imported));
  }

  @Test
  void pagesHoldEachSkillOnceNewestFirst() {
    var made =
        IntStream.range(0, 7)
            .mapToObj(
                i -> i % 3 == 0 ? created(WORKSPACE, new SkillId("name" + i), 'a') : created('a'))
            .toList();
    assertThat(listed(3, Optional.empty())).isEqualTo(made.reversed());
    assertThat(listed(2, Optional.of(true)))
        .isEqualTo(made.reversed().stream().filter(one -> one.id().isImported()).toList());
    assertThat(listed(2, Optional.of(false)))
        .isEqualTo(made.reversed().stream().filter(one -> !one.id().isImported()).toList());
    assertInvalid(
        () ->
            skills()
                .list(WORKSPACE, new Skills.Listing(2, Optional.of("nonsense"), Optional.empty())),
        "invalid page cursor");
    assertInvalid(
        () -> skills().versions(WORKSPACE, made.getFirst().id(), 2, Optional.of("nonsense")),
        "invalid page cursor");
  }

  private List<Skill> listed(int limit, Optional<Boolean> imported) {
    return all(page -> skills().list(WORKSPACE, new Skills.Listing(limit, page, imported)));
  }

  @Test
  void aSkillOverTheQuotaIsRefusedAndLeavesNothing() {
    var id = new SkillId(ids.next(SkillId.PREFIX));
    var draft = draft(WORKSPACE, id, "demo");
    var at = draft.createdAt();
    assertInvalid(
        () ->
            skills()
                .create(
                    new Skill(id, WORKSPACE, "demo", draft.id(), at, at),
                    draft,
                    content('a', QUOTA + 1)),
        "This workspace may store");
    assertNotFound(() -> skills().get(WORKSPACE, id), id);
    assertThat(used()).isZero();
  }

  @Test
  void twoWhoDeleteTheLastTwoVersionsLeaveOne() throws Exception {
    for (int round = 0; round < 20; round++) {
      var skill = created('a');
      var second = added(skill, 'b');
      try (var both = Executors.newFixedThreadPool(2)) {
        var done =
            both.invokeAll(List.of(deleting(skill, skill.latest()), deleting(skill, second.id())));
        assertThat(done.get(0).get() ^ done.get(1).get()).isTrue();
      }
      assertThat(versions(skill, 10)).hasSize(1);
      skills().delete(WORKSPACE, skill.id());
    }
    assertThat(used()).isZero();
  }

  /// @return whether it was deleted
  private Callable<Boolean> deleting(Skill skill, SkillVersionId id) {
    return () -> {
      try {
        skills().delete(WORKSPACE, skill.id(), id);
        return true;
      } catch (Problem refused) {
        return false;
      }
    };
  }
}
