import { useEffect } from 'preact/hooks';
import { HELP, switchKeys } from './keys.ts';
import { app, leave, say, setTheme, showTitle, type Theme } from './state.ts';
import { useStore } from './store.ts';
import { dateTime } from './format.ts';
import { Dialog, Page } from './ui.tsx';

const THEMES: [Theme, string][] = [
  ['system', 'As the system'],
  ['light', 'Light'],
  ['dark', 'Dark'],
];

export function SettingsPage() {
  const { theme, keys, login } = useStore(app, (value) => value);
  useEffect(() => showTitle('Settings'), []);
  return (
    <Page title="Settings">
      <h2>Appearance</h2>
      <div class="chips" role="group" aria-label="Theme">
        {THEMES.map(([value, name]) => (
          <button key={value} type="button" aria-pressed={theme === value} onClick={() => setTheme(value)}>
            {name}
          </button>
        ))}
      </div>
      <h2>Keyboard</h2>
      <label class="check">
        <input type="checkbox" checked={keys} onChange={(event) => switchKeys(event.currentTarget.checked)} /> Use single keys
      </label>
      <Keys />
      <h2>Login</h2>
      {login && (
        <dl class="facts">
          <div class="fact">
            <dt>Workspace</dt>
            <dd>
              <code>{login.workspace_id}</code>
            </dd>
          </div>
          <div class="fact">
            <dt>Key</dt>
            <dd>
              <code>{login.key_id}</code>
            </dd>
          </div>
          <div class="fact">
            <dt>Allowed</dt>
            <dd>{login.scopes.join(', ')}</dd>
          </div>
          <div class="fact">
            <dt>Ends</dt>
            <dd>{dateTime(login.expires_at)}, later if you go on using the console</dd>
          </div>
        </dl>
      )}
      <button type="button" onClick={() => void leave().catch((e: Error) => say(e.message))}>
        Log out
      </button>
    </Page>
  );
}

export function Keys() {
  return (
    <dl class="keys">
      {HELP.map(([key, words]) => (
        <div key={key}>
          <dt>
            <kbd>{key}</kbd>
          </dt>
          <dd>{words}</dd>
        </div>
      ))}
    </dl>
  );
}

export function Help() {
  return (
    <Dialog title="Keys" close={() => app.set({ help: false })}>
      <Keys />
      <div class="buttons">
        <button type="button" onClick={() => app.set({ help: false })}>
          Close
        </button>
      </div>
    </Dialog>
  );
}
