package dev.drover.memory;

import dev.drover.base.Page;
import dev.drover.catalog.MemoryStoreId;
import dev.drover.catalog.WorkspaceId;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/// Stores the memories of memory stores, and their versions. Each change of a memory adds a
/// version. The changes of one store run one after the other, so none fails because of another one
/// at the same time. Durable when a call returns; safe for many threads; blocking.
///
/// Every method throws a `Problem` `NOT_FOUND` if the workspace has no such store, memory or
/// version.
public interface Memories {
  /// The maximum number of memories of a store.
  int MOST = 2_000;

  /// Creates a memory.
  ///
  /// @throws dev.drover.base.Problem `CONFLICT` if another memory has the path, or is above or
  ///   below it; `INVALID_REQUEST` if the store is archived, or full
  Memory create(
      WorkspaceId workspace,
      MemoryStoreId store,
      MemoryPath path,
      MemoryText content,
      MemoryActor actor);

  /// A memory, with its content.
  Memory get(WorkspaceId workspace, MemoryStoreId store, MemoryId id);

  /// Changes a memory. If that changes nothing, there is no new version.
  ///
  /// @return the memory after that, with its content
  /// @throws dev.drover.base.Problem `CONFLICT` if the precondition fails, or as [#create] says of
  ///   the path; `INVALID_REQUEST` if the store is archived
  Memory update(
      WorkspaceId workspace,
      MemoryStoreId store,
      MemoryId id,
      MemoryChange change,
      MemoryActor actor);

  /// Deletes a memory, also from an archived store. Its versions stay.
  ///
  /// @param expected the digest that the content must have; empty: any
  /// @throws dev.drover.base.Problem `CONFLICT` if it has another one
  void delete(
      WorkspaceId workspace,
      MemoryStoreId store,
      MemoryId id,
      Optional<String> expected,
      MemoryActor actor);

  /// A page of memories.
  ///
  /// @throws dev.drover.base.Problem `INVALID_REQUEST` for a cursor that is not one
  Page<MemoryListing.Item> list(WorkspaceId workspace, MemoryStoreId store, MemoryListing listing);

  /// A version, with its content.
  MemoryVersion version(WorkspaceId workspace, MemoryStoreId store, MemoryVersionId id);

  /// A page of versions.
  ///
  /// @throws dev.drover.base.Problem `INVALID_REQUEST` for a cursor that is not one
  Page<MemoryVersion> versions(WorkspaceId workspace, MemoryStoreId store, VersionListing listing);

  /// Removes what a version contains: content, path, digest and size. To redact it again changes
  /// nothing.
  ///
  /// @return the version after that
  /// @throws dev.drover.base.Problem `INVALID_REQUEST` if it has the content of a memory
  MemoryVersion redact(
      WorkspaceId workspace, MemoryStoreId store, MemoryVersionId id, MemoryActor actor);

  /// A number that every change of a memory of the store raises.
  long revision(WorkspaceId workspace, MemoryStoreId store);

  /// The digests of all memories, by path.
  Map<String, MemoryHead> heads(WorkspaceId workspace, MemoryStoreId store);

  /// Adds a version with a content that was overruled by the current one, and then a version with
  /// the current content again, so that the newest version stays that of the memory.
  ///
  /// @param current the digest that the content must have
  /// @param other the content that was overruled
  /// @return the version that has it
  /// @throws dev.drover.base.Problem `CONFLICT` if the current content has another digest;
  ///   `INVALID_REQUEST` if the store is archived
  MemoryVersionId keep(
      WorkspaceId workspace,
      MemoryStoreId store,
      MemoryId id,
      String current,
      MemoryText other,
      MemoryActor actor);

  /// Whether there are versions that [#trim] would remove.
  boolean hasVersionsBefore(Instant time);

  /// Removes versions that are older than `time`, but never the newest one of a memory, whether the
  /// memory exists or not.
  void trim(Instant time);

  /// Removes the memories and versions of a store that was deleted.
  void clear(MemoryStoreId store);
}
