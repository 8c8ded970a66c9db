-- Workspaces. storage_bytes: the limit for the stored contents of a workspace, null for the one in the settings.
CREATE TABLE workspace (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  storage_bytes BIGINT,
  created_at BIGINT NOT NULL,
  archived_at BIGINT
);

-- only: postgresql
ALTER TABLE workspace ALTER COLUMN id TYPE TEXT COLLATE "C";

CREATE UNIQUE INDEX workspace_name ON workspace (name) WHERE archived_at IS NULL;

CREATE INDEX workspace_by_creation ON workspace (created_at, id);

INSERT INTO workspace (id, name, created_at)
SELECT 'wrkspc_01Default', 'Default', applied_at FROM schema_migration WHERE version = 1;

-- Servers up to now put every row into that one. Whatever else is there keeps its own.
INSERT INTO workspace (id, name, created_at)
SELECT used.workspace_id, used.workspace_id, origin.applied_at
FROM (
  SELECT workspace_id FROM session UNION SELECT workspace_id FROM document UNION SELECT workspace_id FROM file
  UNION SELECT workspace_id FROM skill UNION SELECT workspace_id FROM webhook_endpoint UNION SELECT workspace_id FROM usage
) AS used CROSS JOIN schema_migration origin
WHERE used.workspace_id <> 'wrkspc_01Default' AND origin.version = 1;

-- The API keys of workspaces. prefix: the beginning of a key's text, by which it is found. sha256: of the whole text, in hexadecimal.
-- scopes: joined by spaces. last_used_day: the number of days since 1970.
CREATE TABLE api_key (
  id TEXT NOT NULL PRIMARY KEY,
  workspace_id TEXT NOT NULL,
  prefix TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  name TEXT NOT NULL,
  scopes TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT,
  last_used_day BIGINT,
  revoked_at BIGINT,
  revoked_by TEXT
);

-- only: postgresql
ALTER TABLE api_key ALTER COLUMN id TYPE TEXT COLLATE "C";

CREATE UNIQUE INDEX api_key_prefix ON api_key (prefix);

CREATE INDEX api_key_by_creation ON api_key (workspace_id, created_at, id);
