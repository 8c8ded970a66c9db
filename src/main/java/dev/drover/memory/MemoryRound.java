package dev.drover.memory;

import dev.drover.base.Problem;
import dev.drover.catalog.MemoryStoreId;
import dev.drover.catalog.WorkspaceId;
import dev.drover.memory.MemoryFolder.Changing;
import dev.drover.memory.MemoryFolder.Found;
import dev.drover.memory.MemoryFolder.Text;
import dev.drover.memory.MemoryFolder.Unfit;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
  private boolean settled;
  private int conflicts;
  private Map<String, Found> found = new HashMap<>();
  private Map<String, MemoryHead> heads = new HashMap<>();

  /// The store of a round.
  ///
  /// @param name as the agent knows it
  /// @param actor who wrote the directory
  public record Store(WorkspaceId workspace, MemoryStoreId id, String name, MemoryActor actor) {}

  /// @throws IOException if the base cannot be read, on which both agreed last
  public MemoryRound(Memories memories, Store store, MemoryFolder folder) throws IOException {
    this.memories = memories;
    this.store = store;
    this.folder = folder;
    this.base = folder.kept().map(MemoryBase::of).orElseGet(MemoryBase::new);
  }

  /// Runs the round. What the directory lacks is deleted in the store if the directory was quiet,
  /// or if it was lacking in the round before, too.
  ///
  /// @return what the agent must know, also what it was not told because a round was cut off; until
  ///   [#acknowledge]
  /// @throws IOException if the directory cannot be reached; nothing was deleted because of that
  /// @throws Problem `UNAVAILABLE` if the store cannot; `NOT_FOUND` if it was deleted
  public List<String> run() throws IOException, InterruptedException {
    var before = base.text();
    found = new HashMap<>(folder.list());
    heads = new HashMap<>(memories.heads(store.workspace, store.id));
    var paths = new TreeSet<>(found.keySet());
    paths.addAll(heads.keySet());
    paths.addAll(base.paths());
    hide(paths);
    settled = true;
    move(paths);
    // Deletions come first, because a new file may have the path of a directory that was there.
    for (var path : paths.descendingSet()) {
      if (isMissing(path) ? isDeleted(path) : isGone(path)) {
        settle(path);
      }
    }
    for (var path : paths) {
      if (!isMissing(path)) {
        settle(path);
      }
    }
    base.missing(paths.stream().filter(this::isMissing).toList());
    paths.retainAll(listed());
    base.forgetAllBut(paths);
    if (!base.text().equals(before)) {
      folder.keep(base.text());
    }
    return List.copyOf(base.lines());
  }

  /// Forgets what the agent must know, because it knows.
  ///
  /// @throws IOException if that cannot be kept; the agent is told again
  public static void acknowledge(MemoryFolder folder) throws IOException {
    var kept = folder.kept();
    if (kept.isPresent()) {
      var base = MemoryBase.of(kept.get());
      base.lines().clear();
      folder.keep(base.text());
    }
  }

  /// Whether the round has left nothing to another one.
  public boolean isSettled() {
    return settled && !base.lacksSome();
  }

  /// The number of memories that were changed in both.
  public int conflicts() {
    return conflicts;
  }

  private Set<String> listed() {
    var listed = new HashSet<>(found.keySet());
    listed.addAll(heads.keySet());
    return listed;
  }

  private void hide(SortedSet<String> paths) {
    for (var path : paths) {
      if (!found.containsKey(path)) {
        folder.hidden(path).ifPresent(what -> found.put(path, what));
      }
    }
  }

  /// Reports before it is done what must not happen in silence.
  private void announce(String path, String what) throws IOException {
    report(path, what);
    folder.keep(base.text());
  }

  private boolean isDeleted(String path) {
    return folder.isQuiet() || base.wasMissing(path);
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
        .filter(path -> isMissing(path) && isDeleted(path))
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
    if (found.get(path) instanceof Changing) {
      settled = false;
      return;
    }
    var there = there(path);
    if (found.get(path) instanceof Unfit(var reason, var state)) {
      if (there.isPresent() && !there.equals(base.at(path))) {
        obstructed(path, state, "what is there cannot be a memory (" + reason + ")");
      } else if (base.isNews(path, state)) {
        report(path, "is not stored: " + reason + ".");
      }
      return;
    }
    var here = here(path);
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
    if (base.at(path).isPresent() || head != null) {
      conflicts++;
    }
    if (head == null) {
      boolean wasDeleted = base.at(path).isPresent();
      give(path, here);
      if (wasDeleted && base.at(path).equals(here)) {
        report(path, "was deleted from the store meanwhile; what you wrote is a new memory.");
      }
    } else if (here.isEmpty()) {
      announce(path, "was changed meanwhile, so it was not deleted.");
      if (!take(path, here)) {
        base.lines().removeLast();
      }
    } else {
      var text = folder.read(path, here.get());
      if (text.isPresent()) {
        overrule(path, head, text.get());
      } else {
        settled = false;
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
      if (refused.kind() == Problem.Kind.INVALID_REQUEST
          && base.isNews(path, text.sha256() + " " + head.sha256())) {
        report(path, "was changed meanwhile, and yours is not stored: " + why(refused));
      }
      return;
    }
    announce(path, overruled("The file has that text; yours", kept));
    if (!take(path, Optional.of(text.sha256()))) {
      base.lines().removeLast();
      report(path, overruled("The text that you wrote first", kept));
    }
  }

  private static String overruled(String what, MemoryVersionId kept) {
    return "was changed meanwhile. %s was kept as version %s.".formatted(what, kept)
        + " Merge and write again if needed.";
  }

  /// Gives the directory what the store has.
  ///
  /// @return false if the directory was changed since it was listed
  private boolean take(String path, Optional<String> here)
      throws IOException, InterruptedException {
    var head = heads.get(path);
    var fault = head == null ? Optional.<String>empty() : folder.fault(path);
    if (fault.isPresent()) {
      obstructed(path, "no file", fault.get());
      return false;
    }
    if (head == null) {
      boolean removed = here.isPresent() && folder.remove(path, here.get());
      if (removed) {
        found.remove(path);
        base.agree(path, Optional.empty());
      }
      settled &= removed;
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
      if (here.isEmpty() && isInTheWay(path)) {
        obstructed(path, "in the way", "something else has its place, or that of its directory");
      }
      settled = false;
      return false;
    }
    found.put(path, new Text(memory.sha256()));
    base.agree(path, Optional.of(memory.sha256()));
    return true;
  }

  /// Whether the directory has a file where a memory needs a directory, or the reverse.
  private boolean isInTheWay(String path) {
    return found.keySet().stream()
        .anyMatch(other -> path.startsWith(other + "/") || other.startsWith(path + "/"));
  }

  private void obstructed(String path, String state, String why) {
    if (base.isNews(path, state + " " + there(path).orElse(""))) {
      report(path, "is in the store, but is not shown as a file: " + why + ".");
    }
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
      settled = false;
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
        report(path, "is not stored: " + why(refused));
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
  private void pass(Problem refused) {
    settled = false;
    if (refused.kind() == Problem.Kind.UNAVAILABLE) {
      throw refused;
    }
  }

  private static String why(Problem refused) {
    var message = String.valueOf(refused.getMessage());
    return message.endsWith(".") ? message : message + ".";
  }

  private void report(String path, String what) {
    var shown = path.replaceAll("\\p{Cc}", "?");
    base.lines().add("[memory] %s in \"%s\" %s".formatted(shown, store.name, what));
  }
}
