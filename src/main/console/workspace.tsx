import { useState } from 'preact/hooks';
import { api, path, query } from './api.ts';
import { bytes, count } from './format.ts';
import { Age, ErrorBox, Plain, useLoad } from './ui.tsx';

interface FileList {
  data: { path: string; size_bytes: number; modified_at: string }[];
  total: number;
  complete: boolean;
}

/** The files of a session's sandbox, as the server last saw them. */
export function Workspace({ session }: { session: string }) {
  const [live, setLive] = useState(false);
  const { value, error, again } = useLoad(
    (signal) => api<FileList>(path`/drover/sessions/${session}/files/list` + query({ limit: 1000, live: live ? 'true' : 'false' }), undefined, { signal }),
    `${session} ${live}`,
  );
  return (
    <>
      <div class="buttons">
        <button type="button" class="small" onClick={() => (live ? again() : setLive(true))}>
          Read again, from the running sandbox
        </button>
      </div>
      {error ? <ErrorBox error={error} retry={again} /> : null}
      {!value && !error && <p class="dim">Loading …</p>}
      {value && value.data.length === 0 && <p class="dim">There are no files yet.</p>}
      {value && value.data.length > 0 && (
        <table class="figures files">
          <thead>
            <tr>
              <th>File</th>
              <th>Size</th>
              <th>Changed</th>
            </tr>
          </thead>
          <tbody>
            {value.data.map((file) => (
              <tr key={file.path}>
                <td>
                  <code>
                    <Plain text={file.path} />
                  </code>
                </td>
                <td>{bytes(file.size_bytes)}</td>
                <td>
                  <Age time={file.modified_at} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {value && value.total > value.data.length && <p class="dim">… and {count(value.total - value.data.length)} more.</p>}
    </>
  );
}
