package dev.drover.desk;

import dev.drover.base.Problem;
import dev.drover.catalog.Catalog;
import dev.drover.catalog.MemoryStore;
import dev.drover.catalog.Resource;
import dev.drover.catalog.Vault;
import dev.drover.catalog.VaultId;
import dev.drover.session.Session;
import dev.drover.session.SessionResource;
import dev.drover.session.Status;

/// The rules for what a fork takes over from a session: a new session could have it, too. Every
/// problem is `INVALID_REQUEST` and names what cannot be taken over.
record ForkRules(
    Catalog<Vault> vaults, Catalog<MemoryStore> stores, RepositoryChoice.Rule repositories) {
  void check(Caller caller, Session session) {
    if (session.status() == Status.OTHER) {
      throw Problem.invalid(
          "This version of Drover does not know the session's status."
              + " Send the request to a node with a newer version.");
    }
    for (var id : session.origin().vaults()) {
      check(caller, id);
    }
    for (var resource : session.resources()) {
      switch (resource) {
        case SessionResource.Mounted _ -> {} // the store has the session's own copy
        case SessionResource.Attached store -> check(caller, store);
        case SessionResource.Repository repository -> check(repository);
      }
    }
  }

  private void check(Caller caller, VaultId id) {
    if (found(vaults, caller, id.value(), "vault").archivedAt() != null) {
      throw Vault.KIND.archived().apply(id.value());
    }
  }

  private void check(Caller caller, SessionResource.Attached attached) {
    var id = attached.store();
    if (found(stores, caller, id.value(), "memory store").archivedAt() != null) {
      throw Problem.invalid("Memory store " + id + " is archived.");
    }
  }

  private void check(SessionResource.Repository repository) {
    var refusal = repositories.refusal(repository.url());
    if (refusal.isPresent()) {
      throw Problem.invalid(
          "The session's repository %s: %s".formatted(repository.url(), refusal.get()));
    }
  }

  private static <T> Resource<T> found(Catalog<T> catalog, Caller caller, String id, String noun) {
    try {
      return catalog.get(caller.workspace(), id);
    } catch (Problem problem) {
      throw problem.kind() == Problem.Kind.NOT_FOUND
          ? Problem.invalid("The session's %s %s was deleted.".formatted(noun, id))
          : problem;
    }
  }
}
