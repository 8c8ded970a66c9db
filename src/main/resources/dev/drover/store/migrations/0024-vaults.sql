-- The keys of vaults. kek_id: the key that encrypts it, which is not in this database.
CREATE TABLE vault_key (
  vault_id TEXT NOT NULL,
  workspace_id TEXT NOT NULL,
  version BIGINT NOT NULL,
  kek_id TEXT NOT NULL,
  wrapped TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (vault_id, version)
);

CREATE INDEX vault_key_by_kek ON vault_key (kek_id, vault_id, version);

-- The credentials of vaults, without secrets. A vault itself is a document; its row is locked while its credentials change. lookup: by
-- which one is found. auth: what clients see, but for the end of an access token, which is in expires_at. refresh_*: the claim of the
-- node that gets a new access token.
CREATE TABLE credential (
  vault_id TEXT NOT NULL,
  id TEXT NOT NULL,
  workspace_id TEXT NOT NULL,
  lookup TEXT NOT NULL,
  display_name TEXT,
  metadata TEXT NOT NULL,
  auth TEXT NOT NULL,
  expires_at BIGINT,
  revision BIGINT NOT NULL,
  secrets_version BIGINT NOT NULL,
  refresh_epoch BIGINT NOT NULL DEFAULT 0,
  refresh_until BIGINT,
  refresh_state TEXT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  archived_at BIGINT,
  PRIMARY KEY (vault_id, id)
);

-- only: postgresql
ALTER TABLE credential ALTER COLUMN id TYPE TEXT COLLATE "C";

CREATE UNIQUE INDEX credential_id ON credential (id);

CREATE UNIQUE INDEX credential_lookup ON credential (vault_id, lookup) WHERE archived_at IS NULL;

CREATE INDEX credential_by_creation ON credential (vault_id, created_at, id);

-- The secrets of credentials, encrypted. version: that of the credential's secrets when it was written. key_version: the vault's key.
CREATE TABLE credential_secret (
  credential_id TEXT NOT NULL,
  field TEXT NOT NULL,
  vault_id TEXT NOT NULL,
  version BIGINT NOT NULL,
  key_version BIGINT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (credential_id, field)
);

CREATE INDEX credential_secret_by_key ON credential_secret (vault_id, key_version);

-- vault_ids: the vaults of a session, as a list in JSON.
ALTER TABLE session_origin ADD COLUMN vault_ids TEXT NOT NULL DEFAULT '[]';

-- What secrets were used for. strand: the node that wrote the receipt. number: from 1 in each strand. previous: the hash of the receipt
-- before it.
CREATE TABLE receipt (
  workspace_id TEXT NOT NULL,
  strand TEXT NOT NULL,
  number BIGINT NOT NULL,
  id TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  vault_id TEXT NOT NULL,
  credential_id TEXT NOT NULL,
  purpose TEXT NOT NULL,
  session_id TEXT,
  event_id TEXT,
  host TEXT NOT NULL,
  previous TEXT NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (workspace_id, strand, number)
);

-- only: postgresql
ALTER TABLE receipt ALTER COLUMN id TYPE TEXT COLLATE "C";

CREATE INDEX receipt_by_time ON receipt (workspace_id, created_at, id);

CREATE INDEX receipt_by_credential ON receipt (workspace_id, credential_id, created_at, id);

CREATE INDEX receipt_by_session ON receipt (workspace_id, session_id, created_at, id) WHERE session_id IS NOT NULL;
