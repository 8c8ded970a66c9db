import { useEffect, useState } from 'preact/hooks';
import { all, query } from './api.ts';
import { anyEnvironment, createSession, message, sessionPath } from './catalog.ts';
import { ShowAsCode } from './code.tsx';
import { go, place } from './router.ts';
import { showTitle } from './state.ts';
import { useStore } from './store.ts';
import type { Agent, Environment } from './types.ts';
import { ErrorBox, Field, Page, useLoad } from './ui.tsx';

export function NewSessionPage() {
  const here = useStore(place, (value) => value.now);
  const { value, error: loadError, again } = useLoad(
    async (signal) => ({
      agents: await all<Agent>('/v1/agents' + query({ limit: 100 }), 500, signal),
      environments: await all<Environment>('/v1/environments' + query({ limit: 100 }), 200, signal),
    }),
    '',
  );
  const [agent, setAgent] = useState(here.query.get('agent') ?? '');
  const [environment, setEnvironment] = useState('');
  const [title, setTitle] = useState('');
  const [budget, setBudget] = useState('');
  const [text, setText] = useState('');
  const [code, setCode] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => showTitle('New session'), []);
  const chosen = agent || value?.agents[0]?.id || '';

  const request = (environmentId: string) => ({
    agent: chosen,
    environment_id: environmentId,
    ...(title.trim() === '' ? {} : { title: title.trim() }),
    ...(budget.trim() === '' ? {} : { budget: { type: 'limit', max_list_cost: { amount: String(Math.round(Number(budget) * 100)), currency: 'USD' } } }),
    ...(text.trim() === '' ? {} : { initial_events: [message(text)] }),
  });
  const start = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      if (budget.trim() !== '' && !(Number(budget) > 0)) throw new Error('The budget must be an amount of dollars.');
      go(sessionPath(await createSession(request(environment || (await anyEnvironment()).id))));
    } catch (e) {
      setError(e);
      setBusy(false);
    }
  };
  return (
    <Page
      title="New session"
      actions={
        <button type="button" onClick={() => setCode(true)}>
          Show as code
        </button>
      }
    >
      <ErrorBox error={loadError} retry={again} />
      {code && <ShowAsCode what="sessions" body={JSON.stringify(request(environment || '<environment>'), null, 2)} close={() => setCode(false)} />}
      {value && value.agents.length === 0 && (
        <p>
          A session needs an agent. <a href="/console/agents/new">Make one first.</a>
        </p>
      )}
      {value && value.agents.length > 0 && (
        <form class="form" onSubmit={(event) => void start(event)}>
          <div class="two">
            <Field label="Agent">
              <select value={chosen} onChange={(event) => setAgent(event.currentTarget.value)}>
                {value.agents.map((one) => (
                  <option key={one.id} value={one.id}>
                    {one.name} v{one.version} · {one.model.id}
                  </option>
                ))}
              </select>
            </Field>
            <Field label="Environment">
              <select value={environment} onChange={(event) => setEnvironment(event.currentTarget.value)}>
                <option value="">default</option>
                {value.environments.map((one) => (
                  <option key={one.id} value={one.id}>
                    {one.name}
                    {one.config.type === 'self_hosted' ? ' (self-hosted)' : ''}
                  </option>
                ))}
              </select>
            </Field>
          </div>
          <div class="two">
            <Field label="Title (optional)">
              <input value={title} maxLength={256} onInput={(event) => setTitle(event.currentTarget.value)} />
            </Field>
            <Field label="Budget in dollars (optional)" hint="The session pauses when its list cost reaches it.">
              <input value={budget} inputMode="decimal" onInput={(event) => setBudget(event.currentTarget.value)} />
            </Field>
          </div>
          <Field label="First message (optional)">
            <textarea rows={5} value={text} onInput={(event) => setText(event.currentTarget.value)} />
          </Field>
          <ErrorBox error={error} />
          <button type="submit" class="primary" disabled={busy}>
            Start
          </button>
        </form>
      )}
    </Page>
  );
}
