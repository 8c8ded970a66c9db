import assert from 'node:assert/strict';
import test from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import {
  bash, is, isIdle, listed, newSession, says, script, sessions, stored, turn, types, until, user, CLOSING, OPENING,
} from '../support.mjs';

const cents = (amount) => ({ type: 'limit', max_list_cost: { amount: String(amount), currency: 'USD' } });
const dear = { usage: [1000, 2000] }; // 3.3 cents

test('a session stops at its budget, takes no more work, and goes on when it is raised', async () => {
  const session = await newSession({}, { budget: cents(3) });
  assert.deepEqual(session.budget, cents(3));
  const plan = script({ ...dear, tools: [bash('echo ran')] }, { text: ['Done.'] });
  const shown = await turn(session, [plan.message]);
  assert.deepEqual(types(stored(shown)), [
    ...OPENING, 'agent.tool_use', 'span.model_request_end', 'agent.tool_result', ...CLOSING,
  ]);
  assert.deepEqual(shown.at(-1).stop_reason, { type: 'budget_reached' });
  const usage = shown.at(-2);
  assert.deepEqual([usage.budget, usage.usage.list_cost], [cents(3), { amount: '3', currency: 'USD' }]);
  await assert.rejects(
    sessions.events.send(session.id, { events: [user('more')] }),
    is(Anthropic.BadRequestError, null, /session budget reached/),
  );
  await sessions.events.send(session.id, { events: [{ type: 'user.interrupt' }] });
  await assert.rejects(sessions.update(session.id, { budget: cents(2) }), is(Anthropic.BadRequestError, 'budget_not_raised'));

  const stream = await sessions.events.stream(session.id);
  assert.deepEqual((await sessions.update(session.id, { budget: cents(500) })).budget, cents(500));
  const rest = await until(stream, isIdle);
  assert.deepEqual(rest.at(-1).stop_reason, { type: 'end_turn' });
  assert.ok(types(rest).includes('agent.message'));
});

test('a budget is removed for good', async () => {
  const session = await newSession({}, { budget: cents(1) });
  await turn(session, [script({ ...dear, tools: [bash('true')] }, { text: ['Done.'] }).message]);
  const stream = await sessions.events.stream(session.id);
  assert.equal((await sessions.update(session.id, { budget: null })).budget, null);
  const rest = await until(stream, isIdle);
  assert.equal(rest.find((event) => event.type === 'session.updated').budget, null);
  await assert.rejects(sessions.update(session.id, { budget: cents(900) }), is(Anthropic.BadRequestError, 'budget_create_only'));
  await turn(session, [says('free').message]);
  assert.equal((await listed(session)).at(-1).stop_reason.type, 'end_turn');
});

test('a budget is whole cents, and of a model with a price', async () => {
  for (const budget of [cents(0), cents('1.5'), cents('01'), { type: 'limit', max_list_cost: { amount: '1', currency: 'EUR' } }]) {
    await assert.rejects(newSession({}, { budget }), is(Anthropic.BadRequestError));
  }
  await assert.rejects(newSession({ model: 'unpriced' }, { budget: cents(5) }), is(Anthropic.BadRequestError, 'model_not_budgetable'));
});
