package dev.drover.store;

import static dev.drover.store.EventLogContract.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Problem;
import dev.drover.base.Scope;
import dev.drover.catalog.Agent;
import dev.drover.catalog.AgentId;
import dev.drover.catalog.Agents;
import dev.drover.catalog.Definition;
import dev.drover.catalog.Listing;
import dev.drover.catalog.ModelConfig;
import dev.drover.catalog.WorkspaceId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What every [Agents] does.
abstract class AgentsContract extends StoreContract {
  private static final OptionalInt LATEST = OptionalInt.empty();

  private Agents agents() {
    return store.agents();
  }

  private Agent agent(WorkspaceId workspace, AgentId id, int version, @Nullable Instant archived) {
    return new Agent(
        id,
        workspace,
        version,
        definition("version " + version),
        Map.of("k", "v" + version),
        clock.instant(),
        clock.instant().plusSeconds(version),
        archived);
  }

  private Agent put(WorkspaceId workspace) {
    var agent = agent(workspace, new AgentId(ids.next(AgentId.PREFIX)), 1, null);
    agents().put(agent);
    return agent;
  }

  private Agent next(Agent agent) {
    return agent.changed(
        definition("version " + (agent.version() + 1)),
        Map.of("k", "v" + (agent.version() + 1)),
        clock.instant());
  }

  private Agent withVersions(int count) {
    var agent = put(WORKSPACE);
    while (agent.version() < count) {
      clock.move(Duration.ofSeconds(1));
      agent = agents().update(WORKSPACE, agent.id(), this::next);
    }
    return agent;
  }

  private static Listing listing(int limit, Optional<String> page, boolean archived) {
    return new Listing(limit, page, archived, Optional.empty(), Optional.empty());
  }

  @Test
  void anAgentIsReadBackInEachVersion() throws Exception {
    var first = put(WORKSPACE);
    var second = agent(WORKSPACE, first.id(), 2, null);
    agents().put(second);
    reopened();
    assertThat(agents().get(WORKSPACE, first.id(), LATEST)).isEqualTo(second);
    assertThat(agents().get(WORKSPACE, first.id(), OptionalInt.of(1))).isEqualTo(first);
    assertThat(agents().get(WORKSPACE, first.id(), OptionalInt.of(2))).isEqualTo(second);
  }

  @Test
  void anAgentWithTheLeastInItIsReadBack() throws Exception {
    var plain =
        new Agent(
            new AgentId("agent_plain"),
            WORKSPACE,
            1,
            new Definition(
                "plain", null, new ModelConfig("m", Optional.empty(), "standard"), null, List.of()),
            Map.of(),
            clock.instant(),
            clock.instant(),
            null);
    agents().put(plain);
    reopened();
    assertThat(agents().get(WORKSPACE, plain.id(), LATEST)).isEqualTo(plain);
  }

  @Test
  void anUnknownAgentOrVersionIsNotFound() {
    var agent = put(WORKSPACE);
    assertProblem(
        () -> agents().get(WORKSPACE, new AgentId("agent_x"), LATEST),
        Problem.Kind.NOT_FOUND,
        "Agent agent_x not found.");
    assertProblem(
        () -> agents().get(WORKSPACE, new AgentId("agent_x"), OptionalInt.of(3)),
        Problem.Kind.NOT_FOUND,
        "Agent agent_x not found.");
    assertProblem(
        () -> agents().get(OTHER_WORKSPACE, agent.id(), LATEST),
        Problem.Kind.NOT_FOUND,
        "Agent " + agent.id() + " not found.");
    for (int version : List.of(-1, 0, 2)) {
      assertProblem(
          () -> agents().get(WORKSPACE, agent.id(), OptionalInt.of(version)),
          Problem.Kind.NOT_FOUND,
          "Agent version not found.");
    }
  }

  @Test
  void aVersionIsPutOnceAndFollowsTheOneBefore() {
    var agent = put(WORKSPACE);
    for (int version : List.of(1, 3)) {
      assertProblem(
          () -> agents().put(agent(WORKSPACE, agent.id(), version, null)),
          Problem.Kind.CONFLICT,
          "Agent %s is at version 1; it cannot be updated from version %d."
              .formatted(agent.id(), version - 1));
    }
    assertProblem(
        () -> agents().put(agent(OTHER_WORKSPACE, agent.id(), 2, null)),
        Problem.Kind.CONFLICT,
        "Agent %s is at version 0; it cannot be updated from version 1.".formatted(agent.id()));
    assertThat(agents().list(OTHER_WORKSPACE, listing(9, Optional.empty(), true)).items())
        .isEmpty();
  }

  @Test
  void oneOfManyPutsOfAVersionWins() throws Exception {
    var agent = put(WORKSPACE);
    try (var scope = new Scope()) {
      var puts = new ArrayList<Scope.Task<Integer>>();
      for (int i = 0; i < 8; i++) {
        puts.add(
            scope.fork(
                () -> {
                  try {
                    agents().put(agent(WORKSPACE, agent.id(), 2, null));
                    return 1;
                  } catch (Problem problem) {
                    assertThat(problem.kind()).isEqualTo(Problem.Kind.CONFLICT);
                    return 0;
                  }
                }));
      }
      int won = 0;
      for (var put : puts) {
        won += put.join();
      }
      assertThat(won).isEqualTo(1);
    }
  }

  // Changing

  @Test
  void anUpdateAddsTheVersionThatIsMadeOfTheLatest() throws Exception {
    var first = put(WORKSPACE);
    clock.move(Duration.ofSeconds(1));
    var second = agents().update(WORKSPACE, first.id(), this::next);
    assertThat(second).isEqualTo(next(first));
    assertThat(second.version()).isEqualTo(2);
    assertThat(second.createdAt()).isEqualTo(first.createdAt());
    assertThat(second.updatedAt()).isEqualTo(clock.instant());
    reopened();
    assertThat(agents().get(WORKSPACE, first.id(), LATEST)).isEqualTo(second);
    assertThat(agents().get(WORKSPACE, first.id(), OptionalInt.of(1))).isEqualTo(first);
  }

  @Test
  void anUpdateThatChangesNothingMakesNoVersion() {
    var agent = put(WORKSPACE);
    clock.move(Duration.ofSeconds(1));
    assertThat(
            agents()
                .update(
                    WORKSPACE,
                    agent.id(),
                    now -> now.changed(now.definition(), now.metadata(), clock.instant())))
        .isEqualTo(agent);
    assertThat(agents().versions(WORKSPACE, agent.id(), 9, Optional.empty()).items())
        .containsExactly(agent);
  }

  @Test
  void anUpdateThatIsRefusedChangesNothing() {
    var agent = put(WORKSPACE);
    assertProblem(
        () ->
            agents()
                .update(
                    WORKSPACE,
                    agent.id(),
                    _ -> {
                      throw Problem.conflict("no");
                    }),
        Problem.Kind.CONFLICT,
        "no");
    assertThat(agents().get(WORKSPACE, agent.id(), LATEST)).isEqualTo(agent);
  }

  @Test
  void ofManyUpdatesAtOnceNoneIsLost() throws Exception {
    var agent = put(WORKSPACE);
    try (var scope = new Scope()) {
      var updates = new ArrayList<Scope.Task<Integer>>();
      for (int i = 0; i < 8; i++) {
        updates.add(scope.fork(() -> agents().update(WORKSPACE, agent.id(), this::next).version()));
      }
      var versions = new ArrayList<Integer>();
      for (var update : updates) {
        versions.add(update.join());
      }
      assertThat(versions).containsExactlyInAnyOrder(2, 3, 4, 5, 6, 7, 8, 9);
    }
  }

  @Test
  void anArchivedAgentIsReadInEveryVersionAndChangedNoMore() throws Exception {
    var agent = withVersions(2);
    clock.move(Duration.ofSeconds(1));
    var at = clock.instant();
    assertThat(agents().archive(WORKSPACE, agent.id(), at)).isEqualTo(agent.archived(at));
    assertThat(agents().archive(WORKSPACE, agent.id(), at.plusSeconds(1)))
        .as("archiving again changes nothing")
        .isEqualTo(agent.archived(at));
    reopened();
    for (var version : List.of(LATEST, OptionalInt.of(1), OptionalInt.of(2))) {
      assertThat(agents().get(WORKSPACE, agent.id(), version).archivedAt()).isEqualTo(at);
    }
    assertThat(agents().versions(WORKSPACE, agent.id(), 9, Optional.empty()).items()).hasSize(2);
    assertProblem(
        () -> agents().update(WORKSPACE, agent.id(), this::next),
        Problem.Kind.INVALID_REQUEST,
        "Cannot modify archived agent");
  }

  @Test
  void versionsAreListedNewestFirst() throws Exception {
    var agent = withVersions(11);
    withVersions(3);
    reopened();
    for (int limit : List.of(1, 2, 5, 10, 11, 12)) {
      var seen = new ArrayList<Agent>();
      Optional<String> next = Optional.empty();
      do {
        var page = agents().versions(WORKSPACE, agent.id(), limit, next);
        assertThat(page.items()).isNotEmpty().hasSizeLessThanOrEqualTo(limit);
        seen.addAll(page.items());
        next = page.next();
      } while (next.isPresent());
      assertThat(seen)
          .extracting(Agent::version)
          .containsExactly(11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1);
      assertThat(seen.getFirst()).isEqualTo(agent);
    }
  }

  @Test
  void whatIsNotThereIsNotChanged() {
    var agent = put(WORKSPACE);
    var message = "Agent " + agent.id() + " not found.";
    assertProblem(
        () -> agents().update(OTHER_WORKSPACE, agent.id(), this::next),
        Problem.Kind.NOT_FOUND,
        message);
    assertProblem(
        () -> agents().archive(OTHER_WORKSPACE, agent.id(), clock.instant()),
        Problem.Kind.NOT_FOUND,
        message);
    assertProblem(
        () -> agents().versions(OTHER_WORKSPACE, agent.id(), 9, Optional.empty()),
        Problem.Kind.NOT_FOUND,
        message);
    assertThat(agents().get(WORKSPACE, agent.id(), LATEST)).isEqualTo(agent);
  }

  // Listing

  @Test
  void listsHoldTheLatestVersionsNewestFirst() throws Exception {
    put(OTHER_WORKSPACE);
    var made = new ArrayList<Agent>();
    for (int i = 0; i < 5; i++) {
      made.addFirst(put(WORKSPACE));
      clock.move(Duration.ofSeconds(1));
    }
    clock.set(made.get(2).createdAt());
    var newer = agent(WORKSPACE, made.get(2).id(), 2, null);
    agents().put(newer);
    made.set(2, newer);
    reopened();
    for (int limit = 1; limit <= 6; limit++) {
      assertThat(pages(limit)).isEqualTo(made);
    }
  }

  private List<Agent> pages(int limit) {
    var seen = new ArrayList<Agent>();
    Optional<String> next = Optional.empty();
    do {
      var page = agents().list(WORKSPACE, listing(limit, next, false));
      assertThat(page.items()).isNotEmpty().hasSizeLessThanOrEqualTo(limit);
      seen.addAll(page.items());
      next = page.next();
    } while (next.isPresent());
    return seen;
  }

  @Test
  void listsLeaveArchivedAgentsOutUnlessAsked() {
    var kept = put(WORKSPACE);
    var gone = put(WORKSPACE);
    agents().archive(WORKSPACE, gone.id(), clock.instant());
    assertThat(agents().list(WORKSPACE, listing(9, Optional.empty(), false)).items())
        .extracting(Agent::id)
        .containsExactly(kept.id());
    assertThat(agents().list(WORKSPACE, listing(9, Optional.empty(), true)).items())
        .extracting(Agent::id)
        .containsExactlyInAnyOrder(kept.id(), gone.id());
  }

  @Test
  void listsChooseByTimeInclusively() {
    var made = new ArrayList<Agent>();
    for (int i = 0; i < 4; i++) {
      made.add(put(WORKSPACE));
      clock.move(Duration.ofSeconds(1));
    }
    var listing =
        new Listing(
            9,
            Optional.empty(),
            false,
            Optional.of(made.get(1).createdAt()),
            Optional.of(made.get(2).createdAt()));
    assertThat(agents().list(WORKSPACE, listing).items()).containsExactly(made.get(2), made.get(1));
  }

  @Test
  void aCursorThatIsNoneIsRefused() {
    assertProblem(
        () -> agents().list(WORKSPACE, listing(2, Optional.of("nonsense!"), false)),
        Problem.Kind.INVALID_REQUEST,
        "invalid page cursor");
    var agent = withVersions(2);
    put(WORKSPACE);
    var ofAgents = agents().list(WORKSPACE, listing(1, Optional.empty(), false)).next();
    assertThat(ofAgents).isPresent();
    assertProblem(
        () -> agents().versions(WORKSPACE, agent.id(), 1, ofAgents),
        Problem.Kind.INVALID_REQUEST,
        "invalid page cursor");
  }
}
