package dev.drover.store.sql;

import dev.drover.vault.Credential;
import dev.drover.vault.CredentialId;
import dev.drover.vault.RefreshClaim;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The claims in the rows of credentials, by the clock of the database.
final class RefreshRows {
  private static final String CLAIMED = "claimed";
  private static final String FAILED = "failed";
  private static final String REFUSED = "refused";

  private RefreshRows() {}

  private record Row(
      long version, long epoch, @Nullable String state, @Nullable Long until, long now) {
    /// Why the refresh cannot be claimed; empty: it can.
    Optional<RefreshClaim> obstacle(boolean again) {
      boolean waits = until != null && until > now;
      return switch (state) {
        case CLAIMED -> waits ? Optional.of(new RefreshClaim.Busy()) : Optional.empty();
        case FAILED -> waits && !again ? Optional.of(new RefreshClaim.Failed()) : Optional.empty();
        case REFUSED -> again ? Optional.empty() : Optional.of(new RefreshClaim.Failed());
        case null, default -> Optional.empty();
      };
    }
  }

  static RefreshClaim claim(Db db, CredentialId id, long version, boolean again, Duration lease)
      throws SQLException {
    var found =
        db.first(
            "SELECT secrets_version, refresh_epoch, refresh_state, refresh_until, "
                + db.dialect().now()
                + " AS asked_at FROM credential WHERE id = ? AND archived_at IS NULL"
                + db.dialect().keepingRows(),
            row ->
                new Row(
                    row.getLong("secrets_version"),
                    row.getLong("refresh_epoch"),
                    row.getString("refresh_state"),
                    Db.nullableLong(row, "refresh_until"),
                    row.getLong("asked_at")),
            id.value());
    if (found.isEmpty() || found.get().version != version) {
      return new RefreshClaim.Changed();
    }
    var row = found.get();
    var obstacle = row.obstacle(again);
    if (obstacle.isPresent()) {
      return obstacle.get();
    }
    db.update(
        """
        UPDATE credential SET refresh_epoch = ?, refresh_state = ?, refresh_until = ? WHERE id = ?\
        """,
        row.epoch + 1,
        CLAIMED,
        row.now + micros(lease),
        id.value());
    return new RefreshClaim.Held(row.epoch + 1);
  }

  private static long micros(Duration duration) {
    return duration.toNanos() / 1_000;
  }

  static int end(Db db, CredentialId id, long claim, boolean refused, Duration pause)
      throws SQLException {
    return db.update(
        "UPDATE credential SET refresh_state = ?, refresh_until = "
            + db.dialect().now()
            + " + ? WHERE id = ? AND refresh_epoch = ? AND refresh_state = ?",
        refused ? REFUSED : FAILED,
        micros(pause),
        id.value(),
        claim,
        CLAIMED);
  }

  /// @return false if the credential has other secrets by now
  static boolean store(Db db, Credential after) throws SQLException {
    return db.update(
            """
            UPDATE credential SET expires_at = ?, revision = revision + 1, secrets_version = ?,
              refresh_state = NULL, refresh_until = NULL
            WHERE id = ? AND secrets_version = ? AND archived_at IS NULL\
            """,
            CredentialRows.expiry(after),
            after.secretsVersion(),
            after.id().value(),
            after.secretsVersion() - 1)
        == 1;
  }

  /// Forgets that the OAuth server refused, because the secrets are others now.
  static void reset(Db db, CredentialId id) throws SQLException {
    db.update(
        "UPDATE credential SET refresh_state = NULL, refresh_until = NULL WHERE id = ?",
        id.value());
  }
}
