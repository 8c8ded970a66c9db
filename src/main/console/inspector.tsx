import { useState } from 'preact/hooks';
import { api, path, query } from './api.ts';
import { Approval } from './approval.tsx';
import { ContextView } from './context.tsx';
import { Fork } from './fork.tsx';
import { bytes, count, dateTime, duration, money, percent } from './format.ts';
import type { Row, Timeline } from './fold.ts';
import { JsonTree } from './json.tsx';
import type { Live, LiveState } from './live.ts';
import { withQuery } from './router.ts';
import { asked } from './rows.tsx';
import { may } from './state.ts';
import type { WireEvent } from './types.ts';
import { Age, CopyButton, ErrorBox, Plain } from './ui.tsx';
import type { Why } from './why.ts';
import { Workspace } from './workspace.tsx';

const TABS = [
  ['session', 'Session'],
  ['event', 'Event'],
  ['tools', 'Tools'],
  ['context', 'Context'],
  ['workspace', 'Workspace'],
] as const;

export type Tab = (typeof TABS)[number][0];

export function isTab(name: string | null): name is Tab {
  return TABS.some((tab) => tab[0] === name);
}

/** What is known beside the timeline. */
export function Inspector({ live, state, selected, isInSight, isComing, tab, reason, filter }: {
  live: Live;
  state: LiveState;
  selected: Row | null;
  /** Whether a row can be seen in the timeline, with its own buttons. */
  isInSight: (row: Row) => boolean;
  /** Whether an event is asked for that is not here yet. */
  isComing: boolean;
  tab: Tab;
  reason: Why;
  filter: (search: string) => void;
}) {
  const waiting = state.timeline.status === 'idle' ? state.timeline.waiting() : [];
  return (
    <aside class="inspector" aria-label="Inspector">
      <section class={'why ' + reason.tone}>
        <h2>Why does it not move?</h2>
        <p>
          <strong>{reason.title}</strong> <Plain text={reason.text} />
        </p>
        {waiting.length > 0 && state.timeline.waits(waiting[0]!) === 'permission' && !isInSight(waiting[0]!) && (
          <Approval key={waiting[0]!.key} asked={asked(live.id, waiting[0]!, 'permission')} />
        )}
      </section>
      <div class="tabs" role="tablist">
        {TABS.map(([name, title]) => (
          <button key={name} type="button" role="tab" aria-selected={tab === name} onClick={() => withQuery({ tab: name === 'session' ? null : name })}>
            {title}
          </button>
        ))}
      </div>
      <div class="tab" role="tabpanel">
        {tab === 'session' && <SessionTab live={live} state={state} />}
        {tab === 'event' && <EventTab live={live} row={selected} isComing={isComing && !state.complete} />}
        {tab === 'tools' && <ToolsTab timeline={state.timeline} filter={filter} />}
        {tab === 'context' && <ContextView session={live.id} version={state.standing?.last_event?.id ?? ''} />}
        {tab === 'workspace' && <Workspace session={live.id} />}
      </div>
    </aside>
  );
}

function Fact({ name, children }: { name: string; children: preact.ComponentChildren }) {
  return (
    <div class="fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function SessionTab({ live, state }: { live: Live; state: LiveState }) {
  const { session, standing } = state;
  if (!session) return <p class="dim">Loading …</p>;
  const usage = session.usage;
  const cents = Number(usage.list_cost?.amount ?? NaN);
  const most = Number(session.budget?.max_list_cost.amount ?? NaN);
  return (
    <>
      <h3>Usage</h3>
      <dl class="facts">
        <Fact name="Input">{count(usage.input_tokens)}</Fact>
        <Fact name="Output">{count(usage.output_tokens)}</Fact>
        <Fact name="Read from the cache">{count(usage.cache_read_input_tokens)}</Fact>
        <Fact name="Active">{duration(1000 * (usage.active_seconds ?? 0))}</Fact>
        {usage.list_cost && (
          <Fact name="List cost">
            {money(usage.list_cost)}
            {session.budget && ` of ${money(session.budget.max_list_cost)}`}
          </Fact>
        )}
      </dl>
      {session.budget && most > 0 && (
        <>
          <progress class="budget" max={most} value={Math.min(most, cents)} aria-label="Part of the budget that is used" />
          <Budget live={live} least={cents} now={most} />
        </>
      )}
      <h3>Session</h3>
      <dl class="facts">
        <Fact name="Agent">
          <a href={path`/console/agents/${session.agent.id}`}>
            <Plain text={session.agent.name} /> v{session.agent.version}
          </a>
        </Fact>
        <Fact name="Model">
          <Plain text={session.agent.model.id} />
        </Fact>
        <Fact name="Environment">
          <code>{session.environment_id}</code>
        </Fact>
        <Fact name="Created">
          {dateTime(session.created_at)} (<Age time={session.created_at} />)
        </Fact>
        {standing?.holder && (
          <Fact name="Held by">
            <Plain text={standing.holder.host ?? standing.holder.node} />, epoch {standing.holder.epoch}
          </Fact>
        )}
        {standing && <Fact name="Inbox">{standing.inbox.waiting === 0 ? 'empty' : `${standing.inbox.waiting} waiting`}</Fact>}
        {standing?.forked_from && (
          <Fact name="Forked from">
            <a href={path`/console/sessions/${standing.forked_from.session_id}`}>{standing.forked_from.session_id}</a>
          </Fact>
        )}
        {standing?.imported_from && (
          <Fact name="Imported from">
            <code>{standing.imported_from.session_id}</code>
          </Fact>
        )}
        <Fact name="Events">{count(state.events)}{state.complete ? '' : ' and more'}</Fact>
      </dl>
      {Object.keys(session.metadata).length > 0 && (
        <>
          <h3>Metadata</h3>
          <dl class="facts">
            {Object.keys(session.metadata).map((name) => (
              <div class="fact" key={name}>
                <dt>
                  <Plain text={name} />
                </dt>
                <dd>
                  <Plain text={session.metadata[name]!} />
                </dd>
              </div>
            ))}
          </dl>
        </>
      )}
      {session.resources.length > 0 && (
        <>
          <h3>Resources</h3>
          <ul class="list">
            {session.resources.map((resource) => (
              <li key={resource.id}>
                {String(resource.type).replaceAll('_', ' ')}{' '}
                <code>
                  <Plain text={String(resource.mount_path ?? resource.url ?? resource.id)} />
                </code>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

function Budget({ live, least, now }: { live: Live; least: number; now: number }) {
  const [value, setValue] = useState('');
  const [error, setError] = useState<unknown>(null);
  if (!may('sessions:write')) return null;
  const raise = async (event: Event) => {
    event.preventDefault();
    const cents = Math.round(Number(value) * 100);
    if (!Number.isFinite(cents) || cents <= least) {
      setError(new Error(`The budget must be above $${(Math.max(least, 0) / 100).toFixed(2)}.`));
      return;
    }
    try {
      await api(path`/v1/sessions/${live.id}`, { budget: { type: 'limit', max_list_cost: { amount: String(cents), currency: 'USD' } } });
      setValue('');
      setError(null);
      await live.ask();
    } catch (e) {
      setError(e);
    }
  };
  return (
    <form class="inline" onSubmit={(event) => void raise(event)}>
      <label>
        New budget, $ <input size={8} inputMode="decimal" placeholder={((now / 100) * 2).toFixed(2)} value={value} onInput={(event) => setValue(event.currentTarget.value)} />
      </label>
      <button type="submit" disabled={value === ''}>
        Set
      </button>
      <ErrorBox error={error} />
    </form>
  );
}

/** The command that asks for the same with curl. The key is never part of it. */
export function curl(event: WireEvent | null, session: string): string {
  const base = `${location.origin}/v1/sessions/${session}/events`;
  const request = `curl -s '${base}?limit=1000' -H "x-api-key: $DROVER_API_KEY"`;
  return event ? `${request} | jq '.data[] | select(.id == "${event.id.replaceAll(/[^\w-]/g, '')}")'` : request;
}

function EventTab({ live, row, isComing }: { live: Live; row: Row | null; isComing: boolean }) {
  const [fork, setFork] = useState(false);
  if (!row) return <p class="dim">{isComing ? 'The event is being loaded …' : 'Choose a row of the timeline.'}</p>;
  const events = [row.event, row.answer, row.result].filter((event): event is WireEvent => event !== null && event !== undefined);
  if (events.length === 0) return <p class="dim">{row.kind === 'turn' ? 'A turn is a group of events. Choose one of its rows.' : 'This text is not in the log.'}</p>;
  // A session can be forked where nothing is open: at the end of a turn.
  const at = row.turn && !Number.isNaN(row.turn.end) ? (live.store.value.timeline.rows.findLast((one) => one.turn === row.turn)?.event?.id ?? null) : null;
  return (
    <>
      <div class="buttons">
        <CopyButton text={() => location.origin + path`/console/sessions/${live.id}` + query({ event: row.key })} what="Link">
          Copy link
        </CopyButton>
        <CopyButton text={() => curl(row.event, live.id)} what="Command">
          As curl
        </CopyButton>
        {may('sessions:write') && at !== null && (
          <button type="button" class="small" onClick={() => setFork(true)}>
            Fork after this turn …
          </button>
        )}
      </div>
      {fork && <Fork session={live.id} at={at} close={() => setFork(false)} />}
      {events.map((event) => (
        <EventJson key={event.id} live={live} event={event} />
      ))}
    </>
  );
}

function EventJson({ live, event }: { live: Live; event: WireEvent }) {
  const [whole, setWhole] = useState<WireEvent | null>(null);
  const [asText, setAsText] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const shown = whole ?? event;
  const text = asText ? JSON.stringify(shown, null, 2) : '';
  return (
    <section class="event-json">
      <h3>
        <Plain text={event.type} />
      </h3>
      <p class="dim">
        <code>{event.id}</code> {event.processed_at ? dateTime(event.processed_at) : 'not processed yet'}
      </p>
      {event.cut !== undefined && whole === null && (
        <p class="note amber">
          {bytes(Number(event.cut))} of text are left out here.{' '}
          <button type="button" class="link" onClick={() => void live.whole(event.id).then(setWhole, setError)}>
            Load all of it
          </button>
        </p>
      )}
      <ErrorBox error={error} />
      <p class="buttons">
        <button type="button" class="small" onClick={() => setAsText(!asText)}>
          {asText ? 'As a tree' : 'As text'}
        </button>
        <CopyButton text={() => JSON.stringify(shown, null, 2)} what="JSON">
          Copy JSON
        </CopyButton>
      </p>
      {asText ? (
        <pre class="json-text">
          <Plain text={text.slice(0, 1_000_000)} />
        </pre>
      ) : (
        <JsonTree value={shown} open />
      )}
    </section>
  );
}

interface ToolFigures {
  name: string;
  calls: number;
  failures: number;
  times: number[];
  total: number;
}

/** What each tool did in a session. */
export function toolFigures(timeline: Timeline): ToolFigures[] {
  const figures = new Map<string, ToolFigures>();
  for (const row of timeline.rows) {
    if (row.kind !== 'call') continue;
    const name = String(row.event!.name);
    let one = figures.get(name);
    if (!one) figures.set(name, (one = { name, calls: 0, failures: 0, times: [], total: 0 }));
    one.calls++;
    if (row.failed) one.failures++;
    const time = row.end - row.begin;
    if (!Number.isNaN(time) && time >= 0) {
      one.times.push(time);
      one.total += time;
    }
  }
  for (const one of figures.values()) one.times.sort((a, b) => a - b);
  return [...figures.values()].sort((a, b) => b.calls - a.calls);
}

function quantile(sorted: number[], part: number): number {
  return sorted.length === 0 ? NaN : sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]!;
}

function ToolsTab({ timeline, filter }: { timeline: Timeline; filter: (search: string) => void }) {
  const figures = toolFigures(timeline);
  if (figures.length === 0) return <p class="dim">No tool has been called yet.</p>;
  return (
    <div class="scroll-x">
      <table class="figures">
        <thead>
          <tr>
            <th>Tool</th>
            <th>Calls</th>
            <th>Failed</th>
            <th>Median</th>
            <th>p95</th>
            <th>In all</th>
          </tr>
        </thead>
        <tbody>
          {figures.map((one) => (
            <tr key={one.name}>
              <td>
                <button type="button" class="link" onClick={() => filter('tool:' + one.name)}>
                  <Plain text={one.name} />
                </button>
              </td>
              <td>{count(one.calls)}</td>
              <td class={one.failures > 0 ? 'bad' : ''}>
                {one.failures > 0 ? `${count(one.failures)} (${percent(one.failures, one.calls)})` : '0'}
              </td>
              <td>{duration(quantile(one.times, 0.5))}</td>
              <td>{duration(quantile(one.times, 0.95))}</td>
              <td>{duration(one.total)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

