package dev.drover.access;

import dev.drover.base.Page;
import dev.drover.catalog.WorkspaceId;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// Stores workspaces and their API keys. Durable when a call returns, and seen by every node from
/// then on: nothing is cached. Safe for many threads; blocking.
public interface AccessStore {
  /// The maximum number of workspaces that are not archived.
  int WORKSPACES = 10_000;

  /// The maximum number of keys of a workspace that are not revoked.
  int KEYS = 1_000;

  /// How to list workspaces or keys, newest first.
  ///
  /// @param ended also those that are archived or revoked
  /// @param limit items on a page, from 1
  /// @param page the cursor of an earlier page's `next`
  record Listing(boolean ended, int limit, Optional<String> page) {}

  /// Adds a workspace.
  ///
  /// @throws dev.drover.base.Problem `CONFLICT` if another one that is not archived has its name;
  ///   `INVALID_REQUEST` if there are [#WORKSPACES]
  void create(Workspace workspace);

  /// @throws dev.drover.base.Problem `NOT_FOUND`
  Workspace.Summary workspace(WorkspaceId id);

  /// @throws dev.drover.base.Problem `INVALID_REQUEST` for a cursor that is not one
  Page<Workspace.Summary> workspaces(Listing listing);

  /// Changes a workspace.
  ///
  /// @param change may be called more than once; what it throws is thrown here
  /// @throws dev.drover.base.Problem `NOT_FOUND`; `INVALID_REQUEST` if it is archived; `CONFLICT`
  ///   as [#create] says
  void update(WorkspaceId id, UnaryOperator<Workspace> change);

  /// Archives a workspace: its keys are refused from now on. To archive it again changes nothing.
  ///
  /// @throws dev.drover.base.Problem `NOT_FOUND`
  void archive(WorkspaceId id, Instant at);

  /// Adds a key.
  ///
  /// @param hash as [KeyText#hash]
  /// @return false if another key has its prefix: nothing was added
  /// @throws dev.drover.base.Problem `NOT_FOUND` if there is no such workspace; `INVALID_REQUEST`
  ///   if it is archived, or has [#KEYS]
  boolean create(WorkspaceKey key, String hash);

  /// @throws dev.drover.base.Problem `NOT_FOUND`
  WorkspaceKey key(WorkspaceId workspace, KeyId id);

  /// The keys of a workspace.
  ///
  /// @throws dev.drover.base.Problem `NOT_FOUND` if there is no such workspace; `INVALID_REQUEST`
  ///   for a cursor that is not one
  Page<WorkspaceKey> keys(WorkspaceId workspace, Listing listing);

  /// Revokes a key: every node refuses it from now on. To revoke it again changes nothing.
  ///
  /// @return the key after that
  /// @throws dev.drover.base.Problem `NOT_FOUND`
  WorkspaceKey revoke(WorkspaceId workspace, KeyId id, WorkspaceKey.Revocation revocation);

  /// The key with this prefix, unless its workspace is archived.
  Optional<Stored> find(String prefix);

  /// A key and its hash.
  record Stored(WorkspaceKey key, String hash) {}

  /// Adds a code with which a browser can log in once, and removes those that have expired.
  ///
  /// @param hash of its text
  /// @param reference identifies the API key as which the browser will count
  void addLoginCode(String hash, String reference, Instant expiresAt, Instant now);

  /// Takes a code away: of all callers on all nodes, one gets it.
  ///
  /// @return the reference of its key; empty if there is no such code, or no longer
  Optional<String> takeLoginCode(String hash, Instant now);

  /// Records that a key was used on a day.
  void used(WorkspaceId workspace, KeyId id, LocalDate day);
}
