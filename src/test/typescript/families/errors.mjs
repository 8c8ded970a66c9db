import assert from 'node:assert/strict';
import http from 'node:http';
import test from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import {
  agents, apiKey, client, environments, is, isIdle, listed, newAgent, newEnvironment, newSession, says, sessions,
  types, until, url,
} from '../support.mjs';

test('errors have the type of their status, a message and a request id', async () => {
  await assert.rejects(agents.create({ name: '', model: 'scripted' }), is(Anthropic.BadRequestError, null, /name/));
  await assert.rejects(agents.create({ name: 'x', model: 'scripted', nonsense: 1 }), is(Anthropic.BadRequestError, null, /nonsense/));
  await assert.rejects(agents.create({ name: 'x' }), is(Anthropic.BadRequestError, null, /model/));
  const [agent, environment] = await Promise.all([newAgent(), newEnvironment()]);
  for (const missing of [
    () => agents.retrieve('agent_01unknown'), () => environments.retrieve('env_01unknown'),
    () => sessions.retrieve('sesn_01unknown'), () => sessions.events.list('sesn_01unknown'),
    () => sessions.events.stream('sesn_01unknown'), () => client.get('/v1/nowhere'),
    () => sessions.create({ agent: 'agent_01unknown', environment_id: environment.id }),
    () => sessions.create({ agent: agent.id, environment_id: 'env_01unknown' }),
  ]) {
    await assert.rejects(missing, (error) => is(Anthropic.NotFoundError)(error) && error.type === 'not_found_error');
  }
  await assert.rejects(agents.retrieve('nonsense'), is(Anthropic.BadRequestError));
  for (const stranger of [new Anthropic({ baseURL: url, apiKey: 'wrong', maxRetries: 0 }), new Anthropic({ baseURL: url, apiKey: null, authToken: 'wrong', maxRetries: 0 })]) {
    await assert.rejects(stranger.beta.agents.list(), is(Anthropic.AuthenticationError, null, /^Authentication failed$/));
  }
  await assert.rejects(
    agents.create({ name: 'x', model: 'scripted', system: 'x'.repeat(33 * 1024 * 1024) }),
    (error) => error instanceof Anthropic.ContentTooLargeError && error.type === 'request_too_large',
  );
});

test('the key is taken from either header, and a base URL may end in a slash', async () => {
  const options = { baseURL: `${url}/`, apiKey: null, maxRetries: 0 };
  for (const other of [
    new Anthropic({ ...options, authToken: apiKey }),
    new Anthropic({ ...options, apiKey }),
    new Anthropic({ ...options, defaultHeaders: { 'x-api-key': apiKey, authorization: null } }),
  ]) {
    const { data, response } = await other.beta.environments.list({ limit: 1 }).withResponse();
    assert.equal(data.data.length, 1);
    assert.match(response.headers.get('request-id'), /^req_/);
    assert.ok(response.headers.get('anthropic-organization-id'));
  }
});

/** A client that tries again as the vendor made it, and what it sent. */
function counting(baseURL = url) {
  const sent = [];
  const retrying = new Anthropic({
    baseURL, apiKey,
    fetch: (resource, init) => {
      sent.push(new Headers(init.headers).get('x-stainless-retry-count'));
      return fetch(resource, init);
    },
  });
  return { sent, retrying };
}

test('a conflict is said once: the SDK does not try again', async () => {
  const { sent, retrying } = counting();
  const agent = await newAgent();
  await assert.rejects(retrying.beta.agents.update(agent.id, { version: 7, name: 'x' }), Anthropic.ConflictError);
  assert.deepEqual(sent, ['0']);
  const { name } = await newEnvironment();
  await assert.rejects(retrying.beta.environments.create({ name }), Anthropic.ConflictError);
  assert.deepEqual(sent, ['0', '0']);
});

/** Passes requests on, and cuts the connection instead of giving the first `lost` answers to sends. */
async function lossy(lost) {
  const server = http.createServer((request, response) => {
    const onward = http.request(new URL(request.url, url), { method: request.method, headers: request.headers }, (answer) => {
      const losing = request.method === 'POST' && lost-- > 0;
      answer.on('end', () => losing && request.socket.destroy());
      if (losing) return answer.resume();
      response.writeHead(answer.statusCode, answer.headers);
      return answer.pipe(response);
    });
    request.pipe(onward);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

test('a send whose answer is lost twice leaves one message', async () => {
  const session = await newSession();
  const proxy = await lossy(2);
  try {
    const { sent, retrying } = counting(`http://127.0.0.1:${proxy.address().port}`);
    const stream = await sessions.events.stream(session.id);
    const { data } = await retrying.beta.sessions.events.send(session.id, { events: [says('Once').message] });
    assert.deepEqual(sent, ['0', '1', '2']);
    await until(stream, isIdle);
    const events = await listed(session);
    const messages = events.filter((event) => event.type === 'user.message');
    assert.deepEqual(messages.map((message) => message.id), [data[0].id]);
    assert.equal(types(events).filter((type) => type === 'agent.message').length, 1);
  } finally {
    proxy.close();
    proxy.closeAllConnections();
  }
});

test('two sends that are alike are two messages', async () => {
  const session = await newSession();
  const message = says('Twice').message;
  for (let i = 0; i < 2; i++) {
    const stream = await sessions.events.stream(session.id);
    await sessions.events.send(session.id, { events: [message] });
    await until(stream, isIdle);
  }
  assert.equal((await listed(session, { types: ['user.message'] })).length, 2);
});
