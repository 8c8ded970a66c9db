import assert from 'node:assert/strict';
import test from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import { agents, all, is, newAgent, toolset, unique, weather } from '../support.mjs';

test('an agent of nothing but a name and a model is whole', async () => {
  const agent = await agents.create({ name: 'Coder', model: 'scripted' });
  assert.match(agent.id, /^agent_/);
  assert.match(agent.created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  const { id, created_at, updated_at, ...rest } = agent;
  assert.equal(created_at, updated_at);
  assert.deepEqual(rest, {
    type: 'agent', name: 'Coder', description: null, system: null,
    model: { id: 'scripted', effort: { type: 'high' }, speed: 'standard' },
    tools: [], mcp_servers: [], skills: [], multiagent: null, execution_identity: { type: 'service_account' },
    metadata: {}, version: 1, archived_at: null,
  });
  assert.deepEqual(await agents.retrieve(id), agent);
});

test('an agent of everything comes back resolved', async () => {
  const agent = await agents.create({
    name: 'All', description: 'Does all', system: 'Be brief.', metadata: { team: 'a' },
    model: { id: 'scripted', effort: 'low', speed: 'standard' },
    mcp_servers: [], skills: [], multiagent: null, execution_identity: { type: 'service_account' },
    tools: [
      {
        ...toolset,
        default_config: { enabled: false, permission_policy: { type: 'auto' } },
        configs: [
          { name: 'bash', enabled: true, permission_policy: { type: 'always_ask' } },
          { name: 'read', type: 'read', enabled: true },
        ],
      },
      weather,
    ],
    betas: ['another-2026-01-01'], workspace_id: 'wrkspc_01Default',
  });
  assert.deepEqual(agent.model, { id: 'scripted', effort: { type: 'low' }, speed: 'standard' });
  assert.deepEqual(agent.metadata, { team: 'a' });
  assert.deepEqual(agent.tools, [
    {
      ...toolset,
      default_config: { enabled: false, permission_policy: { type: 'auto' } },
      configs: [
        { type: 'bash', name: 'bash', enabled: true, permission_policy: { type: 'always_ask' } },
        { type: 'read', name: 'read', enabled: true, permission_policy: { type: 'auto' } },
      ],
    },
    weather,
  ]);
  const level = await newAgent({ model: { id: 'scripted', effort: { type: 'medium' } } });
  assert.deepEqual(level.model.effort, { type: 'medium' });
  const none = await newAgent({ model: { id: 'unpriced' } });
  assert.deepEqual(none.model, { id: 'unpriced', speed: 'standard' });
});

test('the rules of the web tools come back resolved', async () => {
  const rules = [
    {
      name: 'web_fetch', blocked_domains: ['Ads.example'], max_content_tokens: 5000,
      url_sources: {
        user_input: 'all', client_tool_results: { type: 'only', tools: [{ type: 'tool_reference', name: 'weather' }] },
        server_tool_results: { type: 'none' },
      },
    },
    {
      name: 'web_search', allowed_domains: ['docs.example/api'],
      user_location: { type: 'approximate', city: 'Bern', country: 'CH', timezone: 'Europe/Zurich' },
    },
  ];
  const agent = await newAgent({ tools: [{ ...toolset, configs: rules }, weather] });
  const usual = { enabled: true, permission_policy: { type: 'always_allow' } };
  assert.deepEqual(agent.tools[0].configs, [
    {
      ...rules[0], type: 'web_fetch', ...usual, blocked_domains: ['ads.example'],
      url_sources: {
        user_input: { type: 'all' }, client_tool_results: rules[0].url_sources.client_tool_results,
        server_tool_results: { type: 'none' },
      },
    },
    { ...rules[1], type: 'web_search', ...usual },
  ]);
  const again = await agents.update(agent.id, { tools: agent.tools });
  assert.deepEqual([again.tools, again.version], [agent.tools, 1]);
  await assert.rejects(
    newAgent({ tools: [{ ...toolset, configs: [{ name: 'web_fetch', allowed_domains: [] }] }] }),
    (error) => is(Anthropic.BadRequestError)(error) && /Empty list of domains is ambiguous/.test(error.message),
  );
});

test('an update keeps what it does not name, and says when another was faster', async () => {
  const first = await newAgent({ description: 'd', system: 's', metadata: { a: '1', b: '2' }, model: { id: 'scripted', effort: 'low' } });
  const second = await agents.update(first.id, { version: 1, name: 'Renamed', metadata: { a: null, c: '3' } });
  assert.deepEqual({ ...second, updated_at: 0 }, { ...first, name: 'Renamed', metadata: { b: '2', c: '3' }, version: 2, updated_at: 0 });
  assert.deepEqual(await agents.update(first.id, {}), second);
  assert.deepEqual(await agents.update(first.id, { name: 'Renamed', metadata: null }), second);
  const third = await agents.update(first.id, { description: '', system: null, tools: null, model: { id: 'scripted' } });
  assert.deepEqual([third.description, third.system, third.tools, third.version], [null, null, [], 3]);
  assert.deepEqual(third.model.effort, { type: 'low' });
  await assert.rejects(
    agents.update(first.id, { version: 1, name: 'late' }),
    (error) => is(Anthropic.ConflictError)(error) && error.type === 'conflict_error' && error.headers.get('x-should-retry') === 'false',
  );
  assert.deepEqual(await agents.retrieve(first.id, { version: 1 }), first);
  assert.deepEqual(await agents.retrieve(first.id), third);
  assert.deepEqual((await all(agents.versions.list(first.id, { limit: 1 }))).map((a) => a.version), [3, 2, 1]);
  assert.equal((await agents.versions.list(first.id)).data.length, 3);
});

test('lists go over pages, by time, and leave out what is archived', async () => {
  const made = [await newAgent(), await newAgent(), await newAgent()];
  const since = { 'created_at[gte]': made[0].created_at, limit: 1 };
  const ids = made.map((agent) => agent.id);
  const found = async (params) => (await all(agents.list(params))).map((agent) => agent.id);
  assert.deepEqual(await found(since), ids.toReversed());
  assert.deepEqual(await found({ ...since, 'created_at[lte]': made[1].created_at }), ids.slice(0, 2).toReversed());
  const archived = await agents.archive(ids[1]);
  assert.ok(archived.archived_at);
  assert.deepEqual(await agents.archive(ids[1]), archived);
  assert.deepEqual(await found(since), [ids[2], ids[0]]);
  assert.deepEqual(await found({ ...since, include_archived: true }), ids.toReversed());
  assert.deepEqual(await agents.retrieve(ids[1]), archived);
  await assert.rejects(agents.update(ids[1], { name: unique('x') }), is(Anthropic.BadRequestError, null, /Cannot modify archived agent/));
});
