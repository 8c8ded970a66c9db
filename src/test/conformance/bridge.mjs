// Puts MCP servers that speak stdio behind one HTTP server of the loopback address: each session of `/NAME` has a process of
// the server NAME. The arguments are a port, and JSON with the command of each server by its name. The output names what goes
// to the servers. It ends with its input.
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';

const [, , port, commands] = process.argv;
const servers = JSON.parse(commands);
const sessions = new Map();

/** A new session: what each side sends goes to the other, and they end together. */
async function open(name) {
  const server = new StdioClientTransport(servers[name]);
  const client = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    onsessioninitialized: (id) => sessions.set(id, client),
  });
  client.onmessage = (message) => {
    console.log(name, message.method, message.params?.name ?? '');
    server.send(message).catch(console.error);
  };
  server.onmessage = (message) => {
    const relatedRequestId = message.params?.progressToken; // Drover's token of a request is its id
    client.send(message, { relatedRequestId }).catch(console.error);
  };
  client.onclose = () => {
    sessions.delete(client.sessionId);
    server.close();
  };
  server.onclose = () => client.close();
  await server.start();
  return client;
}

const http = createServer(async (request, response) => {
  const id = request.headers['mcp-session-id'];
  const client = id ? sessions.get(id) : await open(request.url.slice(1));
  if (client) await client.handleRequest(request, response);
  else response.writeHead(404).end();
});
http.listen(Number(port), '127.0.0.1', () => console.log('bridge is listening'));
process.stdin.on('end', () => process.exit()).resume();
