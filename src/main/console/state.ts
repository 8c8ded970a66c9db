import { api, query, signedOut, stream } from './api.ts';
import { Store } from './store.ts';

export interface Login {
  workspace_id: string;
  key_id: string;
  scopes: string[];
  expires_at: string;
}

export type Theme = 'system' | 'light' | 'dark';

/** A call of a session that waits for a person. */
export interface WaitingCall {
  event_id: string;
  type: string;
  name: string;
  mcp_server_name: string | null;
  input: Record<string, unknown>;
  answer: 'confirmation' | 'result';
  asked_at: string;
  position: number;
}

/** A session that waits for a person, of `/drover/inbox`. */
export interface Waiting {
  session_id: string;
  title: string | null;
  agent: { id: string; version: number; name: string };
  waiting_for: 'client' | 'budget' | 'other';
  since: string;
  calls: WaitingCall[];
}

export interface Change {
  type: 'session.changed' | 'session.removed' | 'reload';
  session_id?: string;
  status?: string;
  waiting_for?: string | null;
  title?: string | null;
}

interface AppState {
  /** null until the server has said, false if nobody is logged in. */
  login: Login | null | false;
  theme: Theme;
  keys: boolean;
  /** How many sessions wait for a person. */
  waiting: number;
  changes: 'off' | 'connecting' | 'live' | 'broken';
  help: boolean;
  /** The address of a link that somebody is about to follow. */
  leaving: string | null;
  said: string;
  /** For screen readers alone. */
  announced: string;
}

function stored(name: string): string | null {
  try {
    return localStorage.getItem('drover.' + name);
  } catch {
    return null; // storage is switched off
  }
}

/** Keeps a preference in this browser. */
export function keep(name: string, value: string): void {
  try {
    localStorage.setItem('drover.' + name, value);
  } catch {
    // it lasts as long as the page
  }
}

export function kept(name: string, fallback: string): string {
  return stored(name) ?? fallback;
}

export const app = new Store<AppState>({
  login: null,
  theme: (['light', 'dark'].includes(stored('theme') ?? '') ? stored('theme') : 'system') as Theme,
  keys: stored('keys') !== 'off',
  waiting: 0,
  changes: 'off',
  help: false,
  leaving: null,
  said: '',
  announced: '',
});

/** Whether the login has a scope. */
export function may(scope: string): boolean {
  const login = app.value.login;
  return login !== null && login !== false && (login.scopes.includes(scope) || login.scopes.includes('*'));
}

export function setTheme(theme: Theme): void {
  keep('theme', theme);
  app.set({ theme });
  showTheme();
}

export function showTheme(): void {
  document.documentElement.dataset.theme = app.value.theme;
}

/** Says a short sentence to the reader, and to a screen reader. */
export function say(text: string): void {
  app.set({ said: text });
  clearTimeout(silence);
  silence = setTimeout(() => app.set({ said: '' }), 4000);
}
let silence: ReturnType<typeof setTimeout> | undefined;

/** Says something to a screen reader that others see anyway. */
export function announce(text: string): void {
  app.set({ announced: text });
}

export async function copy(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    say(`${what} copied.`);
  } catch {
    say('The browser does not allow copying here.');
  }
}

/** Asks whether this browser is logged in. A code in the address logs it in, and leaves the address first. */
export async function enter(): Promise<void> {
  signedOut.call = () => {
    if (app.value.login !== null) app.set({ login: false });
  };
  const code = /^#code=([\w-]{16,128})$/.exec(location.hash)?.[1];
  if (location.hash !== '') history.replaceState(null, '', location.pathname + location.search);
  try {
    const login = code ? await api<Login>('/console/login', { code }) : await api<Login>('/console/login');
    app.set({ login });
  } catch (e) {
    app.set({ login: false, said: code ? String((e as Error).message) : '' });
  }
}

export async function leave(): Promise<void> {
  await api('/console/login', undefined, { method: 'DELETE' });
  app.set({ login: false });
}

export async function countWaiting(): Promise<void> {
  try {
    const page = await api<{ total: number }>('/drover/inbox' + query({ limit: 1 }));
    showWaiting(page.total);
  } catch {
    // the badge stays as it was
  }
}

/** Shows the number of waiting sessions in the menu, in the tab's title and in its icon. */
export function showWaiting(total: number): void {
  if (total === app.value.waiting) return;
  app.set({ waiting: total });
  showTitle();
  const icon = document.querySelector<HTMLLinkElement>('link[rel=icon]');
  if (icon) icon.href = total > 0 ? icon.dataset.waiting! : icon.dataset.plain!;
}

let title = 'Drover';
export function showTitle(name?: string): void {
  if (name !== undefined) title = name === '' ? 'Drover' : name + ' · Drover';
  const total = app.value.waiting;
  document.title = total > 0 ? `(${total}) ${title}` : title;
}

type Follower = (changes: Change[]) => void;
const followers = new Set<Follower>();

/** Calls `follower` when sessions change; with `reload`, lists have to be loaded again. */
export function follow(follower: Follower): () => void {
  followers.add(follower);
  return () => followers.delete(follower);
}

let following: AbortController | null = null;
let failures = 0;
let recount: ReturnType<typeof setTimeout> | undefined;

/** Counts again soon, because what waits may have changed. */
export function tellWaiting(): void {
  clearTimeout(recount);
  recount = setTimeout(() => {
    if (app.value.login) void countWaiting();
  }, 300);
}

async function followOnce(control: AbortController): Promise<void> {
  app.set({ changes: 'connecting' });
  try {
    await stream(
      '/drover/changes',
      (messages) => {
        const changes: Change[] = [];
        for (const message of messages) {
          if (message.event === 'ping') continue;
          try {
            changes.push(JSON.parse(message.data) as Change);
          } catch {
            continue;
          }
        }
        if (changes.length === 0) return;
        tellWaiting();
        for (const one of [...followers]) one(changes);
      },
      () => {
        failures = 0;
        app.set({ changes: 'live' });
        tellWaiting();
        for (const one of [...followers]) one([{ type: 'reload' }]);
      },
      control.signal,
    );
  } catch {
    // tried again below
  }
  if (following !== control) return;
  app.set({ changes: 'broken' });
  setTimeout(() => {
    if (following === control) {
      following = null;
      arrange();
    }
  }, Math.min(10_000, 500 * 2 ** Math.min(5, failures++)));
}

/**
 * Opens the stream of changes, or closes it: a tab has at most one stream, which is the session's while a session is
 * shown, and a hidden tab has none.
 */
function arrange(): void {
  const wanted = !document.hidden && app.value.login !== null && app.value.login !== false && sessionsShown === 0;
  if (wanted && following === null) {
    following = new AbortController();
    void followOnce(following);
  } else if (!wanted && following !== null) {
    following.abort();
    following = null;
    app.set({ changes: 'off' });
  }
}

let sessionsShown = 0;

/** Says that the page begins (1) or ends (-1) to show a session, which has a stream of its own. */
export function showsSession(change: 1 | -1): void {
  sessionsShown += change;
  arrange();
}

/** Keeps the number of waiting sessions up to date, whatever page is shown. */
export function startFollowing(): void {
  app.listen(arrange);
  document.addEventListener('visibilitychange', arrange);
  tellWaiting();
  setInterval(() => {
    if (!document.hidden && following === null && app.value.login) void countWaiting();
  }, 15_000);
  arrange();
}
