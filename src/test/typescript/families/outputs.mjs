// What agents write to their outputs, as clients find and download it.
import assert from 'node:assert/strict';
import test from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import { all, bash, client, is, newSession, script, sessions, turn } from '../support.mjs';

/** A turn in which the agent runs a command in its outputs. */
const run = (session, command) =>
  turn(session, [script({ tools: [bash(`cd /mnt/session/outputs; ${command}`)] }, { text: ['Done.'] }).message]);

/** The outputs of a session by name, once they are these. */
async function untilNamed(session, ...names) {
  while (true) {
    const files = await all(client.files.list({ scope_id: session.id, limit: 1 }));
    if (files.map((file) => file.filename).sort().join() === names.join()) {
      return Object.fromEntries(files.map((file) => [file.filename, file]));
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const text = async (file) => (await client.files.download(file.id)).text();

test('outputs are files of their session', async () => {
  const session = await newSession();
  await run(session, "mkdir charts; echo a,b > data.csv; printf '\\211PNG' > 'charts/my chart.png'");
  const files = await untilNamed(session, 'data.csv', 'my chart.png');
  const { id, created_at, ...chart } = files['my chart.png'];
  assert.deepEqual(chart, {
    type: 'file', filename: 'my chart.png', path: 'charts/my chart.png', mime_type: 'image/png', size_bytes: 4,
    downloadable: true, expires_at: null, scope: { type: 'session', id: session.id },
  });
  assert.deepEqual(await client.beta.files.retrieveMetadata(id), files['my chart.png']);
  assert.equal(await text(files['data.csv']), 'a,b\n');
});

test('a new content replaces an output, and a deleted one stays away', async () => {
  const session = await newSession();
  await run(session, 'echo first > a; echo other > b');
  const first = await untilNamed(session, 'a', 'b');
  await client.files.delete(first.b.id);
  await run(session, 'echo second > a; touch b; rm b; echo other > b; echo c > c');
  const second = await untilNamed(session, 'a', 'c');
  assert.notEqual(second.a.id, first.a.id);
  assert.deepEqual([await text(second.a), await text(first.a)], ['second\n', 'first\n']);
  await sessions.delete(session.id);
  for (const { id } of [first.a, second.a]) {
    await assert.rejects(client.files.retrieveMetadata(id), is(Anthropic.NotFoundError));
  }
});
