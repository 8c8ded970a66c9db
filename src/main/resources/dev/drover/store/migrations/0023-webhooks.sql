-- Webhooks. events: joined by spaces. disabled_reason: empty unless the server disabled the endpoint. signing_key: in the clear, as it
-- signs every request; previous_key still signs until previous_until. failures, failing_since, paused_until: whether the endpoint
-- answers; it gets nothing before paused_until.
CREATE TABLE webhook_endpoint (
  id TEXT NOT NULL PRIMARY KEY,
  workspace_id TEXT NOT NULL,
  url TEXT NOT NULL,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  events TEXT NOT NULL,
  enabled INTEGER NOT NULL,
  disabled_reason TEXT NOT NULL,
  signing_key TEXT NOT NULL,
  previous_key TEXT,
  previous_until BIGINT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  failures INTEGER NOT NULL,
  failing_since BIGINT,
  paused_until BIGINT NOT NULL
);

-- only: postgresql
ALTER TABLE webhook_endpoint ALTER COLUMN id TYPE TEXT COLLATE "C";

CREATE INDEX webhook_endpoint_by_creation ON webhook_endpoint (workspace_id, created_at, id);

-- The types of events that enabled endpoints get: what an event looks up in the transaction of its cause.
CREATE TABLE webhook_subscription (
  workspace_id TEXT NOT NULL,
  type TEXT NOT NULL,
  endpoint_id TEXT NOT NULL,
  PRIMARY KEY (workspace_id, type, endpoint_id)
);

CREATE INDEX webhook_subscription_by_endpoint ON webhook_subscription (endpoint_id);

-- Events for endpoints. id: of the event. created_at: when it happened. data: the field of the notification. state: owed, delivered or
-- failed. due_at: of what is owed, when it may be claimed next. node: which one has claimed it. status, last_error, attempted_at: of the
-- last attempt.
CREATE TABLE webhook_delivery (
  endpoint_id TEXT NOT NULL,
  id TEXT NOT NULL,
  workspace_id TEXT NOT NULL,
  type TEXT NOT NULL,
  data TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  state TEXT NOT NULL,
  due_at BIGINT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  node TEXT,
  status INTEGER,
  last_error TEXT,
  attempted_at BIGINT,
  PRIMARY KEY (endpoint_id, id)
);

-- only: postgresql
ALTER TABLE webhook_delivery ALTER COLUMN id TYPE TEXT COLLATE "C";

CREATE INDEX webhook_delivery_owed ON webhook_delivery (endpoint_id, due_at) WHERE state = 'owed';

CREATE INDEX webhook_delivery_held ON webhook_delivery (node) WHERE node IS NOT NULL;

CREATE INDEX webhook_delivery_by_time ON webhook_delivery (endpoint_id, created_at, id);

CREATE INDEX webhook_delivery_by_age ON webhook_delivery (created_at);
