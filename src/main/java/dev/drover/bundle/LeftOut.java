package dev.drover.bundle;

import dev.drover.session.Session;
import dev.drover.session.SessionResource;
import java.util.ArrayList;
import java.util.List;

/// What a session has and a bundle does not. Answers and manifests name it in lower case.
final class LeftOut {
  static final String VAULTS = "vault_ids";
  static final String FILES = "files";
  static final String MEMORY_STORES = "memory_stores";
  static final String REPOSITORIES = "repositories";
  static final String BUDGET = "budget";
  static final String SANDBOX_FILES = "sandbox_files";

  /// All names that a manifest may have.
  static final List<String> NAMES =
      List.of(VAULTS, FILES, MEMORY_STORES, REPOSITORIES, BUDGET, SANDBOX_FILES);

  private LeftOut() {}

  static List<String> of(Session session) {
    var names = new ArrayList<String>();
    if (!session.origin().vaults().isEmpty()) {
      names.add(VAULTS);
    }
    for (var resource : session.resources()) {
      names.add(
          switch (resource) {
            case SessionResource.Mounted _ -> FILES;
            case SessionResource.Attached _ -> MEMORY_STORES;
            case SessionResource.Repository _ -> REPOSITORIES;
          });
    }
    if (session.budget().isPresent()) {
      names.add(BUDGET);
    }
    if (session.progress().started()) {
      names.add(SANDBOX_FILES);
    }
    return names.stream().distinct().toList();
  }
}
