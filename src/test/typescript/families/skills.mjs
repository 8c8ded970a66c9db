import assert from 'node:assert/strict';
import test from 'node:test';
import Anthropic, { toFile } from '@anthropic-ai/sdk';
import { agents, all, bash, client, find, is, newAgent, newEnvironment, script, sessions, toolset, turn } from '../support.mjs';

const { skills } = client.beta;

const text = (name, description) => `---\nname: ${name}\ndescription: ${description}\n---\n\n# Use it\n`;
const file = (path, content) => toFile(Buffer.from(content), path);
const manifest = (name, description) => file(`${name}/SKILL.md`, text(name, description));

/** What two archives of one skill must share. */
const bytes = async (response) => Buffer.from(await response.arrayBuffer());

test('a skill is created from files, gets versions from archives, and is deleted', async () => {
  const skill = await skills.create({
    display_name: 'Rhymes & reasons',
    files: [await manifest('rhymes', 'Finds rhymes.'), await file('rhymes/lib/words.txt', 'sun\nfun\n')],
  });
  assert.equal(skill.type, 'skill');
  assert.match(skill.id, /^skill_/);
  assert.equal(skill.display_name, 'Rhymes & reasons');
  assert.deepEqual(skill.source, { type: 'custom' });
  assert.deepEqual(await skills.retrieve(skill.id), skill);

  const first = await skills.versions.retrieve('latest', { skill_id: skill.id });
  assert.equal(first.id, skill.latest_version_id);
  assert.deepEqual([first.type, first.skill_id, first.name, first.description], ['skill_version', skill.id, 'rhymes', 'Finds rhymes.']);
  const download = await skills.versions.download(first.id, { skill_id: skill.id });
  assert.equal(download.headers.get('content-type'), 'application/zip');
  const archive = await bytes(download);
  assert.equal(archive.subarray(0, 2).toString(), 'PK');

  const second = await skills.versions.create(skill.id, { files: [await toFile(archive, 'any.zip', { type: 'application/zip' })] });
  assert.notEqual(second.id, first.id);
  assert.deepEqual(await bytes(await skills.versions.download(second.id, { skill_id: skill.id })), archive);
  assert.deepEqual((await all(skills.versions.list(skill.id, { limit: 1 }))).map(({ id }) => id), [second.id, first.id]);
  assert.equal((await skills.retrieve(skill.id)).latest_version_id, second.id);

  const deleted = await skills.versions.delete(second.id, { skill_id: skill.id });
  assert.deepEqual(deleted, { id: second.id, type: 'skill_version_deleted' });
  await assert.rejects(
    async () => skills.versions.delete(first.id, { skill_id: skill.id }),
    is(Anthropic.BadRequestError, undefined, /at least one version/),
  );
  assert.deepEqual(await skills.delete(skill.id), { id: skill.id, type: 'skill_deleted' });
  await assert.rejects(async () => skills.retrieve(skill.id), is(Anthropic.NotFoundError));
});

test('skills are listed by page and by source', async () => {
  const made = [];
  for (let i = 0; i < 3; i++) made.unshift((await skills.create({ files: [await manifest(`listed-${i}`, 'Is listed.')] })).id);
  const ids = async (params) => (await all(skills.list(params))).map(({ id }) => id).filter((id) => made.includes(id));
  assert.deepEqual(await ids({ limit: 2 }), made);
  assert.deepEqual(await ids({ source: 'custom' }), made);
  assert.deepEqual(await ids({ source: 'anthropic' }), []);
  await Promise.all(made.map((id) => skills.delete(id)));
});

test('files that are no skill are refused with the reason', async () => {
  const create = (...files) => async () => skills.create({ files: await Promise.all(files) });
  const refused = (message) => is(Anthropic.BadRequestError, undefined, message);
  await assert.rejects(create(file('SKILL.md', text('x', 'y'))), refused(/must be a zip archive, or/));
  await assert.rejects(create(file('x/README.md', 'x')), refused(/contains no SKILL\.md/));
  await assert.rejects(create(manifest('x', 'y'), file('x/../y', '')), refused(/"x\/\.\.\/y"/));
  await assert.rejects(create(file('x/SKILL.md', text('other', 'y'))), refused(/must have the name/));
});

test('an agent reads a skill, whose version the session keeps', async () => {
  const skill = await skills.create({ files: [await manifest('verses', 'Counts verses.'), await file('verses/run', '#!/bin/sh\necho 42\n')] });
  const custom = { type: 'custom', skill_id: skill.id };
  const [agent, environment] = await Promise.all([newAgent({ skills: [custom] }), newEnvironment()]);
  assert.deepEqual(agent.skills, [{ ...custom, version: 'latest' }]);
  const session = await sessions.create({ agent: agent.id, environment_id: environment.id });
  assert.deepEqual(session.agent.skills, [{ ...custom, version: skill.latest_version_id }]);
  const scripted = script({ tools: [bash('head -3 /skills/verses/SKILL.md; skills/verses/run; touch /skills/x')] }, { text: ['Done.'] });
  const result = find(await turn(session, [scripted.message]), 'agent.tool_result');
  assert.match(result.content[0].text, /^---\nname: verses\ndescription: Counts verses\.\n42\n.*Read-only/s);
  const [request] = await scripted.requests();
  assert.match(JSON.stringify(request.system), /- verses \(\/skills\/verses\/SKILL\.md\): Counts verses\./);
  await skills.delete(skill.id);
  assert.deepEqual((await agents.retrieve(agent.id)).skills, agent.skills);
});

test('an agent names only skills that exist', async () => {
  const create = (...named) => async () => newAgent({ tools: [toolset], skills: named });
  await assert.rejects(create({ type: 'custom', skill_id: 'skill_unknown' }), is(Anthropic.BadRequestError, undefined, /skill/));
  await assert.rejects(
    create({ type: 'anthropic', skill_id: 'xlsx' }),
    is(Anthropic.BadRequestError, undefined, /skill "xlsx" is not on this server; an operator can add it: drover skills import/),
  );
});
