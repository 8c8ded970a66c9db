// Webhook endpoints, and what they get, verified by the SDK.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import test from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import { all, client, newSession, says, sessions, turn } from '../support.mjs';

const { webhooks } = client.beta.organization;

/** A receiver that acknowledges everything; `next` waits for a request. */
async function receiver() {
  const waiting = [];
  const arrived = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const piece of request.setEncoding('utf8')) body += piece;
    response.end();
    const received = { body, headers: request.headers };
    if (waiting.length > 0) waiting.shift()(received);
    else arrived.push(received);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${server.address().port}/hook`,
    next: () => (arrived.length > 0 ? arrived.shift() : new Promise((resolve) => waiting.push(resolve))),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

test('what an endpoint gets is verified and read', async () => {
  const { url, next, close } = await receiver();
  const endpoint = await webhooks.create({ url, enabled_events: ['session.status_run_started', 'session.status_idled'] });
  const key = endpoint.signing_secret;
  const session = await newSession();
  await turn(session, [says('hi').message]);
  const types = [];
  for (let i = 0; i < 2; i++) {
    const { body, headers } = await next();
    const event = client.beta.webhooks.unwrap(body, { headers, key });
    assert.equal(event.type, 'event');
    assert.match(event.id, /^whe_/);
    const { type, ...data } = event.data;
    assert.deepEqual(Object.keys(data).sort(), ['id', 'organization_id', 'workspace_id']);
    assert.equal(data.id, session.id);
    types.push(type);
    assert.deepEqual(client.beta.webhooks.parseUnverified(body), event);
    assert.throws(() => client.beta.webhooks.unwrap(`${body} `, { headers, key }), /signature/);
  }
  assert.deepEqual(types.sort(), ['session.status_idled', 'session.status_run_started']);
  await webhooks.delete(endpoint.id);
  await sessions.archive(session.id);
  close();
});

test('an endpoint is created, listed, changed and deleted, and its secret replaced', async () => {
  const made = await webhooks.create({ url: 'https://127.0.0.1/hook', enabled_events: ['agent.created'], name: 'Ops' });
  const { signing_secret, ...shown } = made;
  assert.match(signing_secret, /^whsec_/);
  assert.deepEqual(await webhooks.retrieve(made.id), shown);
  const { id, created_at, updated_at, ...rest } = shown;
  assert.match(id, /^whep_/);
  assert.equal(created_at, updated_at);
  assert.deepEqual(rest, {
    type: 'webhook_endpoint', url: 'https://127.0.0.1/hook', name: 'Ops', description: '', enabled_events: ['agent.created'],
    state: 'enabled', disabled_reason: '',
  });
  const other = await webhooks.create({ url: 'https://127.0.0.1/other', enabled_events: ['agent.updated'] });
  assert.deepEqual((await all(webhooks.list({ limit: 1 }))).map((one) => one.id), [other.id, id]);
  const changed = await webhooks.update(id, { enabled_events: ['session.created'], state: 'disabled' });
  assert.deepEqual([changed.enabled_events, changed.state], [['session.created'], 'disabled']);
  assert.notEqual((await webhooks.regenerateSigningSecret(id)).signing_secret, signing_secret);
  for (const one of [made, other]) {
    assert.deepEqual(await webhooks.delete(one.id), { id: one.id, type: 'webhook_endpoint_deleted' });
  }
  await assert.rejects(webhooks.retrieve(id), Anthropic.NotFoundError);
  await assert.rejects(
    webhooks.create({ url: 'https://127.0.0.1/', enabled_events: ['user_profile.program_status_updated'] }),
    /enabled_events/);
  await assert.rejects(webhooks.create({ url: 'https://10.0.0.1/', enabled_events: ['agent.created'] }), /url: /);
});
