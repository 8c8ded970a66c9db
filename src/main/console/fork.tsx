import { useState } from 'preact/hooks';
import { api, path } from './api.ts';
import { go } from './router.ts';
import { say } from './state.ts';
import { Dialog, ErrorBox, Field } from './ui.tsx';

interface Forked {
  session: { id: string };
  workspace: { source: 'snapshot' | 'none'; reason: string | null };
}

/** Makes a new session that continues after an event, or from the end. The old one does not change. */
export function Fork({ session, at, close }: { session: string; at: string | null; close: () => void }) {
  const [title, setTitle] = useState('');
  const [files, setFiles] = useState(true);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const fork = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      const made = await api<Forked>(path`/drover/sessions/${session}/fork`, {
        ...(at === null ? {} : { at }),
        workspace: files ? 'snapshot' : 'none',
        ...(title.trim() === '' ? {} : { title: title.trim() }),
      });
      say(made.workspace.reason ?? 'The new session has the files of the last snapshot.');
      go(path`/console/sessions/${made.session.id}`);
    } catch (e) {
      setError(e);
      setBusy(false);
    }
  };
  return (
    <Dialog title={at === null ? 'Fork from the end' : 'Fork after this turn'} close={close}>
      <form onSubmit={(event) => void fork(event)}>
        <p>
          A new session continues {at === null ? 'from the end of this one' : 'after the turn of this event'}; this one does not change. What tools changed outside of the session is not undone.
        </p>
        <Field label="Title (optional)">
          <input value={title} maxLength={256} onInput={(event) => setTitle(event.currentTarget.value)} />
        </Field>
        <label class="check">
          <input type="checkbox" checked={files} onChange={(event) => setFiles(event.currentTarget.checked)} /> Start with the files of the
          newest snapshot, if there is one from before that place
        </label>
        <ErrorBox error={error} />
        <div class="buttons">
          <button type="submit" class="primary" disabled={busy}>
            Fork
          </button>
          <button type="button" onClick={close}>
            Cancel
          </button>
        </div>
      </form>
    </Dialog>
  );
}
