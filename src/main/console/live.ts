import { api, ApiError, path, query, stream } from './api.ts';
import { Timeline, type CallTimes } from './fold.ts';
import type { Message } from './sse.ts';
import { shorten } from './shorten.ts';
import { may, showsSession, tellWaiting } from './state.ts';
import { Store } from './store.ts';
import type { Page, Session, Standing, WireEvent } from './types.ts';

const FIRST = 200;
const PAGE = 1000;
/** How many events are folded at a time. */
const PIECE = 4000;
/** The list is drawn again when this many events more are here, and more rarely the longer it is. */
const REDRAW = 5000;

export type Connection = 'connecting' | 'live' | 'paused' | 'broken' | 'gone';

export interface LiveState {
  session: Session | null;
  standing: Standing | null;
  timeline: Timeline;
  /** Counts changes of the timeline. */
  version: number;
  connection: Connection;
  /** Whether the beginning of the log is here. */
  complete: boolean;
  events: number;
  error: ApiError | null;
}

/** A part of the outline of a session. */
interface Outline {
  data: { position: number; id: string }[];
  calls: {
    id: string;
    began_at: string | null;
    ended_at: string | null;
    attempts: number;
    lost: 'retried' | 'reported' | null;
  }[];
  next_after: number | null;
}

/**
 * The live copy of a session: its newest events first, then the rest in the background, and what happens from now on.
 * The stream is opened before the log is read, so nothing falls between them; an event that is in both is taken once.
 */
export class Live {
  readonly id: string;
  readonly store: Store<LiveState>;
  readonly times = new Map<string, CallTimes>();
  private readonly positions = new Map<string, number>();
  private outlineAt = 0;
  private outlining = false;
  private log: WireEvent[] = [];
  private known = new Set<string>();
  private stop = new AbortController();
  private streaming: AbortController | null = null;
  private early: WireEvent[] | null = [];
  private failures = 0;
  private asking = false;
  private askAgain = false;
  private closed = false;
  private frame = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private soon: ReturnType<typeof setTimeout> | undefined;

  constructor(id: string) {
    this.id = id;
    this.store = new Store<LiveState>({
      session: null,
      standing: null,
      timeline: new Timeline(this.times),
      version: 0,
      connection: 'connecting',
      complete: false,
      events: 0,
      error: null,
    });
    document.addEventListener('visibilitychange', this.seen);
    showsSession(1);
    void this.connect();
    void this.ask();
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    showsSession(-1);
    clearTimeout(this.retry);
    clearTimeout(this.soon);
    document.removeEventListener('visibilitychange', this.seen);
    this.stop.abort();
    this.streaming?.abort();
  }

  private base(): string {
    return path`/v1/sessions/${this.id}`;
  }

  /** A hidden tab keeps no stream: browsers have only six connections for all tabs of a server. */
  private seen = (): void => {
    if (document.hidden) {
      this.streaming?.abort();
      clearTimeout(this.retry);
      if (this.store.value.connection !== 'gone') this.store.set({ connection: 'paused' });
    } else if (this.store.value.connection === 'paused') {
      this.failures = 0;
      void this.connect();
      void this.ask();
    }
  };

  private async connect(): Promise<void> {
    if (this.closed || document.hidden || this.store.value.connection === 'gone') return;
    const control = new AbortController();
    this.streaming = control;
    this.early = [];
    try {
      await stream(
        this.base() + '/events/stream' + query({ event_deltas: ['agent.message', 'agent.thinking'] }),
        (messages) => this.receive(messages),
        () => void this.opened(control),
        control.signal,
      );
    } catch (e) {
      if (e instanceof ApiError && (e.status === 404 || e.status === 400)) {
        this.store.set({ connection: 'gone', error: e });
        return;
      }
      if (e instanceof ApiError && e.status === 401) return;
    }
    if (this.closed || control !== this.streaming || document.hidden) return;
    if (this.store.value.timeline.deleted) {
      this.store.set({ connection: 'gone' });
      return;
    }
    if (this.store.value.timeline.status === 'terminated') {
      this.store.set({ connection: 'live' }); // nothing more will happen
      return;
    }
    this.store.set({ connection: 'broken' });
    const wait = Math.min(10_000, 250 * 2 ** Math.min(6, this.failures++));
    this.retry = setTimeout(() => void this.connect(), wait * (0.75 + Math.random() / 2));
  }

  private async opened(control: AbortController): Promise<void> {
    try {
      await this.catchUp(control.signal);
      if (control !== this.streaming) return;
      this.failures = 0;
      this.store.set({ connection: 'live', error: null });
      if (!this.store.value.complete) await this.readBack();
      await this.outline();
    } catch (e) {
      if (this.closed || control.signal.aborted) return;
      if (e instanceof ApiError) this.store.set({ error: e });
      control.abort(); // tried again with the stream
    }
  }

  /** Reads the newest events, back to what is known already, and then adds what the stream brought meanwhile. */
  private async catchUp(signal: AbortSignal): Promise<void> {
    const isFirst = this.known.size === 0;
    const fresh: WireEvent[] = [];
    let next: string | null | undefined = null;
    let met = isFirst;
    do {
      const page: Page<WireEvent> = await api<Page<WireEvent>>(
        this.base() + '/events' + query({ order: 'desc', limit: isFirst ? FIRST : PAGE, page: next }),
        undefined,
        { signal },
      );
      for (const event of page.data) {
        if (event.processed_at !== null && this.known.has(event.id)) {
          met = true;
          break;
        }
        fresh.push(event);
      }
      next = page.next_page;
      if (isFirst) this.back = next ?? null;
    } while (!met && next);
    fresh.reverse();
    if (isFirst && this.back === null) this.store.value.complete = true;
    for (const event of fresh) this.take(event);
    const early = this.early ?? [];
    this.early = null;
    for (const event of early) this.take(event);
    this.show();
    if (!isFirst) void this.ask();
  }

  /** The page before the oldest event that is here; null if there is none. */
  private back: string | null = null;

  private async readBack(): Promise<void> {
    let pages: WireEvent[][] = [];
    let gathered = 0;
    while (this.back !== null && !this.closed) {
      const page: Page<WireEvent> = await api<Page<WireEvent>>(
        this.base() + '/events' + query({ order: 'desc', limit: PAGE, page: this.back }),
        undefined,
        { signal: this.stop.signal },
      );
      const older: WireEvent[] = [];
      for (const event of page.data) {
        if (!this.known.has(event.id)) {
          this.known.add(event.id);
          older.push(shorten(event));
        }
      }
      pages.push(older.reverse());
      gathered += older.length;
      this.back = page.next_page ?? null;
      if (this.back === null || gathered >= Math.max(REDRAW, 2 * this.log.length)) {
        await this.prepend(pages.reverse().flat());
        pages = [];
        gathered = 0;
      }
    }
    if (this.back === null) {
      this.store.set({ complete: true });
      this.show();
    }
  }

  /**
   * Reads, from the server's dispatch records, when calls really began and ended: results are recorded in the order in
   * which the model asked, so the times of events do not say. Also learns the positions of events.
   */
  private async outline(): Promise<void> {
    if (this.outlining) return;
    this.outlining = true;
    try {
      let next: number | null = this.outlineAt;
      while (next !== null && !this.closed) {
        const page: Outline = await api<Outline>(path`/drover/sessions/${this.id}/outline` + query({ after: next, limit: 5000 }), undefined, {
          signal: this.stop.signal,
        });
        for (const row of page.data) {
          this.positions.set(row.id, row.position);
          this.outlineAt = Math.max(this.outlineAt, row.position);
        }
        for (const call of page.calls) this.timed(call);
        next = page.next_after;
      }
      this.show();
    } catch {
      // an older server has no outline: the times of the events remain
    } finally {
      this.outlining = false;
    }
  }

  private timed(call: Outline['calls'][number]): void {
    const begin = call.began_at === null ? NaN : Date.parse(call.began_at);
    if (Number.isNaN(begin)) return;
    const end = call.ended_at === null ? NaN : Date.parse(call.ended_at);
    this.times.set(call.id, { begin, end });
    const row = this.store.value.timeline.ids.get(call.id);
    if (!row || row.kind !== 'call') return;
    row.begin = begin;
    if (row.result !== null && !Number.isNaN(end)) row.end = end;
    row.lost = call.lost;
    row.attempts = call.attempts;
    row.version++;
  }

  /** An event with all of its text. */
  async whole(id: string): Promise<WireEvent> {
    if (!this.positions.has(id)) await this.outline();
    const position = this.positions.get(id);
    if (position === undefined) throw new Error('The server does not know where the event is in the log.');
    const page = await api<Page<WireEvent>>(path`/drover/sessions/${this.id}/events` + query({ after: position - 1, limit: 1 }));
    const event = page.data[0];
    if (!event || event.id !== id) throw new Error('The event could not be read.');
    return event;
  }

  /** Folds the log again with what came before it, in pieces, so that the page stays alive. */
  private async prepend(older: WireEvent[]): Promise<void> {
    const log = [...older, ...this.log];
    this.log = log; // the stream adds to its end meanwhile
    const timeline = new Timeline(this.times);
    for (let at = 0; at < log.length; ) {
      const end = Math.min(log.length, at + PIECE);
      for (; at < end; at++) timeline.add(log[at]!);
      if (at < log.length) await new Promise((resolve) => setTimeout(resolve, 0));
      if (this.closed) return;
    }
    const old = this.store.value.timeline;
    for (const row of old.queued) if (row.event) timeline.add(row.event);
    timeline.previews = old.previews;
    this.store.value.timeline = timeline;
    this.show();
  }

  private take(event: WireEvent): void {
    const short = shorten(event);
    if (short.processed_at !== null && short.processed_at !== undefined && !this.known.has(short.id)) {
      this.known.add(short.id);
      this.log.push(short);
    }
    const timeline = this.store.value.timeline;
    if (timeline.add(short) && this.early === null && affectsStanding(short.type)) void this.ask();
    if (this.early === null && (short.type === 'session.status_idle' || short.type === 'user.tool_confirmation')) tellWaiting();
    if (this.early === null && (short.type === 'session.status_idle' || short.type === 'agent.tool_use')) {
      clearTimeout(this.soon);
      this.soon = setTimeout(() => void this.outline(), 300);
    }
  }

  private receive(messages: Message[]): void {
    const timeline = this.store.value.timeline;
    for (const message of messages) {
      if (message.event === 'ping') continue;
      let event: WireEvent & { event?: { type: string; id: string }; event_id?: string; delta?: { content?: { text?: string } } };
      try {
        event = JSON.parse(message.data);
      } catch {
        continue;
      }
      if (event.type === 'event_start') timeline.startPreview(event.event!.id, event.event!.type, Date.now());
      else if (event.type === 'event_delta') timeline.delta(event.event_id!, event.delta?.content?.text ?? '');
      else if (typeof event.id !== 'string') continue;
      else if (this.early !== null) this.early.push(event);
      else {
        this.take(event);
        if (event.type === 'span.model_request_start') timeline.arrived(event.id, Date.now());
      }
    }
    this.show();
  }

  /** Draws at the next frame, however many events came. */
  private show(): void {
    if (this.frame !== 0) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      const value = this.store.value;
      this.store.set({ version: value.version + 1, events: this.log.length });
    });
  }

  /** Asks why the session moves or does not; questions that come meanwhile become one. */
  async ask(): Promise<void> {
    if (this.asking) {
      this.askAgain = true;
      return;
    }
    this.asking = true;
    try {
      do {
        this.askAgain = false;
        const [session, standing] = await Promise.all([
          api<Session>(this.base(), undefined, { signal: this.stop.signal }),
          may('operations')
            ? api<Standing>(path`/drover/sessions/${this.id}`, undefined, { signal: this.stop.signal }).catch(() => null)
            : null,
        ]);
        this.store.set({ session, standing });
      } while (this.askAgain && !this.closed);
    } catch (e) {
      if (e instanceof ApiError && e.status !== 0) this.store.set({ error: e });
    } finally {
      this.asking = false;
    }
  }

  async send(events: object[]): Promise<void> {
    const sent = await api<{ data: WireEvent[] }>(this.base() + '/events', { events });
    for (const event of sent.data) this.take(event);
    this.show();
  }
}

function affectsStanding(type: string): boolean {
  return (
    type.startsWith('session.') ||
    type === 'span.model_request_start' ||
    type === 'user.tool_confirmation' ||
    type === 'agent.tool_use' ||
    type === 'agent.mcp_tool_use' ||
    type === 'agent.custom_tool_use'
  );
}
