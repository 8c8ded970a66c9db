package dev.drover.api;

import dev.drover.base.Fields;
import dev.drover.base.Problem;
import dev.drover.base.Secret;
import dev.drover.catalog.FileId;
import dev.drover.catalog.MemoryStoreId;
import dev.drover.desk.ResourceRequest;
import dev.drover.session.Checkout;
import dev.drover.session.MountPath;
import dev.drover.session.RepositoryPath;
import dev.drover.session.RepositoryUrl;
import dev.drover.session.SessionResource;
import dev.drover.vault.SecretField;
import java.util.List;
import java.util.Optional;

/// The reader of the resources that clients give to sessions. Every problem is `INVALID_REQUEST`.
final class ResourceBodies {
  private static final String FILE = "file";
  private static final String STORE = "memory_store";
  private static final String REPOSITORY = "github_repository";
  private static final String TOKEN = "authorization_token";
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
      case REPOSITORY -> repository(fields);
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
    if (body.type().equals(REPOSITORY)) {
      throw body.problem(
          "type", "must be \"file\": repositories are chosen when a session is created");
    }
    body.type(FILE);
    return file(body);
  }

  private static ResourceRequest.OfRepository repository(Fields fields) {
    var url = fields.read("url", RepositoryUrl.LONGEST, RepositoryUrl::of);
    var token =
        fields.value(TOKEN).isEmpty() ? Optional.<Secret>empty() : Optional.of(token(fields));
    var checkout = fields.object("checkout").map(ResourceBodies::checkout);
    var path =
        fields.value("mount_path").isEmpty()
            ? Optional.<RepositoryPath>empty()
            : Optional.of(fields.read("mount_path", 1024, RepositoryPath::of));
    fields.end();
    return new ResourceRequest.OfRepository(url, token, checkout, path);
  }

  private static Checkout checkout(Fields fields) {
    Checkout checkout =
        switch (fields.type()) {
          case "branch" -> fields.read("name", Checkout.LONGEST, Checkout.Branch::of);
          case "commit" -> fields.read("sha", Checkout.LONGEST, Checkout.Commit::of);
          default -> throw fields.problem("type", "must be \"branch\" or \"commit\"");
        };
    fields.end();
    return checkout;
  }

  /// The new token of a repository.
  static Secret updated(Fields body) {
    var token = token(body);
    body.end();
    return token;
  }

  /// No problem contains it.
  private static Secret token(Fields fields) {
    var token = new Secret(fields.text(TOKEN, 1, SecretField.LONGEST));
    if (!token.isPrintable()) {
      throw fields.problem(TOKEN, "must be printable ASCII without spaces");
    }
    return token;
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
