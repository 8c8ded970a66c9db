import { useEffect, useState } from 'preact/hooks';
import { all, api, ApiError, path, query } from './api.ts';
import { anyEnvironment, body, BUILT_IN, createSession, draftOf, TEMPLATES, uses, withUse, type Draft, type Use } from './catalog.ts';
import { ShowAsCode } from './code.tsx';
import { aroundChanges, diffLines } from './diff.ts';
import { plural } from './format.ts';
import { go, place, withQuery } from './router.ts';
import { may, say, showTitle } from './state.ts';
import { useStore } from './store.ts';
import { Trial } from './trial.tsx';
import type { Agent } from './types.ts';
import { Age, Badge, Empty, ErrorBox, Field, Page, Plain, Snippet, useLoad } from './ui.tsx';

export function AgentsPage() {
  useEffect(() => showTitle('Agents'), []);
  const { value, error, again } = useLoad((signal) => all<Agent>('/v1/agents' + query({ limit: 100 }), 500, signal), '');
  return (
    <Page
      title="Agents"
      actions={
        may('catalog:write') && (
          <a class="button primary" href="/console/agents/new">
            New agent
          </a>
        )
      }
    >
      <ErrorBox error={error} retry={again} />
      {!value && !error && <p class="dim">Loading …</p>}
      {value && value.length === 0 && (
        <Empty title="No agents yet">
          <p>An agent is a model, instructions and tools. Sessions are made of it.</p>
          <Snippet what="Command" text="drover agents create --name Coder --model rehearsal --tool all" />
        </Empty>
      )}
      {value && value.length > 0 && (
        <table class="rows">
          <thead>
            <tr>
              <th>Name</th>
              <th>Model</th>
              <th>Version</th>
              <th class="number">Changed</th>
            </tr>
          </thead>
          <tbody>
            {value.map((agent) => (
              <tr key={agent.id}>
                <td class="title">
                  <a href={path`/console/agents/${agent.id}`}>
                    <Plain text={agent.name} />
                  </a>
                  {agent.description && (
                    <div class="dim clip">
                      <Plain text={agent.description.slice(0, 200)} />
                    </div>
                  )}
                </td>
                <td>
                  <Plain text={agent.model.id} />
                </td>
                <td>v{agent.version}</td>
                <td class="number">
                  <Age time={agent.updated_at} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Page>
  );
}

function useModels(): string[] {
  const { value } = useLoad((signal) => api<{ data: { id: string }[] }>('/v1/models' + query({ limit: 1000 }), undefined, { signal }), '');
  return value?.data.map((one) => one.id) ?? [];
}

export function NewAgentPage() {
  useEffect(() => showTitle('New agent'), []);
  const here = useStore(place, (value) => value.now);
  const models = useModels();
  const template = TEMPLATES.find((one) => one.name === here.query.get('template'));
  if (!template) {
    return (
      <Page title="New agent">
        <p>Begin with one of these. Everything can be changed.</p>
        <div class="tiles">
          {TEMPLATES.map((one) => (
            <button key={one.name} type="button" class="tile" onClick={() => withQuery({ template: one.name }, false)}>
              <strong>{one.name}</strong>
              <span class="dim">{one.says}</span>
            </button>
          ))}
        </div>
      </Page>
    );
  }
  if (models.length === 0) return <Page title="New agent">Loading …</Page>;
  return <Editor key={template.name} agent={null} start={{ ...template.draft, model: models.find((one) => one !== 'rehearsal') ?? models[0]! }} models={models} />;
}

export function AgentPage({ id, version }: { id: string; version: string | null }) {
  const models = useModels();
  const { value, error, again } = useLoad(
    (signal) => api<Agent>(path`/v1/agents/${id}` + query({ version }), undefined, { signal }),
    `${id} ${version}`,
  );
  useEffect(() => showTitle(value?.name ?? 'Agent'), [value]);
  if (error) return <Page title="Agent"><ErrorBox error={error} retry={again} /></Page>;
  if (!value) return <Page title="Agent">Loading …</Page>;
  return <Editor key={`${value.id} ${value.version}`} agent={value} start={draftOf(value)} models={models} reload={again} />;
}

function pretty(value: unknown): string {
  return JSON.stringify(value, null, 2);
}

/** The field that the server's message is about. */
function fieldOf(error: unknown): string {
  return error instanceof ApiError ? (/^`?([a-z_]+)[.:`\s]/.exec(error.message)?.[1] ?? '') : '';
}

function Editor({ agent, start, models, reload }: { agent: Agent | null; start: Draft; models: string[]; reload?: () => void }) {
  const here = useStore(place, (value) => value.now);
  const [draft, setDraft] = useState<Draft>(start);
  const [json, setJson] = useState<string | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const [showDiff, setShowDiff] = useState(false);
  const [code, setCode] = useState(false);
  const [trial, setTrial] = useState<string | null>(null);
  const tab = here.query.get('tab') ?? '';
  const changed = pretty(body(draft)) !== pretty(body(start)) || json !== null;
  const change = (part: Partial<Draft>) => setDraft({ ...draft, ...part });
  const isReadOnly = !may('catalog:write') || Boolean(agent?.archived_at);
  const wrong = fieldOf(error);
  const errorOf = (name: string) => (wrong === name ? (error as Error).message : undefined);

  const request = (): Record<string, unknown> => {
    if (json === null) return body(draft);
    const parsed: unknown = JSON.parse(json);
    if (parsed === null || typeof parsed !== 'object' || Array.isArray(parsed)) throw new Error('The text must be a JSON object.');
    return parsed as Record<string, unknown>;
  };
  const save = async () => {
    setBusy(true);
    setError(null);
    try {
      const saved = await api<Agent>(agent ? path`/v1/agents/${agent.id}` : '/v1/agents', {
        ...request(),
        ...(agent ? { version: agent.version } : {}),
      });
      say(`Saved as version ${saved.version}.`);
      go(path`/console/agents/${saved.id}`);
      reload?.();
    } catch (e) {
      setError(e);
    } finally {
      setBusy(false);
    }
  };
  const tryIt = async () => {
    if (!agent) return;
    setBusy(true);
    setError(null);
    try {
      const asked = request();
      const environment = await anyEnvironment();
      const session = await createSession({
        agent: {
          type: 'agent_with_overrides',
          id: agent.id,
          version: agent.version,
          model: asked.model,
          system: asked.system,
          tools: asked.tools,
          mcp_servers: asked.mcp_servers,
        },
        environment_id: environment.id,
        title: `Trial of ${agent.name}`.slice(0, 256),
        metadata: { trial: 'true' },
      });
      setTrial(session.id);
    } catch (e) {
      setError(e);
    } finally {
      setBusy(false);
    }
  };
  const conflict = error instanceof ApiError && error.status === 409;
  const before = pretty(body(start));
  let after = before;
  try {
    after = pretty(request());
  } catch {
    // the text is not JSON yet
  }

  return (
    <div class={'page' + (trial ? ' with-trial' : '')}>
      <header class="page-head">
        <h1>
          <a href="/console/agents" class="back">
            Agents
          </a>{' '}
          <Plain text={agent ? agent.name : 'New agent'} /> {agent && <span class="dim">v{agent.version}</span>}{' '}
          {agent?.archived_at && <Badge tone="off">archived</Badge>}
          {changed && <Badge tone="wait">draft</Badge>}
        </h1>
        <div class="actions">
          {agent && (
            <button type="button" aria-pressed={showDiff} disabled={!changed} onClick={() => setShowDiff(!showDiff)}>
              Difference to v{agent.version}
            </button>
          )}
          <button type="button" onClick={() => setCode(true)}>
            Show as code
          </button>
          {agent && may('sessions:write') && !agent.archived_at && (
            <button type="button" disabled={busy} onClick={() => void tryIt()}>
              Try it
            </button>
          )}
          {!isReadOnly && (
            <button type="button" class="primary" disabled={busy || (agent !== null && !changed)} onClick={() => void save()}>
              {agent ? `Save as v${agent.version + 1}` : 'Create'}
            </button>
          )}
        </div>
      </header>
      <div class="page-body">
        {code && <ShowAsCode what={agent ? `agents/${agent.id}` : 'agents'} body={after} close={() => setCode(false)} />}
        {conflict ? (
          <div class="error-box" role="alert">
            <p>Another version was saved meanwhile. Your draft is still here.</p>
            <p>
              <a href={path`/console/agents/${agent!.id}` + '?tab=versions'}>Look at the versions</a>
            </p>
          </div>
        ) : (
          error !== null && (['name', 'model', 'system', 'description'].includes(wrong) && json === null ? null : <ErrorBox error={error} />)
        )}
        <div class="tabs" role="tablist">
          {[
            ['', 'Form'],
            ['json', 'JSON'],
            ...(agent ? [['versions', 'Versions']] : []),
          ].map(([name, title]) => (
            <button
              key={name}
              type="button"
              role="tab"
              aria-selected={tab === name}
              onClick={() => {
                if (name === 'json' && json === null) setJson(pretty(body(draft)));
                if (name === '' && json !== null) {
                  try {
                    setDraft(fromJson(json, draft));
                    setJson(null);
                  } catch (e) {
                    setError(e);
                    return;
                  }
                }
                withQuery({ tab: name! });
              }}
            >
              {title}
            </button>
          ))}
        </div>
        {showDiff && <Difference before={before} after={after} />}
        {tab === 'json' ? (
          <textarea class="json-edit" aria-label="Agent as JSON" spellcheck={false} readOnly={isReadOnly} value={json ?? pretty(body(draft))} onInput={(event) => setJson(event.currentTarget.value)} />
        ) : tab === 'versions' && agent ? (
          <Versions agent={agent} />
        ) : (
          <fieldset class="form" disabled={isReadOnly}>
            <Field label="Name" error={errorOf('name')}>
              <input value={draft.name} maxLength={256} onInput={(event) => change({ name: event.currentTarget.value })} />
            </Field>
            <div class="two">
              <Field label="Model" error={errorOf('model')}>
                <input list="models" value={draft.model} onInput={(event) => change({ model: event.currentTarget.value })} />
                <datalist id="models">
                  {models.map((one) => (
                    <option key={one} value={one} />
                  ))}
                </datalist>
              </Field>
              <Field label="Effort">
                <select value={draft.effort} onChange={(event) => change({ effort: event.currentTarget.value })}>
                  <option value="">the model's default</option>
                  {['low', 'medium', 'high', 'xhigh', 'max'].map((one) => (
                    <option key={one} value={one}>
                      {one}
                    </option>
                  ))}
                </select>
              </Field>
            </div>
            <Field label="Description" error={errorOf('description')}>
              <input value={draft.description} maxLength={2048} onInput={(event) => change({ description: event.currentTarget.value })} />
            </Field>
            <Field label="Instructions (system prompt)" error={errorOf('system')}>
              <textarea rows={8} value={draft.system} onInput={(event) => change({ system: event.currentTarget.value })} />
            </Field>
            <Tools draft={draft} change={(tools) => change({ tools })} />
          </fieldset>
        )}
      </div>
      {trial && <Trial session={trial} close={() => setTrial(null)} />}
    </div>
  );
}

function fromJson(json: string, old: Draft): Draft {
  const value = JSON.parse(json) as Record<string, unknown>;
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw new Error('The text must be a JSON object.');
  const model = value.model as string | { id?: string; effort?: string | { type?: string } } | undefined;
  const effort = typeof model === 'object' && model !== null ? model.effort : undefined;
  return {
    name: typeof value.name === 'string' ? value.name : old.name,
    model: typeof model === 'string' ? model : (model?.id ?? old.model),
    effort: typeof effort === 'string' ? effort : (effort?.type ?? ''),
    description: typeof value.description === 'string' ? value.description : '',
    system: typeof value.system === 'string' ? value.system : '',
    tools: Array.isArray(value.tools) ? (value.tools as Draft['tools']) : [],
    mcp_servers: Array.isArray(value.mcp_servers) ? (value.mcp_servers as Draft['mcp_servers']) : [],
  };
}

const USES: [Use, string][] = [
  ['allow', 'allow'],
  ['ask', 'ask'],
  ['auto', 'decide by risk'],
  ['off', 'off'],
];

function Tools({ draft, change }: { draft: Draft; change: (tools: Draft['tools']) => void }) {
  const now = uses(draft.tools);
  const others = draft.tools.filter((tool) => tool.type !== 'agent_toolset_20260401');
  return (
    <fieldset class="tool-uses">
      <legend>Built-in tools</legend>
      {BUILT_IN.map((name) => (
        <label key={name}>
          <code>{name}</code>
          <select value={now[name]} onChange={(event) => change(withUse(draft.tools, name, event.currentTarget.value as Use))}>
            {USES.filter(([use]) => use !== 'auto' || now[name] === 'auto').map(([use, words]) => (
              <option key={use} value={use}>
                {words}
              </option>
            ))}
          </select>
        </label>
      ))}
      {others.length > 0 && (
        <p class="dim">
          And {plural(others.length, 'entry', 'entries')} of other kinds (
          {others.map((tool) => tool.name ?? tool.mcp_server_name ?? tool.type).join(', ')}), which are edited as JSON.
        </p>
      )}
    </fieldset>
  );
}

export function Difference({ before, after }: { before: string; after: string }) {
  const lines = diffLines(before, after);
  if (!lines.some((line) => line.kind !== ' ')) return <p class="dim">There is no difference.</p>;
  return (
    <pre class="diff">
      {aroundChanges(lines).map((line, i) =>
        line === null ? (
          <span key={i} class="dim">
            …{'\n'}
          </span>
        ) : (
          <span key={i} class={line.kind === '+' ? 'add' : line.kind === '-' ? 'del' : ''}>
            {line.kind} <Plain text={line.text} />
            {'\n'}
          </span>
        ),
      )}
    </pre>
  );
}

function Versions({ agent }: { agent: Agent }) {
  const here = useStore(place, (value) => value.now);
  const { value, error, again } = useLoad((signal) => all<Agent>(path`/v1/agents/${agent.id}/versions` + query({ limit: 100 }), 300, signal), agent.id);
  const left = Number(here.query.get('from') ?? Math.max(1, agent.version - 1));
  const right = Number(here.query.get('to') ?? agent.version);
  const find = (version: number) => value?.find((one) => one.version === version);
  if (error) return <ErrorBox error={error} retry={again} />;
  if (!value) return <p class="dim">Loading …</p>;
  const a = find(left);
  const b = find(right);
  const choose = (name: string, chosen: number) => (
    <select value={String(chosen)} onChange={(event) => withQuery({ [name]: event.currentTarget.value })}>
      {value.map((one) => (
        <option key={one.version} value={String(one.version)}>
          v{one.version}
        </option>
      ))}
    </select>
  );
  return (
    <>
      <table class="rows">
        <tbody>
          {value.map((one) => (
            <tr key={one.version}>
              <td>
                <a href={path`/console/agents/${agent.id}/versions/${one.version}`}>v{one.version}</a>
              </td>
              <td>
                <Plain text={one.name} />
              </td>
              <td>
                <Plain text={one.model.id} />
              </td>
              <td class="number">
                <Age time={one.updated_at} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {value.length > 1 && (
        <>
          <h2>
            From {choose('from', left)} to {choose('to', right)}
          </h2>
          {a && b && <Difference before={pretty(body(draftOf(a)))} after={pretty(body(draftOf(b)))} />}
        </>
      )}
    </>
  );
}

