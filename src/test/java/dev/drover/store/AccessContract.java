package dev.drover.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.access.AccessStore;
import dev.drover.access.KeyId;
import dev.drover.access.KeyScope;
import dev.drover.access.KeyText;
import dev.drover.access.Workspace;
import dev.drover.access.WorkspaceKey;
import dev.drover.base.Ids;
import dev.drover.base.Problem;
import dev.drover.base.Scope;
import dev.drover.catalog.WorkspaceId;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// What every [AccessStore] does.
abstract class AccessContract extends StoreContract {
  private static final KeyId SOMEBODY = new KeyId("01creator");

  private AccessStore access() {
    return store.access();
  }

  private Workspace workspace(String name) {
    clock.move(Duration.ofSeconds(1));
    var id = new WorkspaceId(ids.next(WorkspaceId.PREFIX));
    var workspace = new Workspace(id, name, OptionalLong.empty(), clock.instant(), null);
    access().create(workspace);
    return workspace;
  }

  private WorkspaceKey key(WorkspaceId workspace, KeyText text) {
    clock.move(Duration.ofSeconds(1));
    return new WorkspaceKey(
        KeyId.of(ids.next(KeyId.PREFIX)),
        workspace,
        text.prefix(),
        "Name",
        Set.of(KeyScope.SESSIONS_READ, KeyScope.FILES_READ),
        SOMEBODY,
        clock.instant(),
        Optional.of(clock.instant().plusSeconds(60)),
        Optional.empty(),
        Optional.empty());
  }

  private static AccessStore.Listing all(boolean ended) {
    return new AccessStore.Listing(ended, 100, Optional.empty());
  }

  private List<Workspace> workspaces(boolean archived) {
    return access().workspaces(all(archived)).items().stream()
        .map(Workspace.Summary::workspace)
        .toList();
  }

  @Test
  void aLoginCodeIsTakenOnceAndInTime() {
    var now = clock.instant();
    access().addLoginCode("hash1", "drv_00000001", now.plusSeconds(60), now);
    access().addLoginCode("hash2", "drv_00000002", now.plusSeconds(60), now);
    assertThat(access().takeLoginCode("none", now)).isEmpty();
    List<Optional<String>> taken;
    try (var scope = new Scope()) {
      var tasks =
          IntStream.range(0, 8)
              .mapToObj(_ -> scope.fork(() -> access().takeLoginCode("hash1", now)))
              .toList();
      taken = tasks.stream().map(AccessContract::joined).toList();
    }
    assertThat(taken.stream().flatMap(Optional::stream)).containsExactly("drv_00000001");
    assertThat(access().takeLoginCode("hash2", now.plusSeconds(60))).isEmpty();
    assertThat(access().takeLoginCode("hash2", now)).isEmpty();
  }

  private static <T> T joined(Scope.Task<T> task) {
    try {
      return task.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void theDefaultWorkspaceIsThereFromTheStart() {
    assertThat(workspaces(false))
        .singleElement()
        .satisfies(one -> assertThat(one.id()).isEqualTo(WorkspaceId.DEFAULT));
  }

  @Test
  void workspacesAreKept() throws Exception {
    var one = workspace("One");
    var two = workspace("Two");
    access().update(two.id(), before -> before.with("2", OptionalLong.of(7)));
    reopened();
    assertThat(workspaces(false)).startsWith(two.with("2", OptionalLong.of(7)), one).hasSize(3);
    var first = access().workspaces(new AccessStore.Listing(false, 1, Optional.empty()));
    var second = access().workspaces(new AccessStore.Listing(false, 1, first.next()));
    assertThat(second.items().getFirst().workspace()).isEqualTo(one);
    access().archive(one.id(), clock.instant());
    access().archive(one.id(), clock.instant().plusSeconds(1));
    assertThat(access().workspace(one.id()).workspace().archivedAt()).isEqualTo(clock.instant());
    assertThat(workspaces(false)).hasSize(2);
    assertThat(workspaces(true)).hasSize(3);
    assertProblem(
        () -> access().update(one.id(), before -> before),
        Problem.Kind.INVALID_REQUEST,
        "Workspace " + one.id() + " is archived.");
    var none = new WorkspaceId("wrkspc_none");
    var kind = Problem.Kind.NOT_FOUND;
    var message = "Workspace wrkspc_none not found.";
    assertProblem(() -> access().workspace(none), kind, message);
    assertProblem(() -> access().archive(none, clock.instant()), kind, message);
    assertProblem(() -> access().keys(none, all(true)), kind, message);
  }

  @Test
  void ofWorkspacesWithOneNameOnlyOneIsCreated() throws Exception {
    clock.move(Duration.ofSeconds(1));
    try (var scope = new Scope()) {
      var created = IntStream.range(0, 8).mapToObj(_ -> scope.fork(() -> attempt("Same"))).toList();
      int successes = 0;
      for (var one : created) {
        successes += one.join() ? 1 : 0;
      }
      assertThat(successes).isOne();
    }
    var same = workspaces(false).getFirst();
    access().archive(same.id(), clock.instant());
    assertThat(attempt("Same")).isTrue();
  }

  private boolean attempt(String name) {
    var id = new WorkspaceId(Ids.secure().next(WorkspaceId.PREFIX)); // on several threads
    try {
      access().create(new Workspace(id, name, OptionalLong.empty(), clock.instant(), null));
      return true;
    } catch (Problem e) {
      assertThat(e.kind()).isEqualTo(Problem.Kind.CONFLICT);
      return false;
    }
  }

  @Test
  void aKeyIsFoundByItsPrefixUntilItsWorkspaceIsArchived() throws Exception {
    var workspace = workspace("One");
    var text = KeyText.fresh(ids);
    var key = key(workspace.id(), text);
    assertThat(access().create(key, text.hash())).isTrue();
    assertThat(access().create(key(workspace.id(), text), "other")).isFalse();
    reopened();
    assertThat(access().find(text.prefix())).hasValue(new AccessStore.Stored(key, text.hash()));
    assertThat(access().find("drv_xxxxxxxx")).isEmpty();
    assertThat(access().key(workspace.id(), key.id())).isEqualTo(key);
    assertThat(access().keys(workspace.id(), all(false)).items()).containsExactly(key);
    assertThat(access().workspace(workspace.id()).keys()).isOne();
    assertProblem(
        () -> access().key(WorkspaceId.DEFAULT, key.id()),
        Problem.Kind.NOT_FOUND,
        "API key " + key.id().id() + " not found.");
    access().archive(workspace.id(), clock.instant());
    assertThat(access().find(text.prefix())).isEmpty();
    assertProblem(
        () -> access().create(key(workspace.id(), KeyText.fresh(ids)), "hash"),
        Problem.Kind.INVALID_REQUEST,
        "Workspace " + workspace.id() + " is archived.");
  }

  @Test
  void aKeyIsRevokedOnce() {
    var text = KeyText.fresh(ids);
    var key = key(WorkspaceId.DEFAULT, text);
    access().create(key, text.hash());
    var first = new WorkspaceKey.Revocation(clock.instant(), SOMEBODY);
    var second = new WorkspaceKey.Revocation(clock.instant().plusSeconds(9), new KeyId("02"));
    assertProblem(
        () -> access().revoke(WORKSPACE, key.id(), first),
        Problem.Kind.NOT_FOUND,
        "Workspace wrkspc_one not found.");
    assertThat(access().revoke(WorkspaceId.DEFAULT, key.id(), first).revoked()).hasValue(first);
    assertThat(access().revoke(WorkspaceId.DEFAULT, key.id(), second).revoked()).hasValue(first);
    assertThat(access().find(text.prefix()).orElseThrow().key().isUsable(clock.instant()))
        .isFalse();
    assertThat(access().keys(WorkspaceId.DEFAULT, all(false)).items()).isEmpty();
    assertThat(access().keys(WorkspaceId.DEFAULT, all(true)).items()).hasSize(1);
  }

  @Test
  void theDayOfTheLastUseDoesNotGoBack() {
    var text = KeyText.fresh(ids);
    var key = key(WorkspaceId.DEFAULT, text);
    access().create(key, text.hash());
    var day = LocalDate.of(2026, 11, 27);
    for (var used : List.of(day, day.minusDays(1), day)) {
      access().used(WorkspaceId.DEFAULT, key.id(), used);
      assertThat(access().key(WorkspaceId.DEFAULT, key.id()).lastUsed()).hasValue(day);
    }
  }
}
