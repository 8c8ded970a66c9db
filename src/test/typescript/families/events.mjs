import assert from 'node:assert/strict';
import test from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import {
  bash, find, is, isIdle, listed, newSession, says, script, sessions, stored, turn, types, until, user, weather,
} from '../support.mjs';

const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } };
const paper = { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'words' }, title: 't', context: 'c' };
const citations = { enabled: true };
const found = {
  type: 'search_result', source: 'https://a.example', title: 'A', content: [{ type: 'text', text: 'a' }], citations,
};

const send = (session, ...events) => sessions.events.send(session.id, { events });
const refused = (session, events, message) =>
  assert.rejects(send(session, ...events), is(Anthropic.BadRequestError, null, message));

test('a message holds every kind of content, and the model sees it', async () => {
  const session = await newSession();
  const asked = says('seen');
  const content = [
    ...asked.message.content, image, { type: 'image', source: { type: 'url', url: 'https://a.example/a.png' } },
    paper, { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0=' } },
    { type: 'document', source: { type: 'url', url: 'https://a.example/a.pdf' } },
  ];
  const events = await turn(session, [{ type: 'user.message', content }]);
  const echoes = events.filter((event) => event.type === 'user.message');
  assert.deepEqual([echoes[0].processed_at, echoes[0].id], [null, echoes[1].id]);
  assert.deepEqual(echoes[1].content, content);
  const [request] = await asked.requests();
  const said = request.messages.at(-1).content;
  assert.deepEqual(said.map((block) => block.type), ['text', 'image', 'image', 'document', 'document', 'document']);
  assert.deepEqual(said[1].source, image.source);
});

test('an answer to a custom tool holds every kind of content', async () => {
  const session = await newSession({ tools: [weather] });
  const call = script({ tools: [{ name: 'weather', input: { place: 'Bern' } }] }, { text: ['fine'] });
  const use = find(await turn(session, [call.message]), 'agent.custom_tool_use');
  const content = [{ type: 'text', text: 'rain' }, image, paper, found];
  const events = await turn(session, [{ type: 'user.custom_tool_result', custom_tool_use_id: use.id, content, is_error: false }]);
  const echo = find(events, 'user.custom_tool_result');
  assert.deepEqual([echo.content, echo.is_error, typeof echo.processed_at], [content, false, 'string']);
  const [, request] = await call.requests();
  const result = request.messages.at(-1).content.find((block) => block.type === 'tool_result');
  assert.deepEqual(result.content.map((block) => block.type), ['text', 'image', 'document', 'search_result']);
});

test('a system message goes beside a message, or beside a result', async () => {
  const session = await newSession({ tools: [weather] });
  const system = (text) => ({ type: 'system.message', content: [{ type: 'text', text }] });
  const call = script({ tools: [{ name: 'weather', input: { place: 'Bern' } }] }, { text: ['fine'] });
  const first = await turn(session, [call.message, system('be kind')]);
  assert.equal(find(stored(first), 'system.message').content[0].text, 'be kind');
  const use = find(first, 'agent.custom_tool_use');
  await turn(session, [{ type: 'user.custom_tool_result', custom_tool_use_id: use.id }, system('be brief')]);
  assert.ok(types(await listed(session)).filter((type) => type === 'system.message').length === 2);
  const [, request] = await call.requests();
  assert.match(JSON.stringify(request.messages), /be kind.*be brief/);
  await refused(session, [system('alone')], /directly follow/);
  await refused(session, [user('a'), system('b'), user('c')], /last event/);
  const other = await newSession({ model: 'unpriced' });
  await assert.rejects(
    send(other, user('a'), system('b')),
    is(Anthropic.BadRequestError, 'model_does_not_support_mid_conversation_system'),
  );
});

test('an interrupt names the thread or nothing; with nothing to stop it is stored', async () => {
  const session = await newSession();
  const [thread] = (await sessions.threads.list(session.id)).data;
  const stream = await sessions.events.stream(session.id);
  const sent = await send(session, { type: 'user.interrupt', session_thread_id: thread.id });
  assert.equal(sent.data[0].type, 'user.interrupt');
  await until(stream, (event) => event.type === 'user.interrupt' && event.processed_at);
  assert.equal((await sessions.retrieve(session.id)).status, 'idle');
  await assert.rejects(
    send(session, { type: 'user.interrupt', session_thread_id: 'sthr_01unknown' }),
    is(Anthropic.NotFoundError),
  );
});

test('what cannot be sent is refused whole, and says why', async () => {
  const session = await newSession();
  await refused(session, [], /events/);
  await refused(session, [user('fine'), { type: 'user.shout' }], /unknown event type/);
  await refused(session, [{ ...user('a'), loud: true }], /loud/);
  await refused(session, [{ type: 'user.message', content: [] }], /content/);
  await refused(session, [{ type: 'user.message', content: [{ type: 'redacted' }] }], /content/);
  await refused(session, [{ type: 'user.message', content: [{ type: 'image', source: { type: 'file', file_id: 'file_1' } }] }], /file/);
  await refused(session, [{ type: 'user.define_outcome', description: 'd', rubric: { type: 'text', content: 'r' } }], /graders/);
  await refused(session, [{ type: 'user.tool_result', tool_use_id: 'sevt_1' }], /self_hosted/);
  await refused(session, [{ type: 'user.tool_confirmation', tool_use_id: 'sevt_1', result: 'allow' }], /sevt_1/);
  await refused(session, [{ type: 'user.tool_confirmation', tool_use_id: 'sevt_1', result: 'allow', deny_message: 'no' }], /deny_message/);
  await refused(session, [{ type: 'user.custom_tool_result', custom_tool_use_id: 'sevt_1' }], /sevt_1/);
  assert.deepEqual(await listed(session), []);
});

test('lists choose by type and time, forwards and back, over pages', async () => {
  const session = await newSession();
  await turn(session, [script({ tools: [bash('echo one')] }, { text: ['done'] }).message]);
  await turn(session, [says('again').message]);
  const everything = await listed(session);
  assert.ok(everything.every((event, i) => i === 0 || event.processed_at > everything[i - 1].processed_at));
  assert.deepEqual(await listed(session, { limit: 3 }), everything);
  assert.deepEqual(await listed(session, { limit: 4, order: 'desc' }), everything.toReversed());
  const kinds = ['agent.tool_use', 'agent.tool_result', 'never.seen'];
  assert.deepEqual(await listed(session, { types: kinds, limit: 1 }), everything.filter((e) => kinds.includes(e.type)));
  const [from, to] = [everything[4].processed_at, everything[9].processed_at];
  assert.deepEqual(await listed(session, { 'created_at[gte]': from, 'created_at[lt]': to }), everything.slice(4, 9));
  assert.deepEqual(await listed(session, { 'created_at[gt]': from, 'created_at[lte]': to, order: 'desc' }), everything.slice(5, 10).toReversed());
  const page = await sessions.events.list(session.id, { limit: 2 });
  assert.ok(page.next_page && page.hasNextPage());
  await assert.rejects(sessions.events.list(session.id, { page: page.next_page, order: 'desc' }), is(Anthropic.BadRequestError, null, /order/));
  await assert.rejects(sessions.events.list(session.id, { page: 'nonsense' }), is(Anthropic.BadRequestError, null, /page/));
  await assert.rejects(sessions.events.list(session.id, { limit: 0 }), is(Anthropic.BadRequestError, null, /limit/));
  await assert.rejects(sessions.events.list(session.id, { after: 'x' }), is(Anthropic.BadRequestError, null, /after/));
});

test('what waits is listed last, and keeps its id when its turn comes', async () => {
  const session = await newSession();
  const held = script({ text: ['first'], hold: true });
  const stream = await sessions.events.stream(session.id);
  await send(session, held.message);
  await until(stream, (event) => event.type === 'span.model_request_start');
  const { data: [second, third] } = await send(session, says('second').message, says('third').message);
  const waiting = (await listed(session)).slice(-2);
  assert.deepEqual(waiting, [second, third]);
  const rest = sessions.events.stream(session.id);
  await rest;
  await held.release();
  await until(await rest, isIdle);
  const events = await listed(session);
  assert.deepEqual(
    events.filter((e) => e.type === 'agent.message' || e.type === 'user.message').map((e) => e.id === second.id || e.id === third.id ? e.id : e.type),
    ['user.message', 'agent.message', second.id, 'agent.message', third.id, 'agent.message'],
  );
  assert.equal(types(events).filter((type) => type === 'session.status_idle').length, 1);
});
