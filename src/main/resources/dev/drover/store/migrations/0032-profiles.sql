-- What the versions of the operator's profiles stand for. hash: of their settings.
CREATE TABLE profile_version (
  name TEXT NOT NULL,
  version BIGINT NOT NULL,
  hash TEXT NOT NULL,
  first_seen BIGINT NOT NULL,
  PRIMARY KEY (name, version)
);
