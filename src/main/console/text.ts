import type { Block } from './types.ts';

/** A piece of text; `odd` if it names a character that cannot be seen or that changes the order of others. */
export interface Piece {
  text: string;
  odd: boolean;
}

function isOdd(code: number): boolean {
  if (code < 0x20) return code !== 0x0a && code !== 0x09;
  if (code < 0x7f) return false;
  return (
    code <= 0x9f ||
    code === 0xad ||
    code === 0x61c ||
    code === 0x115f ||
    code === 0x1160 ||
    code === 0x17b4 ||
    code === 0x17b5 ||
    code === 0x180e ||
    (code >= 0x200b && code <= 0x200f) ||
    (code >= 0x2028 && code <= 0x202e) ||
    (code >= 0x2060 && code <= 0x206f) ||
    code === 0x3164 ||
    (code >= 0xfe00 && code <= 0xfe0e) ||
    code === 0xfeff ||
    code === 0xffa0 ||
    (code >= 0xfff9 && code <= 0xfffb) ||
    (code >= 0xd800 && code <= 0xdfff) ||
    (code >= 0xe0000 && code <= 0xe0fff)
  );
}

/** Splits a text so that characters which cannot be seen can be shown by their numbers. */
export function visible(text: string): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x7f && code >= 0x20) continue;
    const whole = code >= 0xd800 && code <= 0xdbff ? text.codePointAt(i)! : code;
    if (isOdd(whole)) {
      if (i > from) pieces.push({ text: text.slice(from, i), odd: false });
      pieces.push({ text: '⟨U+' + whole.toString(16).toUpperCase().padStart(4, '0') + '⟩', odd: true });
      from = i + (whole > 0xffff ? 2 : 1);
    }
    if (whole > 0xffff) i++;
  }
  if (from < text.length) pieces.push({ text: text.slice(from), odd: false });
  return pieces;
}

/** A short text in one line, in which nothing is invisible: for titles, names and tooltips. */
export function oneLine(text: string, longest = 160): string {
  const short = text.length > longest ? text.slice(0, longest) + '…' : text;
  return visible(short.replace(/\s+/g, ' ').trim())
    .map((piece) => piece.text)
    .join('');
}

/** The text of content blocks; other blocks are named. */
export function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  let text = '';
  for (const block of content as Block[]) {
    if (block === null || typeof block !== 'object') continue;
    if (text !== '' && !text.endsWith('\n')) text += '\n';
    if (block.type === 'text') text += typeof block.text === 'string' ? block.text : '';
    else if (block.type === 'search_result') text += `${block.title ?? ''}\n${textOf(block.content)}`;
    else text += `[${String(block.type)}${block.title ? ': ' + block.title : ''}]`;
  }
  return text;
}

/** The first or last lines of a text, and how many more there are. */
export function excerpt(text: string, lines: number, fromEnd: boolean): { text: string; more: number } {
  let count = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < text.length - 1; at = text.indexOf('\n', at + 1)) count++;
  if (count <= lines) return { text, more: 0 };
  if (fromEnd) {
    let at = text.endsWith('\n') ? text.length - 1 : text.length;
    for (let i = 0; i < lines; i++) at = text.lastIndexOf('\n', at - 1);
    return { text: text.slice(at + 1), more: count - lines };
  }
  let at = -1;
  for (let i = 0; i < lines; i++) at = text.indexOf('\n', at + 1);
  return { text: text.slice(0, at), more: count - lines };
}

/** The input that says most about a call. */
export function tellingInput(name: string, input: unknown): string {
  if (input === null || typeof input !== 'object') return '';
  const fields = input as Record<string, unknown>;
  const key = ['command', 'file_path', 'pattern', 'url', 'query', 'path'].find(
    (field) => Object.hasOwn(fields, field) && typeof fields[field] === 'string',
  );
  if (key !== undefined) {
    const path = key === 'pattern' && typeof fields.path === 'string' ? '  ' + fields.path : '';
    return (fields[key] as string) + path;
  }
  if (name === 'bash' && fields.restart === true) return '(restart)';
  const json = JSON.stringify(input);
  return json === '{}' ? '' : json;
}

/** Text in the quotes of a POSIX shell. */
export function shellQuote(text: string): string {
  return /^[\w./:@%+=,-]+$/.test(text) ? text : "'" + text.replaceAll("'", "'\\''") + "'";
}
