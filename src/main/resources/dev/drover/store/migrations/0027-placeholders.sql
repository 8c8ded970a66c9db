-- The texts that stand for secrets in the sandboxes of a session. reported_at: when the client was informed that the environment makes the
-- credential useless.
CREATE TABLE session_placeholder (
  session_key BIGINT NOT NULL,
  credential_id TEXT NOT NULL,
  placeholder TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  reported_at BIGINT,
  PRIMARY KEY (session_key, credential_id)
);

-- uses: the number of uses that a receipt stands for.
ALTER TABLE receipt ADD COLUMN uses BIGINT NOT NULL DEFAULT 1;
