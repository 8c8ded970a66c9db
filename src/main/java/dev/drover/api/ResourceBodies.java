package dev.drover.api;

import dev.drover.base.Fields;
import dev.drover.catalog.FileId;
import dev.drover.desk.ResourceRequest;
import dev.drover.session.MountPath;
import dev.drover.session.SessionResource;
import java.util.List;
import java.util.Optional;

/// The reader of the resources that clients give to sessions. Every problem is `INVALID_REQUEST`.
final class ResourceBodies {
  private static final String FILE = "file";

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
      case "github_repository", "memory_store" ->
          throw fields.problem("type", "is not supported by this version of Drover");
      default ->
          throw fields.problem(
              "type", "must be \"file\", \"github_repository\" or \"memory_store\"");
    };
  }

  /// A resource for a session that exists, which can only be a file.
  static ResourceRequest.OfFile added(Fields body) {
    body.type(FILE);
    return file(body);
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
