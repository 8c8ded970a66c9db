import { useEffect, useState } from 'preact/hooks';

/** A value that views follow. Changes are shown with the next frame. */
export class Store<T extends object> {
  private listeners = new Set<() => void>();
  private planned = false;
  value: T;

  constructor(value: T) {
    this.value = value;
  }

  set(changes: Partial<T>): void {
    this.value = { ...this.value, ...changes };
    this.changed();
  }

  /** Announces that something inside the value has changed. */
  changed(): void {
    if (this.planned) return;
    this.planned = true;
    queueMicrotask(() => {
      this.planned = false;
      for (const listener of [...this.listeners]) listener();
    });
  }

  listen(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

/** The part of a store that a view shows; the view is drawn again when that part changes. */
export function useStore<T extends object, R>(store: Store<T>, part: (value: T) => R): R {
  const [, draw] = useState({});
  const now = part(store.value);
  useEffect(() => {
    let last = now;
    const check = () => {
      const next = part(store.value);
      if (!Object.is(next, last)) {
        last = next;
        draw({});
      }
    };
    check();
    return store.listen(check);
  }, [store]);
  return now;
}
