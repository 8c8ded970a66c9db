import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { api, path } from './api.ts';
import { clock, count, money, short } from './format.ts';
import type { Row, Turn } from './fold.ts';
import { isEmpty, matches, readSearch, shows, SHOWS, type Show } from './filter.ts';
import { Fork } from './fork.tsx';
import { Inspector, isTab, type Tab } from './inspector.tsx';
import { useKeys } from './keys.ts';
import { Live } from './live.ts';
import { Minimap } from './minimap.tsx';
import { go, place, withQuery } from './router.ts';
import { announce, app, copy, kept, keep, may, say, showTitle } from './state.ts';
import { useStore } from './store.ts';
import { TimelineList } from './timeline.tsx';
import { Badge, Dialog, ErrorBox, Plain } from './ui.tsx';
import { why } from './why.ts';

const NO_HITS: ReadonlySet<string> = new Set();

/** The page of a session. */
export function SessionPage({ id }: { id: string }) {
  const live = useLive(id);
  return live && <Shown key={id} live={live} />;
}

/** The live copy of a session while a view shows it. */
export function useLive(id: string | null): Live | null {
  const [live, setLive] = useState<Live | null>(null);
  useEffect(() => {
    if (id === null) return;
    const made = new Live(id);
    setLive(made);
    return () => made.close();
  }, [id]);
  return live !== null && live.id === id ? live : null;
}

function Shown({ live }: { live: Live }) {
  const state = useStore(live.store, (value) => value);
  const here = useStore(place, (value) => value.now);
  const theme = useStore(app, (value) => value.theme);
  const { timeline, version, session } = state;
  const search = here.query.get('q') ?? '';
  const show = (SHOWS.find((one) => one.show === here.query.get('show'))?.show ?? 'all') as Show;
  const tabName = here.query.get('tab');
  const tab: Tab = isTab(tabName) ? tabName : 'session';
  const selectedKey = here.query.get('event');
  const list = useRef<TimelineList>(null);
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const [sight, setSight] = useState({ from: 0, to: 0, atEnd: true });
  const [raw, setRaw] = useState(false);
  const [isWide, setWide] = useState(kept('inspector', 'open') === 'open' && innerWidth > 1000);
  const now = useNow(timeline.status === 'running' || timeline.status === 'rescheduling');
  const reason = why(timeline, state.standing, session, now);
  useAnnouncement(reason.state);

  useEffect(() => showTitle(session?.title ? session.title.slice(0, 80) : 'Session'), [session?.title]);

  const rows = useMemo(
    () => timeline.all().filter((row) => shows(row, show, timeline) && !(row.kind !== 'turn' && row.turn !== null && folded.has(row.turn.key))),
    [timeline, version, show, folded],
  );
  const hits = useHits(rows, search, version);

  // A link to an event shows the event as soon as it is here.
  const shownFor = useRef<string | null>(null);
  useEffect(() => {
    if (selectedKey === null || shownFor.current === selectedKey) return;
    const row = timeline.ids.get(selectedKey);
    if (!row) return;
    const isFirst = shownFor.current === null;
    shownFor.current = selectedKey;
    if (isFirst) list.current?.show(row.key);
  }, [selectedKey, version]);

  const selectedRow = selectedKey === null ? null : (timeline.ids.get(selectedKey) ?? null);
  const select = (row: Row, reveal = false) => {
    shownFor.current = row.key;
    withQuery({ event: row.key });
    if (reveal) {
      list.current?.reveal(row.key);
      requestAnimationFrame(() => list.current?.focus(row.key));
    }
  };
  const fold = (turn: Turn) => {
    const next = new Set(folded);
    if (!next.delete(turn.key)) next.add(turn.key);
    setFolded(next);
  };
  const isInSight = (row: Row) => {
    const at = rows.indexOf(row);
    return at >= sight.from && at <= sight.to;
  };
  const context = useMemo(
    () => ({
      session: live.id,
      timeline,
      raw,
      select: (row: Row) => {
        select(row);
        if (tab === 'session' && isWide) withQuery({ tab: 'event' });
      },
      fold,
      whole: (row: Row) => {
        select(row);
        withQuery({ tab: 'event' });
      },
    }),
    [live, timeline, raw, folded, tab, isWide],
  );

  const isHit = (row: Row) => (hits.size > 0 ? hits.has(row.key) : row.failed);
  const step = (by: number, wanted: (row: Row) => boolean) => {
    const begin = selectedRow ? rows.indexOf(selectedRow) : by > 0 ? sight.from - 1 : sight.to + 1;
    for (let i = 1; i <= rows.length; i++) {
      let at = begin + i * by;
      if (at < 0 || at >= rows.length) {
        if (wanted !== isHit) return;
        at = (at + 2 * rows.length) % rows.length; // hits go round
      }
      if (wanted(rows[at]!)) {
        select(rows[at]!, true);
        return;
      }
    }
  };
  const onCall = (key: string) => (event: KeyboardEvent) => {
    if (!selectedRow) return;
    const group = document.querySelector<HTMLElement>(`[data-key="${CSS.escape(selectedRow.key)}"] .approval`);
    if (!group) return;
    event.preventDefault();
    group.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
  };
  const prevent = (act: () => void) => (event: KeyboardEvent) => {
    event.preventDefault();
    act();
  };
  useKeys({
    j: () => step(1, () => true),
    k: () => step(-1, () => true),
    J: () => step(1, (row) => row.kind === 'turn'),
    K: () => step(-1, (row) => row.kind === 'turn'),
    n: () => step(1, isHit),
    N: () => step(-1, isHit),
    '/': prevent(() => document.getElementById('search')?.focus()),
    i: prevent(() => document.getElementById('message')?.focus()),
    Enter: (event) => {
      if (selectedRow && !(event.target as Element).closest('button,a')) withQuery({ tab: 'event' });
    },
    e: () => selectedRow && withQuery({ tab: 'event' }),
    y: () => selectedRow && void copy(location.href, 'Link'),
    ArrowLeft: () => selectedRow?.turn && !folded.has(selectedRow.turn.key) && fold(selectedRow.turn),
    ArrowRight: () => selectedRow?.turn && folded.has(selectedRow.turn.key) && fold(selectedRow.turn),
    a: onCall('a'),
    d: onCall('d'),
    r: onCall('r'),
    End: () => list.current?.toEnd(),
  });

  if (state.connection === 'gone' && state.events === 0 && state.error) {
    return (
      <div class="page">
        <div class="page-body">
          <ErrorBox error={state.error} />
          <p>
            <a href="/console/sessions">All sessions</a>
          </p>
        </div>
      </div>
    );
  }
  return (
    <div class={'session' + (isWide ? '' : ' narrow')}>
      <Head live={live} reason={reason} toggle={() => {
        if (innerWidth > 1000) keep('inspector', isWide ? 'closed' : 'open');
        setWide(!isWide);
      }} />
      <div class="session-main">
        <Minimap rows={rows} version={version} from={sight.from} to={sight.to} hits={hits} theme={theme} go={(part) => list.current?.toPart(part)} />
        <div class="tools-line">
          <input
            id="search"
            type="search"
            placeholder="Search this session  /"
            aria-label="Search this session"
            value={search}
            onInput={(event) => withQuery({ q: event.currentTarget.value })}
            onKeyDown={(event) => {
              if (event.key === 'Enter') step(event.shiftKey ? -1 : 1, isHit);
              else if (event.key === 'Escape') event.currentTarget.blur();
            }}
          />
          {search !== '' && (
            <span class="dim" role="status">
              {count(hits.size)} found{state.complete ? '' : ' so far'}
            </span>
          )}
          <div class="chips" role="group" aria-label="Show">
            {SHOWS.map((one) => (
              <button key={one.show} type="button" aria-pressed={one.show === show} onClick={() => withQuery({ show: one.show === 'all' ? null : one.show })}>
                {one.name}
              </button>
            ))}
            <button type="button" aria-pressed={raw} onClick={() => setRaw(!raw)} title="Show messages as the plain text that they are">
              raw
            </button>
          </div>
        </div>
        {state.error && state.connection !== 'live' && <ErrorBox error={state.error} />}
        <div class="timeline-frame">
          <TimelineList
            ref={list}
            rows={rows}
            version={version}
            selected={selectedRow?.key ?? null}
            hits={hits}
            folded={folded}
            context={context}
            now={now}
            moved={(from, to, atEnd) => {
              if (from !== sight.from || to !== sight.to || atEnd !== sight.atEnd) setSight({ from, to, atEnd });
            }}
          />
          {rows.length === 0 && state.connection !== 'connecting' && (
            <p class="nothing dim">{timeline.rows.length === 0 ? 'Nothing has happened yet. Write a message below.' : 'No row is of this kind.'}</p>
          )}
          {!sight.atEnd && rows.length > 0 && (
            <button type="button" class="to-end" onClick={() => list.current?.toEnd()}>
              {timeline.status === 'running' ? 'Follow ↓' : 'To the end ↓'}
            </button>
          )}
        </div>
        <SendBox live={live} isWaiting={timeline.status === 'idle' && timeline.waiting().length > 0} isRunning={timeline.status === 'running' || timeline.status === 'rescheduling'} isOver={reason.tone === 'off' || reason.state === 'ended'} />
      </div>
      {isWide && (
        <Inspector live={live} state={state} selected={selectedRow} isInSight={isInSight} isComing={selectedKey !== null} tab={tab} reason={reason} filter={(text) => withQuery({ q: text, show: null })} />
      )}
    </div>
  );
}

const CONNECTIONS = { connecting: 'connecting', live: 'live', paused: 'paused', broken: 'connecting again', gone: 'gone' } as const;

/** The time, moving on while something runs. */
function useNow(isRunning: boolean): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    if (!isRunning) return;
    const timer = setInterval(() => setNow(Date.now()), 250);
    return () => clearInterval(timer);
  }, [isRunning]);
  return isRunning ? Math.max(now, Date.now() - 250) : now;
}

/** Tells a screen reader of a new state. Streaming text is not announced. */
function useAnnouncement(state: string): void {
  const last = useRef('');
  useEffect(() => {
    const before = last.current;
    last.current = state;
    if (before === '' || before === state) return;
    if (['waits for you', 'failed', 'ended', 'at its budget'].includes(state)) announce(`The session ${state}.`);
    else if (state === 'idle' && before === 'running') announce('The turn is finished.');
  }, [state]);
}

/** The rows that are searched for. Long sessions are searched in pieces, so that the page stays alive. */
function useHits(rows: Row[], text: string, version: number): ReadonlySet<string> {
  const [hits, setHits] = useState<ReadonlySet<string>>(NO_HITS);
  useEffect(() => {
    const search = readSearch(text);
    if (isEmpty(search)) {
      setHits(NO_HITS);
      return;
    }
    const found = new Set<string>();
    let at = 0;
    let timer: ReturnType<typeof setTimeout>;
    const work = () => {
      const until = performance.now() + 12;
      while (at < rows.length) {
        const row = rows[at++]!;
        if (matches(row, search, clock)) found.add(row.key);
        if (at % 32 === 0 && performance.now() > until) break;
      }
      if (at < rows.length) timer = setTimeout(work, 0);
      else setHits(found);
    };
    timer = setTimeout(work, 100);
    return () => clearTimeout(timer);
  }, [rows, text, rows.length > 2000 ? 0 : version]);
  return hits;
}

function Head({ live, reason, toggle }: { live: Live; reason: ReturnType<typeof why>; toggle: () => void }) {
  const { session, timeline, events, complete, connection } = useStore(live.store, (value) => value);
  const [editing, setEditing] = useState<string | null>(null);
  const [menu, setMenu] = useState(false);
  const [dialog, setDialog] = useState<'fork' | 'archive' | 'delete' | null>(null);
  const [sure, setSure] = useState(0);
  const [error, setError] = useState<unknown>(null);
  const isRunning = timeline.status === 'running' || timeline.status === 'rescheduling';
  const attempt = async (act: () => Promise<unknown>) => {
    setError(null);
    try {
      await act();
    } catch (e) {
      setError(e);
    }
  };
  const interrupt = () => {
    if (!isRunning) return;
    if (performance.now() - sure > 3000) {
      setSure(performance.now());
      say('Press again to interrupt.');
      return;
    }
    setSure(-10_000);
    void attempt(() => live.send([{ type: 'user.interrupt' }]));
  };
  useKeys({ 'Ctrl+.': interrupt });
  const usage = session?.usage;
  const tokens = (usage?.input_tokens ?? 0) + (usage?.cache_read_input_tokens ?? 0) + (usage?.output_tokens ?? 0);
  return (
    <header class="session-head">
      <a href="/console/sessions" class="back">
        Sessions
      </a>
      {editing === null ? (
        <h1 title="Change the title" onClick={() => may('sessions:write') && session && setEditing(session.title ?? '')}>
          <Plain text={(session?.title ?? '') || 'Untitled session'} />
        </h1>
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            const title = editing.trim();
            setEditing(null);
            void attempt(async () => {
              await api(path`/v1/sessions/${live.id}`, { title: title === '' ? null : title });
              await live.ask();
            });
          }}
        >
          <input aria-label="Title" maxLength={256} value={editing} autofocus ref={(field) => field?.focus()} onInput={(event) => setEditing(event.currentTarget.value)} onBlur={() => setEditing(null)} onKeyDown={(event) => event.key === 'Escape' && setEditing(null)} />
        </form>
      )}
      <Badge tone={reason.tone}>{reason.state}</Badge>
      {session && (
        <span class="dim facts-line">
          <a href={path`/console/agents/${session.agent.id}`}>
            <Plain text={session.agent.name} /> v{session.agent.version}
          </a>{' '}
          · <Plain text={session.agent.model.id} />
          {tokens > 0 && ` · ${short(tokens)} tokens`}
          {usage?.list_cost && Number(usage.list_cost.amount) > 0 && ` · ${money(usage.list_cost)}`}
          {session.budget && ` of ${money(session.budget.max_list_cost)}`}
        </span>
      )}
      <div class="actions">
        <span class="dim count-line">
          {count(events)} events{complete ? '' : ', loading'} · {CONNECTIONS[connection]}
        </span>
        {isRunning && may('sessions:write') && (
          <button type="button" class="danger" onClick={interrupt}>
            {performance.now() - sure < 3000 ? 'Interrupt now?' : 'Interrupt'}
          </button>
        )}
        <button type="button" aria-label="Show or hide the inspector" title="Inspector" onClick={toggle}>
          ◨
        </button>
        <div class="menu">
          <button type="button" aria-haspopup="menu" aria-expanded={menu} aria-label="More" onClick={() => setMenu(!menu)}>
            ⋯
          </button>
          {menu && (
            <div class="menu-list" role="menu" onClick={() => setMenu(false)}>
              {may('sessions:write') && timeline.rows.length > 0 && !isRunning && (
                <button type="button" role="menuitem" onClick={() => setDialog('fork')}>
                  Fork …
                </button>
              )}
              <button type="button" role="menuitem" onClick={() => void attempt(() => download(live.id))}>
                Export
              </button>
              <button type="button" role="menuitem" onClick={() => void copy(live.id, 'Id')}>
                Copy the id
              </button>
              {may('sessions:write') && !session?.archived_at && !isRunning && (
                <button type="button" role="menuitem" onClick={() => setDialog('archive')}>
                  Archive …
                </button>
              )}
              {may('sessions:write') && !isRunning && (
                <button type="button" role="menuitem" class="bad" onClick={() => setDialog('delete')}>
                  Delete …
                </button>
              )}
            </div>
          )}
        </div>
      </div>
      {error ? <ErrorBox error={error} /> : null}
      {dialog === 'fork' && <Fork session={live.id} at={null} close={() => setDialog(null)} />}
      {dialog === 'archive' && (
        <Confirm
          title="Archive the session"
          text="It takes no more messages. Its log stays readable. This cannot be undone."
          word={null}
          act={async () => {
            await api(path`/v1/sessions/${live.id}/archive`, {});
            await live.ask();
          }}
          close={() => setDialog(null)}
        />
      )}
      {dialog === 'delete' && (
        <Confirm
          title="Delete the session"
          text="Its log, its files and its sandbox are removed. This cannot be undone."
          word={(session?.title ?? '') || live.id}
          act={async () => {
            await api(path`/v1/sessions/${live.id}`, undefined, { method: 'DELETE' });
            go('/console/sessions');
          }}
          close={() => setDialog(null)}
        />
      )}
    </header>
  );
}

/** Asks before something that cannot be undone; with a word, the reader has to type it. */
export function Confirm({ title, text, word, act, close }: { title: string; text: string; word: string | null; act: () => Promise<unknown>; close: () => void }) {
  const [typed, setTyped] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  return (
    <Dialog title={title} close={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          setBusy(true);
          act().then(close, (e: unknown) => {
            setError(e);
            setBusy(false);
          });
        }}
      >
        <p>{text}</p>
        {word !== null && (
          <label class="field">
            <span>
              Type <code><Plain text={word} /></code> to go on
            </span>
            <input value={typed} onInput={(event) => setTyped(event.currentTarget.value)} />
          </label>
        )}
        <ErrorBox error={error} />
        <div class="buttons">
          <button type="submit" class="danger" disabled={busy || (word !== null && typed.trim() !== word.trim())}>
            {title.split(' ')[0]}
          </button>
          <button type="button" onClick={close}>
            Cancel
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** Saves the export of a session. A plain link would not send the header that the server asks for. */
async function download(id: string): Promise<void> {
  const response = await fetch(path`/drover/sessions/${id}/export`, { headers: { 'x-drover-console': '1' } });
  if (!response.ok) throw new Error(`The server answered ${response.status}.`);
  const url = URL.createObjectURL(await response.blob());
  const link = document.createElement('a');
  link.href = url;
  link.download = id + '.tar';
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

function draftOf(id: string): string {
  try {
    return sessionStorage.getItem('draft.' + id) ?? '';
  } catch {
    return '';
  }
}

export function SendBox({ live, isWaiting, isRunning, isOver }: { live: Live; isWaiting: boolean; isRunning: boolean; isOver: boolean }) {
  const [text, setText] = useState(() => draftOf(live.id));
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    try {
      sessionStorage.setItem('draft.' + live.id, text);
    } catch {
      // it lasts as long as the page
    }
  }, [text]);
  if (isOver || !may('sessions:write')) return null;
  const send = async (before: object[]) => {
    if (text.trim() === '' || busy) return;
    setBusy(true);
    setError(null);
    try {
      await live.send([...before, { type: 'user.message', content: [{ type: 'text', text }] }]);
      setText('');
    } catch (e) {
      setError(e);
    } finally {
      setBusy(false);
      document.getElementById('message')?.focus();
    }
  };
  if (isWaiting) {
    return (
      <footer class="send">
        <p class="dim">Answer the call above first, or interrupt it.</p>
        <button type="button" class="danger" onClick={() => void live.send([{ type: 'user.interrupt' }]).catch(setError)}>
          Interrupt
        </button>
        <ErrorBox error={error} />
      </footer>
    );
  }
  return (
    <footer class="send">
      <textarea
        id="message"
        rows={Math.min(10, Math.max(2, text.split('\n').length))}
        placeholder={isRunning ? 'Message the agent. It queues behind the current step.' : 'Message the agent'}
        aria-label="Message"
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
            event.preventDefault();
            void send([]);
          } else if (event.key === 'Escape') event.currentTarget.blur();
        }}
      />
      <div class="send-buttons">
        <button type="button" class="primary" disabled={busy || text.trim() === ''} onClick={() => void send([])}>
          Send
        </button>
        {isRunning && (
          <button type="button" disabled={busy || text.trim() === ''} onClick={() => void send([{ type: 'user.interrupt' }])}>
            Interrupt and send
          </button>
        )}
      </div>
      <ErrorBox error={error} />
    </footer>
  );
}
