-- What a stream begins with that is opened a moment after a send: where the log ended when the send was received, and when
-- that was by the database's own clock, which all nodes share.
ALTER TABLE delivery ADD COLUMN head BIGINT NOT NULL DEFAULT 0;
ALTER TABLE delivery ADD COLUMN sent_at BIGINT NOT NULL DEFAULT 0;
