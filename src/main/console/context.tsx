import { api, path } from './api.ts';
import { count, percent, short } from './format.ts';
import { ErrorBox, useLoad } from './ui.tsx';

interface Part {
  name: string;
  count: number;
  tokens: number;
  characters: number;
  parts?: Part[];
}

interface Report {
  model: string;
  chapter: { number: number; kind: string | null; cause: string | null };
  gauge: { tokens: number; soft_limit: number; hard_limit: number | null; context_tokens: number | null };
  parts: Part[];
  largest: { position: number; kind: string; tokens: number }[];
  left_out: { before_position: number | null; shortened_results: number };
}

const NAMES: Record<string, string> = {
  system: 'system prompt',
  tools: 'tools',
  opening: 'what stands for earlier messages',
  messages: 'messages',
  replies: 'replies',
  results: 'tool results',
  pending: 'not sent yet',
};

/** What the next request to the model holds. */
export function ContextView({ session, version }: { session: string; version: string }) {
  const { value, error, again } = useLoad((signal) => api<Report>(path`/drover/sessions/${session}/context`, undefined, { signal }), session + version);
  if (error) return <ErrorBox error={error} retry={again} />;
  if (!value) return <p class="dim">Loading …</p>;
  const parts = value.parts.flatMap((part) => part.parts ?? [part]).filter((part) => part.tokens > 0);
  const all = parts.reduce((sum, part) => sum + part.tokens, 0);
  const window = value.gauge.context_tokens;
  return (
    <>
      <h3>The next request</h3>
      <p>
        About {count(value.gauge.tokens)} tokens{window !== null && ` of ${short(window)} (${percent(value.gauge.tokens, window)})`}.
        {value.chapter.number > 0 && ` Chapter ${value.chapter.number}${value.chapter.kind ? ', ' + value.chapter.kind : ''}.`}
      </p>
      <div class="stack" aria-hidden="true">
        {parts.map((part) => (
          <span key={part.name} class={'part part-' + part.name} title={NAMES[part.name] ?? part.name} style={{ flexGrow: String(part.tokens) }} />
        ))}
      </div>
      <table class="figures">
        <thead>
          <tr>
            <th>Part</th>
            <th>Blocks</th>
            <th>Tokens</th>
            <th>Share</th>
          </tr>
        </thead>
        <tbody>
          {parts.map((part) => (
            <tr key={part.name}>
              <td>
                <span class={'swatch part-' + part.name} aria-hidden="true" /> {NAMES[part.name] ?? part.name}
              </td>
              <td>{count(part.count)}</td>
              <td>≈ {count(part.tokens)}</td>
              <td>{percent(part.tokens, all)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {value.largest.length > 0 && (
        <>
          <h3>What is largest</h3>
          <ul class="list">
            {value.largest.slice(0, 10).map((item) => (
              <li key={item.position}>
                {item.kind.replaceAll('_', ' ')} at position {count(item.position)}: ≈ {count(item.tokens)} tokens
              </li>
            ))}
          </ul>
        </>
      )}
      {value.left_out.before_position !== null && (
        <p class="note">What came before position {count(value.left_out.before_position)} has left the context. It is still in the log.</p>
      )}
      {value.left_out.shortened_results > 0 && <p class="note">{count(value.left_out.shortened_results)} tool results are sent shortened.</p>}
    </>
  );
}
