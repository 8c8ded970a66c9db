package dev.drover.bench.context;

import dev.drover.base.Ids;
import dev.drover.base.MemoryBudget;
import dev.drover.base.Pause;
import dev.drover.brain.AttachedFiles;
import dev.drover.brain.Harness;
import dev.drover.brain.OnAmbiguous;
import dev.drover.brain.Repositories;
import dev.drover.brain.Retries;
import dev.drover.catalog.Blobs;
import dev.drover.files.Files;
import dev.drover.hands.Hands;
import dev.drover.model.Models;
import dev.drover.profile.Profiles;
import dev.drover.session.EventLog;
import dev.drover.session.Feed;
import dev.drover.session.Sessions;
import dev.drover.tools.Inventory;
import dev.drover.tools.McpTools;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;

/// Harnesses in the process of the benchmark, for sessions that use no hand, no file and no MCP
/// server: their models and their tools are simulated.
public final class SimulatedHarness {
  private static final long MEMORY = 512L << 20;

  private SimulatedHarness() {}

  /// @param maxToolRounds the maximum number of replies with calls in one turn
  public static Harness of(
      Sessions sessions,
      EventLog log,
      Ids ids,
      Models models,
      Inventory tools,
      Profiles profiles,
      int maxToolRounds) {
    var clock = InstantSource.system();
    var memory = new MemoryBudget(MEMORY, Duration.ofMinutes(1));
    return new Harness(
        log,
        sessions,
        new Feed(),
        models,
        Absent.of(Hands.class),
        List.of(),
        tools,
        Absent.of(McpTools.class),
        Repositories.NONE,
        profiles,
        Retries.DEFAULT,
        maxToolRounds,
        OnAmbiguous.DEFAULT,
        ids,
        clock,
        Pause.REAL,
        new Random(1),
        memory,
        new AttachedFiles(Absent.of(Files.class), Absent.of(Blobs.class), memory, clock));
  }
}
