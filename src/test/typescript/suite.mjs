// All families, in one process: first what the later ones build on; the last one looks at what the others called.
import { readdirSync } from 'node:fs';

const FIRST = ['agents', 'environments', 'models', 'sessions', 'events', 'turns', 'budgets', 'streams', 'errors'].map((name) => `${name}.mjs`);
const LAST = 'scope.mjs';
const others = readdirSync(new URL('families/', import.meta.url)).filter((name) => name.endsWith('.mjs') && ![...FIRST, LAST].includes(name));
for (const family of [...FIRST, ...others.sort(), LAST]) await import(`./families/${family}`);
