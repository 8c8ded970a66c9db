-- What the snapshot that ends with a layer says of itself, so that forks can begin with it. NULL: a layer of an older
-- version, which kept only the newest snapshot. base: the number of the complete layer below it.
ALTER TABLE snapshot_layer ADD COLUMN base INTEGER NOT NULL DEFAULT 0;
ALTER TABLE snapshot_layer ADD COLUMN name TEXT;
ALTER TABLE snapshot_layer ADD COLUMN position BIGINT;
ALTER TABLE snapshot_layer ADD COLUMN files BIGINT;
ALTER TABLE snapshot_layer ADD COLUMN bytes BIGINT;
ALTER TABLE snapshot_layer ADD COLUMN dropped TEXT;
ALTER TABLE snapshot_layer ADD COLUMN taken_at BIGINT;

-- Requests for a new chapter: few, and what is asked for already is not asked for again.
CREATE INDEX event_chapter_requested ON event (session_key, thread, position) WHERE type = 'drover.compaction_requested';
