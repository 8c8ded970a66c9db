import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import test from 'node:test';
import Anthropic, { toFile } from '@anthropic-ai/sdk';
import { all, client, is, newSession } from '../support.mjs';

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

for (const [name, files] of [['beta', client.beta.files], ['stable', client.files]]) {
  test(`the ${name} client uploads, shows, downloads and deletes a file`, async () => {
    const bytes = randomBytes(2_000_000);
    const file = await files.upload({ file: await toFile(bytes, 'ünï "data".csv'.replaceAll('"', "'")), expires_in_seconds: 3600 });
    assert.equal(file.type, 'file');
    assert.deepEqual([file.filename, file.mime_type, file.size_bytes], ["ünï 'data'.csv", 'text/csv', bytes.length]);
    assert.equal(file.downloadable, true);
    assert.equal(Date.parse(file.expires_at) - Date.parse(file.created_at), 3_600_000);
    assert.deepEqual(await files.retrieveMetadata(file.id), file);
    const download = await files.download(file.id);
    assert.equal(download.headers.get('content-type'), 'text/csv');
    assert.equal(download.headers.get('etag'), `"${sha256(bytes)}"`);
    assert.equal(sha256(Buffer.from(await download.arrayBuffer())), sha256(bytes));
    assert.deepEqual(await files.delete(file.id), { id: file.id, type: 'file_deleted' });
    await assert.rejects(async () => files.download(file.id), is(Anthropic.NotFoundError));
  });

  test(`the ${name} client lists files by page and by id`, async () => {
    const made = [];
    for (let i = 0; i < 3; i++) {
      made.unshift(await files.upload({ file: await toFile(Buffer.from(`content ${i}`), `f${i}.txt`, { type: 'text/plain' }) }));
    }
    const ids = made.map(({ id }) => id);
    const listed = await all(files.list({ limit: 2 }));
    assert.deepEqual(listed.map(({ id }) => id).filter((id) => ids.includes(id)), ids);
    const some = await files.list({ ids: [ids[2], ids[0], 'file_unknown'] });
    assert.deepEqual(some.data.map(({ id }) => id), [ids[0], ids[2]]);
    assert.equal(some.next_page, null);
    await Promise.all(ids.map((id) => files.delete(id)));
  });
}

test('a name that is not allowed, and a session without files', async () => {
  const upload = async () => client.beta.files.upload({ file: await toFile(Buffer.from('x'), 'a|b') });
  await assert.rejects(upload, is(Anthropic.BadRequestError, undefined, /filename/));
  const session = await newSession();
  assert.deepEqual((await client.beta.files.list({ scope_id: session.id })).data, []);
});
