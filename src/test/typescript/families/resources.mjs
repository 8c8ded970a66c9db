// The files of sessions: given at the start and in mid-session, read by the agent, taken away.
import assert from 'node:assert/strict';
import test from 'node:test';
import Anthropic, { toFile } from '@anthropic-ai/sdk';
import { all, bash, client, find, is, newSession, script, sessions, turn } from '../support.mjs';

const { resources } = sessions;
const root = '/mnt/session/uploads';

const uploaded = async (name, text) => (await client.files.upload({ file: await toFile(Buffer.from(text), name) })).id;
const file = (id, mount_path) => ({ type: 'file', file_id: id, ...(mount_path && { mount_path }) });
const scoped = (session) => all(client.files.list({ scope_id: session.id }));

/** The output of a command that the agent of a session runs. */
async function run(session, command) {
  const shown = await turn(session, [script({ tools: [bash(command)] }, { text: ['Done.'] }).message]);
  return find(shown, 'agent.tool_result').content[0].text;
}

test('a session is created with its own copies of files', async () => {
  const id = await uploaded('data.csv', 'a,b');
  const session = await newSession({}, { resources: [file(id, '/workspace/seed/data.csv'), file(id)] });
  assert.deepEqual(session.resources.map((one) => one.mount_path), [`${root}/workspace/seed/data.csv`, `${root}/${id}`]);
  for (const { id: resource, file_id, created_at, updated_at, ...rest } of session.resources) {
    assert.match(resource, /^sesrsc_/);
    assert.notEqual(file_id, id);
    assert.equal(created_at, updated_at);
    assert.deepEqual(Object.keys(rest).sort(), ['mount_path', 'type']);
    assert.deepEqual((await client.files.retrieveMetadata(file_id)).scope, { type: 'session', id: session.id });
  }
  assert.deepEqual(await all(resources.list(session.id)), session.resources);
  assert.deepEqual(await all(resources.list(session.id, { limit: 1 })), session.resources);
  assert.deepEqual((await sessions.retrieve(session.id)).resources, session.resources);
  assert.deepEqual((await scoped(session)).map((one) => one.id).sort(), session.resources.map((one) => one.file_id).sort());
  const [first] = session.resources;
  assert.deepEqual(await resources.retrieve(first.id, { session_id: session.id }), first);
});

test('an agent reads its files as they come and go, and cannot change them', async () => {
  const session = await newSession({}, { resources: [file(await uploaded('a', 'first'), 'in/a.txt')] });
  assert.equal(await run(session, `cd ${root}/in && cat a.txt`), 'first');
  const second = await resources.add(session.id, file(await uploaded('b', 'second'), `${root}/in/b.txt`));
  assert.equal(await run(session, 'cat b.txt; echo; ls'), 'second\na.txt\nb.txt');
  assert.match(await run(session, 'echo x > b.txt; rm a.txt'), /Read-only file system[^]*Read-only file system/);
  assert.deepEqual(await resources.delete(second.id, { session_id: session.id }), {
    id: second.id, type: 'session_resource_deleted',
  });
  assert.equal(await run(session, 'ls'), 'a.txt');
});

test('what is not there, and what cannot be, is refused', async () => {
  const session = await newSession();
  const at = { session_id: session.id };
  const id = await uploaded('a', 'text');
  await assert.rejects(resources.add(session.id, file('file_01none')), is(Anthropic.NotFoundError));
  await assert.rejects(resources.retrieve('sesrsc_01none', at), is(Anthropic.NotFoundError));
  await assert.rejects(resources.delete('sesrsc_01none', at), is(Anthropic.NotFoundError));
  await assert.rejects(newSession({}, { resources: [file('file_01none')] }), is(Anthropic.NotFoundError));
  for (const path of ['..', 'a/../b', 'a//b', '/', root, 'a\u0000b']) {
    await assert.rejects(resources.add(session.id, file(id, path)), is(Anthropic.BadRequestError, null, /mount_path/));
  }
  const twice = { resources: [file(id, 'a'), file(id, 'a/b')] };
  await assert.rejects(newSession({}, twice), is(Anthropic.BadRequestError, null, /resources\.1\.mount_path/));
  const placed = await resources.add(session.id, file(id, 'a'));
  await assert.rejects(resources.add(session.id, file(id, 'a/b')), is(Anthropic.ConflictError, null, /inside/));
  await assert.rejects(
    resources.update(placed.id, { ...at, authorization_token: 't' }),
    is(Anthropic.BadRequestError, null, /cannot be updated/),
  );
  assert.deepEqual(await all(resources.list(session.id)), [placed]);
});

test('an agent has memory stores as directories', async () => {
  const notes = await client.beta.memoryStores.create({ name: 'Team notes' });
  const rules = await client.beta.memoryStores.create({ name: 'Rules', description: 'To be read' });
  await client.beta.memoryStores.memories.create(rules.id, { path: '/one.md', content: 'be kind' });
  const attached = (store, more) => ({ type: 'memory_store', memory_store_id: store.id, ...more });
  const session = await newSession({}, {
    resources: [attached(notes, { instructions: 'Ask.' }), attached(rules, { access: 'read_only' })],
  });
  assert.deepEqual(session.resources, [
    {
      type: 'memory_store', memory_store_id: notes.id, access: 'read_write', instructions: 'Ask.',
      name: 'Team notes', description: '', mount_path: '/mnt/memory/team-notes',
    },
    {
      type: 'memory_store', memory_store_id: rules.id, access: 'read_only', instructions: null,
      name: 'Rules', description: 'To be read', mount_path: '/mnt/memory/rules',
    },
  ]);
  assert.deepEqual(await all(resources.list(session.id, { limit: 1 })), session.resources);
  assert.deepEqual((await all(sessions.list({ memory_store_id: notes.id }))).map(({ id }) => id), [session.id]);
  assert.match(
    await run(session, 'cd /mnt/memory; cat rules/*; echo x > rules/two; printf hi > team-notes/a'),
    /^be kind[^]*Read-only file system/,
  );
  const [memory] = await all(client.beta.memoryStores.memories.list(notes.id, { view: 'full' }));
  assert.deepEqual([memory.path, memory.content], ['/a', 'hi']);
  const versions = await all(client.beta.memoryStores.memoryVersions.list(notes.id, { session_id: session.id }));
  assert.deepEqual(versions.map(({ created_by }) => created_by), [{ type: 'session_actor', session_id: session.id }]);
  await client.beta.memoryStores.archive(rules.id);
  await assert.rejects(newSession({}, { resources: [attached(rules)] }), is(Anthropic.BadRequestError, null, /archived/));
  await assert.rejects(
    resources.add(session.id, attached(notes)),
    is(Anthropic.BadRequestError, null, /attached when a session is created/),
  );
});
