-- Where the directories of a session are. home: their id. place: the data directory that has them.
CREATE TABLE workspace_home (
  session_key BIGINT NOT NULL PRIMARY KEY,
  home TEXT NOT NULL,
  place TEXT NOT NULL
);

-- The newest snapshot of the directories of a session. dropped: what it does not have, in words.
CREATE TABLE snapshot (
  session_key BIGINT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  home TEXT NOT NULL,
  position BIGINT NOT NULL,
  files BIGINT NOT NULL,
  bytes BIGINT NOT NULL,
  dropped TEXT NOT NULL,
  taken_at BIGINT NOT NULL
);

-- The contents of a snapshot, in their order from 0.
CREATE TABLE snapshot_layer (
  session_key BIGINT NOT NULL,
  number INTEGER NOT NULL,
  blob_id TEXT NOT NULL,
  PRIMARY KEY (session_key, number)
);

-- place: the data directory of the node.
ALTER TABLE node ADD COLUMN place TEXT NOT NULL DEFAULT '';
