// What is out of scope and what it answers today; docs/divergences.md says it to people.
import assert from 'node:assert/strict';
import test from 'node:test';
import { APIError } from '@anthropic-ai/sdk';
import { called, surface } from '../support.mjs';

/** Families of methods that are refused, by how their paths begin. */
const REFUSED = [
  ['beta.environments.work', 400, /the work queue .* not supported/],
  ['beta.deployments', 404, /deployments are not supported/],
  ['beta.deploymentRuns', 404, /deployments are not supported/],
  ['beta.vaults', 404, /vaults are not supported/],
  ['beta.memoryStores', 404, /memory stores are not supported/],
  ['beta.files', 404, /files are not supported/],
  ['beta.skills', 404, /skills are not supported/],
  ['beta.dreams', 404, /not found/],
  ['beta.tunnels', 404, /not found/],
  ['beta.userProfiles', 404, /not found/],
  ['beta.compliance', 404, /not found/],
];

/** Methods that ask no server, loops over methods above, and what is not about managed agents. */
const ELSEWHERE = [
  'beta.environments.work.poller', 'beta.environments.work.worker', 'beta.webhooks', 'beta.messages', 'beta.organization',
];

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

const inScope = [];
for (const [path, resource, name] of surface) {
  const [, status, message] = REFUSED.find(([family]) => among(path, [family])) ?? [];
  if (among(path, ELSEWHERE)) continue;
  if (!status) inScope.push(path);
  else {
    test(`out of scope: ${path} is a ${status}`, async () => {
      await assert.rejects(
        async () => call(resource, name),
        (error) => error instanceof APIError && error.status === status && message.test(error.apiMessage),
      );
    });
  }
}

test('every other method of the SDK was called', () => {
  assert.ok(inScope.length > 30);
  assert.deepEqual(inScope.filter((path) => !called.has(path)), []);
});
