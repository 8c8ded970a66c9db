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
                "plain",
                null,
                new ModelConfig("m", Optional.empty(), "standard"),
                null,
                Optional.empty()),
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
          "Agent %s is at version 1; version %d cannot follow.".formatted(agent.id(), version));
    }
    assertProblem(
        () -> agents().put(agent(OTHER_WORKSPACE, agent.id(), 2, null)),
        Problem.Kind.CONFLICT,
        "Agent %s is at version 0; version 2 cannot follow.".formatted(agent.id()));
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
    agents().put(agent(WORKSPACE, gone.id(), 2, clock.instant()));
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
  }
}
