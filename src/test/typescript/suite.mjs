// All families, in one process: the last one looks at what the others called.
import { readdirSync } from 'node:fs';

const LAST = 'scope.mjs';
const families = readdirSync(new URL('families/', import.meta.url)).filter((name) => name.endsWith('.mjs') && name !== LAST).sort();
for (const family of [...families, LAST]) await import(`./families/${family}`);
