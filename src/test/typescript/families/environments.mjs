import assert from 'node:assert/strict';
import test from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import {
  BetaEnvironmentArchivedError, BetaInvalidMetadataError,
} from '@anthropic-ai/sdk/resources/beta/environments/environments';
import { all, environments, is, newEnvironment, newSession, sessions, unique } from '../support.mjs';

const cloud = (networking) => ({ type: 'cloud', networking });

test('an environment of nothing but a name is whole', async () => {
  const name = unique('bare');
  const { id, created_at, updated_at, ...rest } = await environments.create({ name });
  assert.match(id, /^env_/);
  assert.deepEqual(rest, {
    type: 'environment', state: 'active', name, description: null, metadata: {}, scope: 'organization', archived_at: null,
    config: {
      type: 'cloud', networking: { type: 'unrestricted' },
      packages: { type: 'packages', apt: [], cargo: [], gem: [], go: [], npm: [], pip: [] },
    },
  });
  assert.deepEqual(await environments.retrieve(id), { id, created_at, updated_at, ...rest });
});

test('an environment is merged with its update', async () => {
  const first = await environments.create({
    name: unique('limited'), description: 'd', metadata: { a: '1', b: '2' },
    config: cloud({ type: 'limited', allowed_hosts: ['a.example'], allow_mcp_servers: true, allow_package_managers: true }),
  });
  const second = await environments.update(first.id, { metadata: { a: '', b: null, c: '3' } });
  assert.deepEqual({ ...second, updated_at: 0 }, { ...first, metadata: { c: '3' }, updated_at: 0 });
  const third = await environments.update(first.id, {
    name: unique('renamed'), description: 'e', config: cloud({ type: 'limited', allowed_hosts: [] }),
  });
  assert.deepEqual(third.config.networking, {
    type: 'limited', allowed_hosts: [], allow_mcp_servers: true, allow_package_managers: true,
  });
  const fourth = await environments.update(first.id, { config: cloud({ type: 'unrestricted' }) });
  assert.deepEqual([fourth.config.networking, fourth.description], [{ type: 'unrestricted' }, 'e']);
});

test('environments are listed, archived and deleted', async () => {
  const made = [await newEnvironment(), await newEnvironment()];
  const found = async (params) =>
    (await all(environments.list(params))).map((e) => e.id).filter((id) => made.some((e) => e.id === id));
  const ids = made.map((e) => e.id);
  assert.deepEqual(await found({ limit: 1 }), ids.toReversed());
  const archived = await environments.archive(ids[0]);
  assert.deepEqual([archived.state, await environments.archive(ids[0])], ['archived', archived]);
  assert.deepEqual(await found({}), [ids[1]]);
  assert.deepEqual(await found({ include_archived: true }), ids.toReversed());
  assert.deepEqual(await environments.delete(ids[0]), { id: ids[0], type: 'environment_deleted' });
  await assert.rejects(environments.retrieve(ids[0]), is(Anthropic.NotFoundError));
});

test('what an environment refuses has the error class of its code', async () => {
  const environment = await newEnvironment();
  await assert.rejects(environments.create({ name: environment.name }), is(Anthropic.ConflictError));
  await assert.rejects(
    environments.update(environment.id, { metadata: { ['k'.repeat(65)]: 'v' } }),
    is(BetaInvalidMetadataError, 'invalid_metadata', /keys must have 1 to 64 characters/),
  );
  const session = await newSession();
  await assert.rejects(environments.delete(session.environment_id), is(Anthropic.ConflictError));
  await environments.archive(session.environment_id);
  await assert.rejects(
    environments.update(session.environment_id, { description: 'x' }),
    is(BetaEnvironmentArchivedError, 'environment_archived'),
  );
  await assert.rejects(
    sessions.create({ agent: session.agent.id, environment_id: session.environment_id }),
    is(Anthropic.BadRequestError),
  );
  await assert.rejects(environments.create({ name: unique('own'), config: { type: 'self_hosted' } }), /self_hosted/);
  await assert.rejects(
    environments.create({ name: unique('packed'), config: { ...cloud({ type: 'unrestricted' }), packages: { gem: ['--source=x'] } } }),
    /packages/,
  );
  const packed = await environments.create({
    name: unique('packed'),
    config: { ...cloud({ type: 'unrestricted' }), packages: { pip: ['pandas==2.2.0', 'tiny'] } },
  });
  assert.deepEqual(packed.config.packages.pip, ['pandas==2.2.0', 'tiny']);
  const both = await environments.update(packed.id, { config: { type: 'cloud', packages: { npm: ['prettier'] } } });
  assert.deepEqual([both.config.packages.npm, both.config.packages.pip.length], [['prettier'], 2]);
});
