// Memories and their versions. The life of the stores is in kinds.mjs.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import { all, client } from '../support.mjs';

const { memoryStores } = client.beta;
const { memories, memoryVersions } = memoryStores;
const text = 'Ünïcode 🐎\n';
const sha256 = (content) => createHash('sha256').update(content).digest('hex');
const newStore = () => memoryStores.create({ name: 'Team notes' });
const conflict = (type, fields = {}) => (error) => {
  assert.ok(error instanceof Anthropic.ConflictError);
  assert.equal(error.headers.get('x-should-retry'), 'false');
  const { message, ...rest } = error.error.error;
  assert.deepEqual(rest, { type: `memory_${type}_error`, ...fields });
  return true;
};

test('a memory is written, read, moved and deleted', async () => {
  const store = await newStore();
  const made = await memories.create(store.id, { path: '/notes/todo.md', content: text });
  const { id, memory_version_id, created_at, updated_at, ...rest } = made;
  assert.match(id, /^mem_/);
  assert.match(memory_version_id, /^memver_/);
  assert.equal(created_at, updated_at);
  assert.deepEqual(rest, {
    type: 'memory', memory_store_id: store.id, path: '/notes/todo.md', content: null, content_sha256: sha256(text),
    content_size_bytes: 15,
  });
  const at = { memory_store_id: store.id };
  assert.deepEqual(await memories.retrieve(id, at), { ...made, content: text });
  const expected = { type: 'content_sha256', content_sha256: sha256(text) };
  const changed = await memories.update(id, { ...at, content: '', path: '/a', precondition: expected, view: 'full' });
  assert.deepEqual([changed.id, changed.path, changed.content], [id, '/a', '']);
  assert.deepEqual(await memories.update(id, { ...at, content: '', precondition: expected, view: 'full' }), changed);
  await assert.rejects(
    memories.update(id, { ...at, content: 'x', precondition: expected }), conflict('precondition_failed'));
  await assert.rejects(
    memories.create(store.id, { path: '/a/b', content: '' }),
    conflict('path_conflict', { conflicting_path: '/a', conflicting_memory_id: id }));
  await assert.rejects(
    memories.delete(id, { ...at, expected_content_sha256: sha256(text) }), conflict('precondition_failed'));
  assert.deepEqual(await memories.delete(id, at), { id, type: 'memory_deleted' });
  await assert.rejects(memories.retrieve(id, at), Anthropic.NotFoundError);
});

test('memories are listed by path, with directories', async () => {
  const store = await newStore();
  for (const path of ['/b', '/a/x', '/a/y/z', '/c']) await memories.create(store.id, { path, content: path });
  const listed = async (params) => (await all(memories.list(store.id, params))).map((item) => [item.type, item.path, item.content]);
  assert.deepEqual(await listed({ limit: 2, view: 'full' }), ['/a/x', '/a/y/z', '/b', '/c'].map((path) => ['memory', path, path]));
  assert.deepEqual(await listed({ limit: 1, depth: 1 }), [
    ['memory_prefix', '/a/', undefined], ['memory', '/b', null], ['memory', '/c', null],
  ]);
  await assert.rejects(listed({ path_prefix: '/a' }), Anthropic.BadRequestError);
  await assert.rejects(listed({ depth: 2 }), Anthropic.BadRequestError);
  await assert.rejects(listed({ view: 'full', limit: 21 }), Anthropic.BadRequestError);
});

test('versions say who did what, and are redacted', async () => {
  const store = await newStore();
  const at = { memory_store_id: store.id };
  const made = await memories.create(store.id, { path: '/a', content: text });
  await memories.update(made.id, { ...at, content: 'two' });
  await memories.delete(made.id, at);
  const versions = await all(memoryVersions.list(store.id, { limit: 2, view: 'full' }));
  assert.deepEqual(versions.map((version) => [version.operation, version.content]), [
    ['deleted', null], ['modified', 'two'], ['created', text],
  ]);
  const [, , first] = versions;
  assert.equal(first.id, made.memory_version_id);
  assert.equal(first.created_by.type, 'api_actor');
  const redacted = await memoryVersions.redact(first.id, at);
  assert.deepEqual({ ...redacted, redacted_at: null }, {
    ...first, content: null, path: null, content_sha256: null, content_size_bytes: null, redacted_by: first.created_by, redacted_at: null,
  });
  assert.deepEqual(await memoryVersions.retrieve(first.id, at), redacted);
  const created = await all(memoryVersions.list(store.id, { operation: 'created', api_key_id: first.created_by.api_key_id }));
  assert.deepEqual(created, [redacted]);
  const now = await memories.create(store.id, { path: '/a', content: 'x' });
  await assert.rejects(memoryVersions.redact(now.memory_version_id, at), Anthropic.BadRequestError);
});
