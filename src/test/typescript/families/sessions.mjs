import assert from 'node:assert/strict';
import test from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import {
  agents, all, find, is, isIdle, listed, newAgent, newEnvironment, newSession, says, script, sessions, stored, toolset,
  turn, types, until, user, weather, CLOSING, OPENING, TEXT,
} from '../support.mjs';

test('a new session is idle, and whole', async () => {
  const session = await newSession();
  const { id, created_at, updated_at, agent, environment_id, usage, stats, ...rest } = session;
  assert.match(id, /^sesn_/);
  assert.equal(created_at, updated_at);
  assert.deepEqual(rest, {
    type: 'session', status: 'idle', title: null, metadata: {}, resources: [], vault_ids: [], budget: null,
    outcome_evaluations: [], deployment_id: null, archived_at: null,
  });
  const { metadata, created_at: _c, updated_at: _u, archived_at: _a, ...definition } = await agents.retrieve(agent.id);
  assert.deepEqual(agent, definition);
  assert.deepEqual(
    [usage.input_tokens, usage.output_tokens, usage.cache_creation, usage.list_cost],
    [0, 0, { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 }, { amount: '0', currency: 'USD' }],
  );
  assert.equal((await sessions.retrieve(id)).id, id);
  assert.deepEqual(await listed(session), []);
});

test('an agent is named in three forms', async () => {
  const [agent, environment] = await Promise.all([newAgent({ system: 'one' }), newEnvironment()]);
  await agents.update(agent.id, { system: 'two' });
  const system = async (reference) => {
    const session = await sessions.create({ agent: reference, environment_id: environment.id });
    return [session.agent.version, session.agent.system];
  };
  assert.deepEqual(await system(agent.id), [2, 'two']);
  assert.deepEqual(await system({ type: 'agent', id: agent.id }), [2, 'two']);
  assert.deepEqual(await system({ type: 'agent', id: agent.id, version: 1 }), [1, 'one']);
  assert.deepEqual(await system({ type: 'agent_with_overrides', id: agent.id, version: 1 }), [1, 'one']);
  assert.deepEqual(await system({ type: 'agent_with_overrides', id: agent.id, system: 'mine' }), [2, 'mine']);
  assert.deepEqual(await system({ type: 'agent_with_overrides', id: agent.id, system: null }), [2, null]);
  const changed = await sessions.create({
    agent: {
      type: 'agent_with_overrides', id: agent.id, model: { id: 'scripted', effort: 'low' }, tools: [weather],
      mcp_servers: [], skills: null,
    },
    environment_id: environment.id, title: 'Changed', metadata: { a: 'b' },
    betas: ['another-2026-01-01'], workspace_id: 'wrkspc_01Default',
  });
  assert.deepEqual([changed.agent.model.effort, changed.agent.tools], [{ type: 'low' }, [weather]]);
  assert.deepEqual([changed.title, changed.metadata], ['Changed', { a: 'b' }]);
  assert.equal((await agents.retrieve(agent.id)).version, 2);
  await assert.rejects(
    system({ type: 'agent_with_overrides', id: agent.id, model: null }),
    is(Anthropic.BadRequestError, 'agent_model_required'),
  );
  await assert.rejects(system({ type: 'agent', id: agent.id, version: 9 }), is(Anthropic.NotFoundError, null, /version: 9 not found/));
  await agents.archive(agent.id);
  await assert.rejects(system(agent.id), is(Anthropic.BadRequestError));
});

test('a session begins with its first events, and runs', async () => {
  const first = script({ text: ['one'], hold: true });
  const session = await newSession({}, { initial_events: [first.message, says('two').message] });
  assert.equal(session.status, 'running');
  const stream = await sessions.events.stream(session.id);
  await first.release();
  await until(stream, isIdle);
  const events = await listed(session);
  assert.deepEqual(types(events), [...OPENING, ...TEXT, 'user.message', 'span.model_request_start', ...TEXT, ...CLOSING]);
  const again = await newSession({}, { initial_events: [] });
  assert.equal(again.status, 'idle');
});

test('an update changes what it names, and says so on the stream', async () => {
  const session = await newSession({}, { title: 'old', metadata: { a: '1', b: '2' } });
  const stream = await sessions.events.stream(session.id);
  const changed = await sessions.update(session.id, {
    title: 'new', metadata: { a: null, c: '3' }, agent: { tools: [toolset, weather], mcp_servers: [] },
  });
  assert.deepEqual([changed.title, changed.metadata, changed.agent.tools.length], ['new', { b: '2', c: '3' }, 2]);
  const [event] = await until(stream, (e) => e.type === 'session.updated');
  assert.deepEqual([event.title, event.metadata, event.agent], ['new', { b: '2', c: '3' }, changed.agent]);
  assert.deepEqual((await sessions.update(session.id, { title: null })).title, null);
  assert.deepEqual(types(await listed(session)), ['session.updated', 'session.updated']);
  await sessions.update(session.id, {});
  assert.equal((await listed(session)).length, 2);
  await assert.rejects(sessions.update(session.id, { agent: { system: 'x' } }), /only `tools` and `mcp_servers`/);
  await assert.rejects(sessions.update(session.id, { vault_ids: [] }), is(Anthropic.BadRequestError));
});

test('sessions are found by what they are, over pages in both directions', async () => {
  const agent = await newAgent();
  const environment = await newEnvironment();
  const made = [];
  for (let i = 0; i < 5; i++) made.push(await sessions.create({ agent: agent.id, environment_id: environment.id }));
  const ids = made.map((session) => session.id);
  const found = async (params) => (await all(sessions.list({ agent_id: agent.id, ...params }))).map((one) => one.id);
  assert.deepEqual(await found({ limit: 2 }), ids.toReversed());
  assert.deepEqual(await found({ limit: 2, order: 'asc' }), ids);
  assert.deepEqual(await found({ 'created_at[gt]': made[1].created_at, 'created_at[lte]': made[3].created_at, order: 'asc' }), ids.slice(2, 4));
  assert.deepEqual(await found({ 'created_at[gte]': made[1].created_at, 'created_at[lt]': made[3].created_at, order: 'asc' }), ids.slice(1, 3));
  assert.deepEqual(await found({ agent_version: 2 }), []);
  assert.deepEqual(await found({ agent_version: 1, statuses: ['running', 'idle'], order: 'asc' }), ids);

  const pages = [await sessions.list({ agent_id: agent.id, limit: 2, order: 'asc' })];
  while (pages.at(-1).hasNextPage()) pages.push(await pages.at(-1).getNextPage());
  assert.deepEqual(pages.map((page) => page.data.length), [2, 2, 1]);
  assert.equal(pages[0].prev_page, null);
  let page = pages[2];
  for (const expected of [pages[1], pages[0]]) {
    page = await sessions.list({ agent_id: agent.id, limit: 2, order: 'asc', page: page.prev_page });
    assert.deepEqual(page.data.map((one) => one.id), expected.data.map((one) => one.id));
  }
  assert.equal(page.prev_page, null);

  const archived = await sessions.archive(ids[0]);
  assert.deepEqual([archived.status, await sessions.archive(ids[0])].map((s) => s.archived_at ?? s), ['terminated', archived.archived_at]);
  assert.deepEqual(await found({ order: 'asc' }), ids.slice(1));
  assert.deepEqual(await found({ include_archived: true, statuses: ['terminated'] }), [ids[0]]);
  await assert.rejects(sessions.events.send(ids[0], { events: [user('late')] }), is(Anthropic.BadRequestError));
  assert.deepEqual(types(await listed(archived)), ['session.status_terminated']);
  await assert.rejects(
    sessions.list({ agent_id: agent.id, order: 'asc', page: (await sessions.list({ agent_id: agent.id, limit: 1 })).next_page }),
    is(Anthropic.BadRequestError, null, /order/),
  );
});

test('a running session is neither archived nor deleted; a deleted one ends its streams', async () => {
  const session = await newSession();
  const held = script({ text: ['well'], hold: true });
  const stream = await sessions.events.stream(session.id);
  await sessions.events.send(session.id, { events: [held.message] });
  await assert.rejects(sessions.archive(session.id), is(Anthropic.BadRequestError, null, /cannot be archived while its status is "running"/));
  await assert.rejects(sessions.delete(session.id), /Cannot delete session while it is running/);
  await assert.rejects(sessions.update(session.id, { agent: { tools: [] } }), is(Anthropic.BadRequestError));
  await held.release();
  const end = [];
  for await (const event of stream) {
    end.push(event.type);
    if (isIdle(event)) assert.deepEqual(await sessions.delete(session.id), { id: session.id, type: 'session_deleted' });
  }
  assert.equal(end.at(-1), 'session.deleted');
  await assert.rejects(sessions.retrieve(session.id), is(Anthropic.NotFoundError));
});

test('the primary thread has the events of its session', async () => {
  const session = await newSession();
  const [thread] = await all(sessions.threads.list(session.id));
  assert.deepEqual([thread.parent_thread_id, thread.workflow_run_id, thread.usage, thread.archived_at], [null, null, null, null]);
  assert.deepEqual(await all(sessions.threads.list(session.id, { statuses: ['running'] })), []);
  assert.equal((await all(sessions.threads.list(session.id, { statuses: ['idle'], limit: 1 }))).length, 1);
  const at = { session_id: session.id };
  const stream = await sessions.threads.events.stream(thread.id, { ...at, event_deltas: ['agent.message'] });
  const [shown] = await Promise.all([until(stream, isIdle), turn(session, [says('hello').message])]);
  assert.ok(find(shown, 'event_delta'));
  assert.deepEqual(await all(sessions.threads.events.list(thread.id, { ...at, limit: 3 })), stored(shown));
  const after = await sessions.threads.retrieve(thread.id, at);
  assert.deepEqual([after.status, after.session_id, after.usage.output_tokens], ['idle', session.id, 5]);
  const usage = (await sessions.retrieve(session.id)).usage;
  assert.deepEqual([usage.input_tokens, usage.output_tokens], [10, 5]);
  await assert.rejects(sessions.threads.archive(thread.id, at), is(Anthropic.BadRequestError, null, /primary thread/));
  await assert.rejects(sessions.threads.retrieve('sthr_01unknown', at), is(Anthropic.NotFoundError));
});
