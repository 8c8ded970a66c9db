import assert from 'node:assert/strict';
import test from 'node:test';
import { ansi } from '../../main/console/ansi.ts';

const text = (spans: { text: string }[]) => spans.map((span) => span.text).join('');
const ESC = '\u001b';

test('colours become classes and nothing else remains of the sequences', () => {
  const spans = ansi(`a${ESC}[31;1mred${ESC}[0m b${ESC}[38;5;196mx${ESC}[48;2;0;0;255my${ESC}[m`);
  assert.deepEqual(spans, [
    { text: 'a', style: '' },
    { text: 'red', style: 't-bold t-f1' },
    { text: ' b', style: '' },
    { text: 'x', style: 't-f9' },
    { text: 'y', style: 't-f9 t-b12' },
  ]);
});

test('links, titles, the clipboard, the cursor and the alternate screen are dropped', () => {
  const hostile = [
    `${ESC}]8;;javascript:alert(1)${ESC}\\link${ESC}]8;;${ESC}\\`,
    `${ESC}]52;c;c2VjcmV0\u0007`,
    `${ESC}]0;title\u0007`,
    `${ESC}[2J${ESC}[H${ESC}[?1049h${ESC}[6n`,
    `${ESC}P1$r0m${ESC}\\`,
    `${ESC}_payload${ESC}\\`,
    `${ESC}c${ESC}(B`,
  ].join('');
  assert.equal(text(ansi(hostile)), 'link');
});

test('a sequence without an end hides no more than its line', () => {
  assert.equal(text(ansi(`${ESC}]0;never ends\nshown`)), '\nshown');
  assert.match(text(ansi(ESC + ']' + 'x'.repeat(5000))), /^x{2900,}$/);
});

test('what a carriage return overwrote is left out and marked', () => {
  assert.equal(text(ansi('10 %\r20 %\rdone\n')), '↶done\n');
  assert.equal(text(ansi('line\r\nnext')), 'line\nnext');
});

test('no text takes quadratic time', () => {
  for (const hostile of [
    (ESC + ']').repeat(250_000),
    (ESC + '[').repeat(250_000),
    ESC + '[' + '1;'.repeat(250_000),
    (ESC + 'P').repeat(250_000),
    '\r'.repeat(500_000),
    'x\r'.repeat(250_000),
    `${ESC}[31m`.repeat(100_000),
  ]) {
    const begin = process.cpuUsage();
    ansi(hostile);
    const used = process.cpuUsage(begin);
    assert.ok(used.user + used.system < 30_000_000, `${JSON.stringify(hostile.slice(0, 6))} took ${used.user} µs`);
  }
});
