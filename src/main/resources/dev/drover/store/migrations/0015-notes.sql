-- notes: the paragraphs that follow the agent's system prompt, as one JSON array of strings.

ALTER TABLE session_origin ADD COLUMN notes TEXT NOT NULL DEFAULT '[]';
