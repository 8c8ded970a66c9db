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
/// @param vault empty for the token of a repository
/// @param credential empty for the token of a repository
/// @param resource the repository
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
    Optional<VaultId> vault,
    Optional<CredentialId> credential,
    Optional<String> resource,
    String purpose,
    Optional<String> session,
    Optional<String> event,
    String host,
    long uses,
    String previous,
    String hash) {
  public static final String PREFIX = "rcpt_";

  /// A use of a secret that is about to happen, or several that have happened.
  public record Draft(
      Use use,
      Optional<VaultId> vault,
      Optional<CredentialId> credential,
      Optional<String> resource,
      String host,
      long uses) {
    /// One use of a secret of a credential.
    public Draft(Use use, VaultId vault, CredentialId credential, String host) {
      this(use, Optional.of(vault), Optional.of(credential), Optional.empty(), host, 1);
    }

    /// So many uses.
    Draft times(long count) {
      return new Draft(use, vault, credential, resource, host, count);
    }

    /// The use of a secret of a credential in a request to a URL.
    static Draft of(Use use, Credential credential, URI to) {
      return new Draft(use, credential.vault(), credential.id(), host(to));
    }

    /// The use of the token of a repository in a request to a URL.
    static Draft ofRepository(Use use, String resource, URI to) {
      return new Draft(use, Optional.empty(), Optional.empty(), Optional.of(resource), host(to), 1);
    }

    private static String host(URI to) {
      return to.getPort() < 0 ? to.getHost() : to.getHost() + ":" + to.getPort();
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
        resource,
        purpose,
        session,
        event,
        host,
        uses,
        previous,
        digest);
  }
}
