// The sequences of events that an app sees, on the stream and in the list.
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  bash, find, isIdle, listed, newSession, says, script, sessions, stored, toolset, turn, types, until, user, weather,
  CLOSING, OPENING, RUNNING, TEXT,
} from '../support.mjs';

const asking = { tools: [{ ...toolset, default_config: { permission_policy: { type: 'always_ask' } } }] };
const RESCHEDULED = [
  'span.model_request_end', 'session.error', 'session.thread_status_rescheduled', 'session.status_rescheduled',
  ...RUNNING, 'span.model_request_start',
];
const INTERRUPTED = 'Tool execution was interrupted before completion. Please retry.';

/** A turn whose stream and list are these types; all that the stream showed. */
async function sequence(session, events, expected, on) {
  const before = (await listed(session)).length;
  const shown = await turn(session, events, on);
  assert.deepEqual(types(stored(shown)), expected);
  assert.deepEqual((await listed(session)).slice(before), stored(shown));
  return shown;
}

const texts = (events, type) => events.filter((e) => e.type === type).map((e) => e.content[0].text);
const reason = (events) => events.at(-1).stop_reason;

test('(a) a text turn', async () => {
  const session = await newSession();
  const shown = await sequence(session, [says('Hello', ' there').message], [...OPENING, ...TEXT, ...CLOSING]);
  assert.deepEqual(types(shown).slice(0, 1), ['user.message']);
  assert.deepEqual(texts(shown, 'agent.message'), ['Hello there']);
  const { id, processed_at, ...idle } = shown.at(-1);
  assert.deepEqual(idle, { type: 'session.status_idle', stop_reason: { type: 'end_turn' }, stop_details: null });
  const end = find(shown, 'span.model_request_end');
  assert.deepEqual([end.model_request_start_id, end.is_error], [find(shown, 'span.model_request_start').id, false]);
  assert.deepEqual(end.model_usage, {
    input_tokens: 10, output_tokens: 5, cache_read_input_tokens: 0, cache_creation_input_tokens: 0,
  });
  assert.equal(find(shown, 'session.usage').budget, null);
});

test('(a) a turn with thinking', async () => {
  const session = await newSession();
  await sequence(session, [script({ thinking: 'hm', text: ['Yes'] }).message], [
    ...OPENING, 'agent.thinking', ...TEXT, ...CLOSING,
  ]);
});

test('(b) tools in a sandbox, two of them at once', async () => {
  const session = await newSession();
  const plan = script(
    { text: ['Working.'], tools: [bash('echo from $(hostname); exit 3'), { name: 'write', input: { file_path: 'a', content: 'b' } }] },
    { tools: [{ name: 'read', input: { file_path: 'a' } }] },
    { text: ['Done.'] },
  );
  const shown = await sequence(session, [plan.message], [
    ...OPENING, 'agent.message', 'agent.tool_use', 'agent.tool_use', 'span.model_request_end',
    'agent.tool_result', 'agent.tool_result',
    'span.model_request_start', 'agent.tool_use', 'span.model_request_end', 'agent.tool_result',
    'span.model_request_start', ...TEXT, ...CLOSING,
  ]);
  const uses = shown.filter((e) => e.type === 'agent.tool_use');
  const results = shown.filter((e) => e.type === 'agent.tool_result');
  assert.deepEqual(results.map((e) => e.tool_use_id), uses.map((e) => e.id));
  assert.deepEqual(results.map((e) => e.is_error), [true, false, false]);
  assert.deepEqual([uses[0].evaluated_permission, uses[0].evaluation], ['allow', { type: 'always_allow' }]);
  assert.deepEqual(uses[0].input, { command: 'echo from $(hostname); exit 3' });
  assert.match(results[0].content[0].text, /from hand/);
  assert.match(results[2].content[0].text, /b/);
});

test('(c) a call that asks is allowed, or denied with a reason', async () => {
  const session = await newSession(asking);
  const plan = script({ tools: [bash('echo ran')] }, { tools: [bash('echo never')] }, { text: ['Done.'] });
  const first = await sequence(session, [plan.message], [
    ...OPENING, 'agent.tool_use', 'span.model_request_end', ...CLOSING,
  ]);
  const use = find(first, 'agent.tool_use');
  assert.deepEqual([use.evaluated_permission, use.evaluation], ['ask', { type: 'always_ask' }]);
  assert.deepEqual(reason(first), { type: 'requires_action', event_ids: [use.id] });
  assert.equal((await sessions.retrieve(session.id)).status, 'idle');
  await assert.rejects(
    sessions.events.send(session.id, { events: [user('hey')] }),
    new RegExp(`waiting on responses to events \\[${use.id}\\]`),
  );

  const second = await sequence(session, [{ type: 'user.tool_confirmation', tool_use_id: use.id, result: 'allow' }], [
    'user.tool_confirmation', ...RUNNING, 'agent.tool_result',
    'span.model_request_start', 'agent.tool_use', 'span.model_request_end', ...CLOSING,
  ]);
  assert.deepEqual(texts(second, 'agent.tool_result'), ['ran']);
  const other = find(second, 'agent.tool_use');

  const third = await sequence(
    session,
    [{ type: 'user.tool_confirmation', tool_use_id: other.id, result: 'deny', deny_message: 'not today' }],
    ['user.tool_confirmation', ...RUNNING, 'agent.tool_result', 'span.model_request_start', ...TEXT, ...CLOSING],
  );
  const denied = find(third, 'agent.tool_result');
  assert.equal(denied.is_error, true);
  assert.match(denied.content[0].text, /not today/);
  await assert.rejects(
    sessions.events.send(session.id, { events: [{ type: 'user.tool_confirmation', tool_use_id: use.id, result: 'deny' }] }),
    (error) => error.status === 400,
  );
});

test('(c) policies: what auto cannot judge asks, what is allowed runs, what is off is denied', async () => {
  const session = await newSession({
    tools: [{
      ...toolset,
      configs: [
        { name: 'bash', permission_policy: { type: 'auto' } }, { name: 'write', permission_policy: { type: 'always_ask' } },
        { name: 'read', enabled: false },
      ],
    }],
  });
  const plan = script(
    {
      tools: [
        bash('echo judged'), { name: 'write', input: { file_path: 'a', content: 'b' } },
        { name: 'glob', input: { pattern: '*' } }, { name: 'read', input: { file_path: 'a' } },
      ],
    },
    { text: ['Done.'] },
  );
  const first = await turn(session, [plan.message]);
  const uses = first.filter((e) => e.type === 'agent.tool_use');
  assert.deepEqual(uses.map((use) => [use.evaluated_permission, use.evaluation]), [
    ['ask', { type: 'auto', evaluated_permission: { type: 'ask', reason_code: 'indeterminate' } }],
    ['ask', { type: 'always_ask' }], ['allow', { type: 'always_allow' }], ['deny', undefined],
  ]);
  const results = Object.fromEntries(first.filter((e) => e.type === 'agent.tool_result').map((e) => [e.tool_use_id, e]));
  assert.equal(results[uses[2].id].is_error, false);
  assert.match(results[uses[3].id].content[0].text, /Permission to use read has been denied/);
  assert.deepEqual(reason(first).event_ids.toSorted(), [uses[0].id, uses[1].id].toSorted());

  const allow = (use) => [{ type: 'user.tool_confirmation', tool_use_id: use.id, result: 'allow' }];
  const second = await sequence(session, allow(uses[1]), ['user.tool_confirmation', ...CLOSING]);
  assert.deepEqual(reason(second), { type: 'requires_action', event_ids: [uses[0].id] });
  const third = await turn(session, allow(uses[0]));
  assert.deepEqual(texts(third, 'agent.tool_result').length, 2);
  assert.deepEqual(reason(third), { type: 'end_turn' });
});

test('(d) a custom tool is answered by the client, one call at a time', async () => {
  const session = await newSession({ tools: [weather] });
  const call = (place) => ({ name: 'weather', input: { place } });
  const first = await sequence(session, [script({ tools: [call('Bern'), call('Bonn')] }, { text: ['Rain.'] }).message], [
    ...OPENING, 'agent.custom_tool_use', 'agent.custom_tool_use', 'span.model_request_end', ...CLOSING,
  ]);
  const uses = first.filter((e) => e.type === 'agent.custom_tool_use');
  assert.deepEqual(uses.map((use) => [use.name, use.input]), [['weather', { place: 'Bern' }], ['weather', { place: 'Bonn' }]]);
  const answer = (use, is_error) => ({
    type: 'user.custom_tool_result', custom_tool_use_id: use.id, content: [{ type: 'text', text: 'rain' }], is_error,
  });
  const second = await sequence(session, [answer(uses[1])], ['user.custom_tool_result', ...CLOSING]);
  assert.deepEqual(reason(second).event_ids, [uses[0].id]);
  await assert.rejects(sessions.events.send(session.id, { events: [answer(uses[1])] }), (error) => error.status === 400);
  await sequence(session, [answer(uses[0], true)], [
    'user.custom_tool_result', ...RUNNING, 'span.model_request_start', ...TEXT, ...CLOSING,
  ]);
});

test('(d) a result that comes before the turn stands still: no idle in between', async () => {
  const session = await newSession({ tools: [toolset, weather] });
  const plan = script(
    { tools: [{ name: 'weather', input: { place: 'Bern' } }, bash('sleep 1')] },
    { text: ['Done.'] },
  );
  const shown = await turn(session, [plan.message], async (event) => {
    if (event.type === 'agent.custom_tool_use') {
      await sessions.events.send(session.id, { events: [{ type: 'user.custom_tool_result', custom_tool_use_id: event.id }] });
    }
  });
  assert.deepEqual(types(stored(shown)), [
    ...OPENING, 'agent.custom_tool_use', 'agent.tool_use', 'span.model_request_end', 'user.custom_tool_result',
    'agent.tool_result', 'span.model_request_start', ...TEXT, ...CLOSING,
  ]);
});

test('(e) an interrupt in the middle of an answer; what comes with it begins a turn', async () => {
  const session = await newSession();
  const stream = await sessions.events.stream(session.id, { event_deltas: ['agent.message'] });
  await sessions.events.send(session.id, { events: [script({ text: ['Well'], hold: true }).message] });
  await until(stream, (event) => event.type === 'event_delta');
  const rest = await sessions.events.stream(session.id);
  await sessions.events.send(session.id, { events: [{ type: 'user.interrupt' }, says('Instead').message] });
  const first = await until(rest, isIdle);
  assert.deepEqual(types(stored(first)), ['span.model_request_end', 'user.interrupt', ...CLOSING]);
  assert.deepEqual(reason(first), { type: 'end_turn' });
  const { is_error, model_usage } = find(first, 'span.model_request_end');
  assert.deepEqual([is_error, model_usage.output_tokens], [true, 0]);
});

test('(e) an interrupt in the middle of a command, and of a wait for the client', async () => {
  const session = await newSession({ ...asking, tools: [toolset, weather] });
  const closed = ['agent.tool_result', 'user.interrupt', ...CLOSING];
  const interrupt = { type: 'user.interrupt' };
  const shown = await turn(session, [script({ tools: [bash('sleep 600')] }).message], async (event) => {
    if (event.type === 'agent.tool_use') await sessions.events.send(session.id, { events: [interrupt] });
  });
  assert.deepEqual(types(stored(shown)), [...OPENING, 'agent.tool_use', 'span.model_request_end', ...closed]);
  assert.deepEqual(texts(shown, 'agent.tool_result'), [INTERRUPTED]);
  await turn(session, [script({ tools: [{ name: 'weather', input: { place: 'Bern' } }] }).message]);
  const [thread] = (await sessions.threads.list(session.id)).data;
  const end = await sequence(session, [{ ...interrupt, session_thread_id: thread.id }], closed);
  assert.deepEqual(texts(end, 'agent.tool_result'), [INTERRUPTED]);
  assert.equal(end.find((event) => event.type === 'user.interrupt').session_thread_id, thread.id);
  await sequence(session, [says('on').message], [...OPENING, ...TEXT, ...CLOSING]);
});

test('(f) a model failure that passes is rescheduled; one that stays exhausts the retries', async () => {
  const session = await newSession();
  for (const [status, error] of [[429, 'rate_limited'], [529, 'overloaded'], [500, 'request_failed']]) {
    const shown = await sequence(session, [script({ status }, { text: ['Hello'] }).message], [
      ...OPENING, ...RESCHEDULED, ...TEXT, ...CLOSING,
    ]);
    const { type, retry_status, message } = find(shown, 'session.error').error;
    assert.deepEqual([type, retry_status, typeof message], [`model_${error}_error`, { type: 'retrying' }, 'string']);
  }
  const always = Array(6).fill({ status: 529 });
  const shown = await sequence(session, [script(...always).message], [
    ...OPENING, ...Array(5).fill(RESCHEDULED).flat(), 'span.model_request_end', 'session.error', ...CLOSING,
  ]);
  assert.deepEqual(reason(shown), { type: 'retries_exhausted' });
  assert.deepEqual(shown.findLast((e) => e.type === 'session.error').error.retry_status, { type: 'exhausted' });
  await sequence(session, [says('back').message], [...OPENING, ...TEXT, ...CLOSING]);
});

test('a refusal says what it is about; a reply that is too long just ends', async () => {
  const session = await newSession();
  const refused = await turn(session, [script({ text: ['No.'], stop: 'refusal' }).message]);
  assert.deepEqual(reason(refused), { type: 'refusal' });
  assert.deepEqual(refused.at(-1).stop_details, { type: 'refusal', category: 'cyber', explanation: 'scripted refusal' });
  const cut = await turn(session, [script({ text: ['And so'], stop: 'max_tokens' }).message]);
  assert.deepEqual(reason(cut), { type: 'end_turn' });
});
