// The first session, through the official TypeScript SDK with nothing changed but base URL and key.
import assert from 'node:assert/strict';
import test from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import { accumulateManagedAgentsEvent } from '@anthropic-ai/sdk/lib/sessions/accumulate';

const client = new Anthropic({
  baseURL: process.env.DROVER_TEST_URL,
  apiKey: process.env.DROVER_TEST_KEY,
  maxRetries: 0,
});

const text = (content) => ({ type: 'user.message', content: [{ type: 'text', text: content }] });

async function newSession(name) {
  const environment = await client.beta.environments.create({ name });
  const agent = await client.beta.agents.create({
    name: 'Coder',
    model: 'rehearsal',
    tools: [{ type: 'agent_toolset_20260401' }],
  });
  return client.beta.sessions.create({ agent: agent.id, environment_id: environment.id, title: name });
}

/** Everything on the stream until a turn is over, previews included. */
async function turn(stream, more = () => {}) {
  const events = [];
  for await (const event of stream) {
    events.push(event);
    more(event);
    if (event.type === 'session.status_idle') break;
  }
  return events;
}

const stored = (events) => events.filter((e) => 'id' in e && e.processed_at !== null);

async function listed(session, params = {}) {
  const events = [];
  for await (const event of client.beta.sessions.events.list(session.id, params)) events.push(event);
  return events;
}

test('a turn runs bash in a sandbox, and stream and list agree', async () => {
  const session = await newSession('typescript-turn');
  assert.equal(session.status, 'idle');
  const stream = await client.beta.sessions.events.stream(session.id, {
    event_deltas: ['agent.message', 'agent.thinking'],
  });
  const sent = await client.beta.sessions.events.send(session.id, { events: [text('$ echo from $(hostname)')] });
  assert.equal(sent.data[0].processed_at, null);

  let preview;
  const shown = [];
  const events = await turn(stream, (event) => {
    if (event.type === 'event_start' || event.type === 'event_delta' || event.type === 'agent.message') {
      preview = accumulateManagedAgentsEvent(preview, event);
      shown.push(event.type);
    }
  });
  assert.ok(shown.includes('event_start') && shown.includes('event_delta'), 'no preview was shown');
  assert.equal(shown.at(-1), 'agent.message');

  const types = stored(events).map((e) => e.type);
  assert.deepEqual(types, [
    'session.status_running', 'session.thread_status_running', 'user.message', 'span.model_request_start',
    'agent.message', 'agent.tool_use', 'span.model_request_end', 'agent.tool_result',
    'span.model_request_start', 'agent.message', 'span.model_request_end',
    'session.thread_status_idle', 'session.usage', 'session.status_idle',
  ]);
  const result = events.find((e) => e.type === 'agent.tool_result');
  assert.deepEqual(result.content, [{ type: 'text', text: 'from hand' }]);
  assert.equal(result.is_error, false);
  assert.equal(sent.data[0].id, events.find((e) => e.type === 'user.message' && e.processed_at).id);
  assert.deepEqual(await listed(session), stored(events));
  const after = await client.beta.sessions.retrieve(session.id);
  assert.equal(after.status, 'idle');
  assert.ok(after.usage.output_tokens > 0);
});

test('pages, a second connection and a second turn show the same events in the same order', async () => {
  const session = await newSession('typescript-pages');
  const streams = await Promise.all([1, 2].map(() => client.beta.sessions.events.stream(session.id)));
  await client.beta.sessions.events.send(session.id, { events: [text('$ true')] });
  const [first, second] = await Promise.all(streams.map((stream) => turn(stream)));
  assert.deepEqual(first, second);

  const late = await client.beta.sessions.events.stream(session.id);
  const history = await listed(session);
  await client.beta.sessions.events.send(session.id, { events: [text('thank you')] });
  const live = stored(await turn(late));
  assert.ok(live.every((e) => !history.some((h) => h.id === e.id)), 'the stream replayed the past');
  const all = [...history, ...live];
  assert.deepEqual(await listed(session), all);
  assert.deepEqual(await listed(session, { limit: 4 }), all);
  assert.deepEqual(await listed(session, { limit: 5, order: 'desc' }), all.toReversed());
  assert.deepEqual(
    await listed(session, { types: ['agent.tool_use', 'agent.tool_result'] }),
    all.filter((e) => e.type.startsWith('agent.tool_')),
  );
});

test('an interrupt cuts a running command', async () => {
  const session = await newSession('typescript-interrupt');
  const stream = await client.beta.sessions.events.stream(session.id);
  await client.beta.sessions.events.send(session.id, { events: [text('$ sleep 600')] });
  const events = await turn(stream, (event) => {
    if (event.type === 'agent.tool_use') {
      client.beta.sessions.events.send(session.id, { events: [{ type: 'user.interrupt' }] });
    }
  });
  const end = stored(events).slice(-5);
  assert.deepEqual(end.map((e) => e.type), [
    'agent.tool_result', 'user.interrupt', 'session.thread_status_idle', 'session.usage', 'session.status_idle',
  ]);
  assert.equal(end[0].is_error, true);
  assert.equal(end[0].content[0].text, 'Tool execution was interrupted before completion. Please retry.');
  assert.deepEqual(end[4].stop_reason, { type: 'end_turn' });
});

test('errors arrive as the typed errors of the SDK', async () => {
  await assert.rejects(client.beta.sessions.retrieve('sesn_01unknown'), Anthropic.NotFoundError);
  await assert.rejects(client.beta.agents.create({ name: '', model: 'rehearsal' }), Anthropic.BadRequestError);
  await assert.rejects(
    client.beta.agents.create({ name: 'x', model: 'rehearsal', nonsense: 1 }),
    (e) => e instanceof Anthropic.BadRequestError && /nonsense/.test(e.message) && e.requestID.startsWith('req_'),
  );
  const stranger = new Anthropic({ baseURL: process.env.DROVER_TEST_URL, apiKey: 'wrong', maxRetries: 0 });
  await assert.rejects(stranger.beta.agents.list(), Anthropic.AuthenticationError);
});

test('agents, environments, sessions and threads are found again', async () => {
  const session = await newSession('typescript-lists');
  const agent = await client.beta.agents.retrieve(session.agent.id);
  assert.equal(agent.version, 1);
  assert.equal((await client.beta.environments.retrieve(session.environment_id)).name, 'typescript-lists');
  const ids = [];
  for await (const one of client.beta.sessions.list({ limit: 2 })) ids.push(one.id);
  assert.ok(ids.includes(session.id));
  const threads = [];
  for await (const thread of client.beta.sessions.threads.list(session.id)) threads.push(thread);
  assert.equal(threads.length, 1);
  assert.equal(threads[0].parent_thread_id, null);
  await client.beta.sessions.delete(session.id);
  await assert.rejects(client.beta.sessions.retrieve(session.id), Anthropic.NotFoundError);
});

test('an agent changes in versions, and ends', async () => {
  const { agent, id } = await newSession('typescript-agent');
  const changed = await client.beta.agents.update(agent.id, { version: 1, system: 'Be brief.', metadata: { a: 'b' } });
  assert.equal(changed.version, 2);
  assert.deepEqual((await client.beta.agents.update(agent.id, { metadata: { never: null } })), changed);
  await assert.rejects(
    client.beta.agents.update(agent.id, { version: 1, name: 'late' }),
    (e) => e instanceof Anthropic.ConflictError && e.headers.get('x-should-retry') === 'false',
  );
  const versions = [];
  for await (const one of client.beta.agents.versions.list(agent.id, { limit: 1 })) versions.push(one.version);
  assert.deepEqual(versions, [2, 1]);
  assert.equal((await client.beta.sessions.retrieve(id)).agent.version, 1);
  assert.ok((await client.beta.agents.archive(agent.id)).archived_at);
  await assert.rejects(client.beta.agents.update(agent.id, { name: 'x' }), /Cannot modify archived agent/);
  const found = await client.beta.sessions.list({ agent_id: agent.id, agent_version: 1 });
  assert.deepEqual(found.data.map((one) => one.id), [id]);
});

test('an environment changes, and ends once no session refers to it', async () => {
  const session = await newSession('typescript-environment');
  const id = session.environment_id;
  const limited = { type: 'cloud', networking: { type: 'limited', allowed_hosts: ['a.example'] } };
  const changed = await client.beta.environments.update(id, { config: limited, metadata: { a: 'b' } });
  assert.deepEqual(changed.config.networking.allowed_hosts, ['a.example']);
  assert.deepEqual((await client.beta.environments.update(id, { metadata: { a: '' } })).metadata, {});
  await assert.rejects(client.beta.environments.delete(id), Anthropic.ConflictError);
  assert.ok((await client.beta.environments.archive(id)).archived_at);
  await client.beta.sessions.delete(session.id);
  assert.deepEqual(await client.beta.environments.delete(id), { id, type: 'environment_deleted' });
  await assert.rejects(client.beta.environments.retrieve(id), Anthropic.NotFoundError);
});

test('sessions are paged back and found by time, and models are listed', async () => {
  const first = await newSession('typescript-back-1');
  await newSession('typescript-back-2');
  const filter = { 'created_at[gte]': first.created_at, order: 'asc', limit: 1 };
  const page = await client.beta.sessions.list(filter);
  assert.deepEqual([page.data[0].id, page.prev_page], [first.id, null]);
  const second = await page.getNextPage();
  const back = await client.beta.sessions.list({ ...filter, page: second.prev_page });
  assert.deepEqual([back.data[0].id, back.prev_page], [first.id, null]);
  const models = [];
  for await (const model of client.models.list()) models.push(model.id);
  assert.deepEqual(models, ['rehearsal']);
  assert.equal((await client.beta.models.retrieve('rehearsal')).type, 'model');
});
