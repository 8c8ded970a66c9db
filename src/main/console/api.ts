import { SseReader, type Message } from './sse.ts';
import type { Page } from './types.ts';

/** An error that the server answered, or that there is no answer (`status` 0). */
export class ApiError extends Error {
  readonly status: number;
  readonly type: string;
  readonly requestId: string;

  constructor(status: number, type: string, message: string, requestId: string) {
    super(message);
    this.status = status;
    this.type = type;
    this.requestId = requestId;
  }
}

/** Called when the server no longer accepts this browser's login. */
export const signedOut: { call: () => void } = { call: () => {} };

const HEADERS = { 'x-drover-console': '1' };

async function failure(response: Response): Promise<ApiError> {
  let type = 'error';
  let message = `The server answered ${response.status}.`;
  let id = response.headers.get('request-id') ?? '';
  try {
    const body = (await response.json()) as { error?: { type?: string; message?: string }; request_id?: string };
    type = body.error?.type ?? type;
    message = body.error?.message ?? message;
    id = body.request_id ?? id;
  } catch {
    // a proxy's page, or nothing: the status says what is known
  }
  if (response.status === 401) signedOut.call();
  return new ApiError(response.status, type, message, id);
}

async function ask(path: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, { credentials: 'same-origin', cache: 'no-store', redirect: 'error', ...init });
  } catch (e) {
    if (init.signal?.aborted) throw e;
    throw new ApiError(0, 'unreachable', 'The server cannot be reached.', '');
  }
  if (!response.ok) throw await failure(response);
  return response;
}

/** Asks the server. A body makes it a POST. */
export async function api<T>(path: string, body?: unknown, options: { method?: string; signal?: AbortSignal } = {}): Promise<T> {
  const headers: Record<string, string> = { ...HEADERS };
  if (body !== undefined) headers['content-type'] = 'application/json';
  const response = await ask(path, {
    method: options.method ?? (body === undefined ? 'GET' : 'POST'),
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: options.signal,
  });
  const text = await response.text();
  return (text === '' ? null : JSON.parse(text)) as T;
}

/** The path of a resource: every part is escaped. */
export function path(strings: TemplateStringsArray, ...parts: (string | number)[]): string {
  let text = strings[0]!;
  parts.forEach((part, i) => (text += encodeURIComponent(String(part)) + strings[i + 1]!));
  return text;
}

/** A query, without what is empty. Lists become repeated `name[]`. */
export function query(values: Record<string, string | number | boolean | string[] | undefined | null>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined || value === null || value === '') continue;
    if (Array.isArray(value)) for (const one of value) query.append(name + '[]', one);
    else query.set(name, String(value));
  }
  const text = query.toString();
  return text === '' ? '' : '?' + text;
}

/** All pages of a list, up to `most` entries. */
export async function all<T>(base: string, most: number, signal?: AbortSignal): Promise<T[]> {
  const found: T[] = [];
  let next: string | null | undefined = '';
  do {
    const joined: string = next ? `${base}${base.includes('?') ? '&' : '?'}page=${encodeURIComponent(next)}` : base;
    const page: Page<T> = await api<Page<T>>(joined, undefined, { signal });
    found.push(...page.data);
    next = page.next_page;
  } while (next && found.length < most);
  return found;
}

/**
 * Reads a stream of server-sent events until it ends or the signal stops it. `opened` is called as soon as the server
 * has subscribed it.
 */
export async function stream(
  path: string,
  receive: (messages: Message[]) => void,
  opened: () => void,
  signal: AbortSignal,
): Promise<void> {
  const response = await ask(path, { headers: { ...HEADERS, accept: 'text/event-stream' }, signal });
  opened();
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  const messages = new SseReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const complete = messages.read(value);
    if (complete.length > 0) receive(complete);
  }
}
