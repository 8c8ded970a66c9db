-- The git repositories of sessions. checkout: "branch NAME" or "commit SHA"; null: the default branch. token: encrypted for the resource and
-- token_version, by the key of the workspace that has token_key as its version in vault_key.
ALTER TABLE session_resource ADD COLUMN url TEXT;

ALTER TABLE session_resource ADD COLUMN checkout TEXT;

ALTER TABLE session_resource ADD COLUMN token TEXT;

ALTER TABLE session_resource ADD COLUMN token_version BIGINT;

ALTER TABLE session_resource ADD COLUMN token_key BIGINT;

ALTER TABLE session_resource ADD COLUMN updated_at BIGINT;

-- resource_id: the repository whose token was used; vault_id and credential_id are empty then.
ALTER TABLE receipt ADD COLUMN resource_id TEXT;
