package dev.drover.catalog;

import dev.drover.base.Ids;
import dev.drover.base.Problem;
import java.util.Optional;
import java.util.function.Function;

/// A kind of resource, with the rules that hold for it in every store and in the API.
///
/// @param type as `type` of the protocol says, such as `memory_store`
/// @param prefix of the ids, with its underscore
/// @param versioned whether an update adds a version; otherwise it replaces the content
/// @param deletable whether clients may delete one; all can be archived
/// @param uniqueName what no other resource of the workspace may have that is not archived; empty:
///   nothing
/// @param archived why an archived resource, by its id, cannot be updated
public record ResourceKind<T>(
    String type,
    String prefix,
    boolean versioned,
    boolean deletable,
    Optional<Function<T, String>> uniqueName,
    Function<String, Problem> archived) {
  /// A kind without versions and without unique names, which can be deleted.
  public static <T> ResourceKind<T> of(String type, String prefix) {
    return new ResourceKind<>(
        type,
        prefix,
        false,
        true,
        Optional.empty(),
        id -> Problem.invalid(type + "_archived", title(type) + " " + id + " is archived."));
  }

  /// This kind with versions.
  public ResourceKind<T> withVersions() {
    return new ResourceKind<>(type, prefix, true, deletable, uniqueName, archived);
  }

  /// This kind, where no resource can be deleted.
  public ResourceKind<T> withoutDelete() {
    return new ResourceKind<>(type, prefix, versioned, false, uniqueName, archived);
  }

  /// This kind with unique names.
  public ResourceKind<T> withUniqueName(Function<T, String> name) {
    return new ResourceKind<>(type, prefix, versioned, deletable, Optional.of(name), archived);
  }

  /// This kind, with another reason why an archived resource cannot be updated.
  public ResourceKind<T> whenArchived(Function<String, Problem> refusal) {
    return new ResourceKind<>(type, prefix, versioned, deletable, uniqueName, refusal);
  }

  /// The path of all resources of this kind.
  public String path() {
    return "/v1/" + type + "s";
  }

  /// How messages name it: `memory store`.
  public String noun() {
    return type.replace('_', ' ');
  }

  /// How a sentence about one begins: `Memory store`.
  public String title() {
    return title(type);
  }

  private static String title(String type) {
    return Character.toUpperCase(type.charAt(0)) + type.substring(1).replace('_', ' ');
  }

  /// An id from outside.
  ///
  /// @throws Problem `INVALID_REQUEST` if it is malformed
  public String id(String text) {
    return Ids.check(prefix, noun(), text);
  }
}
