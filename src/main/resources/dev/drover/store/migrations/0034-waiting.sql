-- only: sqlite
ALTER TABLE session ADD COLUMN waits INTEGER GENERATED ALWAYS AS (
  CASE WHEN status = 'idle' AND boundary < last_request AND archived_at IS NULL THEN 1 ELSE 0 END) VIRTUAL;

-- only: postgresql
ALTER TABLE session ADD COLUMN waits INTEGER NOT NULL GENERATED ALWAYS AS (
  CASE WHEN status = 'idle' AND boundary < last_request AND archived_at IS NULL THEN 1 ELSE 0 END) STORED;

-- Sessions that are paused until a person acts: few, whatever is kept. Only a pause and its end change the column, so an append writes
-- no index because of it.
CREATE INDEX session_waiting ON session (workspace_id, id) WHERE waits = 1;

-- Codes with which a browser can be logged in once, by the SHA-256 of their texts, in hexadecimal. reference: the beginning of the text of
-- an API key, or the id of one of the settings.
CREATE TABLE login_code (
  sha256 TEXT NOT NULL PRIMARY KEY,
  reference TEXT NOT NULL,
  expires_at BIGINT NOT NULL
);

-- only: postgresql
ANALYZE session;
