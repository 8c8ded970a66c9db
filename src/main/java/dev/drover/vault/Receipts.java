package dev.drover.vault;

import dev.drover.base.Page;
import dev.drover.catalog.WorkspaceId;
import java.util.Optional;

/// Stores receipts. Nobody changes or removes one. Durable when a call returns; safe for many
/// threads; blocking.
public interface Receipts {
  /// Adds a receipt to the strand of this node. The secret is used only after that, except for
  /// receipts of uses that were counted.
  void add(UseReceipt.Draft draft);

  /// A page of receipts, newest first.
  ///
  /// @throws dev.drover.base.Problem `INVALID_REQUEST` for a cursor that is not one
  Page<UseReceipt> list(WorkspaceId workspace, Listing listing);

  /// Which receipts to list.
  ///
  /// @param credential only those of this credential
  /// @param session only those of this session
  /// @param limit items on a page, from 1
  record Listing(
      Optional<String> credential, Optional<String> session, int limit, Optional<String> page) {}
}
