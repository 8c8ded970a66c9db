-- The beginnings of the chapters of a thread's context: few, and a brain reads the log from the newest one on.
CREATE INDEX event_chapter ON event (session_key, thread, position) WHERE type = 'drover.context';
