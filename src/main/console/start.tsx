import { useEffect, useState } from 'preact/hooks';
import { all, api, query } from './api.ts';
import { anyEnvironment, createSession, message, sessionPath, TEMPLATES, toolset } from './catalog.ts';
import { go } from './router.ts';
import { may, showTitle } from './state.ts';
import type { Agent, Session } from './types.ts';
import { Badge, ErrorBox, Page, Snippet, useLoad } from './ui.tsx';

const KEYS = `export DROVER_ANTHROPIC_API_KEY=…      # a key of a Messages API
export DROVER_OPENAI_BASE_URL=…        # or a server of the OpenAI kind, such as vLLM or Ollama
drover serve`;

/** The first page: the guide on an empty server, else what waits, else the sessions. */
export function StartPage() {
  const { value, error, again } = useLoad(async (signal) => {
    const [sessions, inbox] = await Promise.all([
      api<{ data: Session[] }>('/v1/sessions' + query({ limit: 1, include_archived: 'true' }), undefined, { signal }),
      api<{ total: number }>('/drover/inbox' + query({ limit: 1 }), undefined, { signal }),
    ]);
    return { isEmpty: sessions.data.length === 0, waiting: inbox.total };
  }, '');
  useEffect(() => {
    if (value && !value.isEmpty) go(value.waiting > 0 ? '/console/inbox' : '/console/sessions', true);
  }, [value]);
  if (error) return <Page title="Drover"><ErrorBox error={error} retry={again} /></Page>;
  return value?.isEmpty ? <Guide /> : null;
}

/** From nothing to a first session, in three steps. */
export function Guide() {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => showTitle('Welcome'), []);
  const { value: models, again } = useLoad((signal) => api<{ data: { id: string }[] }>('/v1/models' + query({ limit: 1000 }), undefined, { signal }), '');
  const real = (models?.data ?? []).filter((model) => model.id !== 'rehearsal');
  const see = async () => {
    setBusy(true);
    setError(null);
    try {
      const environment = await anyEnvironment();
      const agents = await all<Agent>('/v1/agents' + query({ limit: 100 }), 100);
      const agent =
        agents.find((one) => one.name === 'Rehearsal' && one.model.id === 'rehearsal') ??
        (await api<Agent>('/v1/agents', { name: 'Rehearsal', model: 'rehearsal', tools: [toolset('allow', { write: 'ask' })] }));
      const session = await createSession({
        agent: agent.id,
        environment_id: environment.id,
        title: 'First session',
        initial_events: [message('Show me that it works.\n\n$ uname -a\n\n$ ls -la')],
      });
      go(sessionPath(session));
    } catch (e) {
      setError(e);
      setBusy(false);
    }
  };
  if (!may('sessions:write') || !may('catalog:write')) {
    return (
      <Page title="Welcome">
        <p>There are no sessions yet, and the key of this login may not make one.</p>
      </Page>
    );
  }
  return (
    <Page title="Welcome to Drover">
      <ol class="steps">
        <li>
          <h2>See it work</h2>
          <p>
            One click makes an agent and a session, and opens it. It uses <code>rehearsal</code>, which is not a language model: it does what a
            message spells out, with real tools in a real sandbox.
          </p>
          <button type="button" class="primary" disabled={busy} onClick={() => void see()}>
            {busy ? 'Starting …' : 'Start a session'}
          </button>
          <ErrorBox error={error} />
        </li>
        <li>
          <h2>Connect a model</h2>
          {real.length > 0 ? (
            <p>
              <Badge tone="good">ready</Badge> {real.map((model) => model.id).slice(0, 5).join(', ')}
              {real.length > 5 ? ' …' : ''}
            </p>
          ) : (
            <>
              <p>No model is configured yet. Set one of these, and start the server again:</p>
              <Snippet text={KEYS} what="Lines" />
            </>
          )}
          <button type="button" onClick={again}>
            Check
          </button>
        </li>
        <li>
          <h2>Make your agent</h2>
          <p>Begin with a template, and try the draft before you save it.</p>
          <div class="buttons">
            {TEMPLATES.map((one) => (
              <a key={one.name} class="button" href={'/console/agents/new' + query({ template: one.name })} title={one.says}>
                {one.name}
              </a>
            ))}
          </div>
        </li>
      </ol>
    </Page>
  );
}
