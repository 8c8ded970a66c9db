package dev.drover.memory;

import dev.drover.catalog.MemoryStoreId;
import dev.drover.catalog.WorkspaceId;
import dev.drover.session.SessionId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/// A world of two sessions on one store, from a seed: their agents write and delete files at any
/// moment, also between the steps of a round, in which a round of the other session and a client of
/// the API may fall, too. Servers crash, and half of them forget what both agreed on.
final class MemoryRoundSimulation {
  private static final List<String> PATHS = List.of("/a", "/b", "/c", "/c/d");
  private static final MemoryStoreId STORE = new MemoryStoreId("memstore_1");
  private static final WorkspaceId WORKSPACE = new WorkspaceId("wrkspc_1");

  /// The server dies.
  private static final class Crash extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  private final class Participant {
    final MemoryActor actor;
    final ModelFolder folder = new ModelFolder(this::step);
    boolean inRound;

    /// What was overwritten and not reported yet, by path.
    private final Map<String, String> owed = new HashMap<>();

    Participant(String session) {
      actor = MemoryActor.session(new SessionId(session));
    }

    /// Its agent writes or deletes a file.
    void write() {
      var path = PATHS.get(random.nextInt(PATHS.size()));
      if (random.nextInt(4) == 0) {
        folder.files.remove(path);
      } else if (!folder.isBelowAFile(path)) {
        folder.write(path, "text " + ++texts);
      }
    }

    void step() {
      if (quiet) {
        return;
      }
      if (random.nextInt(100) == 0) {
        throw new Crash();
      }
      while (random.nextInt(3) == 0) {
        var one = random.nextBoolean() ? first : second;
        if (random.nextInt(3) > 0) {
          one.write();
        } else if (!one.inRound) {
          one.round();
        } else {
          client();
        }
      }
    }

    void round() {
      inRound = true;
      folder.displaced.clear();
      folder.quiet = quiet || random.nextInt(4) > 0;
      var store = new MemoryRound.Store(WORKSPACE, STORE, "notes", actor);
      var before = new HashSet<>(memories.versions);
      try {
        var lines = new MemoryRound(memories, store, folder).run();
        MemoryRound.acknowledge(folder);
        owe(before);
        var reported = String.join("\n", lines);
        owed.forEach(
            (path, text) -> {
              if (!reported.contains(path + " ")) {
                faults.add(text + " was overwritten at " + path + " in silence");
              }
            });
        owed.clear();
      } catch (Crash e) {
        owe(before);
        if (random.nextBoolean()) {
          folder.forget();
          owed.clear();
        }
      } catch (IOException | InterruptedException e) {
        throw new IllegalStateException(e);
      } finally {
        folder.displaced.values().stream()
            .filter(text -> !memories.versions.contains(text))
            .forEach(text -> faults.add(text + " is lost"));
        inRound = false;
      }
    }

    /// Its agent must be told of what was overwritten that nobody had stored before the round.
    private void owe(Set<String> before) {
      folder.displaced.forEach(
          (path, text) -> {
            if (!before.contains(text)) {
              owed.put(path, text);
            }
          });
    }
  }

  final ModelMemories memories = new ModelMemories();
  final Set<String> faults = new TreeSet<>();
  private final Random random;
  private final Participant first = new Participant("sesn_1");
  private final Participant second = new Participant("sesn_2");
  private boolean quiet;
  private int texts;

  MemoryRoundSimulation(long seed) {
    random = new Random(seed);
    memories.replaced =
        (actor, text) -> {
          for (var one : List.of(first, second)) {
            if (one.actor.equals(actor) && !one.folder.seen.contains(text)) {
              faults.add(text + " was replaced by a session that never had it");
            }
          }
        };
  }

  /// With bugs in what the rounds rely on.
  MemoryRoundSimulation blind() {
    first.folder.ignoresExpectations = true;
    second.folder.ignoresExpectations = true;
    return this;
  }

  /// A client changes or deletes a memory through the API.
  private void client() {
    var heads = new ArrayList<>(memories.heads(WORKSPACE, STORE).values());
    if (heads.isEmpty()) {
      return;
    }
    var id = heads.get(random.nextInt(heads.size())).id();
    var actor = MemoryActor.api("apikey_1");
    if (random.nextInt(3) == 0) {
      memories.delete(WORKSPACE, STORE, id, Optional.empty(), actor);
    } else {
      var text = MemoryText.of("text " + ++texts);
      var change = new MemoryChange(Optional.empty(), Optional.of(text), Optional.empty());
      memories.update(WORKSPACE, STORE, id, change, actor);
    }
  }

  /// Runs the world, lets it come to rest, and returns what went wrong.
  Set<String> run() {
    for (int i = 0; i < 30; i++) {
      var one = random.nextBoolean() ? first : second;
      switch (random.nextInt(4)) {
        case 0, 1 -> one.write();
        case 2 -> one.round();
        default -> client();
      }
    }
    quiet = true;
    for (int i = 0; i < 8; i++) {
      first.round();
      second.round();
    }
    var contents = memories.contents();
    if (!agrees(first, contents) || !agrees(second, contents)) {
      faults.add(
          "no agreement: %s, %s, %s".formatted(contents, first.folder.files, second.folder.files));
    }
    return faults;
  }

  /// A file whose path overlaps that of a memory stays in its directory alone.
  private static boolean agrees(Participant one, Map<String, String> contents) {
    var paths = new HashSet<>(contents.keySet());
    paths.addAll(one.folder.files.keySet());
    return paths.stream()
        .filter(path -> !overlaps(path, paths))
        .allMatch(path -> Objects.equals(contents.get(path), one.folder.files.get(path)));
  }

  private static boolean overlaps(String path, Set<String> paths) {
    return new MemoryPath(path).ancestors().stream().anyMatch(paths::contains)
        || paths.stream().anyMatch(other -> other.startsWith(path + "/"));
  }
}
