import assert from 'node:assert/strict';
import test from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import { all, client, is } from '../support.mjs';

for (const [name, models] of [['beta', client.beta.models], ['stable', client.models]]) {
  test(`the ${name} list of models goes over pages in both directions`, async () => {
    const ids = (await models.list()).data.map((model) => model.id);
    assert.deepEqual(ids.toSorted(), ['rehearsal', 'resting', 'scripted', 'unpriced']);
    assert.deepEqual((await all(models.list({ limit: 1 }))).map((model) => model.id), ids);
    assert.deepEqual((await all(models.list({ limit: 1, after_id: ids[0] }))).map((model) => model.id), ids.slice(1));
    assert.deepEqual((await all(models.list({ limit: 1, before_id: ids[2] }))).map((model) => model.id), [ids[1], ids[0]]);
    const one = await models.retrieve('rehearsal');
    assert.deepEqual([one.type, one.id, one.lifecycle], ['model', 'rehearsal', 'active']);
    assert.ok(one.max_input_tokens > 0 && one.max_tokens > 0);
    await assert.rejects(models.retrieve('nobody'), is(Anthropic.NotFoundError));
  });
}
