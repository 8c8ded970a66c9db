import assert from 'node:assert/strict';
import test from 'node:test';
import { inline, markdown, plain, safeUrl, type Node } from '../../main/console/markdown.ts';

/** A document in the shape of nested lists, to compare. */
function shape(nodes: Node[]): unknown[] {
  return nodes.map((node) => {
    switch (node.kind) {
      case 'text':
        return node.text;
      case 'link':
        return ['link', node.href, node.host, ...shape(node.inner)];
      case 'image':
        return ['image', node.host, node.alt];
      case 'code':
      case 'fence':
        return [node.kind, node.text];
      case 'table':
        return ['table', node.head.map(shape), node.rows.map((row) => row.map(shape))];
      case 'rule':
      case 'break':
        return [node.kind];
      case 'list':
        return ['list', node.start, ...shape(node.inner)];
      default:
        return [node.kind, ...shape(node.inner)];
    }
  });
}

test('blocks', () => {
  assert.deepEqual(shape(markdown('# Title #\n\ntext\nmore\n\n> said\n> twice\n\n---\n\n```js\nlet x = `1`;\n```\nend')), [
    ['heading', 'Title'],
    ['paragraph', 'text', '\n', 'more'],
    ['quote', ['paragraph', 'said', '\n', 'twice']],
    ['rule'],
    ['fence', 'let x = `1`;'],
    ['paragraph', 'end'],
  ]);
});

test('lists', () => {
  assert.deepEqual(shape(markdown('- one\n- two\n  - inner\n\n3. three\n4. four')), [
    ['list', null, ['item', ['paragraph', 'one']], ['item', ['paragraph', 'two'], ['list', null, ['item', ['paragraph', 'inner']]]]],
    ['list', 3, ['item', ['paragraph', 'three']], ['item', ['paragraph', 'four']]],
  ]);
});

test('tables', () => {
  assert.deepEqual(shape(markdown('| a | b |\n|---|:-:|\n| 1 | `x|y` |\n| 2 |')), [
    ['table', [['a'], ['b']], [[['1'], [['code', 'x|y']]], [['2']]]],
  ]);
});

test('inline marks', () => {
  assert.deepEqual(shape(inline('**bold *both*** and _it_ snake_case_name ~~no~~ `a*b` \\*not\\*')), [
    ['strong', 'bold ', ['emphasis', 'both']],
    ' and ',
    ['emphasis', 'it'],
    ' snake_case_name ',
    ['strike', 'no'],
    ' ',
    ['code', 'a*b'],
    ' ',
    '*not',
    '*',
  ]);
  assert.equal(plain(inline('2 * 3 * 4 and a ** b')), '2 * 3 * 4 and a ** b');
});

test('links of the web are links, with their hosts', () => {
  assert.deepEqual(shape(inline('[text](https://example.com/a_(b)) and https://example.org/x. <https://a.example?q=1>')), [
    ['link', 'https://example.com/a_(b)', 'example.com', 'text'],
    ' and ',
    ['link', 'https://example.org/x', 'example.org', 'https://example.org/x'],
    '. ',
    ['link', 'https://a.example/?q=1', 'a.example', 'https://a.example?q=1'],
  ]);
  assert.equal(safeUrl('https://аррӏе.example/')?.host, 'xn--80ak6aa92e.example');
});

test('what is not a link of the web stays text', () => {
  for (const hostile of [
    '[a](javascript:alert(1))',
    '[a](JaVa\tscript:alert(1))',
    '[a](data:text/html,<script>1</script>)',
    '[a](vbscript:x)',
    '[a](//evil.example)',
    '[a](/relative)',
    '[a](https://user:password@evil.example)',
    '<javascript:alert(1)>',
    '<img src=x onerror=alert(1)>',
    '<script>alert(1)</script>',
    '<a href="javascript:alert(1)">x</a>',
    '[a](http:evil)',
    '[a](https:\\\\evil.example)',
    '[a]( java\u0000script:1)',
  ]) {
    const nodes = markdown(hostile);
    const kinds = JSON.stringify(nodes);
    assert.ok(!kinds.includes('"link"'), hostile + ' became ' + kinds);
  }
});

test('images are never loaded', () => {
  assert.deepEqual(shape(inline('![secret](https://evil.example/p?q=1)')), [['image', 'evil.example', 'secret']]);
  assert.deepEqual(shape(inline('![x][1]')), [['image', '', 'x']]);
  assert.deepEqual(shape(inline('[![x](https://a.example/i)](https://b.example/)')), [
    ['link', 'https://b.example/', 'b.example', ['image', 'a.example', 'x']],
  ]);
  assert.deepEqual(shape(inline('![half](https://evil.example/')), [
    ['image', '', 'half'],
    '(',
    ['link', 'https://evil.example/', 'evil.example', 'https://evil.example/'],
  ]);
});

test('no text takes quadratic time', () => {
  for (const hostile of [
    '['.repeat(100_000),
    '[a]('.repeat(30_000),
    '![a]('.repeat(30_000),
    '![a]['.repeat(30_000),
    '`'.repeat(100_000),
    '`a``b'.repeat(20_000),
    '*'.repeat(100_000),
    '*a '.repeat(30_000),
    '**a **'.repeat(20_000),
    '_a'.repeat(50_000),
    '<'.repeat(100_000),
    '<http://'.repeat(12_000),
    'http://a@'.repeat(11_000),
    '> '.repeat(50_000),
    '- '.repeat(50_000),
    '\n- '.repeat(30_000),
    '|'.repeat(100_000) + '\n' + '|-'.repeat(50_000),
    '# '.repeat(50_000),
    ']('.repeat(50_000),
    '](http://a.example/'.repeat(5_000),
    'x'.repeat(1_000_000),
  ]) {
    const begin = process.cpuUsage();
    markdown(hostile);
    const used = process.cpuUsage(begin);
    assert.ok(used.user + used.system < 30_000_000, `${JSON.stringify(hostile.slice(0, 12))} took ${used.user / 1000} ms`);
  }
});
