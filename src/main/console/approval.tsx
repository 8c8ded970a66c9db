import { useEffect, useRef, useState } from 'preact/hooks';
import { api, path } from './api.ts';
import { say } from './state.ts';
import { ErrorBox, Plain } from './ui.tsx';

/** How long the buttons do nothing after they appear or move: a click meant for something else must not allow a call. */
const GUARD_MS = 400;

/** What is known of a call that waits for a permission or for a result. */
export interface Asked {
  session: string;
  event: string;
  name: string;
  server: string | null;
  input: Record<string, unknown>;
  /** A permission, a result of a client's program, or a result of a worker. */
  answer: 'confirmation' | 'result' | 'worker';
  /** Why the server asks. */
  reason?: string;
}

/** The whole input of a call, never shortened, with what cannot be seen made visible. */
export function WholeInput({ input }: { input: Record<string, unknown> }) {
  const names = Object.keys(input);
  if (names.length === 0) return <p class="dim">The call has no input.</p>;
  return (
    <dl class="whole">
      {names.map((name) => {
        const value = input[name];
        const text = typeof value === 'string' ? value : JSON.stringify(value, null, 2);
        return (
          <div key={name}>
            <dt>
              <Plain text={name} />
            </dt>
            <dd>
              <pre>
                <Plain text={text} />
              </pre>
            </dd>
          </div>
        );
      })}
    </dl>
  );
}

/** Whether buttons may act: not in the first moments, nor just after they moved. */
function useGuard(ref: { current: HTMLElement | null }): () => boolean {
  const since = useRef(performance.now());
  const where = useRef('');
  useEffect(() => {
    const look = () => {
      const box = ref.current?.getBoundingClientRect();
      const now = box ? `${Math.round(box.left / 4)} ${Math.round(box.top / 4)}` : '';
      if (now !== where.current) {
        where.current = now;
        since.current = performance.now();
      }
    };
    look();
    const timer = setInterval(look, 50);
    return () => clearInterval(timer);
  }, []);
  return () => performance.now() - since.current >= GUARD_MS;
}

async function send(session: string, event: object): Promise<void> {
  await api(path`/v1/sessions/${session}/events`, { events: [event] });
}

/** Asks whether a call may run, or for its result. The same everywhere: in the timeline, the inspector and the inbox. */
export function Approval({ asked, done, bare }: { asked: Asked; done?: () => void; bare?: boolean }) {
  const box = useRef<HTMLDivElement>(null);
  const [mode, setMode] = useState<'' | 'reason' | 'propose' | 'result'>('');
  const [text, setText] = useState('');
  const [isError, setIsError] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const isReady = useGuard(box);

  const answer = async (event: object, words: string) => {
    if (busy || !isReady()) return;
    setBusy(true);
    setError(null);
    try {
      await send(asked.session, event);
      say(words);
      done?.();
    } catch (e) {
      setError(e);
    } finally {
      setBusy(false);
    }
  };
  const confirm = (result: 'allow' | 'deny', message?: string) =>
    answer(
      {
        type: 'user.tool_confirmation',
        tool_use_id: asked.event,
        result,
        ...(message ? { deny_message: message } : {}),
      },
      result === 'allow' ? `${asked.name} allowed.` : `${asked.name} denied.`,
    );
  const command = typeof asked.input.command === 'string' ? asked.input.command : JSON.stringify(asked.input, null, 2);
  const submit = (event: Event) => {
    event.preventDefault();
    if (mode === 'reason') void confirm('deny', text.trim() || undefined);
    else if (mode === 'propose') void confirm('deny', `The user denied this call and proposes instead:\n${text}`);
    else if (mode === 'result')
      void answer(
        {
          type: 'user.custom_tool_result',
          custom_tool_use_id: asked.event,
          content: [{ type: 'text', text }],
          is_error: isError,
        },
        `Result of ${asked.name} sent.`,
      );
  };
  const onKey = (event: KeyboardEvent) => {
    const isField = event.target instanceof HTMLTextAreaElement || event.target instanceof HTMLInputElement;
    if (event.key === 'Escape' && mode !== '') {
      event.stopPropagation();
      setMode('');
    } else if (isField && event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit(event);
    if (isField || event.ctrlKey || event.metaKey || event.altKey || asked.answer !== 'confirmation') return;
    if (event.key === 'a') void confirm('allow');
    else if (event.key === 'd') void confirm('deny');
    else if (event.key === 'r') {
      setMode('reason');
      setText('');
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div class="approval" ref={box} onKeyDown={onKey} tabIndex={-1} role="group" aria-label={`Answer for ${asked.name}`}>
      <p class="approval-head">
        <strong>
          {asked.answer === 'confirmation'
            ? 'Allow this call?'
            : asked.answer === 'worker'
              ? 'Waits for a worker of the environment.'
              : 'Waits for your program.'}
        </strong>{' '}
        {asked.reason && <span class="dim">{asked.reason}</span>}
      </p>
      {!bare && (
        <p>
          <span class="tool">
            <Plain text={asked.name} />
          </span>{' '}
          {asked.server !== null && (
            <span class="dim">
              of MCP server <Plain text={asked.server} />
            </span>
          )}
        </p>
      )}
      <WholeInput input={asked.input} />
      {mode === '' && (
        <div class="buttons">
          {asked.answer === 'confirmation' && (
            <>
              <button type="button" class="primary" disabled={busy} onClick={() => void confirm('allow')}>
                Allow <kbd>a</kbd>
              </button>
              <button type="button" class="danger" disabled={busy} onClick={() => void confirm('deny')}>
                Deny <kbd>d</kbd>
              </button>
              <button type="button" disabled={busy} onClick={() => (setMode('reason'), setText(''))}>
                Deny with a reason … <kbd>r</kbd>
              </button>
              <button type="button" disabled={busy} onClick={() => (setMode('propose'), setText(command))}>
                Deny and propose …
              </button>
            </>
          )}
          {asked.answer === 'result' && (
            <button type="button" disabled={busy} onClick={() => (setMode('result'), setText(''))}>
              Give the result …
            </button>
          )}
        </div>
      )}
      {mode !== '' && (
        <form onSubmit={submit}>
          <label class="field">
            <span>
              {mode === 'reason'
                ? 'Reason, for the agent'
                : mode === 'propose'
                  ? 'Your proposal. It becomes part of the refusal; the agent decides whether it follows it.'
                  : 'Result, as text'}
            </span>
            <textarea
              rows={mode === 'reason' ? 2 : 6}
              value={text}
              autofocus
              ref={(field) => {
                if (field && field !== document.activeElement && text === '') field.focus();
              }}
              onInput={(event) => setText(event.currentTarget.value)}
            />
          </label>
          {mode === 'result' && (
            <label class="check">
              <input type="checkbox" checked={isError} onChange={(event) => setIsError(event.currentTarget.checked)} /> The tool
              failed
            </label>
          )}
          <div class="buttons">
            <button type="submit" class={mode === 'result' ? 'primary' : 'danger'} disabled={busy}>
              {mode === 'result' ? 'Send the result' : 'Deny'}
            </button>
            <button type="button" onClick={() => setMode('')}>
              Cancel
            </button>
          </div>
        </form>
      )}
      <ErrorBox error={error} />
    </div>
  );
}
