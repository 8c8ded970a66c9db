-- Times are microseconds since 1970. Ids compare by bytes: a database whose default collation does
-- not, needs "C" for them. Every row says whose it is.

CREATE TABLE agent (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  version INTEGER NOT NULL,
  definition TEXT NOT NULL,
  metadata TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  archived_at BIGINT,
  PRIMARY KEY (workspace_id, id, version)
);

CREATE INDEX agent_by_creation ON agent (workspace_id, created_at, id);

CREATE TABLE environment (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  description TEXT,
  networking TEXT NOT NULL,
  metadata TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  archived_at BIGINT,
  PRIMARY KEY (workspace_id, id)
);

CREATE UNIQUE INDEX environment_name ON environment (workspace_id, name)
  WHERE archived_at IS NULL;

CREATE INDEX environment_by_creation ON environment (workspace_id, created_at, id);

-- What every append writes. Kept small: an update rewrites the row.
CREATE TABLE session (
  id TEXT NOT NULL PRIMARY KEY,
  workspace_id TEXT NOT NULL,
  status TEXT NOT NULL,
  input_tokens BIGINT NOT NULL,
  output_tokens BIGINT NOT NULL,
  cache_read_tokens BIGINT NOT NULL,
  cache_creation_tokens BIGINT NOT NULL,
  active_micros BIGINT NOT NULL,
  running_since BIGINT,
  started INTEGER NOT NULL,
  boundary BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  archived_at BIGINT,
  head BIGINT NOT NULL,
  received BIGINT NOT NULL,
  last_processed BIGINT NOT NULL,
  epoch BIGINT NOT NULL,
  node TEXT
);

CREATE INDEX session_by_creation ON session (workspace_id, created_at, id);

CREATE INDEX session_at_work ON session (status)
  WHERE status IN ('running', 'rescheduling');

-- What no append writes.
CREATE TABLE session_origin (
  session_id TEXT NOT NULL PRIMARY KEY REFERENCES session (id),
  workspace_id TEXT NOT NULL,
  thread_id TEXT NOT NULL,
  agent_id TEXT NOT NULL,
  agent_version INTEGER NOT NULL,
  agent TEXT NOT NULL,
  environment_id TEXT NOT NULL,
  networking TEXT NOT NULL,
  title TEXT,
  metadata TEXT NOT NULL
);

-- json: the event as it is sent. hidden: what belongs to it and is never sent.
CREATE TABLE event (
  session_id TEXT NOT NULL REFERENCES session (id),
  position BIGINT NOT NULL,
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  type TEXT NOT NULL,
  visible INTEGER NOT NULL,
  processed_at BIGINT NOT NULL,
  json TEXT NOT NULL,
  hidden TEXT,
  UNIQUE (session_id, position),
  UNIQUE (session_id, id)
);

CREATE TABLE inbox (
  session_id TEXT NOT NULL REFERENCES session (id),
  sequence BIGINT NOT NULL,
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  json TEXT NOT NULL,
  UNIQUE (session_id, sequence),
  UNIQUE (session_id, id)
);

-- Sends of the last minutes. event_ids: joined by spaces, from first_sequence on.
CREATE TABLE delivery (
  session_id TEXT NOT NULL REFERENCES session (id),
  fingerprint TEXT NOT NULL,
  workspace_id TEXT NOT NULL,
  received_at BIGINT NOT NULL,
  first_sequence BIGINT NOT NULL,
  event_ids TEXT NOT NULL,
  PRIMARY KEY (session_id, fingerprint)
);

CREATE INDEX delivery_by_age ON delivery (received_at);
