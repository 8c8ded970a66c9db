// What every family of tests uses: the client, scripts for the model, turns.
import Anthropic from '@anthropic-ai/sdk';

export const url = process.env.DROVER_TEST_URL;
export const apiKey = process.env.DROVER_TEST_KEY;
export const model = process.env.DROVER_TEST_MODEL;

/** The vendor's client; every method of its resources notes in `called` that it was called. */
export const client = new Anthropic({ baseURL: url, apiKey, maxRetries: 0 });
export const called = new Set();

/** All methods of a resource and of those under it, as [path, resource, name]. */
export function* methods(resource, path) {
  for (const name of Object.getOwnPropertyNames(Object.getPrototypeOf(resource))) {
    if (name !== 'constructor' && !name.startsWith('_')) yield [`${path}.${name}`, resource, name];
  }
  for (const [name, child] of Object.entries(resource)) {
    if (name !== '_client' && child !== null && typeof child === 'object') yield* methods(child, `${path}.${name}`);
  }
}

export const surface = [...methods(client.beta, 'beta'), ...methods(client.models, 'models'), ...methods(client.files, 'files')];
for (const [path, resource, name] of surface) {
  const method = resource[name];
  resource[name] = function (...args) {
    called.add(path);
    return method.apply(this, args);
  };
}

export const { agents, environments, sessions } = client.beta;

export const toolset = { type: 'agent_toolset_20260401' };
export const weather = {
  type: 'custom',
  name: 'weather',
  description: 'Tells the weather in a place.',
  input_schema: { type: 'object', properties: { place: { type: 'string' } }, required: ['place'] },
};

let names = 0;
export const unique = (name) => `${name} ${process.pid}-${++names}`; // one server may see several runs

export const newEnvironment = () => environments.create({ name: unique('environment') });

export const newAgent = (changes = {}) =>
  agents.create({ name: unique('agent'), model: 'scripted', tools: [toolset], ...changes });

/** A session with an agent and an environment of its own. */
export async function newSession(agentChanges = {}, changes = {}) {
  const [agent, environment] = await Promise.all([newAgent(agentChanges), newEnvironment()]);
  return sessions.create({ agent: agent.id, environment_id: environment.id, ...changes });
}

export const user = (text) => ({ type: 'user.message', content: [{ type: 'text', text }] });

const control = async (verb, name) => (await fetch(`${model}/${verb}/${name}`, { method: 'POST', body: '{}' })).json();

/** A message that makes the model give these replies, one for each request. */
export function script(...replies) {
  const name = `script-${process.pid}-${++names}`;
  return {
    message: user(JSON.stringify({ script: name, replies })),
    release: () => control('release', name),
    requests: async () => (await control('requests', name)).requests,
  };
}

export const says = (...text) => script({ text });
export const bash = (command) => ({ name: 'bash', input: { command } });

/** Reads a stream until an event fits; everything up to it. */
export async function until(stream, fits, on = () => {}) {
  const events = [];
  for await (const event of stream) {
    events.push(event);
    await on(event);
    if (fits(event)) return events;
  }
  throw new Error(`the stream ended after ${types(events)}`);
}

export const isIdle = (event) => event.type === 'session.status_idle';

/** Sends events and reads the stream until the session is idle. */
export async function turn(session, events, on, params) {
  const stream = await sessions.events.stream(session.id, params);
  await sessions.events.send(session.id, { events });
  return until(stream, isIdle, on);
}

export const types = (events) => events.map((event) => event.type);
export const stored = (events) => events.filter((event) => 'id' in event && event.processed_at !== null);
export const find = (events, type) => events.find((event) => event.type === type);

export async function all(pages) {
  const items = [];
  for await (const item of pages) items.push(item);
  return items;
}

export const listed = (session, params) => all(sessions.events.list(session.id, params));

/** Parts of what a turn shows. */
export const RUNNING = ['session.status_running', 'session.thread_status_running'];
export const OPENING = [...RUNNING, 'user.message', 'span.model_request_start'];
export const TEXT = ['agent.message', 'span.model_request_end'];
export const CLOSING = ['session.thread_status_idle', 'session.usage', 'session.status_idle'];

/** Whether a rejection is this error of the SDK. */
export const is = (type, code, message) => (error) =>
  error instanceof type && error.errorCode === (code ?? null) && (!message || message.test(error.apiMessage)) &&
  error.requestID.startsWith('req_');
