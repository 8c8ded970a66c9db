package dev.drover.memory;

import dev.drover.base.FileTree;
import dev.drover.base.Problem;
import dev.drover.base.Utf8;
import dev.drover.catalog.MemoryStoreId;
import dev.drover.catalog.WorkspaceId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/// A copy of a store in a directory that only this server writes.
public final class MemoryMirror {
  /// In bytes; the limit of Linux.
  private static final int MAX_SEGMENT = 255;

  private final Memories memories;
  private final WorkspaceId workspace;
  private final MemoryStoreId store;

  public MemoryMirror(Memories memories, WorkspaceId workspace, MemoryStoreId store) {
    this.memories = memories;
    this.workspace = workspace;
    this.store = store;
  }

  /// Makes the directory equal to the store; repeating it is safe. A memory whose path cannot be a
  /// file is left out.
  ///
  /// @param draft the place of an unfinished file
  /// @throws Problem `NOT_FOUND` if the store was deleted; `UNAVAILABLE`
  public void update(Path directory, Path draft) throws IOException {
    var heads = memories.heads(workspace, store);
    var present = prune(directory, heads);
    for (var head : heads.entrySet()) {
      if (!present.contains(head.getKey()) && canBeFile(head.getKey())) {
        write(directory.resolve(head.getKey().substring(1)), draft, head.getValue());
      }
    }
  }

  /// Whether a path of a memory can be that of a file.
  public static boolean canBeFile(String path) {
    return Stream.of(path.split("/")).allMatch(name -> Utf8.length(name) <= MAX_SEGMENT);
  }

  /// Removes the files that are not as in the store.
  ///
  /// @return the others
  private static Set<String> prune(Path directory, Map<String, MemoryHead> heads)
      throws IOException {
    var present = new HashSet<String>();
    FileTree.prune(
        directory,
        file -> {
          var path = "/" + directory.relativize(file);
          var head = heads.get(path);
          boolean kept =
              head != null && head.sha256().equals(MemoryText.sha256(Files.readAllBytes(file)));
          if (kept) {
            present.add(path);
          }
          return kept;
        });
    return present;
  }

  private void write(Path target, Path draft, MemoryHead head) throws IOException {
    Memory memory;
    try {
      memory = memories.get(workspace, store, head.id());
    } catch (Problem e) {
      if (e.kind() == Problem.Kind.NOT_FOUND) {
        return; // the next update sees what is there then
      }
      throw e;
    }
    if (memory.content() == null) {
      return;
    }
    Files.createDirectories(target.getParent());
    Files.writeString(draft, memory.content());
    Files.setPosixFilePermissions(draft, PosixFilePermissions.fromString("r--r--r--"));
    Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE);
  }
}
