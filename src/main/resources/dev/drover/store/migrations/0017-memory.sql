-- The memories of memory stores. A store itself is a document; its row is locked while its memories change. number: of the version
-- that has the content.
CREATE TABLE memory (
  store_id TEXT NOT NULL,
  id TEXT NOT NULL,
  path TEXT NOT NULL,
  number BIGINT NOT NULL,
  version_id TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  size INTEGER NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (store_id, id)
);

-- only: postgresql
ALTER TABLE memory ALTER COLUMN path TYPE TEXT COLLATE "C";

CREATE UNIQUE INDEX memory_path ON memory (store_id, path);

-- number: from 1 in each store, in the order of the changes; the highest is the revision of the store. newest: 1 for the newest
-- version of its memory, which is never removed. The content is the last column, so that no other is behind its pages.
CREATE TABLE memory_version (
  store_id TEXT NOT NULL,
  number BIGINT NOT NULL,
  id TEXT NOT NULL,
  memory_id TEXT NOT NULL,
  newest INTEGER NOT NULL,
  operation TEXT NOT NULL,
  actor TEXT NOT NULL,
  actor_id TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  redactor TEXT,
  redactor_id TEXT,
  redacted_at BIGINT,
  path TEXT,
  sha256 TEXT,
  size INTEGER,
  content TEXT,
  PRIMARY KEY (store_id, number)
);

CREATE UNIQUE INDEX memory_version_id ON memory_version (store_id, id);

CREATE INDEX memory_version_of ON memory_version (store_id, memory_id, number);

CREATE INDEX memory_version_old ON memory_version (created_at) WHERE newest = 0;
