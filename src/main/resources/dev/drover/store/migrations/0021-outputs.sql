-- Outputs: the files of agents that became files of the API. path has one character for each byte.
-- replaced_at: when a newer content of its path took the place of a file.

CREATE TABLE output (
  session_id TEXT NOT NULL,
  path TEXT NOT NULL,
  stamp TEXT NOT NULL,
  digest TEXT NOT NULL,
  file_id TEXT NOT NULL,
  PRIMARY KEY (session_id, path)
);

CREATE TABLE output_owed (
  session_id TEXT NOT NULL,
  place TEXT NOT NULL,
  PRIMARY KEY (session_id, place)
);

ALTER TABLE file ADD COLUMN replaced_at BIGINT;

CREATE INDEX file_replaced ON file (replaced_at) WHERE replaced_at IS NOT NULL;
