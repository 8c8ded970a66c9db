// The steps of the vendor's quickstart, for a client that the environment alone configures.
import Anthropic from '@anthropic-ai/sdk';

const client = new Anthropic();
const agent = await client.beta.agents.create({
  name: 'Coding Assistant',
  model: process.env.DROVER_TEST_MODEL_ID,
  system: 'You write short programs.',
  tools: [{ type: 'agent_toolset_20260401' }],
});
const environment = await client.beta.environments.create({
  name: 'quickstart-typescript',
  config: { type: 'cloud', networking: { type: 'unrestricted' } },
});
const session = await client.beta.sessions.create({
  agent: agent.id, environment_id: environment.id, title: 'Quickstart',
});
const stream = await client.beta.sessions.events.stream(session.id);
await client.beta.sessions.events.send(session.id, {
  events: [{ type: 'user.message', content: [{ type: 'text', text: process.env.DROVER_TEST_PROMPT }] }],
});
for await (const event of stream) {
  if (event.type === 'agent.message') {
    for (const block of event.content) if (block.type === 'text') process.stdout.write(block.text);
  } else if (event.type === 'agent.tool_use') {
    console.log(`\n[tool ${event.name}]`);
  } else if (event.type === 'session.status_idle') {
    console.log(`\n[end of agent ${agent.id} version ${agent.version}]`);
    break;
  }
}
