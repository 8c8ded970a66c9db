-- imported: 1 if an operator imported the skill under its id. Whoever changes skills of a workspace locks its row in `usage` first.
CREATE TABLE skill (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  display_name TEXT NOT NULL,
  imported INTEGER NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, id)
);

-- only: postgresql
ALTER TABLE skill ALTER COLUMN id TYPE TEXT COLLATE "C";

CREATE INDEX skill_by_creation ON skill (workspace_id, created_at, id);

-- number: the order of a skill's versions. hidden: 1 if the version was deleted while a session has it.
CREATE TABLE skill_version (
  id TEXT NOT NULL PRIMARY KEY,
  workspace_id TEXT NOT NULL,
  skill_id TEXT NOT NULL,
  number BIGINT NOT NULL,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  blob_id TEXT NOT NULL,
  size BIGINT NOT NULL,
  hidden INTEGER NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE UNIQUE INDEX skill_version_by_number ON skill_version (workspace_id, skill_id, number);

-- The versions that sessions have.
CREATE TABLE session_skill (
  session_key BIGINT NOT NULL,
  version_id TEXT NOT NULL,
  PRIMARY KEY (session_key, version_id)
);

CREATE INDEX session_skill_by_version ON session_skill (version_id);
