-- packages: those of the session's environment when the session was created, as its config has them. Empty: none.
ALTER TABLE session_origin ADD COLUMN packages TEXT NOT NULL DEFAULT '{}';
