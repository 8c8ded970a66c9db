import assert from 'node:assert/strict';
import test from 'node:test';
import { accumulateManagedAgentsEvent } from '@anthropic-ai/sdk/lib/sessions/accumulate';
import { betaTool } from '@anthropic-ai/sdk/helpers/beta/json-schema';
import {
  bash, is, isIdle, listed, newSession, says, script, sessions, stored, toolset, turn, types, until, weather,
} from '../support.mjs';
import Anthropic from '@anthropic-ai/sdk';

// Between nodes a preview that comes too late is left out: a reply that takes no time may have none.
const lossy = process.env.DROVER_TEST_PREVIEWS === 'lossy';

test('previews add up to the message that replaces them', async () => {
  const session = await newSession();
  const previews = new Map();
  const grown = [];
  const shown = await turn(
    session,
    [script({ thinking: 'hm', text: ['One ', 'two ', 'three'], tools: [bash('true')] }, { text: ['End'] }).message],
    (event) => {
      const id = event.event?.id ?? event.event_id ?? event.id;
      if (['event_start', 'event_delta', 'agent.message'].includes(event.type)) {
        const snapshot = accumulateManagedAgentsEvent(previews.get(id), event);
        if (snapshot) previews.set(id, snapshot);
        if (event.type === 'event_delta') grown.push([id, snapshot.content.map((block) => block.text).join('')]);
      }
    },
    { event_deltas: ['agent.message', 'agent.thinking'] },
  );
  const messages = shown.filter((event) => event.type === 'agent.message');
  assert.deepEqual(messages.map((message) => previews.get(message.id)), messages);
  assert.ok(lossy || grown.length >= 2);
  for (const [id, text] of grown) {
    assert.ok(messages.find((message) => message.id === id).content[0].text.startsWith(text));
  }
  const starts = shown.filter((event) => event.type === 'event_start').map((event) => event.event);
  if (!lossy) assert.deepEqual(starts.map((start) => start.type), ['agent.thinking', 'agent.message', 'agent.message']);
  for (const start of starts) assert.ok(stored(shown).some((event) => event.id === start.id && event.type === start.type));
  assert.deepEqual(await listed(session), stored(shown));
});

test('nobody gets previews who did not ask, and only of what was asked for', async () => {
  const session = await newSession();
  const plain = await sessions.events.stream(session.id);
  const thoughts = await sessions.events.stream(session.id, { event_deltas: ['agent.thinking'] });
  const both = await sessions.events.stream(session.id, { event_deltas: ['agent.message', 'agent.thinking'] });
  await sessions.events.send(session.id, { events: [script({ thinking: 'hm', text: ['Yes'] }).message] });
  const [a, b, c] = await Promise.all([plain, thoughts, both].map((stream) => until(stream, isIdle)));
  const isPreview = (event) => event.type.startsWith('event_');
  assert.deepEqual([a.some(isPreview), b.some((e) => e.type === 'event_delta'), lossy || c.some((e) => e.type === 'event_delta')], [false, false, true]);
  for (const events of [b, c]) assert.deepEqual(events.filter((event) => !isPreview(event)), a);
  await assert.rejects(sessions.events.stream(session.id, { event_deltas: ['user.message'] }), is(Anthropic.BadRequestError, null, /event_deltas/));
});

test('a client that lost its stream gets everything once from list and stream', async () => {
  const session = await newSession();
  const plan = script({ text: ['before'], tools: [bash('echo one')] }, { text: ['after'], hold: true }, { text: ['end'] });
  const seen = [];
  const ids = new Set();
  const note = (event) => {
    if ('id' in event && event.processed_at && !ids.has(event.id)) {
      ids.add(event.id);
      seen.push(event);
    }
  };
  const first = await sessions.events.stream(session.id);
  await sessions.events.send(session.id, { events: [plan.message] });
  await until(first, (event) => event.type === 'span.model_request_start', note);
  first.controller.abort();
  const witness = await sessions.events.stream(session.id);
  if (!(await listed(session)).some((event) => event.type === 'agent.tool_result')) {
    await until(witness, (event) => event.type === 'agent.tool_result');
  }

  const second = await sessions.events.stream(session.id);
  for (const event of await listed(session, { limit: 2 })) note(event);
  await plan.release();
  await until(second, isIdle, note);
  assert.deepEqual(seen, await listed(session));

  const late = await sessions.events.stream(session.id);
  await sessions.events.send(session.id, { events: [says('again').message] });
  assert.ok((await until(late, isIdle)).every((event) => !ids.has(event.id)), 'the stream replayed the past');
});

const runs = (run) => betaTool({ ...weather, inputSchema: weather.input_schema, run });

async function attach(session, tools) {
  const calls = [];
  for await (const call of sessions.events.toolRunner(session.id, { tools, maxIdleMs: 20 })) calls.push(call);
  return calls;
}

test('the tool runner answers what waits and what comes, and leaves when the turn is over', async () => {
  const session = await newSession({ tools: [toolset, weather] });
  const call = (place) => ({ name: 'weather', input: { place } });
  const plan = script(
    { tools: [call('Bern'), call('nowhere'), bash('echo one')] },
    { tools: [call('Bonn'), bash('echo two')] },
    { text: ['Done.'] },
  );
  await turn(session, [plan.message]);
  const calls = await attach(session, [runs(({ place }) => {
    if (place === 'nowhere') throw new Error('no such place');
    return `rain in ${place}`;
  })]);
  const custom = calls.filter((one) => one.name === 'weather');
  assert.deepEqual(custom.map((one) => [one.event.input.place, one.isError, one.posted]), [
    ['Bern', false, true], ['nowhere', true, true], ['Bonn', false, true],
  ]);
  assert.ok(calls.every((one) => one.name === 'weather' || (!one.posted && one.result === undefined)));
  const events = await listed(session);
  const answers = events.filter((event) => event.type === 'user.custom_tool_result');
  assert.deepEqual(answers.map((event) => event.custom_tool_use_id), custom.map((one) => one.toolUseId));
  assert.deepEqual(answers.map((event) => event.content[0].text), ['rain in Bern', 'Error: no such place', 'rain in Bonn']);
  assert.equal(events.filter((event) => event.type === 'agent.tool_result').length, 2);
  assert.deepEqual(events.at(-1).stop_reason, { type: 'end_turn' });
});

test('the tool runner that was there first sees the whole turn, and two share the calls', async () => {
  const session = await newSession({ tools: [weather, { ...weather, name: 'tides' }] });
  const plan = script(
    { tools: [{ name: 'weather', input: { place: 'Kiel' } }, { name: 'tides', input: { place: 'Kiel' } }] }, { text: ['Done.'] },
  );
  const running = Promise.all([
    attach(session, [runs(() => 'wind')]),
    attach(session, [{ ...runs(() => 'low'), name: 'tides' }]),
  ]);
  await sessions.events.send(session.id, { events: [plan.message] });
  const posted = (await running).map((calls) => calls.filter((call) => call.posted).map((call) => call.name));
  assert.deepEqual(posted, [['weather'], ['tides']]);
  const events = await listed(session);
  assert.equal(types(events).filter((type) => type === 'user.custom_tool_result').length, 2);
  assert.deepEqual(events.at(-1).stop_reason, { type: 'end_turn' });
});

test('the tool runner leaves a session that ends', async () => {
  const session = await newSession({ tools: [weather] });
  const running = attach(session, [runs(() => 'never')]);
  await sessions.archive(session.id);
  assert.deepEqual(await running, []);
});

test('the tool runner leaves a session that has ended before it comes', async () => {
  const session = await newSession({ tools: [weather] });
  await sessions.archive(session.id);
  assert.deepEqual(await attach(session, [runs(() => 'never')]), []);
});
