import { useMemo, useRef, useState } from 'preact/hooks';
import { path } from './api.ts';
import { shows } from './filter.ts';
import type { Live } from './live.ts';
import { SendBox, useLive } from './session.tsx';
import { useStore } from './store.ts';
import { TimelineList } from './timeline.tsx';
import { Badge } from './ui.tsx';
import { why } from './why.ts';

const NOTHING: ReadonlySet<string> = new Set();

/** A session with an agent that is not saved yet, beside the form. */
export function Trial({ session, close }: { session: string; close: () => void }) {
  const live = useLive(session);
  return (
    <aside class="trial" aria-label="Trial">
      {live && <Shown live={live} close={close} />}
    </aside>
  );
}

function Shown({ live, close }: { live: Live; close: () => void }) {
  const state = useStore(live.store, (value) => value);
  const list = useRef<TimelineList>(null);
  const [selected, setSelected] = useState<string | null>(null);
  const { timeline, version } = state;
  const rows = useMemo(() => timeline.all().filter((row) => shows(row, 'all', timeline)), [timeline, version]);
  const context = useMemo(
    () => ({
      session: live.id,
      timeline,
      raw: false,
      select: (row: { key: string }) => setSelected(row.key),
      fold: () => {},
      whole: () => {},
    }),
    [live, timeline],
  );
  const reason = why(timeline, state.standing, state.session, Date.now());
  return (
    <>
      <header class="trial-head">
        <strong>Trial</strong> <Badge tone={reason.tone}>{reason.state}</Badge>
        <a href={path`/console/sessions/${live.id}`}>Open</a>
        <button type="button" class="small" onClick={close}>
          Close
        </button>
      </header>
      <div class="timeline-frame">
        <TimelineList ref={list} rows={rows} version={version} selected={selected} hits={NOTHING} folded={NOTHING} context={context} now={Date.now()} moved={() => {}} />
        {rows.length === 0 && <p class="nothing dim">The trial uses the draft as it was when you pressed the button.</p>}
      </div>
      <SendBox
        live={live}
        isWaiting={timeline.status === 'idle' && timeline.waiting().length > 0}
        isRunning={timeline.status === 'running' || timeline.status === 'rescheduling'}
        isOver={reason.tone === 'off'}
      />
    </>
  );
}
