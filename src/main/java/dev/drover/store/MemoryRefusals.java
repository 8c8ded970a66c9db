package dev.drover.store;

import dev.drover.base.Problem;
import dev.drover.memory.Memories;
import dev.drover.memory.Memory;
import dev.drover.memory.MemoryPath;
import dev.drover.memory.MemoryVersionId;
import java.util.Map;

/// The error messages for changes of memories.
public final class MemoryRefusals {
  private MemoryRefusals() {}

  public static Problem full() {
    return Problem.invalid(
        "This store holds %,d memories, the most that one may.".formatted(Memories.MOST));
  }

  public static Problem preconditionFailed() {
    return Problem.conflict(
        "The memory's content is not the expected one. Retrieve the memory and try again.",
        new Problem.Particulars("memory_precondition_failed_error", Map.of()));
  }

  /// @param other the memory because of which no other one can have the path
  public static Problem pathConflict(MemoryPath path, Memory other) {
    var taken = other.path().value();
    var reason =
        taken.equals(path.value())
            ? "is the path of %s".formatted(other.id())
            : "and \"%s\", the path of %s, overlap".formatted(taken, other.id());
    return Problem.conflict(
        "path: \"%s\" %s.".formatted(path, reason),
        new Problem.Particulars(
            "memory_path_conflict_error",
            Map.of("conflicting_path", taken, "conflicting_memory_id", other.id().value())));
  }

  public static Problem current(MemoryVersionId id) {
    return Problem.invalid(
        "Memory version %s has the content of its memory. Change or delete the memory first."
            .formatted(id));
  }
}
