import { useEffect, useRef, useState } from 'preact/hooks';
import { api, path, query } from './api.ts';
import { money, short } from './format.ts';
import { place, withQuery } from './router.ts';
import { follow, may, showTitle, type Change, type Waiting } from './state.ts';
import { useStore } from './store.ts';
import type { Page as PageOf, Session } from './types.ts';
import { Age, Badge, Empty, ErrorBox, Page, Plain, Snippet, type Tone } from './ui.tsx';

const FILTERS = [
  ['', 'All'],
  ['running', 'Running'],
  ['waiting', 'Waiting'],
  ['idle', 'Idle'],
  ['terminated', 'Ended'],
] as const;

/** The state of a session in a list: with what it waits for, which its status does not say. */
export function StateBadge({ status, waiting }: { status: string; waiting: string | null | undefined }) {
  const [tone, words]: [Tone, string] =
    waiting === 'client'
      ? ['wait', 'waits for you']
      : waiting === 'budget'
        ? ['wait', 'at its budget']
        : status === 'running'
          ? ['busy', 'running']
          : status === 'rescheduling'
            ? ['bad', 'tries again']
            : status === 'terminated'
              ? ['off', 'ended']
              : ['plain', 'idle'];
  return <Badge tone={tone}>{words}</Badge>;
}

export function SessionsPage() {
  const here = useStore(place, (value) => value.now);
  const status = here.query.get('status') ?? '';
  const agent = here.query.get('agent') ?? '';
  const text = (here.query.get('q') ?? '').toLowerCase();
  const [sessions, setSessions] = useState<Session[] | null>(null);
  const [waiting, setWaiting] = useState<ReadonlyMap<string, string>>(new Map());
  const [next, setNext] = useState<string | null>(null);
  const [error, setError] = useState<unknown>(null);
  const latest = useRef(0);

  useEffect(() => showTitle('Sessions'), []);

  const list = (page: string | null) =>
    api<PageOf<Session>>(
      '/v1/sessions' +
        query({
          limit: 50,
          page,
          agent_id: agent,
          statuses: status === 'running' ? ['running', 'rescheduling'] : status === 'idle' || status === 'terminated' ? [status] : undefined,
          include_archived: status === 'terminated' ? 'true' : undefined,
        }),
    );
  const load = async () => {
    const mine = ++latest.current;
    try {
      const waits = await api<PageOf<Waiting>>('/drover/inbox' + query({ limit: 100 })).catch(() => ({ data: [] as Waiting[] }));
      const ids = new Map(waits.data.map((one) => [one.session_id, one.waiting_for]));
      let found: Session[];
      let more: string | null = null;
      if (status === 'waiting') {
        found = (await Promise.all(waits.data.slice(0, 50).map((one) => api<Session>(path`/v1/sessions/${one.session_id}`).catch(() => null)))).filter(
          (one): one is Session => one !== null,
        );
      } else {
        const page = await list(null);
        found = page.data;
        more = page.next_page ?? null;
      }
      if (mine !== latest.current) return;
      setWaiting(ids);
      setSessions(found);
      setNext(more);
      setError(null);
    } catch (e) {
      if (mine === latest.current) setError(e);
    }
  };
  useEffect(() => {
    setSessions(null);
    void load();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let last = 0;
    const stop = follow((changes: Change[]) => {
      setWaiting((old) => {
        const now = new Map(old);
        for (const one of changes) {
          if (!one.session_id) continue;
          if (one.waiting_for) now.set(one.session_id, one.waiting_for);
          else now.delete(one.session_id);
        }
        return now;
      });
      setSessions((old) => old && old.flatMap((session) => {
        const change = changes.findLast((one) => one.session_id === session.id);
        if (!change) return [session];
        if (change.type === 'session.removed') return [];
        return [{ ...session, status: (change.status ?? session.status) as Session['status'], title: change.title === undefined ? session.title : change.title }];
      }));
      // Tokens, costs and new sessions come with the list, at most once in two seconds.
      if (timer === undefined) {
        timer = setTimeout(() => {
          timer = undefined;
          last = performance.now();
          void load();
        }, Math.max(200, last + 2000 - performance.now()));
      }
    });
    return () => {
      stop();
      clearTimeout(timer);
      latest.current++;
    };
  }, [status, agent]);

  const shown = (sessions ?? []).filter((one) => text === '' || `${one.title ?? ''} ${one.agent.name} ${one.id}`.toLowerCase().includes(text));
  return (
    <Page
      title="Sessions"
      actions={
        may('sessions:write') && (
          <a class="button primary" href={'/console/sessions/new' + query({ agent })}>
            New session
          </a>
        )
      }
    >
      <div class="tools-line">
        <input type="search" placeholder="Title, agent or id" aria-label="Filter" value={here.query.get('q') ?? ''} onInput={(event) => withQuery({ q: event.currentTarget.value })} />
        <div class="chips" role="group" aria-label="Status">
          {FILTERS.map(([value, name]) => (
            <button key={value} type="button" aria-pressed={status === value} onClick={() => withQuery({ status: value })}>
              {name}
            </button>
          ))}
        </div>
        {agent !== '' && (
          <button type="button" class="small" onClick={() => withQuery({ agent: null })}>
            of one agent ✕
          </button>
        )}
      </div>
      <ErrorBox error={error} retry={() => void load()} />
      {sessions === null && !error && <p class="dim">Loading …</p>}
      {sessions !== null && shown.length === 0 && (
        <Empty title={sessions.length === 0 && status === '' ? 'No sessions yet' : 'No such session'}>
          <p>A session is one conversation with an agent: its log, its files and what it costs.</p>
          {status === '' && sessions.length === 0 && <Snippet what="Command" text={'drover run "Say hello"'} />}
        </Empty>
      )}
      {shown.length > 0 && (
        <table class="rows">
          <thead>
            <tr>
              <th>State</th>
              <th>Title</th>
              <th>Agent</th>
              <th class="number">Tokens</th>
              <th class="number">Cost</th>
              <th class="number">Last change</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((one) => (
              <tr key={one.id}>
                <td>
                  <StateBadge status={one.status} waiting={waiting.get(one.id)} />
                </td>
                <td class="title">
                  <a href={path`/console/sessions/${one.id}`}>
                    <Plain text={(one.title ?? '') || 'Untitled session'} />
                  </a>
                </td>
                <td>
                  <Plain text={one.agent.name} /> <span class="dim">v{one.agent.version}</span>
                </td>
                <td class="number">{short((one.usage.input_tokens ?? 0) + (one.usage.cache_read_input_tokens ?? 0) + (one.usage.output_tokens ?? 0))}</td>
                <td class="number">{money(one.usage.list_cost)}</td>
                <td class="number">
                  <Age time={one.updated_at} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {next !== null && (
        <p>
          <button
            type="button"
            onClick={() =>
              void list(next).then(
                (page) => {
                  setSessions((old) => [...(old ?? []), ...page.data]);
                  setNext(page.next_page ?? null);
                },
                (e: unknown) => setError(e),
              )
            }
          >
            Older sessions
          </button>
        </p>
      )}
    </Page>
  );
}
