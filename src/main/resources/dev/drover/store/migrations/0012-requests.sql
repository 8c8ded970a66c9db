-- last_request: the position of the last model request in the log. What a row says of its log is derived from the events that are
-- appended, and where a paused turn has its boundary depends on it.

ALTER TABLE session ADD COLUMN last_request BIGINT NOT NULL DEFAULT 0;

ALTER TABLE thread ADD COLUMN last_request BIGINT NOT NULL DEFAULT 0;

UPDATE session SET last_request = COALESCE((
  SELECT position FROM event WHERE session_key = session.key AND type = 'span.model_request_start'
  ORDER BY position DESC LIMIT 1), 0);
