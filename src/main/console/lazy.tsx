import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { ErrorBox } from './ui.tsx';

/** A view whose code is loaded when it is first shown. */
export function lazyPage<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let loaded: ComponentType<P> | null = null;
  return function Lazy(props: P) {
    const [, draw] = useState({});
    const [error, setError] = useState<unknown>(null);
    useEffect(() => {
      if (loaded !== null) return;
      load().then(
        (component) => {
          loaded = component;
          draw({});
        },
        () => setError(new Error('This page could not be loaded. The server may have been updated: reload the page.')),
      );
    }, []);
    if (error) return <ErrorBox error={error} />;
    const View = loaded;
    return View === null ? null : <View {...props} />;
  };
}
