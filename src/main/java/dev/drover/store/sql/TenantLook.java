package dev.drover.store.sql;

import java.sql.SQLException;
import java.util.List;
import java.util.function.Consumer;

/// The check that workspaces stay apart: every row belongs to a workspace that exists, and what
/// belongs together belongs to one workspace.
final class TenantLook {
  /// The maximum number of findings of one kind.
  private static final int FINDINGS = 20;

  /// The tables whose rows have a workspace.
  static final List<String> TABLES =
      List.of(
          "session",
          "session_origin",
          "document",
          "blob",
          "usage",
          "file",
          "skill",
          "skill_version",
          "webhook_endpoint",
          "webhook_subscription",
          "webhook_delivery",
          "vault_key",
          "credential",
          "receipt",
          "api_key");

  /// What belongs together.
  ///
  /// @param what the rows, in words
  /// @param rows finds pairs of workspaces that must be equal, under the names `own` and `other`,
  ///   with the name of the row as `id`
  private record Pair(String what, String rows) {}

  private static final List<Pair> PAIRS =
      List.of(
          new Pair(
              "the session %s and its origin",
              """
              SELECT session.id AS id, session.workspace_id AS own, origin.workspace_id AS other
              FROM session JOIN session_origin origin ON origin.session_key = session.key\
              """),
          new Pair(
              "the file %s and its session",
              """
              SELECT file.id AS id, file.workspace_id AS own, session.workspace_id AS other
              FROM file JOIN session ON session.id = file.scope_session\
              """),
          new Pair(
              "the file %s and its content",
              """
              SELECT file.id AS id, file.workspace_id AS own, blob.workspace_id AS other
              FROM file JOIN blob ON blob.id = file.blob_id\
              """),
          new Pair(
              "the skill version %s and its content",
              """
              SELECT version.id AS id, version.workspace_id AS own, blob.workspace_id AS other
              FROM skill_version version JOIN blob ON blob.id = version.blob_id\
              """),
          new Pair(
              "the session %s and a skill of it",
              """
              SELECT session.id AS id, session.workspace_id AS own, version.workspace_id AS other
              FROM session_skill JOIN session ON session.key = session_skill.session_key
                JOIN skill_version version ON version.id = session_skill.version_id\
              """),
          new Pair(
              "the session %s and the content of a file of it",
              """
              SELECT session.id AS id, session.workspace_id AS own, blob.workspace_id AS other
              FROM session_resource JOIN session ON session.key = session_resource.session_key
                JOIN blob ON blob.id = session_resource.blob_id\
              """),
          new Pair(
              "the session %s and a memory store of it",
              """
              SELECT session.id AS id, session.workspace_id AS own, store.workspace_id AS other
              FROM session_resource JOIN session ON session.key = session_resource.session_key
                JOIN document store
                  ON store.id = session_resource.store_id AND store.kind = 'memory_store'\
              """),
          new Pair(
              "the session %s and its snapshot",
              """
              SELECT session.id AS id, session.workspace_id AS own, blob.workspace_id AS other
              FROM snapshot_layer JOIN session ON session.key = snapshot_layer.session_key
                JOIN blob ON blob.id = snapshot_layer.blob_id\
              """),
          new Pair(
              "the session %s and the text of a result of it",
              """
              SELECT session.id AS id, session.workspace_id AS own, blob.workspace_id AS other
              FROM tool_output JOIN session ON session.key = tool_output.session_key
                JOIN blob ON blob.id = tool_output.blob_id\
              """),
          new Pair(
              "the credential %s and its vault",
              """
              SELECT credential.id AS id, credential.workspace_id AS own, vault.workspace_id AS other
              FROM credential JOIN document vault
                ON vault.id = credential.vault_id AND vault.kind = 'vault'\
              """),
          new Pair(
              "the webhook endpoint %s and a subscription of it",
              """
              SELECT endpoint.id AS id, endpoint.workspace_id AS own, part.workspace_id AS other
              FROM webhook_endpoint endpoint
                JOIN webhook_subscription part ON part.endpoint_id = endpoint.id\
              """),
          new Pair(
              "the webhook endpoint %s and a delivery to it",
              """
              SELECT endpoint.id AS id, endpoint.workspace_id AS own, part.workspace_id AS other
              FROM webhook_endpoint endpoint
                JOIN webhook_delivery part ON part.endpoint_id = endpoint.id\
              """));

  private TenantLook() {}

  static void run(Db db, Consumer<String> finding) throws SQLException {
    for (var table : TABLES) {
      db.list(
              """
              SELECT DISTINCT workspace_id FROM %s AS part WHERE NOT EXISTS (
                SELECT 1 FROM workspace WHERE workspace.id = part.workspace_id) LIMIT ?\
              """
                  .formatted(table),
              row ->
                  "rows of %s belong to the workspace %s, which does not exist"
                      .formatted(table, row.getString(1)),
              FINDINGS)
          .forEach(finding);
    }
    for (var pair : PAIRS) {
      db.list(
              "SELECT id, own, other FROM (" + pair.rows + ") AS pair WHERE own <> other LIMIT ?",
              row ->
                  pair.what.formatted(row.getString("id"))
                      + " belong to different workspaces, %s and %s"
                          .formatted(row.getString("own"), row.getString("other")),
              FINDINGS)
          .forEach(finding);
    }
  }
}
