import { searchable, type Row, type Timeline } from './fold.ts';

export type Show = 'all' | 'messages' | 'tools' | 'failed' | 'waiting' | 'errors' | 'events';

export const SHOWS: { show: Show; name: string }[] = [
  { show: 'all', name: 'All' },
  { show: 'messages', name: 'Messages' },
  { show: 'tools', name: 'Tools' },
  { show: 'failed', name: 'Failed' },
  { show: 'waiting', name: 'Waiting' },
  { show: 'errors', name: 'Errors' },
  { show: 'events', name: 'All events' },
];

/** What somebody searches for: words and texts in quotes, all of which must occur, and conditions. */
export interface Search {
  texts: string[];
  tool: string | null;
  failed: boolean | null;
  after: string | null;
  before: string | null;
}

/** Reads a search such as `tool:bash failed:true after:14:00 "some text" word`. */
export function readSearch(text: string): Search {
  const search: Search = { texts: [], tool: null, failed: null, after: null, before: null };
  let i = 0;
  const source = text.slice(0, 500);
  while (i < source.length) {
    if (source[i] === ' ') {
      i++;
      continue;
    }
    if (source[i] === '"') {
      const end = source.indexOf('"', i + 1);
      const quoted = source.slice(i + 1, end < 0 ? undefined : end);
      if (quoted !== '') search.texts.push(quoted.toLowerCase());
      i = end < 0 ? source.length : end + 1;
      continue;
    }
    const space = source.indexOf(' ', i);
    const word = source.slice(i, space < 0 ? undefined : space);
    i += word.length;
    const colon = word.indexOf(':');
    const name = word.slice(0, Math.max(0, colon));
    const value = word.slice(colon + 1);
    if (name === 'tool' && value !== '') search.tool = value.toLowerCase();
    else if (name === 'failed' && (value === 'true' || value === 'false')) search.failed = value === 'true';
    else if ((name === 'after' || name === 'before') && /^\d{1,2}:\d{2}(:\d{2})?$/.test(value)) {
      const padded = (value.length % 3 === 1 ? '0' + value : value).padEnd(8, ':00');
      search[name] = padded;
    } else search.texts.push(word.toLowerCase());
  }
  return search;
}

export function isEmpty(search: Search): boolean {
  return (
    search.texts.length === 0 && search.tool === null && search.failed === null && search.after === null && search.before === null
  );
}

/** Whether a row is what was searched for. Turns are never hits. */
export function matches(row: Row, search: Search, clock: (time: number) => string): boolean {
  if (row.kind === 'turn' || row.kind === 'state') return false;
  if (search.tool !== null && (row.kind !== 'call' || String(row.event?.name).toLowerCase() !== search.tool)) return false;
  if (search.failed !== null && row.failed !== search.failed) return false;
  if (search.after !== null && !(clock(row.at) >= search.after)) return false;
  if (search.before !== null && !(clock(row.at) <= search.before)) return false;
  if (search.texts.length === 0) return true;
  const text = searchable(row).toLowerCase();
  return search.texts.every((one) => text.includes(one));
}

/** Whether a row is shown. */
export function shows(row: Row, show: Show, timeline: Timeline): boolean {
  switch (show) {
    case 'events':
      return true;
    case 'all':
      return row.kind !== 'state';
    case 'messages':
      return row.kind === 'user' || row.kind === 'message' || row.kind === 'system' || row.kind === 'turn';
    case 'tools':
      return row.kind === 'call';
    case 'failed':
      return row.failed;
    case 'waiting':
      return timeline.waits(row) !== null || Number.isNaN(row.at);
    case 'errors':
      return row.kind === 'error';
  }
}
