package dev.drover.store.memory;

import dev.drover.access.AccessStore;
import dev.drover.access.KeyId;
import dev.drover.access.Workspace;
import dev.drover.access.WorkspaceKey;
import dev.drover.base.Page;
import dev.drover.catalog.WorkspaceId;
import java.time.Instant;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// The codes of logins, and no keys: these are tested on databases alone.
final class MemoryAccess implements AccessStore {
  private record Code(String reference, Instant expiresAt) {}

  private final Map<String, Code> codes = new HashMap<>();

  @Override
  public synchronized void addLoginCode(
      String hash, String reference, Instant expiresAt, Instant now) {
    codes.put(hash, new Code(reference, expiresAt));
  }

  @Override
  public synchronized Optional<String> takeLoginCode(String hash, Instant now) {
    return Optional.ofNullable(codes.remove(hash))
        .filter(code -> now.isBefore(code.expiresAt))
        .map(Code::reference);
  }

  @Override
  public Optional<Stored> find(String prefix) {
    return Optional.empty();
  }

  @Override
  public void create(Workspace workspace) {
    throw onDatabasesAlone();
  }

  @Override
  public Workspace.Summary workspace(WorkspaceId id) {
    throw onDatabasesAlone();
  }

  @Override
  public Page<Workspace.Summary> workspaces(Listing listing) {
    throw onDatabasesAlone();
  }

  @Override
  public void update(WorkspaceId id, UnaryOperator<Workspace> change) {
    throw onDatabasesAlone();
  }

  @Override
  public void archive(WorkspaceId id, Instant at) {
    throw onDatabasesAlone();
  }

  @Override
  public boolean create(WorkspaceKey key, String hash) {
    throw onDatabasesAlone();
  }

  @Override
  public WorkspaceKey key(WorkspaceId workspace, KeyId id) {
    throw onDatabasesAlone();
  }

  @Override
  public Page<WorkspaceKey> keys(WorkspaceId workspace, Listing listing) {
    throw onDatabasesAlone();
  }

  @Override
  public WorkspaceKey revoke(WorkspaceId workspace, KeyId id, WorkspaceKey.Revocation revocation) {
    throw onDatabasesAlone();
  }

  @Override
  public void used(WorkspaceId workspace, KeyId id, LocalDate day) {
    throw onDatabasesAlone();
  }

  private static UnsupportedOperationException onDatabasesAlone() {
    return new UnsupportedOperationException("is tested on databases alone");
  }
}
