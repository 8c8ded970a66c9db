-- seen: what received was when a brain last rested. awaited: the tool uses that wait for the client.

ALTER TABLE session ADD COLUMN seen BIGINT NOT NULL DEFAULT 0;

ALTER TABLE session ADD COLUMN awaited TEXT NOT NULL DEFAULT '';

UPDATE session SET seen = received WHERE id NOT IN (SELECT session_id FROM inbox);

CREATE INDEX session_unseen ON session (id) WHERE received > seen;
