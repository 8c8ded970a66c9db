import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { isEmpty, matches, readSearch } from '../../main/console/filter.ts';
import { rowLine, Timeline } from '../../main/console/fold.ts';
import type { WireEvent } from '../../main/console/types.ts';

// The tests run from the root of the project.
const GOLDEN = 'src/test/console/golden';

const lines = (timeline: Timeline) => timeline.all().map((row) => rowLine(row, timeline));

let clock = 0;
function event(type: string, fields: Record<string, unknown> = {}): WireEvent {
  clock++;
  return { id: 'sevt_' + clock, type, processed_at: new Date(1_800_000_000_000 + 100 * clock).toISOString(), ...fields };
}
const text = (text: string) => ({ content: [{ type: 'text', text }] });
const idle = (type: string, ids?: string[]) => event('session.status_idle', { stop_reason: ids ? { type, event_ids: ids } : { type } });

for (const file of readdirSync(GOLDEN).filter((name) => name.endsWith('.events.json'))) {
  test(`the timeline of ${file}`, () => {
    const events = JSON.parse(readFileSync(join(GOLDEN, file), 'utf8')) as WireEvent[];
    const found = lines(Timeline.of(events)).join('\n') + '\n';
    const golden = join(GOLDEN, file.replace('.events.json', '.rows.txt'));
    if (process.env.DROVER_GOLDEN === 'write') writeFileSync(golden, found);
    assert.equal(found, readFileSync(golden, 'utf8'));
  });

  test(`events of ${file} that come twice change nothing`, () => {
    const events = JSON.parse(readFileSync(join(GOLDEN, file), 'utf8')) as WireEvent[];
    const twice = new Timeline();
    for (const one of events) {
      twice.add(one);
      assert.equal(twice.add(one), false);
    }
    assert.deepEqual(lines(twice), lines(Timeline.of(events)));
  });
}

test('a message that waits moves to its place in the log', () => {
  const message = event('user.message', text('later'));
  const timeline = Timeline.of([event('session.status_running'), { ...message, processed_at: null }]);
  assert.match(lines(timeline).at(-1)!, /user \(queued\) "later"/);
  timeline.add(event('span.model_request_start'));
  timeline.add({ ...message, processed_at: event('x').processed_at });
  timeline.add(event('agent.message', text('answer')));
  assert.deepEqual(lines(timeline), [
    'turn 1: 0 calls, 0 failed, 0 in, 0 out, open',
    '1   state session.status_running',
    '1   request -> open',
    '1   user "later"',
    '1   message "answer"',
  ]);
});

test('an approval is a part of its turn', () => {
  const use = event('agent.tool_use', { name: 'bash', input: { command: 'git push' }, evaluated_permission: 'ask' });
  const timeline = Timeline.of([event('session.status_running'), use, idle('requires_action', [use.id])]);
  assert.equal(timeline.waits(timeline.waiting()[0]!), 'permission');
  timeline.add(event('user.tool_confirmation', { tool_use_id: use.id, result: 'allow' }));
  timeline.add(event('session.status_running'));
  assert.deepEqual(timeline.waiting(), []);
  timeline.add(event('agent.tool_result', { tool_use_id: use.id, is_error: true, ...text('rejected') }));
  timeline.add(idle('end_turn'));
  timeline.add(event('user.message', text('next')));
  assert.deepEqual(
    timeline.turns.map((turn) => [turn.number, turn.calls, turn.failures, turn.stop]),
    [
      [1, 1, 1, 'end_turn'],
      [2, 0, 0, ''],
    ],
  );
});

test('a text that was cut off stays, and is marked', () => {
  const timeline = Timeline.of([event('session.status_running'), event('span.model_request_start')]);
  timeline.startPreview('sevt_p', 'agent.message', 0);
  timeline.delta('sevt_p', 'half a sen');
  assert.match(lines(timeline).at(-1)!, /message \(streaming\) "half a sen"/);
  timeline.add(event('span.model_request_end', { model_request_start_id: timeline.rows.at(-1)!.key, is_error: true }));
  timeline.add(idle('end_turn'));
  assert.ok(lines(timeline).some((line) => /message \(cut\) "half a sen"/.test(line)));
});

test('a text that becomes an event is shown once', () => {
  const timeline = Timeline.of([event('session.status_running'), event('span.model_request_start')]);
  timeline.startPreview('sevt_p', 'agent.message', 0);
  timeline.delta('sevt_p', 'whole');
  timeline.add({ ...event('agent.message', text('whole')), id: 'sevt_p' });
  timeline.delta('sevt_p', ' too late');
  timeline.startPreview('sevt_p', 'agent.message', 0);
  assert.equal(lines(timeline).filter((line) => line.includes('message')).length, 1);
});

test('a result that is seen before its call finds it', () => {
  const use = event('agent.tool_use', { name: 'bash', input: {}, evaluated_permission: 'allow' });
  const timeline = Timeline.of([event('agent.tool_result', { tool_use_id: use.id, ...text('x') }), use]);
  assert.equal(timeline.open.size, 0);
});

test('times of calls come from the dispatch records', () => {
  const use = event('agent.tool_use', { name: 'bash', input: {}, evaluated_permission: 'allow' });
  const timeline = Timeline.of(
    [use, event('agent.tool_result', { tool_use_id: use.id, ...text('x') })],
    new Map([[use.id, { begin: 5, end: 9 }]]),
  );
  const row = timeline.ids.get(use.id)!;
  assert.deepEqual([row.begin, row.end], [5, 9]);
});

test('names of events and tools that objects have by themselves', () => {
  const timeline = Timeline.of([
    event('toString'),
    event('__proto__', { content: 5 }),
    event('agent.tool_use', { name: 'constructor', input: null, evaluated_permission: 'allow' }),
    event('agent.tool_use', { name: 'toString', input: { toString: 'x' }, evaluated_permission: 'allow' }),
  ]);
  assert.equal(timeline.rows.length, 5);
  assert.equal(lines(timeline).length, 5);
});

test('searches', () => {
  assert.deepEqual(readSearch('tool:bash failed:true after:9:05 "two words" one'), {
    texts: ['two words', 'one'],
    tool: 'bash',
    failed: true,
    after: '09:05:00',
    before: null,
  });
  assert.ok(isEmpty(readSearch('  ')));
  const use = event('agent.tool_use', { name: 'bash', input: { command: 'LS /nope' }, evaluated_permission: 'allow' });
  const timeline = Timeline.of([use, event('agent.tool_result', { tool_use_id: use.id, is_error: true, ...text('No such file') })]);
  const row = timeline.ids.get(use.id)!;
  const at = () => '12:00:00';
  assert.ok(matches(row, readSearch('ls "no such"'), at));
  assert.ok(matches(row, readSearch('tool:BASH failed:true before:12:30'), at));
  assert.ok(!matches(row, readSearch('failed:false'), at));
  assert.ok(!matches(row, readSearch('after:12:30'), at));
  assert.ok(!matches(row, readSearch('other'), at));
});

test('fifty thousand events become five thousand turns', () => {
  const events: WireEvent[] = [];
  for (let i = 0; i < 5000; i++) {
    const use = event('agent.tool_use', { name: 'bash', input: { command: 'ls' }, evaluated_permission: 'allow' });
    const start = event('span.model_request_start');
    events.push(event('session.status_running'), event('session.thread_status_running'), event('user.message', text('go ' + i)), start);
    events.push(use, event('span.model_request_end', { model_request_start_id: start.id, model_usage: { input_tokens: 1, output_tokens: 1 } }));
    events.push(event('agent.tool_result', { tool_use_id: use.id, ...text('ok') }), event('agent.message', text('done')));
    events.push(event('session.usage', { usage: {} }), idle('end_turn'));
  }
  assert.equal(Timeline.of(events).turns.length, 5000);
});
