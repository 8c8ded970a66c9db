// All families, in one process. The last one looks at what the others called.
import { readdirSync } from 'node:fs';

const LAST = 'scope.mjs';
const others = readdirSync(new URL('families/', import.meta.url)).filter((name) => name.endsWith('.mjs') && name !== LAST);
for (const family of [...others.sort(), LAST]) await import(`./families/${family}`);
