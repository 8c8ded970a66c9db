// Credentials of vaults. The life of the vaults is in kinds.mjs.
import assert from 'node:assert/strict';
import test from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import { all, client, newSession, sessions } from '../support.mjs';

const { vaults } = client.beta;
const { credentials } = vaults;
const secret = 'canary-secret';
const newVault = () => vaults.create({ display_name: 'Alice', metadata: { user: 'alice' } });
const bearer = (mcp_server_url, token = secret) => ({ type: 'static_bearer', mcp_server_url, token });
const refresh = {
  token_endpoint: 'https://auth.example.com/token', client_id: 'me', refresh_token: secret, scope: 'read',
  token_endpoint_auth: { type: 'client_secret_post', client_secret: secret },
};
const shown = async (promise) => {
  const answer = await promise;
  assert.ok(!JSON.stringify(answer).includes(secret));
  return answer;
};

test('a token is created, read, replaced, archived and deleted', async () => {
  const vault = await newVault();
  const at = { vault_id: vault.id };
  const made = await shown(credentials.create(vault.id, { auth: bearer('https://mcp.example.com/mcp'), display_name: 'Tracker' }));
  assert.match(made.id, /^vcrd_/);
  const { id, created_at, updated_at, ...rest } = made;
  assert.equal(created_at, updated_at);
  assert.deepEqual(rest, {
    type: 'vault_credential', vault_id: vault.id, display_name: 'Tracker', metadata: {}, archived_at: null,
    auth: { type: 'static_bearer', mcp_server_url: 'https://mcp.example.com/mcp' },
  });
  assert.deepEqual(await credentials.retrieve(id, at), made);
  const changed = await shown(credentials.update(id, {
    ...at, auth: { type: 'static_bearer', token: secret }, display_name: 'Other', metadata: { a: '1' },
  }));
  assert.deepEqual([changed.display_name, changed.metadata], ['Other', { a: '1' }]);
  await assert.rejects(
    credentials.create(vault.id, { auth: bearer('https://MCP.example.com:443/mcp/') }),
    (error) => error instanceof Anthropic.ConflictError && error.headers.get('x-should-retry') === 'false');
  await assert.rejects(credentials.mcpOAuthValidate(id, at), Anthropic.BadRequestError);
  const archived = await shown(credentials.archive(id, at));
  assert.ok(archived.archived_at);
  assert.deepEqual(await credentials.archive(id, at), archived);
  await assert.rejects(credentials.update(id, { ...at, display_name: 'x' }), Anthropic.BadRequestError);
  await credentials.create(vault.id, { auth: bearer('https://mcp.example.com/mcp') });
  assert.equal((await all(credentials.list(vault.id))).length, 1);
  assert.deepEqual((await all(credentials.list(vault.id, { include_archived: true, limit: 1 }))).map((one) => one.id)[1], id);
  assert.deepEqual(await credentials.delete(id, at), { id, type: 'vault_credential_deleted' });
  await assert.rejects(credentials.retrieve(id, at), Anthropic.NotFoundError);
});

test('a credential with OAuth shows how it is renewed, and is tested', async () => {
  const vault = await newVault();
  const made = await shown(credentials.create(vault.id, {
    auth: {
      type: 'mcp_oauth', mcp_server_url: 'https://nowhere.invalid/mcp', access_token: secret, refresh,
      expires_at: '2999-01-01T00:00:00Z',
    },
  }));
  assert.deepEqual(made.auth, {
    type: 'mcp_oauth', mcp_server_url: 'https://nowhere.invalid/mcp', expires_at: '2999-01-01T00:00:00.000000Z',
    refresh: {
      token_endpoint: 'https://auth.example.com/token', client_id: 'me', scope: 'read',
      token_endpoint_auth: { type: 'client_secret_post' },
    },
  });
  const changed = await shown(credentials.update(made.id, {
    vault_id: vault.id, auth: { type: 'mcp_oauth', access_token: secret, refresh: { refresh_token: secret, scope: '' } },
  }));
  assert.equal(changed.auth.refresh.scope, undefined);
  const { validated_at, ...tested } = await shown(credentials.mcpOAuthValidate(made.id, { vault_id: vault.id }));
  assert.ok(Date.parse(validated_at));
  assert.deepEqual(tested, {
    type: 'vault_credential_validation', credential_id: made.id, vault_id: vault.id, has_refresh_token: true, status: 'unknown',
    mcp_probe: { method: 'initialize', http_response: null }, refresh: null,
  });
});

test('a variable has hosts and places', async () => {
  const vault = await newVault();
  const made = await shown(credentials.create(vault.id, {
    auth: {
      type: 'environment_variable', secret_name: 'API_TOKEN', secret_value: secret,
      networking: { type: 'limited', allowed_hosts: ['api.example.com', '*.example.org'] },
    },
  }));
  assert.deepEqual(made.auth, {
    type: 'environment_variable', secret_name: 'API_TOKEN',
    networking: { type: 'limited', allowed_hosts: ['api.example.com', '*.example.org'] },
    injection_location: { header: true, body: true },
  });
  const changed = await shown(credentials.update(made.id, {
    vault_id: vault.id,
    auth: { type: 'environment_variable', networking: { type: 'unrestricted' }, injection_location: { body: false } },
  }));
  assert.deepEqual([changed.auth.networking, changed.auth.injection_location], [
    { type: 'unrestricted' }, { header: true, body: false },
  ]);
});

test('an archived vault archives its credentials, and new sessions cannot have it', async () => {
  const vault = await newVault();
  const session = await newSession({}, { vault_ids: [vault.id] });
  assert.deepEqual(session.vault_ids, [vault.id]);
  const made = await credentials.create(vault.id, { auth: bearer('https://mcp.example.com') });
  await vaults.archive(vault.id);
  assert.ok((await credentials.retrieve(made.id, { vault_id: vault.id })).archived_at);
  await assert.rejects(credentials.create(vault.id, { auth: bearer('https://b.example.com') }), Anthropic.BadRequestError);
  await assert.rejects(newSession({}, { vault_ids: [vault.id] }), Anthropic.BadRequestError);
  assert.deepEqual((await sessions.retrieve(session.id)).vault_ids, [vault.id]);
  await vaults.delete(vault.id);
  await assert.rejects(newSession({}, { vault_ids: [vault.id] }), Anthropic.NotFoundError);
  await assert.rejects(all(credentials.list(vault.id)), Anthropic.NotFoundError);
});
