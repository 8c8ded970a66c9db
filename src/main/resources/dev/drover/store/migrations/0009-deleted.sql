-- Sessions that were deleted, for a while: every node removes what it finds of their workspaces. A server may die between the
-- delete and the removal, and a node that is away may have a copy.

CREATE TABLE deleted_session (
  session_id TEXT NOT NULL PRIMARY KEY,
  deleted_at BIGINT NOT NULL
);

CREATE INDEX deleted_session_by_time ON deleted_session (deleted_at);
