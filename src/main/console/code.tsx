import { useState } from 'preact/hooks';
import { Dialog, Snippet } from './ui.tsx';
import { shellQuote } from './text.ts';

const LANGUAGES = ['curl', 'TypeScript', 'Python'] as const;

/** The request of a form, in three languages. Keys are never part of it. */
export function ShowAsCode({ what, body, close }: { what: string; body: string; close: () => void }) {
  const [language, setLanguage] = useState<(typeof LANGUAGES)[number]>('curl');
  return (
    <Dialog title="Show as code" close={close}>
      <div class="chips">
        {LANGUAGES.map((one) => (
          <button key={one} type="button" aria-pressed={one === language} onClick={() => setLanguage(one)}>
            {one}
          </button>
        ))}
      </div>
      <Snippet what="Code" text={asCode(language, what, body, location.origin)} />
    </Dialog>
  );
}

export function asCode(language: string, what: string, body: string, origin: string): string {
  const [kind, id] = what.split('/');
  if (language === 'curl') {
    return `curl -s ${origin}/v1/${what} \\\n  -H "x-api-key: $DROVER_API_KEY" -H 'content-type: application/json' \\\n  -d ${shellQuote(body)}`;
  }
  const call = id ? 'update' : 'create';
  if (language === 'TypeScript') {
    const before = id ? `'${id}', ` : '';
    return `import Anthropic from '@anthropic-ai/sdk';\n\nconst client = new Anthropic({ baseURL: '${origin}', apiKey: process.env.DROVER_API_KEY });\nconst made = await client.beta.${kind}.${call}(${before}${body});`;
  }
  const before = id ? `"${id}", ` : '';
  return `import json, os\nfrom anthropic import Anthropic\n\nclient = Anthropic(base_url="${origin}", api_key=os.environ["DROVER_API_KEY"])\nmade = client.beta.${kind}.${call}(${before}**json.loads(${JSON.stringify(body)}))`;
}
