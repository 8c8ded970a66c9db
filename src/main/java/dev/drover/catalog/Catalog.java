package dev.drover.catalog;

import dev.drover.base.Page;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;

/// Stores the resources of one kind. Durable when a call returns; safe for many threads. A resource
/// of another workspace is `NOT_FOUND`.
public interface Catalog<T> {
  /// Stores a new resource.
  ///
  /// @throws dev.drover.base.Problem `CONFLICT` if another one that is not archived has its unique
  ///   name
  void create(Resource<T> resource);

  /// A resource; its latest version if the kind has versions.
  ///
  /// @throws dev.drover.base.Problem `NOT_FOUND`
  Resource<T> get(WorkspaceId workspace, String id);

  /// A version of a resource.
  ///
  /// @throws dev.drover.base.Problem `NOT_FOUND` without such a resource or version
  Resource<T> get(WorkspaceId workspace, String id, int version);

  /// Gives a resource the content that `change` returns, in one transaction. If that equals the
  /// content before, nothing is changed; otherwise the kind decides whether it is a new version.
  ///
  /// @param at the time of the update
  /// @param change may be called on another thread, and more than once; what it throws is thrown
  ///   here
  /// @return the resource after the update
  /// @throws dev.drover.base.Problem `NOT_FOUND`; `INVALID_REQUEST` if it is archived; `CONFLICT`
  ///   if another one that is not archived has the unique name
  Resource<T> update(WorkspaceId workspace, String id, Instant at, Function<Resource<T>, T> change);

  /// Archives a resource with all its versions. To archive it again changes nothing.
  ///
  /// @return the resource after that
  /// @throws dev.drover.base.Problem `NOT_FOUND`
  Resource<T> archive(WorkspaceId workspace, String id, Instant at);

  /// Deletes a resource, archived or not, with all its versions.
  ///
  /// @throws dev.drover.base.Problem `NOT_FOUND`; `CONFLICT` while a session refers to it
  void delete(WorkspaceId workspace, String id);

  /// The resources of a workspace, newest first, each in its latest version.
  ///
  /// @throws dev.drover.base.Problem `INVALID_REQUEST` for a cursor that is not one
  Page<Resource<T>> list(WorkspaceId workspace, Listing listing);

  /// The versions of a resource, newest first.
  ///
  /// @param limit items on a page, from 1
  /// @param page the cursor of an earlier page's `next`; empty: from the newest
  /// @throws dev.drover.base.Problem `NOT_FOUND`; `INVALID_REQUEST` for a cursor that is not one
  Page<Resource<T>> versions(WorkspaceId workspace, String id, int limit, Optional<String> page);
}
