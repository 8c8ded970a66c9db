-- Stored contents that rows refer to. refs: how many. Within a workspace, each content is stored once.
CREATE TABLE blob (
  id TEXT NOT NULL PRIMARY KEY,
  workspace_id TEXT NOT NULL,
  digest TEXT NOT NULL,
  size BIGINT NOT NULL,
  refs BIGINT NOT NULL
);

CREATE UNIQUE INDEX blob_by_digest ON blob (workspace_id, digest);

-- bytes: the sum of the sizes of the workspace's contents. Whoever changes a content or a file of the workspace locks this row first.
CREATE TABLE usage (
  workspace_id TEXT NOT NULL PRIMARY KEY,
  bytes BIGINT NOT NULL
);

-- blob_id: the content, or null after it has expired. scope_session: the id of the session with which the file is deleted. output_path:
-- where the agent wrote it.
CREATE TABLE file (
  id TEXT NOT NULL PRIMARY KEY,
  workspace_id TEXT NOT NULL,
  filename TEXT NOT NULL,
  mime_type TEXT NOT NULL,
  size BIGINT NOT NULL,
  blob_id TEXT,
  scope_session TEXT,
  output_path TEXT,
  created_at BIGINT NOT NULL,
  expires_at BIGINT
);

-- only: postgresql
ALTER TABLE file ALTER COLUMN id TYPE TEXT COLLATE "C";

CREATE INDEX file_by_creation ON file (workspace_id, created_at, id);

CREATE INDEX file_by_scope ON file (scope_session, created_at, id) WHERE scope_session IS NOT NULL;

CREATE INDEX file_by_expiry ON file (expires_at) WHERE expires_at IS NOT NULL;
