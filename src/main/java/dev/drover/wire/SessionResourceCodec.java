package dev.drover.wire;

import dev.drover.base.Json;
import dev.drover.session.SessionResource;

/// The JSON form of the resources of sessions in the API.
public final class SessionResourceCodec {
  private SessionResourceCodec() {}

  public static Json.Obj write(SessionResource resource) {
    return switch (resource) {
      case SessionResource.Mounted file ->
          Json.obj(
              "id", file.id().value(),
              "type", "file",
              "file_id", file.file().value(),
              "mount_path", file.path().value(),
              "created_at", Times.write(file.createdAt()),
              "updated_at", Times.write(file.createdAt()));
      case SessionResource.Repository repository -> RepositoryCodec.write(repository);
      case SessionResource.Attached store ->
          Json.obj(
              "type", "memory_store",
              "memory_store_id", store.store().value(),
              "access", store.writable() ? "read_write" : "read_only",
              "instructions", store.instructions().orElse(null),
              "name", store.name(),
              "description", store.description(),
              "mount_path", store.path());
    };
  }
}
