// The tools of MCP servers: servers of this process, among them the reference server, and one that is away.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import test from 'node:test';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { createServer as everything } from '@modelcontextprotocol/server-everything/dist/server/index.js';
import {
  agents, find, listed, newSession, script, sessions, stored, turn, types, unique, CLOSING, OPENING, RUNNING, TEXT,
} from '../support.mjs';

const always = { permission_policy: { type: 'always_allow' } };

/** An agent's fields for one server. */
const using = (url, toolset = {}) => ({
  tools: [{ type: 'mcp_toolset', mcp_server_name: 'wiki', ...toolset }],
  mcp_servers: [{ type: 'url', name: 'wiki', url }],
});

/** Runs a test with an MCP server that has the tool `look`. */
async function withServer(run) {
  const seen = [];
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const { id, method, params } = chunks.length ? JSON.parse(Buffer.concat(chunks)) : {};
    seen.push(method);
    const results = {
      initialize: { protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo: { name: 'w', version: '1' } },
      'tools/list': { tools: [{ name: 'look', description: 'Looks.', inputSchema: { type: 'object' } }] },
      'tools/call': { content: [{ type: 'text', text: `saw ${params?.arguments?.of}` }] },
    };
    if (!(method in results)) return response.writeHead(method ? 202 : 405).end();
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(`data: ${JSON.stringify({ jsonrpc: '2.0', id, result: results[method] })}\n\n`);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await run(`http://127.0.0.1:${server.address().port}/mcp`, seen);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test('an agent shows its MCP servers and the resolved toolsets', async () => {
  const agent = await agents.create({
    name: unique('agent'), model: 'scripted',
    ...using('https://wiki.example/mcp', { configs: [{ name: 'look', ...always }, { name: 'other', enabled: false }] }),
  });
  assert.deepEqual(agent.mcp_servers, [{ type: 'url', name: 'wiki', url: 'https://wiki.example/mcp' }]);
  assert.deepEqual(agent.tools, [{
    type: 'mcp_toolset', mcp_server_name: 'wiki',
    default_config: { enabled: true, permission_policy: { type: 'always_ask' } },
    configs: [
      { name: 'look', enabled: true, permission_policy: { type: 'always_allow' } },
      { name: 'other', enabled: false, permission_policy: { type: 'always_ask' } },
    ],
  }]);
  const cleared = await agents.update(agent.id, { version: agent.version, tools: [], mcp_servers: null });
  assert.deepEqual([cleared.tools, cleared.mcp_servers], [[], []]);
});

test('a server and its toolset need each other', async () => {
  const { tools, mcp_servers } = using('https://wiki.example/mcp');
  const made = (changes) => agents.create({ name: unique('agent'), model: 'scripted', ...changes });
  await assert.rejects(made({ tools }), /mcp_toolset references \[wiki\]/);
  await assert.rejects(made({ mcp_servers }), /mcp_servers has \[wiki\]/);
});

test('a call goes to the server and its result to the model', () =>
  withServer(async (url, seen) => {
    const session = await newSession(using(url, { default_config: always }));
    const plan = script({ tools: [{ name: 'mcp__wiki__look', input: { of: 'it' } }] }, { text: ['Done.'] });
    const shown = await turn(session, [plan.message]);
    assert.deepEqual(types(stored(shown)), [
      ...OPENING, 'agent.mcp_tool_use', 'span.model_request_end', 'agent.mcp_tool_result', 'span.model_request_start',
      ...TEXT, ...CLOSING,
    ]);
    const use = find(shown, 'agent.mcp_tool_use');
    assert.deepEqual([use.mcp_server_name, use.name, use.input], ['wiki', 'look', { of: 'it' }]);
    const result = find(shown, 'agent.mcp_tool_result');
    assert.deepEqual([result.mcp_tool_use_id, result.is_error], [use.id, false]);
    assert.deepEqual(result.content, [{ type: 'text', text: 'saw it' }]);
    assert.deepEqual(await listed(session), stored(shown));
    assert.equal(seen.filter((method) => method === 'tools/call').length, 1);
    const [first] = await plan.requests();
    assert.deepEqual(first.tools.map((tool) => tool.name), ['mcp__wiki__look']);
  }));

test('a session may get a server, and a call waits for a confirmation', () =>
  withServer(async (url, seen) => {
    const session = await newSession({ tools: [] });
    await sessions.update(session.id, { agent: using(url) });
    const plan = script({ tools: [{ name: 'mcp__wiki__look', input: {} }] }, { text: ['Done.'] });
    const asked = await turn(session, [plan.message]);
    const { event_ids } = asked.at(-1).stop_reason;
    assert.deepEqual(event_ids, [find(asked, 'agent.mcp_tool_use').id]);
    assert.ok(!seen.includes('tools/call'));
    const done = await turn(session, [{ type: 'user.tool_confirmation', tool_use_id: event_ids[0], result: 'allow' }]);
    assert.equal(find(done, 'agent.mcp_tool_result').is_error, false);
  }));

test('a server that is away is an error, and the turn goes on', async () => {
  const session = await newSession(using('http://127.0.0.1:1/mcp'));
  const shown = await turn(session, [script({ text: ['Done.'] }).message]);
  assert.deepEqual(types(stored(shown)), [
    ...RUNNING, 'user.message', 'session.error', 'span.model_request_start', ...TEXT, ...CLOSING,
  ]);
  const { type, mcp_server_name, retry_status } = find(shown, 'session.error').error;
  assert.deepEqual([type, mcp_server_name, retry_status.type], ['mcp_connection_failed_error', 'wiki', 'exhausted']);
});

/** Runs a test with the reference server, which has a tool `wait` more: its result comes when the client cancels it. */
async function withReferenceServer(run) {
  const { server, cleanup } = everything();
  const cancelled = new Promise((resolve) => {
    const ends = (signal, done) => {
      signal.onabort = () => done(resolve());
      http.emit('waiting');
    };
    server.registerTool('wait', {}, ({ signal }) => new Promise((done) => ends(signal, done)));
  });
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: randomUUID });
  await server.connect(transport);
  const http = createServer((request, response) => transport.handleRequest(request, response));
  await new Promise((resolve) => http.listen(0, '127.0.0.1', resolve));
  try {
    await run(`http://127.0.0.1:${http.address().port}/mcp`, once(http, 'waiting'), cancelled);
  } finally {
    await server.close();
    cleanup();
    http.closeAllConnections();
    http.close();
  }
}

test('the tools of the reference server have results of all kinds', () =>
  withReferenceServer(async (url) => {
    const session = await newSession(using(url, { default_config: always }));
    const call = (name, input = {}) => ({ name: `mcp__wiki__${name}`, input });
    const plan = script(
      { tools: [call('echo', { message: 'é' }), call('get-tiny-image'), call('get-sum', { a: 'no number' })] },
      { tools: [call('trigger-long-running-operation', { duration: 0.05, steps: 5 })] },
      { tools: [call('get-structured-content', { location: 'Chicago' }), call('get-resource-links', { count: 2 })] },
      { text: ['Done.'] },
    );
    const shown = await turn(session, [plan.message]);
    const uses = shown.filter(({ type }) => type === 'agent.mcp_tool_use');
    const results = Object.fromEntries(shown.filter(({ type }) => type === 'agent.mcp_tool_result').map((result) =>
      [uses.find(({ id }) => id === result.mcp_tool_use_id).name, result]));
    assert.deepEqual(results.echo.content, [{ type: 'text', text: 'Echo: é' }]);
    const image = results['get-tiny-image'].content;
    assert.deepEqual(image.map(({ type }) => type), ['text', 'image', 'text']);
    assert.equal(image[1].source.media_type, 'image/png');
    assert.equal(results['get-sum'].is_error, true);
    assert.match(results['get-sum'].content[0].text, /expected number/);
    assert.match(results['trigger-long-running-operation'].content[0].text, /completed/);
    assert.match(results['get-structured-content'].content[0].text, /temperature/);
    assert.match(JSON.stringify(results['get-resource-links'].content), /demo:\/\/resource/);
    const [first] = await plan.requests();
    const names = first.tools.map(({ name }) => name);
    assert.ok(names.includes('mcp__wiki__echo'));
    assert.ok(!names.includes('mcp__wiki__simulate-research-query')); // only as a task
  }));

test('an interrupt cancels a call of the reference server', () =>
  withReferenceServer(async (url, waiting, cancelled) => {
    const session = await newSession(using(url, { default_config: always }));
    const { message } = script({ tools: [{ name: 'mcp__wiki__wait', input: {} }] }, { text: ['Done.'] });
    const end = turn(session, [message]);
    await waiting;
    await sessions.events.send(session.id, { events: [{ type: 'user.interrupt' }] });
    await Promise.all([end, cancelled]);
  }));
