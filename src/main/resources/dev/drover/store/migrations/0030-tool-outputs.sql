-- The texts of results that are too long for the model. call_id: the tool use. size: in bytes.
CREATE TABLE tool_output (
  session_key BIGINT NOT NULL,
  call_id TEXT NOT NULL,
  blob_id TEXT NOT NULL,
  size BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (session_key, call_id)
);
