package dev.drover.store.sql;

import dev.drover.base.Ids;
import dev.drover.base.Page;
import dev.drover.catalog.VaultId;
import dev.drover.catalog.WorkspaceId;
import dev.drover.store.Cursor;
import dev.drover.store.Micros;
import dev.drover.store.OwnNode;
import dev.drover.vault.CredentialId;
import dev.drover.vault.Receipts;
import dev.drover.vault.UseReceipt;
import dev.drover.wire.ReceiptCodec;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.Optional;

/// The receipts in the table `receipt`. One writer writes all receipts of this node, one after the
/// other.
final class SqlReceipts implements Receipts {
  /// In place of the ids of a vault and a credential; the columns cannot be null.
  private static final String NONE = "";

  private static final Cursor.Of LIST = new Cursor.Of("RECEIPTS");

  private static final String SELECT =
      """
      SELECT workspace_id, strand, number, id, created_at, vault_id, credential_id, purpose,
        session_id, event_id, host, uses, previous, hash, resource_id
      FROM receipt WHERE workspace_id = ?\
      """;

  private final Writer writer;
  private final Readers readers;
  private final OwnNode self;
  private final Ids ids;
  private final InstantSource clock;

  SqlReceipts(Writer writer, Readers readers, OwnNode self, Ids ids, InstantSource clock) {
    this.writer = writer;
    this.readers = readers;
    this.self = self;
    this.ids = ids;
    this.clock = clock;
  }

  private record Last(long number, String hash) {}

  @Override
  public void add(UseReceipt.Draft draft) {
    var id = ids.next(UseReceipt.PREFIX);
    var use = draft.use();
    var strand = self.name();
    writer.call(
        strand,
        (db, _) -> {
          var last =
              db.first(
                      """
                      SELECT number, hash FROM receipt WHERE workspace_id = ? AND strand = ?
                      ORDER BY number DESC LIMIT 1\
                      """,
                      row -> new Last(row.getLong("number"), row.getString("hash")),
                      use.workspace().value(),
                      strand)
                  .orElse(new Last(0, ""));
          var receipt =
              new UseReceipt(
                  id,
                  use.workspace(),
                  strand,
                  last.number + 1,
                  Micros.whole(clock.instant()),
                  draft.vault(),
                  draft.credential(),
                  draft.resource(),
                  use.purpose().text(),
                  use.session(),
                  use.event(),
                  draft.host(),
                  draft.uses(),
                  last.hash,
                  "");
          return insert(db, receipt.hashed(ReceiptCodec.hash(receipt)));
        });
  }

  private static int insert(Db db, UseReceipt receipt) throws SQLException {
    return db.update(
        """
        INSERT INTO receipt (
          workspace_id, strand, number, id, created_at, vault_id, credential_id, purpose,
          session_id, event_id, host, uses, previous, hash, resource_id)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)\
        """,
        receipt.workspace().value(),
        receipt.strand(),
        receipt.number(),
        receipt.id(),
        Micros.of(receipt.at()),
        receipt.vault().map(VaultId::value).orElse(NONE),
        receipt.credential().map(CredentialId::value).orElse(NONE),
        receipt.purpose(),
        receipt.session().orElse(null),
        receipt.event().orElse(null),
        receipt.host(),
        receipt.uses(),
        receipt.previous(),
        receipt.hash(),
        receipt.resource().orElse(null));
  }

  private static UseReceipt receipt(ResultSet row) throws SQLException {
    return new UseReceipt(
        row.getString("id"),
        new WorkspaceId(row.getString("workspace_id")),
        row.getString("strand"),
        row.getLong("number"),
        Micros.instant(row.getLong("created_at")),
        Optional.of(row.getString("vault_id")).filter(id -> !id.equals(NONE)).map(VaultId::new),
        Optional.of(row.getString("credential_id"))
            .filter(id -> !id.equals(NONE))
            .map(CredentialId::new),
        Optional.ofNullable(row.getString("resource_id")),
        row.getString("purpose"),
        Optional.ofNullable(row.getString("session_id")),
        Optional.ofNullable(row.getString("event_id")),
        row.getString("host"),
        row.getLong("uses"),
        row.getString("previous"),
        row.getString("hash"));
  }

  @Override
  public Page<UseReceipt> list(WorkspaceId workspace, Listing listing) {
    var select = new NewestFirst(SELECT, workspace.value());
    listing.credential().ifPresent(id -> select.and("credential_id = ?", id));
    listing.session().ifPresent(id -> select.and("session_id = ?", id));
    var query = select.query(listing.page(), LIST, listing.limit());
    var found = readers.call(db -> db.list(query.sql(), SqlReceipts::receipt, query.values()));
    return Cursor.page(
        found, listing.limit(), LIST, false, receipt -> new Cursor(receipt.at(), receipt.id()));
  }
}
