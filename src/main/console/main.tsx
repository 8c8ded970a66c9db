import { render } from 'preact';
import { lazyPage } from './lazy.tsx';
import { InboxPage } from './inbox.tsx';
import { startKeys } from './keys.ts';
import { LoginPage } from './login.tsx';
import { place, startRouter } from './router.ts';
import { SessionPage } from './session.tsx';
import { SessionsPage } from './sessions.tsx';
import { app, enter, may, setTheme, showTheme, startFollowing } from './state.ts';
import { StartPage, Guide } from './start.tsx';
import { useStore } from './store.ts';
import { Dialog, Empty, Page, Plain } from './ui.tsx';
import './style.css';

const agents = () => import('./agents.tsx');
const AgentsPage = lazyPage(() => agents().then((module) => module.AgentsPage));
const AgentPage = lazyPage(() => agents().then((module) => module.AgentPage));
const NewAgentPage = lazyPage(() => agents().then((module) => module.NewAgentPage));
const HealthPage = lazyPage(() => import('./health.tsx').then((module) => module.HealthPage));
const SettingsPage = lazyPage(() => import('./settings.tsx').then((module) => module.SettingsPage));
const NewSessionPage = lazyPage(() => import('./newsession.tsx').then((module) => module.NewSessionPage));
const Help = lazyPage(() => import('./settings.tsx').then((module) => module.Help));

const MENU: [string, string, string | null][] = [
  ['inbox', 'Inbox', 'sessions:read'],
  ['sessions', 'Sessions', 'sessions:read'],
  ['agents', 'Agents', 'catalog:read'],
  ['health', 'Health', null],
  ['settings', 'Settings', null],
];

function Shell() {
  const { waiting, changes, help, leaving, said, announced, theme } = useStore(app, (value) => value);
  const here = useStore(place, (value) => value.now);
  const current = here.parts[0] ?? '';
  return (
    <div class="shell">
      <a class="skip" href="#content" onClick={(event) => {
        event.preventDefault();
        document.getElementById('content')?.focus();
      }}>
        To the content
      </a>
      <nav class="side" aria-label="Console">
        <a href="/console" class="brand">
          Drover
        </a>
        {MENU.filter(([, , scope]) => scope === null || may(scope)).map(([name, title]) => (
          <a key={name} href={'/console/' + name} aria-current={current === name ? 'page' : undefined}>
            {title}
            {name === 'inbox' && waiting > 0 && (
              <span class="count" aria-label={`${waiting} waiting`}>
                {waiting > 999 ? '999+' : waiting}
              </span>
            )}
          </a>
        ))}
        <div class="side-foot">
          {changes === 'broken' && <span class="dim">connecting again …</span>}
          <button type="button" class="link" title="Theme (t)" onClick={() => setTheme(theme === 'system' ? 'dark' : theme === 'dark' ? 'light' : 'system')}>
            {theme === 'system' ? 'system theme' : theme + ' theme'}
          </button>
          <button type="button" class="link" onClick={() => app.set({ help: true })}>
            keys <kbd>?</kbd>
          </button>
        </div>
      </nav>
      <main id="content" tabIndex={-1}>
        <View parts={here.parts} />
      </main>
      <p class={'said' + (said === '' ? '' : ' shown')} role="status" aria-live="polite">
        {said}
      </p>
      <p class="hidden" role="status" aria-live="polite">
        {announced}
      </p>
      {help && <Help />}
      {leaving !== null && <Leaving href={leaving} />}
    </div>
  );
}

function View({ parts }: { parts: string[] }) {
  const [first, second, third, fourth] = parts;
  switch (first) {
    case undefined:
      return <StartPage />;
    case 'start':
      return <Guide />;
    case 'inbox':
      return second === undefined ? <InboxPage /> : <NotFound />;
    case 'sessions':
      if (second === undefined) return <SessionsPage />;
      if (third !== undefined) return <NotFound />;
      return second === 'new' ? <NewSessionPage /> : <SessionPage key={second} id={second} />;
    case 'agents':
      if (second === undefined) return <AgentsPage />;
      if (second === 'new' && third === undefined) return <NewAgentPage />;
      if (third === undefined) return <AgentPage key={second} id={second} version={null} />;
      return third === 'versions' && fourth !== undefined && /^\d{1,9}$/.test(fourth) ? (
        <AgentPage key={second + fourth} id={second} version={fourth} />
      ) : (
        <NotFound />
      );
    case 'health':
      return second === undefined ? <HealthPage /> : <NotFound />;
    case 'settings':
      return second === undefined ? <SettingsPage /> : <NotFound />;
    default:
      return <NotFound />;
  }
}

function NotFound() {
  return (
    <Page title="Not found">
      <Empty title="There is no such page">
        <p>
          <a href="/console/sessions">Sessions</a> · <a href="/console/agents">Agents</a> · <a href="/console/inbox">Inbox</a>
        </p>
      </Empty>
    </Page>
  );
}

/** Says where a link leads and what it takes along, before the reader follows it. */
function Leaving({ href }: { href: string }) {
  const url = new URL(href);
  return (
    <Dialog title={`You leave Drover for ${url.host}`} close={() => app.set({ leaving: null })}>
      <p>The link was written by a model or a tool. Its address is long, and may carry data from this session to that host:</p>
      <pre class="whole">
        <Plain text={href} />
      </pre>
      <div class="buttons">
        <a class="button danger" href={href} target="_blank" rel="noreferrer noopener nofollow" onClick={() => app.set({ leaving: null })}>
          Open it
        </a>
        <button type="button" class="primary" autofocus onClick={() => app.set({ leaving: null })}>
          Stay
        </button>
      </div>
    </Dialog>
  );
}

function App() {
  const login = useStore(app, (value) => value.login);
  if (login === null) return <p class="loading dim">Loading …</p>;
  return login === false ? <LoginPage /> : <Shell />;
}

showTheme();
startRouter();
startKeys();
render(<App />, document.getElementById('app')!);
void enter().then(startFollowing);
