-- only: postgresql
-- Who appends keeps the session's row, and who deletes a session deletes its events: the reference
-- says nothing new, and looking it up costs as much as the rest of the event.
ALTER TABLE event DROP CONSTRAINT event_session_id_fkey;
