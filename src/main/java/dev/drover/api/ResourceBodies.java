package dev.drover.api;

import dev.drover.base.Fields;
import dev.drover.base.Problem;
import dev.drover.catalog.FileId;
import dev.drover.catalog.MemoryStoreId;
import dev.drover.desk.ResourceRequest;
import dev.drover.session.MountPath;
import dev.drover.session.SessionResource;
import java.util.List;
import java.util.Optional;

/// The reader of the resources that clients give to sessions. Every problem is `INVALID_REQUEST`.
final class ResourceBodies {
  private static final String FILE = "file";
  private static final String STORE = "memory_store";
  private static final int MAX_INSTRUCTIONS = 4096;

  private ResourceBodies() {}

  /// The resources of a new session.
  static List<ResourceRequest> list(Fields body) {
    return body.objects("resources", SessionResource.MOST).stream()
        .map(ResourceBodies::resource)
        .toList();
  }

  private static ResourceRequest resource(Fields fields) {
    return switch (fields.type()) {
      case FILE -> file(fields);
      case STORE -> store(fields);
      case "github_repository" ->
          throw fields.problem("type", "is not supported by this version of Drover");
      default ->
          throw fields.problem(
              "type", "must be \"file\", \"github_repository\" or \"memory_store\"");
    };
  }

  /// A resource for a session that exists, which can only be a file.
  static ResourceRequest.OfFile added(Fields body) {
    if (body.type().equals(STORE)) {
      throw body.problem(
          "type", "must be \"file\": memory stores are attached when a session is created");
    }
    body.type(FILE);
    return file(body);
  }

  private static ResourceRequest.OfStore store(Fields fields) {
    var store = fields.id("memory_store_id", MemoryStoreId::of);
    boolean writable =
        fields.value("access").isEmpty() || fields.read("access", 20, ResourceBodies::isWritable);
    var instructions = fields.optionalPlainText("instructions", MAX_INSTRUCTIONS);
    fields.end();
    return new ResourceRequest.OfStore(store, writable, Optional.ofNullable(instructions));
  }

  private static boolean isWritable(String access) {
    return switch (access) {
      case "read_write" -> true;
      case "read_only" -> false;
      default -> throw Problem.invalid("must be \"read_write\" or \"read_only\"");
    };
  }

  private static ResourceRequest.OfFile file(Fields fields) {
    var file = fields.id("file_id", FileId::of);
    var path =
        fields.value("mount_path").isEmpty()
            ? Optional.<MountPath>empty()
            : Optional.of(fields.read("mount_path", 1024, MountPath::of));
    fields.end();
    return new ResourceRequest.OfFile(file, path);
  }
}
