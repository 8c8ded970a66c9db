import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError } from './api.ts';
import { age, dateTime } from './format.ts';
import { visible } from './text.ts';
import { copy } from './state.ts';

/** A text in which nothing is invisible. */
export function Plain({ text }: { text: string }) {
  const pieces = visible(text);
  if (pieces.length === 1 && !pieces[0]!.odd) return <>{text}</>;
  return <>{pieces.map((piece, i) => (piece.odd ? <span key={i} class="odd">{piece.text}</span> : piece.text))}</>;
}

export type Tone = 'plain' | 'good' | 'busy' | 'wait' | 'bad' | 'off';

const SHAPES: Record<Tone, string> = { plain: '○', good: '●', busy: '◐', wait: '◆', bad: '✕', off: '–' };

/** A state: a word and a shape, not only a colour. */
export function Badge({ tone, children }: { tone: Tone; children: ComponentChildren }) {
  return (
    <span class={'badge ' + tone}>
      <span aria-hidden="true">{SHAPES[tone]}</span> {children}
    </span>
  );
}

export function ErrorBox({ error, retry }: { error: unknown; retry?: () => void }) {
  if (!error) return null;
  const isApi = error instanceof ApiError;
  return (
    <div class="error-box" role="alert">
      <p>
        <Plain text={error instanceof Error ? error.message : String(error)} />
      </p>
      {isApi && error.requestId !== '' && error.status >= 500 && <p class="dim">Request {error.requestId}</p>}
      {retry && (
        <button type="button" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}

export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <h2>{title}</h2>
      {children}
    </div>
  );
}

/** Says how long ago something was; it is drawn again by itself. */
export function Age({ time }: { time: string | number | null | undefined }) {
  const [now, setNow] = useState(Date.now());
  const at = typeof time === 'number' ? time : Date.parse(time ?? '');
  useEffect(() => {
    const since = Date.now() - at;
    const timer = setInterval(() => setNow(Date.now()), since < 60_000 ? 1000 : 30_000);
    return () => clearInterval(timer);
  }, [at]);
  if (Number.isNaN(at)) return null;
  return (
    <time dateTime={new Date(at).toISOString()} title={dateTime(at)}>
      {age(at, Math.max(now, Date.now()))}
    </time>
  );
}

export function CopyButton({ text, what, children }: { text: () => string; what: string; children: ComponentChildren }) {
  return (
    <button type="button" class="small" onClick={() => void copy(text(), what)}>
      {children}
    </button>
  );
}

export function Page({ title, actions, children }: { title: ComponentChildren; actions?: ComponentChildren; children: ComponentChildren }) {
  return (
    <div class="page">
      <header class="page-head">
        <h1>{title}</h1>
        <div class="actions">{actions}</div>
      </header>
      <div class="page-body">{children}</div>
    </div>
  );
}

/** Loads something when the view is shown, and again when `key` changes. */
export function useLoad<T>(load: (signal: AbortSignal) => Promise<T>, key: string): {
  value: T | null;
  error: unknown;
  again: () => void;
} {
  const [state, setState] = useState<{ value: T | null; error: unknown; key: string }>({ value: null, error: null, key });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const control = new AbortController();
    load(control.signal).then(
      (value) => setState({ value, error: null, key }),
      (error: unknown) => {
        if (!control.signal.aborted) setState((old) => ({ value: old.key === key ? old.value : null, error, key }));
      },
    );
    return () => control.abort();
  }, [key, turn]);
  return { value: state.key === key ? state.value : null, error: state.error, again: () => setTurn((n) => n + 1) };
}

/** A dialog over the page. Escape and a click beside it close it. */
export function Dialog({ title, close, children }: { title: string; close: () => void; children: ComponentChildren }) {
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = ref.current!;
    dialog.showModal();
    return () => dialog.close();
  }, []);
  return (
    <dialog
      ref={ref}
      aria-label={title}
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
      onClick={(event) => event.target === ref.current && close()}
    >
      <div class="dialog">
        <h2>{title}</h2>
        {children}
      </div>
    </dialog>
  );
}

export function Field({ label, hint, error, children }: { label: string; hint?: string; error?: string; children: ComponentChildren }) {
  return (
    <label class="field">
      <span>{label}</span>
      {children}
      {hint && <small class="dim">{hint}</small>}
      {error && <small class="bad">{error}</small>}
    </label>
  );
}

/** Text to copy, such as a command. */
export function Snippet({ text, what }: { text: string; what: string }) {
  return (
    <div class="snippet">
      <pre>
        <Plain text={text} />
      </pre>
      <CopyButton text={() => text} what={what}>
        Copy
      </CopyButton>
    </div>
  );
}
