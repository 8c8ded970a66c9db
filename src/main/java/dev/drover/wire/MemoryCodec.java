package dev.drover.wire;

import dev.drover.base.Json;
import dev.drover.memory.Memory;
import dev.drover.memory.MemoryActor;
import dev.drover.memory.MemoryListing;
import dev.drover.memory.MemoryVersion;
import java.util.Locale;

/// The JSON form of memories and of their versions.
public final class MemoryCodec {
  private MemoryCodec() {}

  /// An item of a list of memories.
  public static Json.Obj write(MemoryListing.Item item) {
    return switch (item) {
      case MemoryListing.One(var memory) -> write(memory, true);
      case MemoryListing.Directory(var path) -> Json.obj("type", "memory_prefix", "path", path);
    };
  }

  /// @param full whether to show the content, if it was read
  public static Json.Obj write(Memory memory, boolean full) {
    return Json.obj(
        "id",
        memory.id().value(),
        "type",
        "memory",
        "memory_store_id",
        memory.store().value(),
        "memory_version_id",
        memory.version().value(),
        "path",
        memory.path().value(),
        "content",
        full ? memory.content() : null,
        "content_sha256",
        memory.sha256(),
        "content_size_bytes",
        memory.size(),
        "created_at",
        Times.write(memory.createdAt()),
        "updated_at",
        Times.write(memory.updatedAt()));
  }

  /// @param full whether to show the content, if it was read
  public static Json.Obj write(MemoryVersion version, boolean full) {
    var redaction = version.redaction();
    return Json.obj(
        "id",
        version.id().value(),
        "type",
        "memory_version",
        "memory_store_id",
        version.store().value(),
        "memory_id",
        version.memory().value(),
        "operation",
        version.operation().name().toLowerCase(Locale.ROOT),
        "path",
        version.path(),
        "content",
        full ? version.content() : null,
        "content_sha256",
        version.sha256(),
        "content_size_bytes",
        version.size(),
        "created_at",
        Times.write(version.createdAt()),
        "created_by",
        write(version.createdBy()),
        "redacted_at",
        redaction.map(done -> Times.write(done.at())).orElse(null),
        "redacted_by",
        redaction.map(done -> write(done.by())).orElse(null));
  }

  private static Json.Obj write(MemoryActor actor) {
    return Json.obj("type", actor.kind().type(), actor.kind().field(), actor.id());
  }
}
