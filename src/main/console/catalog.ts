import { all, api, path, query } from './api.ts';
import type { Agent, Environment, Session, Tool, ToolConfig } from './types.ts';

export const TOOLSET = 'agent_toolset_20260401';
export const BUILT_IN = ['bash', 'read', 'write', 'edit', 'glob', 'grep', 'web_fetch', 'web_search'];

/** How a tool may be used. */
export type Use = 'allow' | 'ask' | 'off' | 'auto';

/** The parts of an agent that a reader edits. */
export interface Draft {
  name: string;
  model: string;
  effort: string;
  description: string;
  system: string;
  tools: Tool[];
  mcp_servers: { type: string; name: string; url: string }[];
}

export const TEMPLATES: { name: string; says: string; draft: Draft }[] = [
  {
    name: 'Coder',
    says: 'Reads, writes and runs code in its sandbox.',
    draft: draft('Coder', 'You are a careful programmer. Read before you change something, and run the tests.', [toolset('allow', {})]),
  },
  {
    name: 'Reader',
    says: 'Answers questions about files; changes nothing.',
    draft: draft('Reader', 'You answer questions about the files in the workspace. You change nothing.', [
      toolset('allow', { bash: 'off', write: 'off', edit: 'off', web_fetch: 'off', web_search: 'off' }),
    ]),
  },
  {
    name: 'Researcher',
    says: 'Searches the web; asks before it runs a command.',
    draft: draft('Researcher', 'You look things up and name your sources.', [toolset('allow', { bash: 'ask' })]),
  },
  { name: 'Empty', says: 'No tools, no instructions.', draft: draft('Agent', '', []) },
];

function draft(name: string, system: string, tools: Tool[]): Draft {
  return { name, model: '', effort: '', description: '', system, tools, mcp_servers: [] };
}

function policy(use: Use): { type: 'always_allow' | 'always_ask' | 'auto' } {
  return { type: use === 'ask' ? 'always_ask' : use === 'auto' ? 'auto' : 'always_allow' };
}

/** The built-in tools, used in one way, with exceptions. */
export function toolset(use: Use, exceptions: Record<string, Use>): Tool {
  return {
    type: TOOLSET,
    default_config: { enabled: use !== 'off', permission_policy: policy(use) },
    configs: Object.keys(exceptions).map((name) => ({
      name,
      enabled: exceptions[name] !== 'off',
      permission_policy: policy(exceptions[name]!),
    })),
  };
}

function useOf(config: { enabled: boolean; permission_policy: { type: string } | null } | undefined, fallback: Use): Use {
  if (!config) return fallback;
  if (!config.enabled) return 'off';
  const type = config.permission_policy?.type;
  return type === 'always_ask' ? 'ask' : type === 'auto' ? 'auto' : 'allow';
}

/** How each built-in tool may be used. */
export function uses(tools: Tool[]): Record<string, Use> {
  const set = tools.find((tool) => tool.type === TOOLSET);
  const found: Record<string, Use> = {};
  const fallback = set ? useOf(set.default_config, 'allow') : 'off';
  for (const name of BUILT_IN) found[name] = set ? useOf(set.configs?.find((one) => one.name === name), fallback) : 'off';
  return found;
}

/** The tools of an agent, with another use of one built-in tool. Other settings of the tool are kept. */
export function withUse(tools: Tool[], name: string, use: Use): Tool[] {
  const old = tools.find((tool) => tool.type === TOOLSET);
  const set: Tool = old ?? toolset('off', {});
  const configs = (set.configs ?? []).filter((one) => one.name !== name);
  const before: Partial<ToolConfig> = set.configs?.find((one) => one.name === name) ?? {};
  configs.push({ ...before, name, enabled: use !== 'off', permission_policy: policy(use) });
  const next = { ...set, configs };
  return old ? tools.map((tool) => (tool === old ? next : tool)) : [next, ...tools];
}

/** The draft that an agent is. */
export function draftOf(agent: Agent): Draft {
  return {
    name: agent.name,
    model: agent.model.id,
    effort: agent.model.effort?.type ?? '',
    description: agent.description ?? '',
    system: agent.system ?? '',
    tools: agent.tools,
    mcp_servers: agent.mcp_servers,
  };
}

/** The request that makes or changes an agent. */
export function body(draft: Draft): Record<string, unknown> {
  return {
    name: draft.name,
    model: draft.effort === '' ? draft.model : { id: draft.model, effort: draft.effort },
    description: draft.description === '' ? null : draft.description,
    system: draft.system === '' ? null : draft.system,
    tools: draft.tools,
    mcp_servers: draft.mcp_servers,
  };
}

/** The environment that is used when nobody chooses one: the first one, which is made if there is none. */
export async function anyEnvironment(): Promise<Environment> {
  const found = await all<Environment>('/v1/environments' + query({ limit: 20 }), 20);
  const usable = found.find((one) => one.name === 'default' && one.config.type === 'cloud') ?? found.find((one) => one.config.type === 'cloud');
  return usable ?? api<Environment>('/v1/environments', { name: 'default' });
}

export function createSession(request: Record<string, unknown>): Promise<Session> {
  return api<Session>('/v1/sessions', request);
}

export function message(text: string): object {
  return { type: 'user.message', content: [{ type: 'text', text }] };
}

export function sessionPath(session: Session): string {
  return path`/console/sessions/${session.id}`;
}
