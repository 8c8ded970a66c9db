// What is out of scope and what it answers today.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { APIError } from '@anthropic-ai/sdk';
import { called, surface } from '../support.mjs';

/** Families of methods that are refused, by how their paths begin, and the status that they get: from the page for people. */
const REFUSED = [...readFileSync(new URL('../../../../docs/divergences.md', import.meta.url), 'utf8')
  .matchAll(/^\| `(beta\.[\w.]+)` \| `[A-Z]+ \/\S*` \| (\d{3}) \|$/gm)]
  .map(([, family, status]) => [family, Number(status)])
  .filter(([family]) => !family.startsWith('beta.sessions.'));

/** Methods that ask no server, loops over methods above, and what is not about managed agents. */
const ELSEWHERE = [
  'beta.environments.work.poller', 'beta.environments.work.worker', 'beta.messages', 'beta.organization',
];

/** In scope, though what it is part of is not. */
const HERE = 'beta.organization.webhooks';

const among = (path, families) => families.find((family) => path === family || path.startsWith(`${family}.`));

/** Calls a method with what its parameters are called. */
function call(resource, name) {
  const ids = Object.fromEntries(
    ['environment', 'vault', 'memory_store', 'skill', 'tunnel'].map((kind) => [`${kind}_id`, `${kind}_1`]),
  );
  const params = { ...ids, file: new File(['x'], 'x'), files: [new File(['x'], 'SKILL.md')], metadata: {}, name: 'x' };
  const first = /\((\w*)/.exec(String(Object.getPrototypeOf(resource)[name]))[1];
  return first === 'params' ? resource[name](params) : resource[name]('id_1', params);
}

test('the page names what is out of scope', () => assert.ok(REFUSED.length > 5));

const inScope = [];
for (const [path, resource, name] of surface) {
  const [, status] = REFUSED.find(([family]) => among(path, [family])) ?? [];
  if (among(path, [HERE])) inScope.push(path);
  else if (among(path, ELSEWHERE)) continue;
  else if (!status) inScope.push(path);
  else {
    test(`out of scope: ${path} is a ${status}`, async () => {
      await assert.rejects(
        async () => call(resource, name),
        (error) => error instanceof APIError && error.status === status && /not supported|not found/.test(error.apiMessage),
      );
    });
  }
}

test('every other method of the SDK was called', () => {
  assert.ok(inScope.length > 30);
  assert.deepEqual(inScope.filter((path) => !called.has(path)), []);
});
