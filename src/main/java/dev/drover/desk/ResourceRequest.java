package dev.drover.desk;

import dev.drover.base.Secret;
import dev.drover.catalog.FileId;
import dev.drover.catalog.MemoryStoreId;
import dev.drover.session.Checkout;
import dev.drover.session.MountPath;
import dev.drover.session.RepositoryPath;
import dev.drover.session.RepositoryUrl;
import java.util.Optional;

/// A request to give something to a session.
public sealed interface ResourceRequest {
  /// @param path empty: the id of the file is its name
  record OfFile(FileId file, Optional<MountPath> path) implements ResourceRequest {}

  /// @param writable whether the agent can change the memories
  /// @param instructions for the agent: what the store is for
  record OfStore(MemoryStoreId store, boolean writable, Optional<String> instructions)
      implements ResourceRequest {}

  /// @param token for the git server; empty for a public repository
  /// @param checkout empty: the default branch
  /// @param path empty: the name of the repository, below `/workspace`
  record OfRepository(
      RepositoryUrl url,
      Optional<Secret> token,
      Optional<Checkout> checkout,
      Optional<RepositoryPath> path)
      implements ResourceRequest {}
}
