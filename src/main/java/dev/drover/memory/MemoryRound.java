package dev.drover.memory;

import dev.drover.base.Problem;
import dev.drover.catalog.MemoryStoreId;
import dev.drover.catalog.WorkspaceId;
import dev.drover.memory.MemoryFolder.Found;
import dev.drover.memory.MemoryFolder.Text;
import dev.drover.memory.MemoryFolder.Unfit;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/// One comparison of a directory with its store, after which they agree, except where either was
/// changed meanwhile. What an agent wrote is not lost: it is stored as a version, or it is still in
/// the directory. Where both were changed, the store's content wins and the agent is told.
///
/// For each path there are three states: the directory's, the store's, and the one on which both
/// agreed last. Only a state that was seen is ever overwritten, in the directory as in the store.
public final class MemoryRound {
  private final Memories memories;
  private final Store store;
  private final MemoryFolder folder;
  private final MemoryBase base;
  private final List<String> lines = new ArrayList<>();
  private Map<String, Found> found = new HashMap<>();
  private Map<String, MemoryHead> heads = new HashMap<>();

  /// The store of a round.
  ///
  /// @param name as the agent knows it
  /// @param actor who wrote the directory
  public record Store(WorkspaceId workspace, MemoryStoreId id, String name, MemoryActor actor) {}

  public MemoryRound(Memories memories, Store store, MemoryFolder folder, MemoryBase base) {
    this.memories = memories;
    this.store = store;
    this.folder = folder;
    this.base = base;
  }

  /// Runs the round.
  ///
  /// @param deletions whether what is missing in the directory is deleted in the store; otherwise
  ///   it stays missing until a round that deletes it
  /// @return what the agent must know
  /// @throws IOException if the directory cannot be reached; nothing was deleted because of that
  /// @throws Problem `UNAVAILABLE` if the store cannot; `NOT_FOUND` if it was deleted
  public List<String> run(boolean deletions) throws IOException, InterruptedException {
    found = new HashMap<>(folder.list());
    heads = new HashMap<>(memories.heads(store.workspace, store.id));
    var paths = new TreeSet<>(found.keySet());
    paths.addAll(heads.keySet());
    paths.addAll(base.paths());
    if (deletions) {
      move(paths);
    }
    // Deletions come first, because a new file may have the path of a directory that was there.
    for (var path : paths.descendingSet()) {
      if (isMissing(path) ? deletions : isGone(path)) {
        settle(path);
      }
    }
    for (var path : paths) {
      if (!isMissing(path)) {
        settle(path);
      }
    }
    return List.copyOf(lines);
  }

  private Optional<String> here(String path) {
    return found.get(path) instanceof Text(var sha256) ? Optional.of(sha256) : Optional.empty();
  }

  private Optional<String> there(String path) {
    return Optional.ofNullable(heads.get(path)).map(MemoryHead::sha256);
  }

  /// Whether a memory was deleted from the store, and nothing was changed in the directory.
  private boolean isGone(String path) {
    return !heads.containsKey(path)
        && base.at(path).isPresent()
        && base.at(path).equals(here(path));
  }

  /// Whether a file was removed from the directory, and nothing was changed in the store.
  private boolean isMissing(String path) {
    return !found.containsKey(path)
        && base.at(path).isPresent()
        && base.at(path).equals(there(path));
  }

  /// Finds memories whose files were renamed: they keep their ids.
  private void move(SortedSet<String> paths) {
    var removed = new HashMap<String, String>();
    paths.stream()
        .filter(this::isMissing)
        .forEach(path -> base.at(path).ifPresent(sha256 -> removed.put(sha256, path)));
    for (var path : paths) {
      var from = here(path).map(removed::get);
      if (from.isPresent() && base.at(path).isEmpty() && there(path).isEmpty()) {
        removed.remove(here(path).get());
        rename(from.get(), path);
      }
    }
  }

  private void rename(String from, String to) {
    var head = heads.get(from);
    if (head == null) {
      return;
    }
    var change =
        new MemoryChange(
            Optional.of(new MemoryPath(to)), Optional.empty(), Optional.of(head.sha256()));
    try {
      memories.update(store.workspace, store.id, head.id(), change, store.actor);
      heads.remove(from);
      heads.put(to, head);
      base.agree(from, Optional.empty());
      base.agree(to, Optional.of(head.sha256()));
    } catch (Problem refused) {
      pass(refused); // then it is a deletion and a new memory
    }
  }

  private void settle(String path) throws IOException, InterruptedException {
    if (found.get(path) instanceof Unfit(var reason, var state)) {
      if (base.isNews(path, state)) {
        report(path, "is not stored: " + reason + ".");
      }
      return;
    }
    var here = here(path);
    var there = there(path);
    if (here.equals(there)) {
      base.agree(path, here);
    } else if (here.equals(base.at(path))) {
      take(path, here);
    } else if (there.equals(base.at(path))) {
      give(path, here);
    } else {
      resolve(path, here);
    }
  }

  /// Both were changed.
  private void resolve(String path, Optional<String> here)
      throws IOException, InterruptedException {
    var head = heads.get(path);
    if (head == null) {
      give(path, here);
    } else if (here.isEmpty()) {
      if (take(path, here)) {
        report(path, "was changed by another session meanwhile, so it was not deleted.");
      }
    } else {
      var text = folder.read(path, here.get());
      if (text.isPresent()) {
        overrule(path, head, text.get());
      }
    }
  }

  private void overrule(String path, MemoryHead head, MemoryText text)
      throws IOException, InterruptedException {
    MemoryVersionId kept;
    try {
      kept = memories.keep(store.workspace, store.id, head.id(), head.sha256(), text, store.actor);
    } catch (Problem refused) {
      pass(refused); // the next round sees what is there now
      return;
    }
    boolean taken = take(path, Optional.of(text.sha256()));
    report(
        path,
        "was changed by another session meanwhile. "
            + (taken ? "The file has that text; yours" : "The text that you wrote first")
            + " was kept as version "
            + kept
            + ". Merge and write again if needed.");
  }

  /// Gives the directory what the store has.
  ///
  /// @return false if the directory was changed since it was listed
  private boolean take(String path, Optional<String> here)
      throws IOException, InterruptedException {
    var head = heads.get(path);
    if (head == null) {
      boolean removed = here.isPresent() && folder.remove(path, here.get());
      if (removed) {
        found.remove(path);
        base.agree(path, Optional.empty());
      }
      return removed;
    }
    Memory memory;
    try {
      memory = memories.get(store.workspace, store.id, head.id());
    } catch (Problem refused) {
      pass(refused);
      return false;
    }
    var content = memory.content();
    if (!memory.path().value().equals(path)
        || content == null
        || !folder.put(path, content, here)) {
      return false;
    }
    found.put(path, new Text(memory.sha256()));
    base.agree(path, Optional.of(memory.sha256()));
    return true;
  }

  /// Gives the store what the directory has.
  private void give(String path, Optional<String> here) throws IOException, InterruptedException {
    var head = heads.get(path);
    if (here.isEmpty()) {
      if (head != null) {
        delete(path, head);
      }
      return;
    }
    var text = folder.read(path, here.get());
    if (text.isEmpty()) {
      return;
    }
    try {
      if (head == null) {
        memories.create(store.workspace, store.id, new MemoryPath(path), text.get(), store.actor);
      } else {
        var change = new MemoryChange(Optional.empty(), text, Optional.of(head.sha256()));
        memories.update(store.workspace, store.id, head.id(), change, store.actor);
      }
      base.agree(path, here);
    } catch (Problem refused) {
      refuse(path, here, refused);
    }
  }

  private void delete(String path, MemoryHead head) {
    try {
      memories.delete(
          store.workspace, store.id, head.id(), Optional.of(head.sha256()), store.actor);
      heads.remove(path);
      base.agree(path, Optional.empty());
    } catch (Problem refused) {
      pass(refused);
    }
  }

  /// The store was changed since its state was read, or does not take the file at all.
  private void refuse(String path, Optional<String> here, Problem refused)
      throws IOException, InterruptedException {
    pass(refused);
    var conflict = refused.particulars().map(Problem.Particulars::fields).orElse(Map.of());
    boolean overlaps =
        conflict.containsKey("conflicting_path") && !path.equals(conflict.get("conflicting_path"));
    if (refused.kind() == Problem.Kind.INVALID_REQUEST || overlaps) {
      if (base.isNews(path, here.orElse(""))) {
        report(path, "is not stored: " + refused.getMessage());
      }
      return;
    }
    var now = memories.heads(store.workspace, store.id).get(path);
    if (now != null && !Optional.of(now.sha256()).equals(here)) {
      heads.put(path, now);
      resolve(path, here);
    }
  }

  /// Only what another round can do better is passed over.
  private static void pass(Problem refused) {
    if (refused.kind() == Problem.Kind.UNAVAILABLE) {
      throw refused;
    }
  }

  private void report(String path, String what) {
    lines.add("[memory] %s in \"%s\" %s".formatted(path, store.name, what));
  }
}
