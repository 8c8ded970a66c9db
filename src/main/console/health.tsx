import { useEffect, useState } from 'preact/hooks';
import { api, path, query } from './api.ts';
import { Sparkline } from './charts.tsx';
import { count, duration } from './format.ts';
import { may, showTitle } from './state.ts';
import type { Standing } from './types.ts';
import { Age, Badge, ErrorBox, Page, Plain } from './ui.tsx';

interface Node {
  name: string;
  host: string;
  pid: number;
  started_at: string;
  silent_ms: number;
  sessions: number;
  self: boolean;
}

interface Nodes {
  data: Node[];
  lapse_ms: number;
  queue: { sessions: number; oldest_ms: number | null };
  jobs: { owed: number; oldest_ms: number | null; failed: number; failures: { kind: string; key: string; tries: number; failed_at: string; error: string }[] };
  brains_awake: number;
}

interface Percentiles {
  count: number;
  p50: number | null;
  p95: number | null;
}

interface Sample {
  at: string;
  turns: number;
  turns_failed: number;
  model_calls: number;
  model_errors: number;
  input_tokens: number;
  output_tokens: number;
  tool_calls: number;
  tool_errors: number;
  first_token_ms: Percentiles;
  append_ms: Percentiles;
  queue_sessions: number;
  queue_oldest_ms: number;
}

const EVERY_MS = 5000;

export function HealthPage() {
  const [nodes, setNodes] = useState<Nodes | null>(null);
  const [samples, setSamples] = useState<Sample[] | null>(null);
  const [stillest, setStillest] = useState<Standing[]>([]);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => showTitle('Health'), []);
  useEffect(() => {
    const control = new AbortController();
    const options = { signal: control.signal };
    const load = async () => {
      if (document.hidden) return;
      try {
        const [all, figures, work] = await Promise.all([
          may('server:read') ? api<Nodes>('/drover/nodes', undefined, options) : null,
          may('server:read') ? api<{ data: Sample[] }>('/drover/figures' + query({ minutes: 60 }), undefined, options) : null,
          may('operations') ? api<{ data: Standing[] }>('/drover/sessions' + query({ limit: 20 }), undefined, options) : null,
        ]);
        setNodes(all);
        setSamples(figures?.data ?? null);
        setStillest(work?.data ?? []);
        setError(null);
      } catch (e) {
        if (!control.signal.aborted) setError(e);
      }
    };
    void load();
    const timer = setInterval(() => void load(), EVERY_MS);
    return () => {
      clearInterval(timer);
      control.abort();
    };
  }, []);
  return (
    <Page title="Health">
      <ErrorBox error={error} />
      {!may('server:read') && <p class="dim">The key of this login may not read the state of the server (scope server:read).</p>}
      {nodes && (
        <div class="tiles">
          <Tile name="Nodes" value={count(nodes.data.filter((node) => node.silent_ms < nodes.lapse_ms).length)} />
          <Tile name="Sessions in the queue" value={count(nodes.queue.sessions)} note={nodes.queue.oldest_ms === null ? 'empty' : `oldest ${duration(nodes.queue.oldest_ms)}`} />
          <Tile name="Brains awake here" value={count(nodes.brains_awake)} />
          <Tile name="Jobs owed" value={count(nodes.jobs.owed)} note={nodes.jobs.failed > 0 ? `${nodes.jobs.failed} failed` : undefined} />
        </div>
      )}
      {samples && samples.length > 0 && <Charts samples={samples} />}
      {nodes && (
        <>
          <h2>Nodes</h2>
          <table class="rows">
            <thead>
              <tr>
                <th>State</th>
                <th>Host</th>
                <th>Name</th>
                <th class="number">Sessions</th>
                <th class="number">Last beat</th>
                <th class="number">Started</th>
              </tr>
            </thead>
            <tbody>
              {nodes.data.map((node) => (
                <tr key={node.name}>
                  <td>
                    {node.silent_ms >= nodes.lapse_ms ? (
                      <Badge tone="bad">gone</Badge>
                    ) : node.silent_ms > nodes.lapse_ms / 2 ? (
                      <Badge tone="wait">lapsing</Badge>
                    ) : (
                      <Badge tone="good">live</Badge>
                    )}
                  </td>
                  <td>
                    <Plain text={node.host} /> {node.self && <span class="dim">(this one)</span>}
                  </td>
                  <td>
                    <code>
                      <Plain text={node.name} />
                    </code>
                  </td>
                  <td class="number">{count(node.sessions)}</td>
                  <td class="number">{duration(node.silent_ms)} ago</td>
                  <td class="number">
                    <Age time={node.started_at} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          {nodes.jobs.failures.length > 0 && (
            <>
              <h2>Failed jobs</h2>
              <ul class="list">
                {nodes.jobs.failures.map((job) => (
                  <li key={job.kind + job.key}>
                    <code>{job.kind}</code> <Plain text={job.key} />: <Plain text={job.error} /> <span class="dim">({job.tries} tries)</span>
                  </li>
                ))}
              </ul>
            </>
          )}
        </>
      )}
      <h2>Sessions with unfinished work, the longest without an event first</h2>
      {stillest.length === 0 && <p class="dim">There is none.</p>}
      {stillest.length > 0 && (
        <table class="rows">
          <thead>
            <tr>
              <th>Session</th>
              <th>Why</th>
              <th class="number">Last event</th>
            </tr>
          </thead>
          <tbody>
            {stillest.map((one) => (
              <tr key={one.id}>
                <td>
                  <a href={path`/console/sessions/${one.id}`}>{one.id}</a>
                </td>
                <td>
                  <Plain text={one.why} />
                </td>
                <td class="number">
                  <Age time={one.last_event?.processed_at} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <p class="dim">
        The charts cover the last hour of one node. For more, let Prometheus read <code>/metrics</code>.
      </p>
    </Page>
  );
}

function Tile({ name, value, note }: { name: string; value: string; note?: string | undefined }) {
  return (
    <div class="tile">
      <span class="dim">{name}</span>
      <strong>{value}</strong>
      {note && <span class="dim">{note}</span>}
    </div>
  );
}

const GROUP = 6;

/** One value for each half minute. */
function grouped(samples: Sample[], value: (sample: Sample) => number | null, join: 'sum' | 'max'): (number | null)[] {
  const values: (number | null)[] = [];
  for (let i = 0; i < samples.length; i += GROUP) {
    let all: number | null = null;
    for (const sample of samples.slice(i, i + GROUP)) {
      const one = value(sample);
      if (one !== null) all = all === null ? one : join === 'sum' ? all + one : Math.max(all, one);
    }
    values.push(all);
  }
  return values;
}

function Charts({ samples }: { samples: Sample[] }) {
  const last = samples.slice(-12);
  const sum = (value: (sample: Sample) => number) => last.reduce((all, sample) => all + value(sample), 0);
  const newest = (value: (sample: Sample) => number | null) => samples.map(value).findLast((one) => one !== null) ?? null;
  const time = (value: number | null) => (value === null ? 'none yet' : duration(value));
  const charts: { name: string; now: string; values: (number | null)[] }[] = [
    { name: 'First token, p95', now: time(newest((s) => s.first_token_ms.p95)), values: grouped(samples, (s) => s.first_token_ms.p95, 'max') },
    { name: 'Turns', now: `${sum((s) => s.turns)} a minute`, values: grouped(samples, (s) => s.turns, 'sum') },
    { name: 'Failed turns', now: `${sum((s) => s.turns_failed)} a minute`, values: grouped(samples, (s) => s.turns_failed, 'sum') },
    { name: 'Tokens', now: `${count(sum((s) => s.input_tokens + s.output_tokens))} a minute`, values: grouped(samples, (s) => s.input_tokens + s.output_tokens, 'sum') },
    { name: 'Model errors', now: `${sum((s) => s.model_errors)} a minute`, values: grouped(samples, (s) => s.model_errors, 'sum') },
    { name: 'Tool failures', now: `${sum((s) => s.tool_errors)} a minute`, values: grouped(samples, (s) => s.tool_errors, 'sum') },
    { name: 'Append to the log, p95', now: time(newest((s) => s.append_ms.p95)), values: grouped(samples, (s) => s.append_ms.p95, 'max') },
    { name: 'Oldest in the queue', now: time(newest((s) => s.queue_oldest_ms)), values: grouped(samples, (s) => s.queue_oldest_ms, 'max') },
  ];
  return (
    <div class="charts">
      {charts.map((chart) => (
        <figure key={chart.name}>
          <figcaption>
            <span class="dim">{chart.name}</span> <strong>{chart.now}</strong>
          </figcaption>
          <Sparkline values={chart.values} title={`${chart.name}: ${chart.now}`} />
        </figure>
      ))}
    </div>
  );
}
