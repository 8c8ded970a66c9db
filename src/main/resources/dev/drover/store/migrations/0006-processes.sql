-- Of a node's process: where its number means something (empty where that is not known), and when
-- it started there, in the kernel's ticks. For a number is given out again.

ALTER TABLE node ADD COLUMN machine TEXT NOT NULL DEFAULT '';

ALTER TABLE node ADD COLUMN process_started BIGINT NOT NULL DEFAULT 0;
