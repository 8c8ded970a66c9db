import { Component } from 'preact';
import { Approval, type Asked } from './approval.tsx';
import { diffLines } from './diff.ts';
import { clock, count, duration, percent, plural, short } from './format.ts';
import type { Row, Timeline, Turn } from './fold.ts';
import { Markdown, Terminal } from './rich.tsx';
import { excerpt, oneLine, tellingInput, textOf } from './text.ts';
import type { Block, Usage } from './types.ts';
import { Badge, Plain } from './ui.tsx';

const CLIPPED = 4000;
const OUTPUT_LINES = 6;

export interface RowContext {
  session: string;
  timeline: Timeline;
  raw: boolean;
  select: (row: Row) => void;
  fold: (turn: Turn) => void;
  whole: (row: Row) => void;
}

interface Props {
  row: Row;
  version: number;
  selected: boolean;
  hit: boolean;
  folded: boolean;
  index: number;
  total: number;
  now: number;
  context: RowContext;
}

/** A row of the timeline. It is drawn again only when it changes. */
export class RowView extends Component<Props, { open: boolean; raw: boolean }> {
  override state = { open: false, raw: false };

  override shouldComponentUpdate(next: Props, state: { open: boolean; raw: boolean }): boolean {
    const old = this.props;
    return (
      old.row !== next.row ||
      old.version !== next.version ||
      old.selected !== next.selected ||
      old.hit !== next.hit ||
      old.folded !== next.folded ||
      old.total !== next.total ||
      old.index !== next.index ||
      old.context.raw !== next.context.raw ||
      old.context.timeline !== next.context.timeline ||
      (old.now !== next.now && isOpen(next.row)) ||
      state.open !== this.state.open ||
      state.raw !== this.state.raw
    );
  }

  override render() {
    const { row, selected, hit, index, total, context, now } = this.props;
    const waits = context.timeline.waits(row);
    const names = ['row', 'row-' + row.kind];
    if (selected) names.push('selected');
    if (hit) names.push('hit');
    if (row.failed) names.push('failed');
    if (waits) names.push('waits');
    if (Number.isNaN(row.at)) names.push('queued');
    if (row.preview === 'cut') names.push('cut');
    return (
      <article
        class={names.join(' ')}
        data-key={row.key}
        aria-posinset={index + 1}
        aria-setsize={total}
        aria-label={label(row)}
        tabIndex={selected ? 0 : -1}
        onClick={(event) => {
          if (!(event.target as Element).closest('a,button,textarea,input,label')) context.select(row);
        }}
      >
        <div class="row-time">{row.kind === 'turn' ? clock(row.at) : offset(row)}</div>
        <div class="row-body">{this.body(waits)}</div>
        <Bar row={row} now={now} />
        <div class="row-length">{length(row, waits, now)}</div>
      </article>
    );
  }

  private body(waits: 'permission' | 'result' | null) {
    const { row, context } = this.props;
    const raw = context.raw !== this.state.raw;
    switch (row.kind) {
      case 'turn':
        return <TurnHead turn={row.turn!} folded={this.props.folded} fold={() => context.fold(row.turn!)} />;
      case 'user':
      case 'system':
        return this.message(row);
      case 'message':
        return (
          <>
            {this.text(row.event ? textOf(row.event.content) : row.text, raw, true)}
            {row.preview === 'streaming' && <span class="caret" aria-hidden="true" />}
            {row.preview === 'cut' && <p class="note amber">Cut off, and not in the log. It is gone after a reload.</p>}
          </>
        );
      case 'thinking':
        return <p class="dim">{row.preview === 'streaming' ? 'thinking …' : 'thought'}</p>;
      case 'request':
        return <Request row={row} />;
      case 'call':
        return this.call(waits);
      case 'error':
        return <Failure row={row} />;
      case 'note':
      case 'state':
        return <Note row={row} />;
    }
  }

  private message(row: Row) {
    const content = row.event?.content;
    return (
      <div>
        {row.kind === 'system' && <p class="dim">system message</p>}
        {this.text(textOf(content), true, false)}
        <Images content={content} />
        {Number.isNaN(row.at) && <p class="note amber">waits in the inbox</p>}
      </div>
    );
  }

  private text(text: string, raw: boolean, isDocument: boolean) {
    const isLong = text.length > CLIPPED || (!isDocument && excerpt(text, 12, false).more > 0);
    const shown = isLong && !this.state.open ? (isDocument ? text.slice(0, CLIPPED) : excerpt(text.slice(0, CLIPPED), 12, false).text) : text;
    return (
      <>
        {isDocument ? (
          <Markdown text={shown} raw={raw} />
        ) : (
          <pre class="raw">
            <Plain text={shown} />
          </pre>
        )}
        {isLong && (
          <button type="button" class="link" onClick={() => this.setState({ open: !this.state.open })}>
            {this.state.open ? 'less' : `more (${count(text.length)} characters)`}
          </button>
        )}
        {this.props.row.event?.cut !== undefined && this.state.open && (
          <button type="button" class="link" onClick={() => this.props.context.whole(this.props.row)}>
            all of it
          </button>
        )}
      </>
    );
  }

  private call(waits: 'permission' | 'result' | null) {
    const { row, context } = this.props;
    const event = row.event!;
    const name = String(event.name);
    const input = (event.input ?? {}) as Record<string, unknown>;
    const telling = tellingInput(name, input);
    return (
      <>
        <p class="call-head">
          <span class="tool">
            <Plain text={name} />
          </span>{' '}
          {typeof event.mcp_server_name === 'string' && (
            <span class="dim">
              <Plain text={event.mcp_server_name} />{' '}
            </span>
          )}
          <code class="telling">
            <Plain text={oneLine(telling, 300)} />
          </code>
          {row.answer && <Badge tone={row.answer.result === 'allow' ? 'good' : 'bad'}>{row.answer.result === 'allow' ? 'allowed' : 'denied'} at {clock(row.begin)}</Badge>}
          {row.failed && <Badge tone="bad">failed</Badge>}
          {typeof event.session_thread_id === 'string' && <span class="dim"> in a thread</span>}
        </p>
        {(name === 'edit' || name === 'write') && <FileChange name={name} input={input} open={this.state.open} />}
        {row.lost !== null && (
          <p class="note amber">
            {row.lost === 'retried'
              ? `The call was lost with its sandbox and ran again (attempt ${row.attempts}).`
              : 'The call was lost with its sandbox; it may or may not have taken effect.'}
          </p>
        )}
        {waits && <Approval asked={asked(context.session, row, waits)} bare />}
        {this.output(row)}
      </>
    );
  }

  private output(row: Row) {
    if (!row.result) return null;
    const text = textOf(row.result.content);
    if (text === '') return <Images content={row.result.content} />;
    const part = this.state.open ? { text, more: 0 } : excerpt(text.slice(0, 200_000), OUTPUT_LINES, row.failed);
    const clipped = part.text.length > CLIPPED && !this.state.open;
    const shown = clipped ? part.text.slice(0, CLIPPED) : part.text;
    const isMore = part.more > 0 || clipped;
    return (
      <div class="output">
        <pre>
          {row.failed && part.more > 0 && '…\n'}
          <Terminal text={shown} raw={this.state.raw} />
        </pre>
        {(isMore || this.state.open || row.result.cut !== undefined) && (
          <p class="output-foot">
            <button type="button" class="link" onClick={() => this.setState({ open: !this.state.open })}>
              {this.state.open ? 'less' : part.more > 0 ? plural(part.more, 'more line') : 'more'}
            </button>
            <button type="button" class="link" onClick={() => this.setState({ raw: !this.state.raw })}>
              {this.state.raw ? 'as a terminal' : 'raw'}
            </button>
            {row.result.cut !== undefined && (
              <button type="button" class="link" onClick={() => this.props.context.whole(row)}>
                all of it
              </button>
            )}
          </p>
        )}
        <Images content={row.result.content} />
      </div>
    );
  }
}

function isOpen(row: Row): boolean {
  return Number.isNaN(row.end) && (row.kind === 'call' || row.kind === 'request' || row.kind === 'turn');
}

function label(row: Row): string {
  const name = row.kind === 'call' ? `call of ${oneLine(String(row.event!.name), 60)}` : row.kind === 'request' ? 'model request' : row.kind;
  return row.kind === 'turn' ? `turn ${row.turn!.number}` : row.failed ? name + ', failed' : name;
}

function offset(row: Row): string {
  if (!row.turn || Number.isNaN(row.at)) return '';
  const ms = row.at - row.turn.begin;
  return ms < 600_000 ? '+' + (ms / 1000).toFixed(1) : clock(row.at);
}

function length(row: Row, waits: string | null, now: number): string {
  if (waits) return 'waits';
  if (row.kind === 'turn') return duration(untilNow(row.turn!, now) - row.turn!.begin);
  if (row.kind !== 'call' && row.kind !== 'request') return '';
  return duration((Number.isNaN(row.end) ? now : row.end) - row.begin);
}

/** The end of a turn, or what is its end so far: the time for which it waits for an answer does not count. */
function untilNow(turn: Turn, now: number): number {
  if (!Number.isNaN(turn.end)) return turn.end;
  return Number.isNaN(turn.paused) ? Math.max(now, turn.begin + 1) : turn.paused;
}

/** When a row ran, as a part of its turn. */
function Bar({ row, now }: { row: Row; now: number }) {
  const turn = row.turn;
  if (!turn || row.kind === 'turn' || (row.kind !== 'call' && row.kind !== 'request')) return <div class="row-bar" />;
  const until = untilNow(turn, now);
  const whole = Math.max(1, until - turn.begin);
  const from = Math.max(0, Math.min(1, (row.begin - turn.begin) / whole));
  const to = Math.max(from, Math.min(1, ((Number.isNaN(row.end) ? until : row.end) - turn.begin) / whole));
  return (
    <div class="row-bar" aria-hidden="true">
      <span
        class={'bar ' + row.kind + (row.failed ? ' failed' : '') + (Number.isNaN(row.end) ? ' open' : '')}
        style={{ left: `${(100 * from).toFixed(2)}%`, width: `${Math.max(1.5, 100 * (to - from)).toFixed(2)}%` }}
      />
    </div>
  );
}

function TurnHead({ turn, folded, fold }: { turn: Turn; folded: boolean; fold: () => void }) {
  const facts: string[] = [];
  if (turn.calls > 0) facts.push(plural(turn.calls, 'call'));
  if (turn.failures > 0) facts.push(`${turn.failures} failed`);
  if (turn.input + turn.cached + turn.output > 0) facts.push(`${short(turn.input + turn.cached)} in · ${short(turn.output)} out`);
  if (turn.stop !== '' && turn.stop !== 'end_turn') facts.push(turn.stop.replaceAll('_', ' '));
  return (
    <h2 class="turn">
      <button type="button" class="link" aria-expanded={!folded} onClick={fold}>
        <span aria-hidden="true">{folded ? '▸' : '▾'}</span> Turn{turn.number > 0 ? ' ' + turn.number : ''}
      </button>
      <span class="dim"> {facts.join(' · ')}</span>
    </h2>
  );
}

function Request({ row }: { row: Row }) {
  const usage = (row.result?.model_usage ?? {}) as Usage & { cache_creation_input_tokens?: number };
  const cached = usage.cache_read_input_tokens ?? 0;
  const input = (usage.input_tokens ?? 0) + cached + (usage.cache_creation_input_tokens ?? 0);
  return (
    <p class="request">
      <span aria-hidden="true">◆</span> model request{' '}
      <span class="dim">
        {row.result && !row.failed && `${count(input)} in · ${count(usage.output_tokens)} out`}
        {cached > 0 && ` · ${percent(cached, input)} from the cache`}
        {row.firstText >= 0 && ` · first text after ${duration(row.firstText)}`}
        {row.failed && ' ended without a reply'}
        {!row.result && 'is running'}
      </span>
    </p>
  );
}

function Failure({ row }: { row: Row }) {
  const error = (row.event!.error ?? {}) as { type?: string; message?: string; retry_status?: { type?: string } };
  const retry = error.retry_status?.type;
  return (
    <div class="failure">
      <strong>{String(error.type ?? 'error').replaceAll('_', ' ')}</strong> <Plain text={String(error.message ?? '')} />
      {retry && (
        <span class="dim">
          {' '}
          {retry === 'retrying' ? 'The server tries again.' : retry === 'exhausted' ? 'The server does not try again.' : 'The session has ended.'}
        </span>
      )}
    </div>
  );
}

const WORDS: Record<string, string> = {
  'user.interrupt': 'Interrupted by a client.',
  'session.status_rescheduled': 'The model is called again later.',
  'session.status_terminated': 'The session has ended.',
  'session.deleted': 'The session was deleted.',
  'agent.thread_context_compacted': 'Earlier messages left the context; a shorter text stands for them.',
};

function Note({ row }: { row: Row }) {
  const event = row.event!;
  if (event.type === 'session.updated') {
    const fields = ['title', 'metadata', 'budget', 'agent'].filter((name) => Object.hasOwn(event, name));
    return <p class="note">Changed: {fields.join(', ') || 'nothing'}.</p>;
  }
  if (Object.hasOwn(WORDS, event.type)) return <p class="note">{WORDS[event.type]}</p>;
  const text = textOf(event.content);
  return (
    <p class="note mono">
      {event.type} {text !== '' && <Plain text={oneLine(text)} />}
    </p>
  );
}

/** The change that a call of `edit` or `write` asks for. */
function FileChange({ name, input, open }: { name: string; input: Record<string, unknown>; open: boolean }) {
  const before = name === 'edit' && typeof input.old_string === 'string' ? input.old_string : '';
  const after = String((name === 'edit' ? input.new_string : input.content) ?? '');
  const lines = diffLines(before.slice(0, 50_000), after.slice(0, 50_000));
  const shown = open ? lines.slice(0, 2000) : lines.slice(0, 12);
  return (
    <pre class="diff">
      {shown.map((line, i) => (
        <span key={i} class={line.kind === '+' ? 'add' : line.kind === '-' ? 'del' : ''}>
          {line.kind} <Plain text={line.text} />
          {'\n'}
        </span>
      ))}
      {lines.length > shown.length && <span class="dim">… {plural(lines.length - shown.length, 'more line')}</span>}
    </pre>
  );
}

/** Images are named, not shown: the page loads none. */
function Images({ content }: { content: unknown }) {
  if (!Array.isArray(content)) return null;
  const images = (content as Block[]).filter((block) => block?.type === 'image');
  if (images.length === 0) return null;
  return (
    <p class="dim">
      {images.map((block, i) => (
        <span key={i}>[{oneLine(block.source?.media_type ?? 'image', 40)}, not shown] </span>
      ))}
    </p>
  );
}

/** The question that a waiting call puts. */
export function asked(session: string, row: Row, waits: 'permission' | 'result'): Asked {
  const event = row.event!;
  const evaluation = event.evaluation as { type?: string; evaluated_permission?: { reason_code?: string } } | undefined;
  const reason =
    evaluation?.type === 'always_ask'
      ? 'policy: always ask'
      : evaluation?.type === 'auto'
        ? `policy: auto${evaluation.evaluated_permission?.reason_code ? ', ' + evaluation.evaluated_permission.reason_code.replaceAll('_', ' ') : ''}`
        : undefined;
  return {
    session,
    event: row.key,
    name: String(event.name),
    server: typeof event.mcp_server_name === 'string' ? event.mcp_server_name : null,
    input: (event.input ?? {}) as Record<string, unknown>,
    answer: waits === 'permission' ? 'confirmation' : event.type === 'agent.custom_tool_use' ? 'result' : 'worker',
    reason,
  };
}
