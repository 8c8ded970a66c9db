import { textOf, tellingInput } from './text.ts';
import type { Usage, WireEvent } from './types.ts';

export type Kind = 'turn' | 'user' | 'system' | 'request' | 'thinking' | 'message' | 'call' | 'error' | 'note' | 'state';

/** When a call really ran, from the server's dispatch records; the events alone do not say. */
export interface CallTimes {
  begin: number;
  end: number;
}

/** A turn: from the message that begins it to the rest that ends it, approvals and all. */
export class Turn {
  readonly key: string;
  number = 0;
  begin: number;
  /** NaN while the turn goes on. */
  end = NaN;
  /** Since when it waits for an answer; NaN if it does not. */
  paused = NaN;
  calls = 0;
  failures = 0;
  input = 0;
  cached = 0;
  output = 0;
  stop = '';

  constructor(key: string, begin: number) {
    this.key = key;
    this.begin = begin;
  }
}

/** A line of the timeline. Rows change while a session runs; `version` counts the changes. */
export class Row {
  readonly key: string;
  readonly kind: Kind;
  readonly event: WireEvent | null;
  turn: Turn | null;
  /** When it was recorded, in milliseconds; NaN while it waits in the inbox. */
  at: number;
  /** When it began to run. */
  begin: number;
  /** When it ended; NaN while it goes on, and for what has no length. */
  end = NaN;
  /** The end of a model request, or the result of a call. */
  result: WireEvent | null = null;
  /** The client's confirmation of a call. */
  answer: WireEvent | null = null;
  failed = false;
  /** What happened to a call that was lost with its sandbox. */
  lost: 'retried' | 'reported' | null = null;
  attempts = 1;
  /** How long after the begin of a model request its first text arrived here; NaN if that was not seen. */
  firstText = NaN;
  /** When the begin of a model request arrived here, by this machine's clock; NaN if that was not seen. */
  arrived = NaN;
  /** A text that streams in, or one that was cut off and is not in the log. */
  preview: 'streaming' | 'cut' | null = null;
  text = '';
  version = 0;

  constructor(kind: Kind, key: string, event: WireEvent | null, turn: Turn | null, at: number) {
    this.kind = kind;
    this.key = key;
    this.event = event;
    this.turn = turn;
    this.at = at;
    this.begin = at;
  }
}

const RESULT_OF: Record<string, string> = {
  'agent.tool_result': 'tool_use_id',
  'agent.mcp_tool_result': 'mcp_tool_use_id',
  'user.tool_result': 'tool_use_id',
  'user.custom_tool_result': 'custom_tool_use_id',
};
const CALLS = new Set(['agent.tool_use', 'agent.mcp_tool_use', 'agent.custom_tool_use']);
const NOTES = new Set([
  'user.interrupt',
  'session.status_rescheduled',
  'session.status_terminated',
  'session.updated',
  'agent.thread_context_compacted',
  'session.deleted',
  'session.thread_created',
  'agent.thread_message_sent',
  'agent.thread_message_received',
  'user.define_outcome',
  'span.outcome_evaluation_end',
]);
/** What may happen while a session rests, without being a part of a turn. */
const BETWEEN = new Set([
  'session.updated',
  'session.usage',
  'session.status_idle',
  'session.status_terminated',
  'session.deleted',
  'user.interrupt',
  'agent.thread_context_compacted',
]);

function time(event: WireEvent): number {
  return event.processed_at === null || event.processed_at === undefined ? NaN : Date.parse(event.processed_at);
}

/**
 * The timeline of a session: a fold over its events, in the order of the log. An event that is seen again is the same
 * event: a message that waited moves to its place when it is processed.
 */
export class Timeline {
  /** What is in the log. */
  readonly rows: Row[] = [];
  /** Messages that wait in the inbox, in order. */
  queued: Row[] = [];
  /** Texts that stream in. */
  previews: Row[] = [];
  readonly turns: Turn[] = [];
  readonly ids = new Map<string, Row>();
  status: 'idle' | 'running' | 'rescheduling' | 'terminated' | '' = '';
  stop = '';
  usage: Usage | null = null;
  /** The calls that have no result yet. */
  readonly open = new Map<string, Row>();
  deleted = false;
  failures = 0;
  private readonly awaited = new Set<string>();
  private turn: Turn | null = null;
  private request: Row | null = null;
  /** The events that are in the log; some have no row of their own. */
  private readonly seen = new Set<string>();
  private readonly orphans = new Map<string, WireEvent>();
  private readonly times: ReadonlyMap<string, CallTimes>;

  constructor(times: ReadonlyMap<string, CallTimes> = new Map()) {
    this.times = times;
  }

  static of(events: Iterable<WireEvent>, times?: ReadonlyMap<string, CallTimes>): Timeline {
    const timeline = new Timeline(times);
    for (const event of events) timeline.add(event);
    return timeline;
  }

  /** Adds an event; returns false if it changes nothing because it is known. */
  add(event: WireEvent): boolean {
    const at = time(event);
    if (Number.isNaN(at)) {
      if (this.seen.has(event.id) || this.queued.some((row) => row.key === event.id)) return false;
      const row = new Row(kindOf(event), event.id, event, null, NaN);
      this.queued.push(row);
      this.ids.set(event.id, row);
      return true;
    }
    if (this.seen.has(event.id)) return false;
    this.seen.add(event.id);
    const waiting = this.queued.findIndex((row) => row.key === event.id);
    if (waiting >= 0) this.queued.splice(waiting, 1);
    this.place(event, at);
    return true;
  }

  private place(event: WireEvent, at: number): void {
    const type = event.type;
    if (this.turn === null && !BETWEEN.has(type)) this.begin(event, at);
    const target = RESULT_OF[type];
    if (target !== undefined && Object.hasOwn(RESULT_OF, type)) return this.result(event, event[target] as string, at);
    switch (type) {
      case 'user.tool_confirmation':
        return this.answer(event, at);
      case 'span.model_request_start':
        this.request = this.push('request', event, at);
        return;
      case 'span.model_request_end':
        return this.requestEnd(event, at);
      case 'session.status_idle':
        return this.idle(event, at);
      case 'session.status_running':
        this.status = 'running';
        if (this.turn) this.turn.paused = NaN;
        this.awaited.clear();
        this.touchOpen();
        break;
      case 'session.status_rescheduled':
        this.status = 'rescheduling';
        break;
      case 'session.status_terminated':
        this.status = 'terminated';
        this.push('note', event, at);
        this.endTurn(at, 'terminated');
        return;
      case 'session.deleted':
        this.deleted = true;
        break;
      case 'session.usage':
        this.usage = event.usage as Usage;
        break;
    }
    const row = this.push(kindOf(event), event, at);
    if (row.kind === 'call') {
      this.open.set(event.id, row);
      if (this.turn) {
        this.turn.calls++;
        this.changedTurn();
      }
      const known = this.times.get(event.id);
      if (known) row.begin = known.begin;
      const early = this.orphans.get(event.id);
      if (early) {
        this.orphans.delete(event.id);
        this.result(early, event.id, time(early));
      }
    } else if (row.kind === 'error') row.failed = true;
  }

  private push(kind: Kind, event: WireEvent, at: number): Row {
    const preview = this.previews.findIndex((row) => row.key === event.id);
    if (preview >= 0) this.previews.splice(preview, 1);
    const row = new Row(kind, event.id, event, this.turn, at);
    this.rows.push(row);
    this.ids.set(event.id, row);
    return row;
  }

  private begin(event: WireEvent, at: number): void {
    this.turn = new Turn('turn-' + event.id, at);
    this.turn.number = this.turns.length + 1;
    this.turns.push(this.turn);
    const row = new Row('turn', this.turn.key, null, this.turn, at);
    this.rows.push(row);
    this.ids.set(row.key, row);
  }

  private changedTurn(): void {
    const row = this.turn && this.ids.get(this.turn.key);
    if (row) row.version++;
  }

  private endTurn(at: number, stop: string): void {
    if (this.turn === null) return;
    this.turn.end = at;
    this.turn.stop = stop;
    this.changedTurn();
    this.turn = null;
  }

  private idle(event: WireEvent, at: number): void {
    const reason = (event.stop_reason ?? {}) as { type?: string; event_ids?: string[] };
    this.status = 'idle';
    this.stop = reason.type ?? '';
    this.push('state', event, at);
    this.cutPreviews();
    this.awaited.clear();
    if (reason.type === 'requires_action') {
      for (const id of reason.event_ids ?? []) this.awaited.add(id);
      if (this.turn && Number.isNaN(this.turn.paused)) this.turn.paused = at;
      this.changedTurn();
    } else this.endTurn(at, this.stop);
    this.touchOpen();
  }

  private touchOpen(): void {
    for (const row of this.open.values()) row.version++;
  }

  private result(event: WireEvent, use: string, at: number): void {
    const row = this.ids.get(use);
    if (!row || row.kind !== 'call') {
      this.orphans.set(use, event); // its call is on an earlier page, or comes later
      return;
    }
    this.ids.set(event.id, row);
    if (row.result !== null) return;
    row.result = event;
    const ended = this.times.get(use)?.end ?? NaN;
    row.end = Number.isNaN(ended) ? at : ended;
    row.failed = event.is_error === true;
    row.version++;
    this.open.delete(use);
    this.awaited.delete(use);
    if (row.failed) {
      this.failures++;
      if (row.turn) row.turn.failures++;
      this.changedTurn();
    }
  }

  private answer(event: WireEvent, at: number): void {
    const row = this.ids.get(event.tool_use_id as string);
    if (row && row.kind === 'call') {
      row.answer = event;
      if (!this.times.has(row.key)) row.begin = at;
      row.version++;
      this.ids.set(event.id, row);
    }
  }

  private requestEnd(event: WireEvent, at: number): void {
    const row = this.ids.get(event.model_request_start_id as string);
    this.cutPreviews();
    this.request = null;
    const usage = (event.model_usage ?? {}) as Usage;
    if (this.turn) {
      this.turn.input += (usage.input_tokens ?? 0) + created(event.model_usage);
      this.turn.cached += usage.cache_read_input_tokens ?? 0;
      this.turn.output += usage.output_tokens ?? 0;
      this.changedTurn();
    }
    if (!row) return;
    this.ids.set(event.id, row);
    row.result = event;
    row.end = at;
    row.failed = event.is_error === true;
    row.version++;
  }

  /** Begins a text that streams in. */
  startPreview(id: string, type: string, at: number): void {
    if (this.seen.has(id) || this.previews.some((row) => row.key === id)) return;
    const row = new Row(type === 'agent.thinking' ? 'thinking' : 'message', id, null, this.turn, at);
    row.preview = 'streaming';
    this.previews.push(row);
    if (this.request && Number.isNaN(this.request.firstText)) {
      this.request.firstText = at - this.request.arrived;
      this.request.version++;
    }
  }

  /** Notes when the begin of a model request arrived. */
  arrived(id: string, at: number): void {
    const row = this.ids.get(id);
    if (row) row.arrived = at;
  }

  /** Adds to a text that streams in. */
  delta(id: string, text: string): void {
    const row = this.previews.find((one) => one.key === id);
    if (!row || row.preview !== 'streaming') return;
    row.text += text;
    row.version++;
  }

  /** What streamed and did not become an event was cut off, by an interrupt or an error. */
  private cutPreviews(): void {
    for (const row of this.previews) {
      row.preview = 'cut';
      row.version++;
      if (row.text !== '') this.rows.push(row);
    }
    this.previews = [];
  }

  /** Whether a call waits for the reader of the page or for a program: a permission, or a result. */
  waits(row: Row): 'permission' | 'result' | null {
    if (row.kind !== 'call' || row.result !== null || row.event === null) return null;
    if (row.event.type === 'agent.custom_tool_use') return 'result';
    if (row.event.evaluated_permission === 'ask' && row.answer === null) return 'permission';
    return this.awaited.has(row.key) ? 'result' : null;
  }

  waiting(): Row[] {
    return [...this.open.values()].filter((row) => this.waits(row) !== null);
  }

  /** All rows: the log, then what streams in, then what waits. */
  all(): Row[] {
    return this.previews.length + this.queued.length === 0 ? this.rows : [...this.rows, ...this.previews, ...this.queued];
  }
}

function created(usage: unknown): number {
  const tokens = (usage as { cache_creation_input_tokens?: number } | undefined)?.cache_creation_input_tokens;
  return typeof tokens === 'number' ? tokens : 0;
}

function kindOf(event: WireEvent): Kind {
  const type = event.type;
  if (CALLS.has(type)) return 'call';
  if (type === 'user.message') return 'user';
  if (type === 'system.message') return 'system';
  if (type === 'agent.message') return 'message';
  if (type === 'agent.thinking') return 'thinking';
  if (type === 'session.error') return 'error';
  return NOTES.has(type) ? 'note' : 'state';
}

/** The text of a row that searches look at. */
export function searchable(row: Row): string {
  const event = row.event;
  if (event === null) return row.text;
  switch (row.kind) {
    case 'call':
      return `${String(event.name)}\n${tellingInput(String(event.name), event.input)}\n${JSON.stringify(event.input)}\n${textOf(row.result?.content)}`;
    case 'error':
      return String((event.error as { message?: string } | undefined)?.message ?? '');
    default:
      return textOf(event.content);
  }
}

/** A row in one line of text, as the golden files have it. */
export function rowLine(row: Row, timeline: Timeline): string {
  const turn = row.turn ? row.turn.number : 0;
  switch (row.kind) {
    case 'turn': {
      const t = row.turn!;
      return `turn ${t.number}: ${t.calls} calls, ${t.failures} failed, ${t.input} in, ${t.output} out, ${t.stop || 'open'}`;
    }
    case 'call': {
      const name = String(row.event!.name);
      const state = row.result ? (row.failed ? 'failed' : 'ok') : (timeline.waits(row) ?? 'open');
      const answer = row.answer ? ` (${String(row.answer.result)})` : '';
      return `${turn}   call ${name} ${tellingInput(name, row.event!.input)} -> ${state}${answer}`;
    }
    case 'request': {
      const usage = (row.result?.model_usage ?? {}) as Usage;
      return `${turn}   request -> ${row.result ? (row.failed ? 'failed' : `${usage.input_tokens} in, ${usage.output_tokens} out`) : 'open'}`;
    }
    case 'error':
    case 'note':
    case 'state':
      return `${turn}   ${row.kind} ${row.event!.type}`;
    default: {
      const text = row.event ? textOf(row.event.content) : row.text;
      const state = Number.isNaN(row.at) ? ' (queued)' : row.preview ? ` (${row.preview})` : '';
      return `${turn}   ${row.kind}${state} ${JSON.stringify(text.slice(0, 120))}`;
    }
  }
}
