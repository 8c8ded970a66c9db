package dev.drover.vault;

import dev.drover.catalog.VaultId;
import dev.drover.catalog.WorkspaceId;
import java.net.URI;
import java.time.Instant;
import java.util.Optional;

/// The record of a use of a secret, which it does not contain. The receipts of a strand are a
/// chain: each contains the digest of the one before it, so that none can be changed or removed
/// unnoticed.
///
/// @param id `rcpt_…`
/// @param strand the node that wrote it, as long as it ran
/// @param number from 1 in each strand of the workspace
/// @param host the server that got the secret
/// @param uses the number of uses that it stands for; more than one if they were counted
/// @param previous the digest of the receipt before it; empty for the first one
/// @param hash the digest of everything else in hexadecimal digits
public record UseReceipt(
    String id,
    WorkspaceId workspace,
    String strand,
    long number,
    Instant at,
    VaultId vault,
    CredentialId credential,
    String purpose,
    Optional<String> session,
    Optional<String> event,
    String host,
    long uses,
    String previous,
    String hash) {
  public static final String PREFIX = "rcpt_";

  /// A use of a secret that is about to happen, or several that have happened.
  public record Draft(Use use, VaultId vault, CredentialId credential, String host, long uses) {
    public Draft(Use use, VaultId vault, CredentialId credential, String host) {
      this(use, vault, credential, host, 1);
    }

    /// So many uses.
    Draft times(long count) {
      return new Draft(use, vault, credential, host, count);
    }

    /// The use of a secret of a credential in a request to a URL.
    static Draft of(Use use, Credential credential, URI to) {
      var host = to.getPort() < 0 ? to.getHost() : to.getHost() + ":" + to.getPort();
      return new Draft(use, credential.vault(), credential.id(), host);
    }
  }

  /// This receipt with its digest.
  public UseReceipt hashed(String digest) {
    return new UseReceipt(
        id,
        workspace,
        strand,
        number,
        at,
        vault,
        credential,
        purpose,
        session,
        event,
        host,
        uses,
        previous,
        digest);
  }
}
