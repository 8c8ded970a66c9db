-- A memory store that a session has. store_name, store_description: as they were when it was attached.
ALTER TABLE session_resource ADD COLUMN store_id TEXT;

ALTER TABLE session_resource ADD COLUMN access TEXT;

ALTER TABLE session_resource ADD COLUMN instructions TEXT;

ALTER TABLE session_resource ADD COLUMN store_name TEXT;

ALTER TABLE session_resource ADD COLUMN store_description TEXT;

CREATE INDEX session_resource_store ON session_resource (store_id, session_key) WHERE store_id IS NOT NULL;
