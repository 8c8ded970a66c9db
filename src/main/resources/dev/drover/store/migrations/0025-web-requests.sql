-- The successful requests of web tools, as the last session.usage event has them.
ALTER TABLE session ADD COLUMN web_searches BIGINT NOT NULL DEFAULT 0;

ALTER TABLE session ADD COLUMN web_fetches BIGINT NOT NULL DEFAULT 0;
