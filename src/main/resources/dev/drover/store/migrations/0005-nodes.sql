-- The servers that share this database. beat_at: when one last said that it lives, by the
-- database's clock.

CREATE TABLE node (
  id TEXT NOT NULL PRIMARY KEY,
  host TEXT NOT NULL,
  pid BIGINT NOT NULL,
  started_at BIGINT NOT NULL,
  beat_at BIGINT NOT NULL
);

-- Who held sessions before there was this table is gone.
UPDATE session SET node = NULL WHERE node IS NOT NULL;

CREATE INDEX session_held ON session (node) WHERE node IS NOT NULL;

-- Under which lease an event was appended: it never falls from one event to the next.
ALTER TABLE event ADD COLUMN epoch BIGINT NOT NULL DEFAULT 0;

-- only: postgresql
ALTER TABLE agent ALTER COLUMN id TYPE TEXT COLLATE "C";

-- only: postgresql
ALTER TABLE environment ALTER COLUMN id TYPE TEXT COLLATE "C";

-- only: postgresql
ALTER TABLE session ALTER COLUMN id TYPE TEXT COLLATE "C", ALTER COLUMN workspace_id TYPE TEXT COLLATE "C";

-- only: postgresql
ALTER TABLE session_origin ALTER COLUMN session_id TYPE TEXT COLLATE "C";

-- only: postgresql
ALTER TABLE event ALTER COLUMN session_id TYPE TEXT COLLATE "C", ALTER COLUMN id TYPE TEXT COLLATE "C";

-- only: postgresql
ALTER TABLE inbox ALTER COLUMN session_id TYPE TEXT COLLATE "C", ALTER COLUMN id TYPE TEXT COLLATE "C";

-- only: postgresql
ALTER TABLE delivery ALTER COLUMN session_id TYPE TEXT COLLATE "C";

-- only: postgresql
ALTER TABLE session SET (fillfactor = 50);

