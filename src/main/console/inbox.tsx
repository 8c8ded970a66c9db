import { useEffect, useRef, useState } from 'preact/hooks';
import { api, path, query } from './api.ts';
import { Approval, type Asked } from './approval.tsx';
import { useKeys } from './keys.ts';
import { go } from './router.ts';
import { follow, showTitle, showWaiting, type Waiting, type WaitingCall } from './state.ts';
import { oneLine, tellingInput } from './text.ts';
import { Age, Badge, Empty, ErrorBox, Page, Plain } from './ui.tsx';

interface Item {
  key: string;
  session: Waiting;
  call: WaitingCall | null;
}

/** Everything that waits for a person, over all sessions, the oldest first. */
export function InboxPage() {
  const [waiting, setWaiting] = useState<Waiting[] | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [selected, setSelected] = useState<string | null>(null);
  const details = useRef<HTMLDivElement>(null);
  const latest = useRef(0);

  useEffect(() => showTitle('Inbox'), []);
  const load = async () => {
    const mine = ++latest.current;
    try {
      const page = await api<{ data: Waiting[]; total: number }>('/drover/inbox' + query({ limit: 100 }));
      if (mine !== latest.current) return;
      setWaiting(page.data);
      showWaiting(page.total);
      setError(null);
    } catch (e) {
      if (mine === latest.current) setError(e);
    }
  };
  useEffect(() => {
    void load();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = follow(() => {
      clearTimeout(timer);
      timer = setTimeout(() => void load(), 250);
    });
    return () => {
      stop();
      clearTimeout(timer);
      latest.current++;
    };
  }, []);

  const items: Item[] = (waiting ?? []).flatMap((session): Item[] =>
    session.calls.length === 0
      ? [{ key: session.session_id, session, call: null }]
      : session.calls.map((call) => ({ key: call.event_id, session, call })),
  );
  const at = Math.max(0, items.findIndex((item) => item.key === selected));
  const item = items[at];
  const move = (by: number) => {
    const next = items[Math.max(0, Math.min(items.length - 1, at + by))];
    if (next) setSelected(next.key);
  };
  const onCall = (key: string) => (event: KeyboardEvent) => {
    const group = details.current?.querySelector('.approval');
    if (!group) return;
    event.preventDefault();
    group.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
  };
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    Enter: () => item && go(path`/console/sessions/${item.session.session_id}` + query({ event: item.call?.event_id })),
    a: onCall('a'),
    d: onCall('d'),
    r: onCall('r'),
  });

  return (
    <Page title="Inbox">
      <ErrorBox error={error} retry={() => void load()} />
      {waiting === null && !error && <p class="dim">Loading …</p>}
      {waiting !== null && items.length === 0 && (
        <Empty title="Nothing waits for you">
          <p>Calls that need a permission, results that your programs owe, and sessions at their budget are listed here.</p>
          <p>
            <a href="/console/sessions">All sessions</a>
          </p>
        </Empty>
      )}
      {items.length > 0 && item && (
        <div class="split">
          <ul class="cards" aria-label="What waits">
            {items.map((one) => (
              <li key={one.key}>
                <button type="button" class={one.key === item.key ? 'card selected' : 'card'} aria-current={one.key === item.key} onClick={() => setSelected(one.key)}>
                  <span class="card-line">
                    {one.call ? (
                      <>
                        <span class="tool">
                          <Plain text={oneLine(one.call.name, 60)} />
                        </span>{' '}
                        <code>
                          <Plain text={oneLine(tellingInput(one.call.name, one.call.input), 120)} />
                        </code>
                      </>
                    ) : (
                      <Badge tone="wait">{one.session.waiting_for === 'budget' ? 'at its budget' : 'waits'}</Badge>
                    )}
                  </span>
                  <span class="dim card-line">
                    <Plain text={one.session.title ?? 'Untitled session'} /> · <Plain text={one.session.agent.name} /> · <Age time={one.call?.asked_at ?? one.session.since} />
                  </span>
                </button>
              </li>
            ))}
          </ul>
          <div class="details" ref={details}>
            <p>
              <a href={path`/console/sessions/${item.session.session_id}` + query({ event: item.call?.event_id })}>
                <Plain text={item.session.title ?? 'Untitled session'} />
              </a>{' '}
              <span class="dim">
                <Plain text={item.session.agent.name} /> v{item.session.agent.version}
              </span>
            </p>
            {item.call ? (
              <Approval key={item.key} asked={asked(item.session, item.call)} done={() => void load()} />
            ) : (
              <p>
                {item.session.waiting_for === 'budget'
                  ? 'The session is at its budget. Open it to raise the budget.'
                  : 'Open the session to see what it waits for.'}
              </p>
            )}
          </div>
        </div>
      )}
    </Page>
  );
}

function asked(session: Waiting, call: WaitingCall): Asked {
  return {
    session: session.session_id,
    event: call.event_id,
    name: call.name,
    server: call.mcp_server_name,
    input: call.input,
    answer: call.answer === 'confirmation' ? 'confirmation' : call.type === 'agent.custom_tool_use' ? 'result' : 'worker',
  };
}
