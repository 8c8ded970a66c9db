package dev.drover.access;

import dev.drover.catalog.WorkspaceId;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Optional;
import java.util.Set;

/// An API key of a workspace, without its text.
///
/// @param prefix the beginning of its text, by which it is found
/// @param scopes those that this version knows
/// @param createdBy the key with which it was created
/// @param expiresAt from when on it is refused; empty: never
/// @param lastUsed the day of its last use, in UTC; empty if it was never used
/// @param revoked empty if it was not revoked
public record WorkspaceKey(
    KeyId id,
    WorkspaceId workspace,
    String prefix,
    String name,
    Set<KeyScope> scopes,
    KeyId createdBy,
    Instant createdAt,
    Optional<Instant> expiresAt,
    Optional<LocalDate> lastUsed,
    Optional<Revocation> revoked) {
  public WorkspaceKey {
    scopes = Set.copyOf(scopes);
  }

  /// The end of a key.
  ///
  /// @param by the key with which it was revoked
  public record Revocation(Instant at, KeyId by) {}

  /// Whether the key is accepted at a time, as far as it depends on the key alone.
  public boolean isUsable(Instant now) {
    return revoked.isEmpty() && expiresAt.filter(end -> !now.isBefore(end)).isEmpty();
  }
}
