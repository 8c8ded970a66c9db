-- result_of: the tool use that an event is the result of, from this version on. None has two.

ALTER TABLE event ADD COLUMN result_of TEXT;

CREATE UNIQUE INDEX event_result ON event (session_id, result_of) WHERE result_of IS NOT NULL;

-- only: postgresql
-- Who appends keeps the session's row, and who deletes a session deletes its events: the reference
-- says nothing new, and looking it up costs as much as the rest of the event.
ALTER TABLE event DROP CONSTRAINT event_session_id_fkey;
