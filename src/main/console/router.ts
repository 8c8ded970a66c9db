import { Store } from './store.ts';

/** Where the page is: the parts of the path below `/console`, and the query. */
export interface Place {
  parts: string[];
  query: URLSearchParams;
  path: string;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function placeOf(url: URL): Place {
  const parts = url.pathname.split('/').filter((part) => part !== '');
  return { parts: parts.slice(1).map(decode), query: url.searchParams, path: url.pathname };
}

const HERE = typeof location === 'undefined' ? 'http://localhost/console' : location.href;

export const place = new Store<{ now: Place }>({ now: placeOf(new URL(HERE)) });

function arrive(): void {
  place.set({ now: placeOf(new URL(location.href)) });
}

/** Goes to a page of the console. `replace` leaves no step to go back to. */
export function go(path: string, replace = false): void {
  const url = new URL(path, location.href);
  if (url.origin !== location.origin || !/^\/console(\/|$)/.test(url.pathname)) return;
  if (replace) history.replaceState(null, '', url);
  else history.pushState(null, '', url);
  arrive();
}

/** Changes values of the query; null takes one out. */
export function withQuery(changes: Record<string, string | null>, replace = true): void {
  const url = new URL(location.href);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === '') url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  }
  if (url.href !== location.href) go(url.pathname + url.search, replace);
}

/** Follows the browser's own steps and the clicks on links within the console. */
export function startRouter(): void {
  addEventListener('popstate', arrive);
  addEventListener('click', (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = (event.target as Element | null)?.closest?.('a');
    if (!link || link.target || !link.hasAttribute('href') || link.hasAttribute('download')) return;
    const url = new URL(link.href);
    if (url.origin !== location.origin || !/^\/console(\/|$)/.test(url.pathname)) return;
    event.preventDefault();
    go(url.pathname + url.search);
  });
}
