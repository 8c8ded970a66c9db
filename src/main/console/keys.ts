import { useEffect } from 'preact/hooks';
import { app, keep, setTheme } from './state.ts';
import { go } from './router.ts';

type Handler = (event: KeyboardEvent) => void;
const layers: Record<string, Handler>[] = [];

/** Keys that work while a view is shown; those of the view that came last come first. */
export function useKeys(keys: Record<string, Handler>): void {
  useEffect(() => {
    layers.push(keys);
    return () => void layers.splice(layers.indexOf(keys), 1);
  });
}

let prefix = '';
let prefixAt = 0;

const PAGES: Record<string, string> = {
  i: '/console/inbox',
  s: '/console/sessions',
  a: '/console/agents',
  h: '/console/health',
};

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

export function startKeys(): void {
  addEventListener('keydown', (event) => {
    if (!app.value.keys && event.key !== 'Escape') return;
    const name = (event.ctrlKey || event.metaKey ? 'Ctrl+' : '') + event.key;
    if (event.altKey) return;
    if (isTyping(event.target) && name !== 'Escape' && name !== 'Ctrl+.') return;
    if (prefix === 'g' && event.timeStamp - prefixAt < 1500 && PAGES[event.key]) {
      prefix = '';
      event.preventDefault();
      go(PAGES[event.key]!);
      return;
    }
    prefix = '';
    for (let i = layers.length - 1; i >= 0; i--) {
      const handler = layers[i]![name];
      if (handler) {
        handler(event);
        return;
      }
    }
    if (name === 'g') {
      prefix = 'g';
      prefixAt = event.timeStamp;
    } else if (name === '?') app.set({ help: !app.value.help });
    else if (name === 'Escape') app.set({ help: false, leaving: null });
    else if (name === 't') setTheme(app.value.theme === 'system' ? 'dark' : app.value.theme === 'dark' ? 'light' : 'system');
  });
}

export function switchKeys(on: boolean): void {
  keep('keys', on ? 'on' : 'off');
  app.set({ keys: on });
}

export const HELP: [string, string][] = [
  ['?', 'this help'],
  ['g i · g s · g a · g h', 'go to the inbox, sessions, agents, health'],
  ['/', 'search in the session'],
  ['j · k', 'next or previous row'],
  ['J · K', 'next or previous turn'],
  ['n · N', 'next or previous hit, or failure'],
  ['Enter', 'show the event'],
  ['← · →', 'fold or unfold the turn'],
  ['e', 'show the event as JSON'],
  ['y', 'copy a link to the event'],
  ['a · d · r', 'allow, deny, deny with a reason (with the focus on the call)'],
  ['i', 'write a message'],
  ['Ctrl+.', 'interrupt (press twice)'],
  ['End', 'follow the newest row'],
  ['t', 'theme'],
];
