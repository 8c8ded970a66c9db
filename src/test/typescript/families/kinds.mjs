// Every kind of resource whose create request has an example in the OpenAPI document, through its whole life.
import assert from 'node:assert/strict';
import test from 'node:test';
import { all, client, unique, url } from '../support.mjs';

const { paths } = await (await fetch(`${url}/openapi.json`)).json();
const examples = Object.entries(paths)
  .map(([path, { post }]) => [/^\/v1\/(\w+)$/.exec(path)?.[1], post?.requestBody?.content?.['application/json']?.example])
  .filter(([kind, example]) => kind && kind !== 'sessions' && example);
const camel = (name) => name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());

test('agents and environments have examples', () => {
  assert.ok(['agents', 'environments'].every((kind) => examples.some(([name]) => name === kind)));
});

for (const [kind, example] of examples) {
  const resources = client.beta[camel(kind)];
  test(`${kind} are created, read, changed, listed, archived and deleted`, async () => {
    const made = await resources.create({ ...example, ...(example.name ? { name: unique(example.name) } : {}) });
    assert.equal(made.type, kind.slice(0, -1));
    assert.deepEqual(await resources.retrieve(made.id), made);
    const changed = await resources.update(made.id, { metadata: { k: 'v' }, ...(made.version ? { version: made.version } : {}) });
    assert.equal(changed.metadata.k, 'v');
    assert.equal(changed.created_at, made.created_at);
    assert.ok((await all(resources.list({ limit: 100 }))).some(({ id }) => id === made.id));
    const archived = await resources.archive(made.id);
    assert.ok(archived.archived_at);
    assert.ok(!(await all(resources.list({ limit: 100 }))).some(({ id }) => id === made.id));
    if (paths[`/v1/${kind}/{${kind.slice(0, -1)}_id}`].delete) {
      assert.deepEqual(await resources.delete(made.id), { id: made.id, type: `${made.type}_deleted` });
      await assert.rejects(async () => resources.retrieve(made.id), { status: 404 });
    }
  });
}
