-- The resources of all kinds. json: the content, as the API shows it. latest: 1 for the latest version of a resource, and for every
-- resource of a kind without versions. unique_name: what no other resource of its kind may have that is not archived.
CREATE TABLE document (
  workspace_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  version INTEGER NOT NULL,
  latest INTEGER NOT NULL,
  unique_name TEXT,
  json TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  archived_at BIGINT,
  PRIMARY KEY (workspace_id, kind, id, version)
);

-- only: postgresql
ALTER TABLE document ALTER COLUMN id TYPE TEXT COLLATE "C";

-- The text of a definition stays as it is, so that no number and no escape is written in another way.
INSERT INTO document (workspace_id, kind, id, version, latest, json, created_at, updated_at, archived_at)
SELECT
  workspace_id, 'agent', id, version,
  CASE WHEN version = (
    SELECT MAX(version) FROM agent newest WHERE newest.workspace_id = agent.workspace_id AND newest.id = agent.id) THEN 1 ELSE 0 END,
  CASE
    WHEN definition = '{}' THEN '{"metadata":' || metadata || '}'
    WHEN substr(definition, 1, 1) = '{' THEN '{"metadata":' || metadata || ',' || substr(definition, 2)
    ELSE definition
  END,
  created_at, updated_at, archived_at
FROM agent;

-- only: sqlite
INSERT INTO document (workspace_id, kind, id, version, latest, unique_name, json, created_at, updated_at, archived_at)
SELECT
  workspace_id, 'environment', id, 1, 1, name,
  '{"name":' || json_quote(name) || ',"description":' || json_quote(description) ||
    ',"config":{"type":"cloud","networking":' || networking || '},"metadata":' || metadata ||
    CASE newer WHEN '{}' THEN '' ELSE ',"drover_newer":' || newer END || '}',
  created_at, updated_at, archived_at
FROM environment;

-- only: postgresql
INSERT INTO document (workspace_id, kind, id, version, latest, unique_name, json, created_at, updated_at, archived_at)
SELECT
  workspace_id, 'environment', id, 1, 1, name,
  '{"name":' || to_json(name)::text || ',"description":' || COALESCE(to_json(description)::text, 'null') ||
    ',"config":{"type":"cloud","networking":' || networking || '},"metadata":' || metadata ||
    CASE newer WHEN '{}' THEN '' ELSE ',"drover_newer":' || newer END || '}',
  created_at, updated_at, archived_at
FROM environment;

DROP TABLE agent;

DROP TABLE environment;

CREATE UNIQUE INDEX document_latest ON document (workspace_id, kind, id) WHERE latest = 1;

CREATE UNIQUE INDEX document_name ON document (workspace_id, kind, unique_name)
  WHERE latest = 1 AND archived_at IS NULL AND unique_name IS NOT NULL;

CREATE INDEX document_by_creation ON document (workspace_id, kind, created_at, id) WHERE latest = 1;

-- only: postgresql
ANALYZE document;
