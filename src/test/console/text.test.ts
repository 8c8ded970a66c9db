import assert from 'node:assert/strict';
import test from 'node:test';
import { diffLines } from '../../main/console/diff.ts';
import { age, duration, money, short } from '../../main/console/format.ts';
import { Heights } from '../../main/console/heights.ts';
import { shorten } from '../../main/console/shorten.ts';
import { SseReader } from '../../main/console/sse.ts';
import { excerpt, oneLine, shellQuote, tellingInput, textOf, visible } from '../../main/console/text.ts';

test('characters that cannot be seen are named', () => {
  assert.deepEqual(visible('rm \u202Etxt.sh\u200b\u0000 ok\n\té😀'), [
    { text: 'rm ', odd: false },
    { text: '⟨U+202E⟩', odd: true },
    { text: 'txt.sh', odd: false },
    { text: '⟨U+200B⟩', odd: true },
    { text: '⟨U+0000⟩', odd: true },
    { text: ' ok\n\té😀', odd: false },
  ]);
  assert.equal(visible('\ud800x')[0]!.text, '⟨U+D800⟩');
  assert.equal(visible('\u{e0041}')[0]!.text, '⟨U+E0041⟩');
  assert.equal(oneLine('a\nb\u202e'), 'a b⟨U+202E⟩');
});

test('the telling input of a call', () => {
  assert.equal(tellingInput('bash', { command: 'ls' }), 'ls');
  assert.equal(tellingInput('grep', { pattern: 'x', path: 'src' }), 'x  src');
  assert.equal(tellingInput('deploy', { env: 'prod' }), '{"env":"prod"}');
  assert.equal(tellingInput('bash', { restart: true }), '(restart)');
  assert.equal(tellingInput('x', JSON.parse('{"__proto__":{"command":"no"}}')), '{"__proto__":{"command":"no"}}');
});

test('excerpts from the begin and from the end', () => {
  assert.deepEqual(excerpt('1\n2\n3\n4\n', 2, false), { text: '1\n2', more: 2 });
  assert.deepEqual(excerpt('1\n2\n3\n4\n', 2, true), { text: '3\n4\n', more: 2 });
  assert.deepEqual(excerpt('1\n2', 2, false), { text: '1\n2', more: 0 });
});

test('text of content blocks', () => {
  assert.equal(textOf([{ type: 'text', text: 'a' }, { type: 'image' }, null, { type: 'text', text: 'b' }]), 'a\n[image]\nb');
  assert.equal(textOf(undefined), '');
});

test('numbers and times', () => {
  assert.deepEqual([short(999), short(1000), short(12_345), short(999_499), short(1_500_000)], ['999', '1.0k', '12k', '999k', '1.5M']);
  assert.deepEqual([duration(0), duration(1540), duration(59_960), duration(61_000), duration(3_700_000)], [
    '0 ms',
    '1.5 s',
    '60 s',
    '1 min 1 s',
    '1 h 1 min',
  ]);
  assert.equal(money({ amount: '187', currency: 'USD' }), '$1.87');
  assert.equal(age(0, 61_000), '1 min ago');
  assert.equal(shellQuote("it's"), "'it'\\''s'");
});

test('heights: offsets and rows at positions are those of a plain sum', () => {
  const values = Array.from({ length: 1000 }, (_, i) => (i * 37) % 90);
  const heights = new Heights(values);
  for (const [row, height] of [[0, 5], [500, 200], [999, 0], [500, 17]] as const) {
    values[row] = height;
    heights.set(row, height);
  }
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    assert.equal(heights.offset(i), sum);
    if (values[i]! > 0) assert.equal(heights.at(sum), i);
    sum += values[i]!;
  }
  assert.equal(heights.total(), sum);
  assert.equal(heights.at(sum + 100), 999);
  assert.equal(heights.at(-1), 0);
  assert.equal(new Heights([]).at(10), 0);
});

test('server-sent events in pieces of any size', () => {
  const source = 'event: a\ndata: {"x":1}\n\n: comment\nevent: b\r\ndata: one\r\ndata: two\r\n\r\ndata: last\n\n';
  for (let size = 1; size < source.length; size++) {
    const reader = new SseReader();
    const found = [];
    for (let i = 0; i < source.length; i += size) found.push(...reader.read(source.slice(i, i + size)));
    assert.deepEqual(found, [
      { event: 'a', data: '{"x":1}' },
      { event: 'b', data: 'one\ntwo' },
      { event: '', data: 'last' },
    ]);
  }
});

test('long texts are shortened, except those that somebody is asked about', () => {
  const event = { id: 'sevt_1', type: 'agent.tool_result', processed_at: null, content: [{ type: 'text', text: 'x'.repeat(50_000) }] };
  const short = shorten(event);
  assert.equal((short.content as { text: string }[])[0]!.text.length, 20_000);
  assert.equal(short.cut, 30_000);
  assert.equal(event.content[0]!.text.length, 50_000);
  const asked = { id: 'sevt_2', type: 'agent.tool_use', processed_at: null, evaluated_permission: 'ask', input: { command: 'x'.repeat(50_000) } };
  assert.equal(shorten(asked), asked);
});

test('differences by lines', () => {
  const lines = diffLines('a\nb\nc\nd', 'a\nc\nx\nd').map((line) => line.kind + line.text);
  assert.deepEqual(lines, [' a', '-b', ' c', '+x', ' d']);
  assert.deepEqual(diffLines('', 'a').map((line) => line.kind + line.text), ['+a']);
});
