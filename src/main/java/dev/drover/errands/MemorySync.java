package dev.drover.errands;

import dev.drover.base.Problem;
import dev.drover.catalog.WorkspaceId;
import dev.drover.hands.Grip;
import dev.drover.hands.HandFiles;
import dev.drover.hands.HandRoot;
import dev.drover.hands.HandTree;
import dev.drover.memory.Memories;
import dev.drover.memory.MemoryActor;
import dev.drover.memory.MemoryMirror;
import dev.drover.memory.MemoryRound;
import dev.drover.session.HandId;
import dev.drover.session.SessionId;
import dev.drover.session.SessionResource.Attached;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Keeps the directory of one memory store of a session equal to the store. One thread at a time.
final class MemorySync {
  private static final System.Logger LOG = System.getLogger(MemorySync.class.getName());

  private final Memories memories;
  private final WorkspaceId workspace;
  private final Attached store;
  private final MemoryActor actor;
  private final MemoryErrand.Tap tap;
  private final List<String> lines = new ArrayList<>();
  private List<String> unreported = List.of();
  private boolean reported; // what is not acknowledged yet
  private MemorySight sight = new MemorySight();
  private @Nullable HandId hand;
  private @Nullable State settled;
  private String trouble = "";
  private boolean gone;

  /// What both were like when they were equal.
  ///
  /// @param cookie empty: the agent cannot change the directory
  private record State(long revision, Optional<HandTree.Cookie> cookie) {}

  MemorySync(
      Memories memories,
      WorkspaceId workspace,
      SessionId session,
      Attached store,
      MemoryErrand.Tap tap) {
    this.tap = tap;
    this.memories = memories;
    this.workspace = workspace;
    this.store = store;
    this.actor = MemoryActor.session(session);
  }

  /// Makes them equal, if either was changed. If the hand is gone, the next one is made equal.
  ///
  /// @throws Problem `UNAVAILABLE` if the store of the server fails
  void run(Grip grip, HandFiles files) throws InterruptedException {
    if (gone) {
      return;
    }
    if (!grip.id().equals(hand)) {
      hand = grip.id();
      sight = new MemorySight();
      settled = null;
    }
    try {
      if (store.writable()) {
        round(grip, files);
      } else {
        mirror(grip);
      }
      trouble = "";
    } catch (Problem e) {
      if (e.kind() != Problem.Kind.NOT_FOUND) {
        throw e;
      }
      gone = true;
      tell("The memory store was deleted. What is written to " + store.path() + " is not stored.");
    } catch (IOException e) {
      failed(files, e);
    }
  }

  private void round(Grip grip, HandFiles files) throws IOException, InterruptedException {
    var root = HandRoot.memory(store.slug());
    long revision = memories.revision(workspace, store.store());
    var state = new State(revision, Optional.of(sight.look(files, root).cookie()));
    var folder = new HandMemory(files, root, grip.memory(store.slug()), sight);
    if (reported) {
      MemoryRound.acknowledge(folder);
      reported = false;
    }
    if (state.equals(settled)) {
      return;
    }
    var round =
        new MemoryRound(
            memories, new MemoryRound.Store(workspace, store.store(), store.slug(), actor), folder);
    long start = System.nanoTime();
    var outcome = "failed";
    try {
      unreported = round.run();
      settled = round.isSettled() ? state : null;
      outcome = round.isSettled() ? "settled" : "unsettled";
    } finally {
      tap.compared(outcome, round.conflicts(), start);
    }
  }

  private void mirror(Grip grip) throws IOException, InterruptedException {
    var state = new State(memories.revision(workspace, store.store()), Optional.empty());
    if (!state.equals(settled)) {
      var mirror = new MemoryMirror(memories, workspace, store.store());
      grip.memory(store.slug()).fill(mirror::update);
      settled = state;
    }
  }

  private void failed(HandFiles files, IOException e) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    settled = null;
    try {
      files.isAtWork();
    } catch (IOException _) {
      return; // the hand is gone
    }
    LOG.log(Level.WARNING, "a memory store could not be compared with its directory", e);
    var why = e instanceof HandFiles.Refused ? String.valueOf(e.getMessage()) : "";
    if (!trouble.equals(why + ".")) {
      trouble = why + ".";
      tell(
          store.path()
              + " could not be compared with its memory store"
              + (why.isEmpty() ? "" : ": " + why)
              + ". What is written there is not stored until it can be.");
    }
  }

  private void tell(String text) {
    lines.add("[memory] " + text);
  }

  /// Returns what the agent must know, once.
  List<String> takeLines() {
    var taken = new ArrayList<>(lines);
    taken.addAll(unreported);
    lines.clear();
    reported |= !unreported.isEmpty();
    unreported = List.of();
    return taken;
  }
}
