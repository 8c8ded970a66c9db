-- What sessions have been given. file_id: the session's copy of a file. original_id: the file that was copied. blob_id: the content, to
-- which this row is a reference of its own. mount_path: below the directory of its type.
CREATE TABLE session_resource (
  session_key BIGINT NOT NULL,
  id TEXT NOT NULL,
  type TEXT NOT NULL,
  file_id TEXT,
  original_id TEXT,
  blob_id TEXT,
  mount_path TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (session_key, id)
);

CREATE UNIQUE INDEX session_resource_path ON session_resource (session_key, type, mount_path);

-- resources: how many rows the session has in session_resource, which is not read where there are none.
ALTER TABLE session_origin ADD COLUMN resources INTEGER NOT NULL DEFAULT 0;
