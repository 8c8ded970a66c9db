package dev.drover.store.sql;

import dev.drover.session.SessionId;
import dev.drover.store.Micros;
import dev.drover.store.Refusals;
import dev.drover.vault.CredentialId;
import dev.drover.vault.Placeholders;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/// The placeholders in the table `session_placeholder`.
final class SqlPlaceholders implements Placeholders {
  private static final String ACTIVE =
      """
      SELECT placeholder, vault_id, id, workspace_id, lookup, display_name, metadata, auth,
        expires_at, revision, secrets_version, credential.created_at, updated_at, archived_at
      FROM session_placeholder JOIN credential ON credential.id = credential_id
      WHERE session_key = (SELECT key FROM session WHERE session.id = ?) AND archived_at IS NULL
      ORDER BY placeholder\
      """;

  private final Writer writer;
  private final Readers readers;
  private final InstantSource clock;

  SqlPlaceholders(Writer writer, Readers readers, InstantSource clock) {
    this.writer = writer;
    this.readers = readers;
    this.clock = clock;
  }

  private record Row(String text, CredentialRows.Raw credential) {}

  @Override
  public List<Draft> issue(String session, List<Draft> drafts) {
    var id = new SessionId(session);
    return writer.call(
        session,
        (db, _) -> {
          var row = SessionRows.take(db, id).orElseThrow(() -> Refusals.notFound(id));
          var issued = new ArrayList<Draft>();
          for (var draft : drafts) {
            issued.add(issue(db, row.key(), draft));
          }
          return issued;
        });
  }

  private Draft issue(Db db, long key, Draft draft) throws SQLException {
    var credential = draft.credential().value();
    var known =
        db.first(
            """
            SELECT placeholder FROM session_placeholder WHERE session_key = ? AND credential_id = ?\
            """,
            row -> row.getString(1),
            key,
            credential);
    if (known.isPresent()) {
      return new Draft(draft.credential(), known.get());
    }
    db.update(
        """
        INSERT INTO session_placeholder (session_key, credential_id, placeholder, created_at)
        VALUES (?, ?, ?, ?)\
        """,
        key,
        credential,
        draft.text(),
        Micros.of(clock.instant()));
    return draft;
  }

  @Override
  public List<Issued> of(String session) {
    var rows =
        readers.call(
            db ->
                db.list(
                    ACTIVE,
                    row -> new Row(row.getString("placeholder"), CredentialRows.Raw.of(row)),
                    session));
    return rows.stream().map(row -> new Issued(row.text(), row.credential().read())).toList();
  }

  @Override
  public boolean report(String session, CredentialId credential) {
    return writer.call(
        session,
        (db, _) ->
            db.update(
                    """
                    UPDATE session_placeholder SET reported_at = ?
                    WHERE session_key = (SELECT key FROM session WHERE id = ?) AND credential_id = ?
                      AND reported_at IS NULL\
                    """,
                    Micros.of(clock.instant()),
                    session,
                    credential.value())
                == 1);
  }
}
