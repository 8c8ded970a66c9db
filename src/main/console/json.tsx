import { useState } from 'preact/hooks';
import { plural } from './format.ts';
import { Plain } from './ui.tsx';

const LONGEST_TEXT = 2000;
const MOST_CHILDREN = 200;

/** A value of JSON as a tree. Its branches are made when they are opened. */
export function JsonTree({ value, name, open = false }: { value: unknown; name?: string; open?: boolean }) {
  const [isOpen, setOpen] = useState(open);
  const [whole, setWhole] = useState(false);
  const key = name !== undefined && (
    <span class="json-key">
      <Plain text={name} />:{' '}
    </span>
  );
  if (value === null || typeof value !== 'object') {
    const text = JSON.stringify(value) ?? 'null';
    const isLong = text.length > LONGEST_TEXT && !whole;
    return (
      <div class={'json-leaf json-' + (value === null ? 'null' : typeof value)}>
        {key}
        <Plain text={isLong ? text.slice(0, LONGEST_TEXT) : text.slice(0, 1_000_000)} />
        {isLong && (
          <button type="button" class="link" onClick={() => setWhole(true)}>
            … {plural(text.length - LONGEST_TEXT, 'more character')}
          </button>
        )}
      </div>
    );
  }
  const isList = Array.isArray(value);
  const names = Object.keys(value);
  return (
    <div class="json-branch">
      <button type="button" class="link json-toggle" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <span aria-hidden="true">{isOpen ? '▾' : '▸'}</span> {key}
        <span class="dim">{isList ? `[${names.length}]` : `{${names.length}}`}</span>
      </button>
      {isOpen && (
        <div class="json-inner">
          {names.slice(0, MOST_CHILDREN).map((one) => (
            <JsonTree key={one} name={one} value={(value as Record<string, unknown>)[one]} open={names.length < 30} />
          ))}
          {names.length > MOST_CHILDREN && <p class="dim">… {plural(names.length - MOST_CHILDREN, 'more entry', 'more entries')}</p>}
        </div>
      )}
    </div>
  );
}
