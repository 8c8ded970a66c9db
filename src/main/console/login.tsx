import { useEffect, useState } from 'preact/hooks';
import { api } from './api.ts';
import { app, showTitle, type Login } from './state.ts';
import { useStore } from './store.ts';
import { ErrorBox, Field, Snippet } from './ui.tsx';

export function LoginPage() {
  const said = useStore(app, (value) => value.said);
  const [key, setKey] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => showTitle('Log in'), []);
  const enter = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      app.set({ login: await api<Login>('/console/login', { key: key.trim() }), said: '' });
      setKey('');
    } catch (e) {
      setError(e);
    } finally {
      setBusy(false);
    }
  };
  return (
    <main class="login">
      <h1>Drover</h1>
      {said !== '' && <ErrorBox error={new Error(said)} />}
      <p>On the machine that runs the server, this opens the console without a key:</p>
      <Snippet what="Command" text="drover console" />
      <form onSubmit={(event) => void enter(event)}>
        <Field label="Or paste an API key" hint="The key is sent to the server once and is not kept in this browser.">
          <input type="password" autocomplete="off" spellcheck={false} value={key} onInput={(event) => setKey(event.currentTarget.value)} required />
        </Field>
        <ErrorBox error={error} />
        <button type="submit" class="primary" disabled={busy || key.trim() === ''}>
          Log in
        </button>
      </form>
    </main>
  );
}
