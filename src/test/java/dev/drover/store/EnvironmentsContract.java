package dev.drover.store;

import static dev.drover.store.EventLogContract.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Problem;
import dev.drover.catalog.Environment;
import dev.drover.catalog.EnvironmentId;
import dev.drover.catalog.Environments;
import dev.drover.catalog.Listing;
import dev.drover.catalog.WorkspaceId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What every [Environments] does.
abstract class EnvironmentsContract extends StoreContract {
  private Environments environments() {
    return store.environments();
  }

  private Environment environment(WorkspaceId workspace, String name, @Nullable Instant archived) {
    return new Environment(
        new EnvironmentId(ids.next(EnvironmentId.PREFIX)),
        workspace,
        name,
        "",
        new Environment.Networking.Limited(List.of("*.example.com"), false, true),
        Map.of("k", "v"),
        clock.instant(),
        clock.instant(),
        archived);
  }

  private Environment create(WorkspaceId workspace, String name) {
    var environment = environment(workspace, name, null);
    environments().create(environment);
    return environment;
  }

  private static Listing listing(int limit, Optional<String> page, boolean archived) {
    return new Listing(limit, page, archived, Optional.empty(), Optional.empty());
  }

  @Test
  void anEnvironmentIsReadBackAsItWasMade() throws Exception {
    var limited = create(WORKSPACE, "limited");
    var open =
        new Environment(
            new EnvironmentId("env_open"),
            WORKSPACE,
            "open",
            null,
            new Environment.Networking.Unrestricted(),
            Map.of(),
            clock.instant(),
            clock.instant(),
            clock.instant());
    environments().create(open);
    reopened();
    assertThat(environments().get(WORKSPACE, limited.id())).isEqualTo(limited);
    assertThat(environments().get(WORKSPACE, open.id())).isEqualTo(open);
  }

  @Test
  void anUnknownEnvironmentIsNotFound() {
    var environment = create(WORKSPACE, "mine");
    assertProblem(
        () -> environments().get(WORKSPACE, new EnvironmentId("env_x")),
        Problem.Kind.NOT_FOUND,
        "Environment env_x not found.");
    assertProblem(
        () -> environments().get(OTHER_WORKSPACE, environment.id()),
        Problem.Kind.NOT_FOUND,
        "Environment " + environment.id() + " not found.");
  }

  @Test
  void aNameIsTakenOnceAmongThoseInUse() {
    environments().create(environment(WORKSPACE, "name", clock.instant()));
    var taken = create(WORKSPACE, "name");
    create(OTHER_WORKSPACE, "name");
    environments().create(environment(WORKSPACE, "name", clock.instant()));
    assertProblem(
        () -> create(WORKSPACE, "name"),
        Problem.Kind.CONFLICT,
        "An environment named \"name\" already exists: " + taken.id() + ".");
  }

  // Changing

  private Environment renamed(EnvironmentId id, String name) {
    return environments()
        .update(
            WORKSPACE,
            id,
            now ->
                now.changed(
                    name,
                    now.description(),
                    now.networking(),
                    now.metadata(),
                    now.newer(),
                    clock.instant()));
  }

  @Test
  void anUpdateTakesTheEnvironmentsPlace() throws Exception {
    var before = create(WORKSPACE, "before");
    clock.move(Duration.ofSeconds(1));
    var after =
        before.changed(
            "after",
            null,
            new Environment.Networking.Unrestricted(),
            Map.of("b", ""),
            before.newer(),
            clock.instant());
    assertThat(
            environments()
                .update(
                    WORKSPACE,
                    before.id(),
                    found -> {
                      assertThat(found).isEqualTo(before);
                      return after;
                    }))
        .isEqualTo(after);
    assertThat(after.updatedAt()).isEqualTo(clock.instant());
    reopened();
    assertThat(environments().get(WORKSPACE, before.id())).isEqualTo(after);
    create(WORKSPACE, "before");
  }

  @Test
  void anUpdateThatChangesNothingMovesNoTime() {
    var before = create(WORKSPACE, "same");
    clock.move(Duration.ofSeconds(1));
    assertThat(renamed(before.id(), "same")).isEqualTo(before);
    assertThat(environments().get(WORKSPACE, before.id())).isEqualTo(before);
  }

  @Test
  void aNameInUseIsNotTakenByAnUpdateEither() {
    environments().create(environment(WORKSPACE, "archived", clock.instant()));
    create(OTHER_WORKSPACE, "theirs");
    var taken = create(WORKSPACE, "taken");
    var environment = create(WORKSPACE, "mine");
    assertProblem(
        () -> renamed(environment.id(), "taken"),
        Problem.Kind.CONFLICT,
        "An environment named \"taken\" already exists: " + taken.id() + ".");
    assertThat(environments().get(WORKSPACE, environment.id())).isEqualTo(environment);
    assertThat(renamed(environment.id(), "archived").name()).isEqualTo("archived");
    assertThat(renamed(environment.id(), "theirs").name()).isEqualTo("theirs");
  }

  @Test
  void anArchivedEnvironmentIsChangedNoMoreAndFreesItsName() throws Exception {
    var environment = create(WORKSPACE, "name");
    clock.move(Duration.ofSeconds(1));
    var archived = environments().archive(WORKSPACE, environment.id(), clock.instant());
    assertThat(archived).isEqualTo(environment.archived(clock.instant()));
    clock.move(Duration.ofSeconds(1));
    assertThat(environments().archive(WORKSPACE, environment.id(), clock.instant()))
        .as("archiving again changes nothing")
        .isEqualTo(archived);
    reopened();
    assertThat(environments().get(WORKSPACE, environment.id())).isEqualTo(archived);
    assertProblem(
        () -> renamed(environment.id(), "other"),
        Problem.Kind.INVALID_REQUEST,
        "Environment " + environment.id() + " is archived.");
    create(WORKSPACE, "name");
  }

  @Test
  void anEnvironmentIsDeletedOnceNoSessionRefersToIt() throws Exception {
    var session = session(WORKSPACE, clock.instant());
    var used =
        new Environment(
            session.origin().environment(),
            WORKSPACE,
            "used",
            null,
            session.origin().networking(),
            Map.of(),
            clock.instant(),
            clock.instant(),
            null);
    environments().create(used);
    store.sessions().create(session, List.of());
    store.sessions().archive(WORKSPACE, session.id());
    reopened();
    var refusal =
        "Environment "
            + used.id()
            + " cannot be deleted while sessions refer to it. Delete them, or archive it.";
    assertProblem(
        () -> environments().delete(WORKSPACE, used.id()), Problem.Kind.CONFLICT, refusal);
    environments().archive(WORKSPACE, used.id(), clock.instant());
    assertProblem(
        () -> environments().delete(WORKSPACE, used.id()), Problem.Kind.CONFLICT, refusal);
    store.sessions().delete(WORKSPACE, session.id());
    environments().delete(WORKSPACE, used.id());
    reopened();
    var gone = "Environment " + used.id() + " not found.";
    assertProblem(() -> environments().get(WORKSPACE, used.id()), Problem.Kind.NOT_FOUND, gone);
    assertProblem(() -> environments().delete(WORKSPACE, used.id()), Problem.Kind.NOT_FOUND, gone);
  }

  @Test
  void whatIsNotThereIsNotChanged() {
    var environment = create(WORKSPACE, "mine");
    var id = environment.id();
    var message = "Environment " + id + " not found.";
    assertProblem(
        () -> environments().update(OTHER_WORKSPACE, id, now -> now),
        Problem.Kind.NOT_FOUND,
        message);
    assertProblem(
        () -> environments().archive(OTHER_WORKSPACE, id, clock.instant()),
        Problem.Kind.NOT_FOUND,
        message);
    assertProblem(
        () -> environments().delete(OTHER_WORKSPACE, id), Problem.Kind.NOT_FOUND, message);
    assertThat(environments().get(WORKSPACE, id)).isEqualTo(environment);
  }

  // Listing

  @Test
  void pagesHoldEachEnvironmentOnceNewestFirst() throws Exception {
    var made = new ArrayList<Environment>();
    for (int i = 0; i < 5; i++) {
      made.addFirst(create(WORKSPACE, "environment " + i));
      clock.move(Duration.ofSeconds(1));
    }
    create(OTHER_WORKSPACE, "theirs");
    environments().create(environment(WORKSPACE, "archived", clock.instant()));
    reopened();
    for (int limit = 1; limit <= 6; limit++) {
      var seen = new ArrayList<Environment>();
      Optional<String> next = Optional.empty();
      do {
        var page = environments().list(WORKSPACE, listing(limit, next, false));
        seen.addAll(page.items());
        next = page.next();
      } while (next.isPresent());
      assertThat(seen).isEqualTo(made);
    }
    assertThat(environments().list(WORKSPACE, listing(9, Optional.empty(), true)).items())
        .hasSize(6);
  }

  @Test
  void aCursorOfAnotherListIsRefused() {
    create(WORKSPACE, "one");
    create(WORKSPACE, "two");
    var next = environments().list(WORKSPACE, listing(1, Optional.empty(), false)).next();
    assertThat(next).isPresent();
    assertProblem(
        () -> store.agents().list(WORKSPACE, listing(1, next, false)),
        Problem.Kind.INVALID_REQUEST,
        "invalid page cursor");
  }
}
