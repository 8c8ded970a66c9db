-- newer: what a newer version of Drover stores beside the other columns, as one JSON object. Older versions show it and keep it.

ALTER TABLE environment ADD COLUMN newer TEXT NOT NULL DEFAULT '{}';

ALTER TABLE session_origin ADD COLUMN newer TEXT NOT NULL DEFAULT '{}';
