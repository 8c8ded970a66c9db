/** An event as the API sends it. */
export interface WireEvent {
  id: string;
  type: string;
  processed_at: string | null;
  [field: string]: unknown;
}

/** A block of content of the Messages API. */
export interface Block {
  type: string;
  text?: string;
  title?: string | null;
  content?: Block[];
  source?: { type: string; media_type?: string; data?: string; url?: string; file_id?: string };
}

/** An amount of money: whole cents. */
export interface Money {
  amount: string;
  currency: string;
}

export interface Usage {
  input_tokens?: number;
  output_tokens?: number;
  cache_read_input_tokens?: number;
  cache_creation?: { ephemeral_5m_input_tokens?: number; ephemeral_1h_input_tokens?: number } | null;
  active_seconds?: number;
  list_cost?: Money | null;
}

export interface Policy {
  type: 'always_allow' | 'always_ask' | 'auto';
}

export interface ToolConfig {
  name: string;
  enabled: boolean;
  permission_policy: Policy | null;
  [field: string]: unknown;
}

export interface Tool {
  type: string;
  name?: string;
  description?: string;
  mcp_server_name?: string;
  input_schema?: unknown;
  default_config?: { enabled: boolean; permission_policy: Policy };
  configs?: ToolConfig[];
}

export interface ModelConfig {
  id: string;
  effort?: { type: string } | null;
  speed?: string | null;
}

/** An agent, or the copy of it that a session has. */
export interface Agent {
  id: string;
  type: string;
  version: number;
  name: string;
  description: string | null;
  model: ModelConfig;
  system: string | null;
  tools: Tool[];
  mcp_servers: { type: string; name: string; url: string }[];
  skills: { type: string; skill_id: string; version: string }[];
  metadata?: Record<string, string>;
  created_at?: string;
  updated_at?: string;
  archived_at?: string | null;
}

export interface Session {
  id: string;
  status: 'idle' | 'running' | 'rescheduling' | 'terminated';
  agent: Agent;
  environment_id: string;
  title: string | null;
  metadata: Record<string, string>;
  resources: { id: string; type: string; [field: string]: unknown }[];
  vault_ids: string[];
  budget: { type: string; max_list_cost: Money } | null;
  usage: Usage;
  stats: { active_seconds?: number; duration_seconds?: number } | null;
  created_at: string;
  updated_at: string;
  archived_at: string | null;
}

export interface Environment {
  id: string;
  name: string;
  description: string | null;
  config: { type: string; [field: string]: unknown };
  archived_at: string | null;
}

export interface Page<T> {
  data: T[];
  next_page?: string | null;
  prev_page?: string | null;
}

/** Why a session makes progress or not, of `/drover/sessions/{session}`. */
export interface Standing {
  id: string;
  status: string;
  why: string;
  reason: {
    type: string;
    since?: string;
    until?: string;
    node?: string;
    silent_ms?: number;
    event_ids?: string[];
    calls?: { id: string; name: string; since: string | null }[];
  };
  holder: { node: string; epoch: number; host: string | null; silent_ms: number | null } | null;
  inbox: { waiting: number; received: number };
  last_event: { type: string; id: string; processed_at: string } | null;
  last_error: { type: string; message: string; processed_at: string } | null;
  forked_from: { session_id: string; position: number } | null;
  imported_from: { session_id: string; position: number } | null;
}
