import type { WireEvent } from './types.ts';

/** Longer texts are shortened here; the whole event is fetched when somebody asks for it. */
const LONGEST_TEXT = 20_000;
const DEEPEST = 12;

interface Shortened {
  cut?: number;
}

/** Shortens the long texts of an event, which then has the field `cut`: the number of characters left out. */
export function shorten(event: WireEvent): WireEvent {
  // What somebody is asked about is never shortened.
  if (event.type === 'agent.custom_tool_use' || event.evaluated_permission === 'ask') return event;
  let cut = 0;
  const walk = (value: unknown, depth: number): unknown => {
    if (typeof value === 'string') {
      if (value.length <= LONGEST_TEXT) return value;
      cut += value.length - LONGEST_TEXT;
      // A copy: a slice would keep the whole text in memory.
      return JSON.parse(JSON.stringify(value.slice(0, LONGEST_TEXT))) as string;
    }
    if (value === null || typeof value !== 'object' || depth > DEEPEST) return value;
    let copy: unknown = value;
    for (const key of Object.keys(value)) {
      const old = (value as Record<string, unknown>)[key];
      const next = walk(old, depth + 1);
      if (next !== old) {
        if (copy === value) copy = Array.isArray(value) ? [...value] : { ...value };
        (copy as Record<string, unknown>)[key] = next;
      }
    }
    return copy;
  };
  const short = walk(event, 0) as WireEvent & Shortened;
  return cut > 0 ? { ...short, cut } : event;
}
