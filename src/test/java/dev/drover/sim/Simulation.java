package dev.drover.sim;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.catalog.AgentId;
import dev.drover.catalog.CustomTool;
import dev.drover.catalog.Definition;
import dev.drover.catalog.Environment;
import dev.drover.catalog.EnvironmentId;
import dev.drover.catalog.ModelConfig;
import dev.drover.catalog.Tool;
import dev.drover.catalog.Toolset;
import dev.drover.catalog.WorkspaceId;
import dev.drover.session.Session;
import dev.drover.session.SessionId;
import dev.drover.session.ThreadId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// One run: some sessions, some nodes, clients and faults; then calm, until all is at rest; then
/// judgement.
final class Simulation {
  private static final WorkspaceId WORKSPACE = new WorkspaceId("wrkspc_01Sim");

  private static final List<Tool> TOOLS =
      List.of(
          new Toolset(
              Toolset.OPEN,
              List.of(
                  setting("write", true, Toolset.Policy.ALWAYS_ASK),
                  setting("edit", false, Toolset.Policy.ALWAYS_ALLOW))),
          new CustomTool("lookup", "Looks something up.", Json.obj("type", "object")));

  /// Faults of one run that stop a node.
  private static final int FAULTS = 12;

  private static final long STEPS = 400_000;
  private static final Duration LONGEST_STORM = Duration.ofMinutes(10);
  private static final Duration LONGEST_CALM = Duration.ofHours(1);

  private final World world;
  private double faultRate;
  private int faults;
  private boolean over;

  private Simulation(World world) {
    this.world = world;
  }

  /// What a run showed.
  record Outcome(Totals totals, List<String> violations, List<String> story, long print) {}

  static Outcome run(long seed, Defect defect, boolean tells) {
    var world = new World(seed, defect, tells);
    new Simulation(world).run();
    return new Outcome(world.totals, world.violations(), world.story(), world.scheduler.print());
  }

  private static Toolset.ToolSetting setting(String tool, boolean enabled, Toolset.Policy policy) {
    return new Toolset.ToolSetting(tool, new Toolset.Setting(enabled, policy));
  }

  private void run() {
    var began = world.scheduler.instant();
    faultRate = world.one(List.of(0.0, 0.0005, 0.002, 0.01));
    double flaws = world.one(List.of(0.0, 0.005, 0.02, 0.1));
    for (int i = world.random.nextInt(1, 4); i > 0; i--) {
      var node = new SimNode(world, "node" + i);
      node.flawed(flaws);
      world.nodes.add(node);
    }
    for (int i = world.random.nextInt(1, 4); i > 0; i--) {
      world.clients.add(new SimClient(world, session(), world.random.nextInt(1, 7)));
    }
    for (int i = world.random.nextInt(3); i > 0; i--) {
      doom(session());
    }
    world.clients.forEach(client -> world.start("client", client::run));
    world.start("storm", this::storm);
    boolean rested =
        world.scheduler.run(() -> over || world.scheduler.steps() > STEPS, this::strike);
    world.totals.runs = 1;
    world.totals.steps = world.scheduler.steps();
    world.totals.simulatedSeconds = Duration.between(began, world.scheduler.instant()).toSeconds();
    if (!rested) {
      world.violated("nobody can ever go on");
    } else if (!over) {
      world.violated("it does not end");
    }
    world.clients.forEach(client -> new Judge(world, client).judge());
  }

  /// A session that has left its workspace on some machines, and that will be deleted.
  private void doom(SessionId session) {
    world.doomed.add(session);
    for (var node : world.nodes) {
      if (world.chance(0.6)) {
        node.disk.add(session);
      }
    }
    world.start(
        "deleter",
        () -> {
          while (!world.isDeleted(session)) {
            world.scheduler.pause(world.upTo(Duration.ofSeconds(15)));
            var server = world.one(world.nodes).server();
            server.lane.start("delete", world.guarded("a delete", () -> delete(server, session)));
          }
        });
  }

  private static void delete(SimNode.Server server, SessionId session) {
    try {
      server.sessions.delete(WORKSPACE, session);
      server.brains.deleted(session);
    } catch (Problem _) {
      // it is gone, or the store is away
    }
  }

  private SessionId session() {
    var now = world.scheduler.instant();
    var made =
        new Session(
            new SessionId(world.ids.next(SessionId.PREFIX)),
            new Session.Origin(
                WORKSPACE,
                new ThreadId(world.ids.next(ThreadId.PREFIX)),
                new AgentId("agent_01Sim"),
                1,
                new EnvironmentId("env_01Sim"),
                new Environment.Networking.Unrestricted(),
                now),
            new Session.Editable(
                new Definition(
                    "Sim", null, new ModelConfig("sim", Optional.empty(), "standard"), null, TOOLS),
                null,
                Map.of(),
                Optional.empty()));
    world.sessions().create(made, List.of());
    return made.id();
  }

  /// Between any two steps a node may fail.
  private void strike() {
    if (world.isCalm() || faults >= FAULTS || !world.chance(faultRate)) {
      return;
    }
    faults++;
    var node = world.one(world.nodes);
    switch (world.random.nextInt(4)) {
      case 0, 1 -> node.crash();
      case 2 -> node.freeze();
      default -> node.cut();
    }
  }

  private void storm() throws InterruptedException {
    var end = world.scheduler.instant().plus(LONGEST_STORM);
    while (!world.clients.stream().allMatch(SimClient::isFinished)
        && world.scheduler.instant().isBefore(end)) {
      world.scheduler.pause(Duration.ofSeconds(3));
    }
    world.calmDown();
    world.tell("it is calm");
    Instant late = world.scheduler.instant().plus(LONGEST_CALM);
    while (!atRest()) {
      world.scheduler.pause(Duration.ofSeconds(3));
      if (world.scheduler.instant().isAfter(late)) {
        stuck();
        break;
      }
    }
    over = true;
  }

  private boolean atRest() {
    return world.clients.stream().allMatch(SimClient::isAtRest)
        && world.store.nodes().members().stream().allMatch(node -> node.sessions() == 0)
        && nothingIsOwed();
  }

  /// Every doomed session is deleted, on every disk, and no node has it to do.
  private boolean nothingIsOwed() {
    var tally = world.store.jobs().tally();
    return tally.owed() + tally.failed() == 0
        && world.doomed.stream().allMatch(world::isDeleted)
        && world.nodes.stream().noneMatch(node -> node.disk.stream().anyMatch(world::isDeleted));
  }

  private void stuck() {
    if (!nothingIsOwed()) {
      world.violated("stuck: jobs %s".formatted(world.store.jobs().tally()));
    }
    for (var client : world.clients) {
      if (!client.isAtRest()) {
        world.totals.stuck++;
        world.violated(
            "stuck: %s %s, in the inbox %s, waiting for %s"
                .formatted(
                    client.session(),
                    world.sessions().getSession(client.session()).status(),
                    world.log().inbox(client.session()).queued(),
                    client.waiting()));
      }
    }
    for (var node : world.nodes) {
      for (var lease : node.server().store.nodes().held()) {
        world.totals.stuck++;
        world.violated("stuck: " + lease + " is still held by " + node);
      }
    }
  }
}
