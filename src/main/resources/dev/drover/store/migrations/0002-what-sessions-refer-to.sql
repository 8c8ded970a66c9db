-- Sessions by what they were made from: an environment that one refers to is not deleted, and a
-- list may be narrowed to an agent.

CREATE INDEX session_origin_by_environment ON session_origin (workspace_id, environment_id);

CREATE INDEX session_origin_by_agent ON session_origin (workspace_id, agent_id);
